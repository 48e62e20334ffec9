// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promplan.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr TimeNs kLongest = 6 * kHour;
constexpr TimeNs kShortest = 10 * kSecond;
constexpr TimeNs kLongestInterval = 10 * kMinute;
constexpr std::size_t kSmallAnswer = std::size_t{2} << 20U; ///< an eighth of the largest body

TimeNs wholeSeconds(TimeNs time) { return bucketOf(time, kSecond) * kSecond; }

} // namespace

void PromPace::setInterval(TimeNs interval) { m_interval = std::clamp(interval, kSecond, kLongestInterval); }

TimeNs PromPace::overlap() const { return 2 * wholeSeconds(m_interval + kSecond - 1); }

TimeNs PromPace::shortest() const { return std::max(kShortest, overlap()); }

PromWindow PromPace::next(TimeNs done, TimeNs now) const
{
    const TimeNs to = wholeSeconds(std::min(now, done + m_length));
    return {std::max<TimeNs>(0, wholeSeconds(std::min(done, to) - overlap())), to};
}

PromGrid PromPace::grid(const PromWindow &window) const
{
    const TimeNs length = std::max<TimeNs>(0, window.to - window.from);
    const TimeNs least = (length + kMostPromPoints - 2) / (kMostPromPoints - 1);
    PromGrid out;
    out.step = std::max(kSecond, wholeSeconds(std::max(m_interval, least) + kSecond - 1));
    out.from = bucketOf(window.from + out.step - 1, out.step) * out.step;
    out.to = bucketOf(window.to, out.step) * out.step;
    return out;
}

void PromPace::answered(std::size_t bytes)
{
    if (bytes < kSmallAnswer)
        m_length = std::min(kLongest, 2 * m_length);
}

bool PromPace::refused()
{
    if (m_length <= shortest())
        return false;
    m_length = std::max(shortest(), wholeSeconds(m_length / 2));
    return true;
}

int promProgress(TimeNs from, TimeNs done, TimeNs now)
{
    if (now <= from)
        return 100;
    return static_cast<int>(std::clamp<TimeNs>((done - from) / std::max<TimeNs>(1, (now - from) / 100), 0, 100));
}

} // namespace flyball
