// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/runtracker.h"

#include <algorithm>

namespace flyball {

template <typename T>
T *RunTracker::Last<T>::find(std::uint64_t key)
{
    if (m_many) {
        const auto it = m_many->find(key);
        return it == m_many->end() ? nullptr : &it->second;
    }
    const auto it = std::find_if(m_few.begin(), m_few.end(), [&](const auto &entry) { return entry.first == key; });
    return it == m_few.end() ? nullptr : &it->second;
}

template <typename T>
void RunTracker::Last<T>::set(std::uint64_t key, T value)
{
    if (T *known = find(key)) {
        *known = value;
        return;
    }
    if (!m_many && m_few.size() < kFew) {
        m_few.emplace_back(key, value);
        return;
    }
    if (!m_many) {
        m_many = std::make_unique<std::unordered_map<std::uint64_t, T>>(m_few.begin(), m_few.end());
        m_few = {};
    }
    m_many->emplace(key, value);
}

PlaceInRun RunTracker::place(const Call &call)
{
    PlaceInRun place;
    if (call.responseCache != ResponseCache::None)
        return place;
    Run &run = m_runs[call.run];
    place.position = ++run.calls;
    const std::uint64_t agent = call.names.agent;
    if (call.hasUsage()) {
        const std::int64_t *sent = run.sent.find(agent);
        place.resent = sent == nullptr ? 0 : std::min(call.usage.inTotal(), *sent);
        run.sent.set(agent, call.usage.total());
    }
    const std::uint64_t step = agent << 32U | call.names.step;
    const std::int8_t *failed = run.failed.find(step);
    place.retry = call.attempt > 1 || (failed != nullptr && *failed != 0);
    run.failed.set(step, call.failed() ? 1 : 0);
    return place;
}

} // namespace flyball
