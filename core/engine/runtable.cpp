// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/runtable.h"

#include <algorithm>
#include <limits>

namespace flyball {

RunRow &RunTable::row(const Key128 &run)
{
    RunRow &found = rowOf(run);
    watch(m_index.at(run));
    return found;
}

RunRow &RunTable::rowOf(const Key128 &run)
{
    const auto [it, added] = m_index.emplace(run, m_size);
    const std::size_t chunk = it->second / RunStore::kChunk;
    if (added) {
        if (chunk == m_chunks.size()) {
            m_chunks.push_back(std::make_shared<std::vector<RunRow>>());
            m_chunks.back()->reserve(RunStore::kChunk);
            m_shared.push_back(false);
        }
        ++m_size;
        m_toldIn.push_back(m_pass);
    }
    if (added) {
        unshare(chunk);
        m_chunks[chunk]->emplace_back();
        m_chunks[chunk]->back().info.run = run;
    }
    m_touched.insert(it->second);
    RunRow &found = writable(it->second);
    if (m_idle.erase(it->second) > 0)
        found.info.closed = false;
    return found;
}

void RunTable::unshare(std::size_t chunk)
{
    if (!m_shared[chunk])
        return;
    auto copy = std::make_shared<std::vector<RunRow>>();
    copy->reserve(RunStore::kChunk);
    *copy = *m_chunks[chunk];
    m_chunks[chunk] = std::move(copy);
    m_shared[chunk] = false;
}

RunRow &RunTable::writable(std::uint32_t index)
{
    unshare(index / RunStore::kChunk);
    return (*m_chunks[index / RunStore::kChunk])[index % RunStore::kChunk];
}

/// To be looked at once: when it is due then, its end decides whether it is looked at again.
void RunTable::watch(std::uint32_t index)
{
    if (m_watched.size() <= index)
        m_watched.resize(index + 1, false);
    if (m_watched[index])
        return;
    m_watched[index] = true;
    m_deadlines.emplace(std::numeric_limits<TimeNs>::min(), index);
}

void RunTable::closeIdle(TimeNs now)
{
    while (!m_deadlines.empty() && m_deadlines.top().first <= now) {
        const std::uint32_t index = m_deadlines.top().second;
        m_deadlines.pop();
        m_watched[index] = false;
        const RunInfo &info = (*m_chunks[index / RunStore::kChunk])[index % RunStore::kChunk].info;
        if (info.closed)
            continue;
        const TimeNs due = std::max(info.start, info.end) + kIdle;
        if (due > now) {
            m_watched[index] = true;
            m_deadlines.emplace(due, index);
            continue;
        }
        writable(index).info.closed = true;
        m_idle.insert(index);
    }
}

void RunTable::load(const RunRow &loaded)
{
    RunRow &target = rowOf(loaded.info.run);
    target = loaded;
    if (!loaded.info.closed)
        watch(m_index.at(loaded.info.run));
    m_count += loaded.isRun() ? 1 : 0;
    m_touched.clear();
}

void RunTable::change(const Call &call, bool add)
{
    if (call.metered())
        return; // of no run
    RunRow &target = row(call.run);
    const bool was = target.isRun();
    if (add)
        target.totals.add(call);
    else
        target.totals.subtract(call);
    m_count += static_cast<int>(target.isRun()) - static_cast<int>(was);
    if (add)
        target.source = call.source;
}

void RunTable::setInfo(const RunInfo &info, std::int32_t signals)
{
    RunRow &target = row(info.run);
    RunInfo &known = target.info;
    const bool fresh = known.format == 0;
    known.format = info.format;
    known.start = fresh ? info.start : std::min(known.start, info.start);
    known.end = fresh ? info.end : std::max(known.end, info.end);
    // Several groups can speak for one run (a Claude prompt): the answer must not depend on their order.
    const bool smaller =
        info.workflow != 0 && (known.workflow == 0 || m_symbols.text(info.workflow) < m_symbols.text(known.workflow));
    std::uint32_t &toldIn = m_toldIn[m_index.at(info.run)];
    const bool again = toldIn != m_pass;
    toldIn = m_pass;
    if (fresh || again || info.closed || (!known.closed && smaller))
        known.workflow = info.workflow;
    if (info.session != 0)
        known.session = info.session;
    known.prompt = info.prompt;
    if (info.closed || info.stated != Outcome::Unknown || info.status != Outcome::Unknown) {
        known.stated = info.stated;
        known.status = info.status;
    }
    known.judged = info.judged;
    known.closed = known.closed || info.closed;
    if (signals >= 0)
        target.signals = signals;
}

void RunTable::decide(const Key128 &run, const Judgement &imported)
{
    const RunRow *known = find(run);
    if (!known)
        return;
    RunInfo info = known->info;
    decideOutcome(info, imported);
    if (info.outcome == known->info.outcome && info.origin == known->info.origin)
        return;
    const bool idle = m_idle.contains(m_index.at(run));
    row(run).info = info;
    if (idle)
        row(run).info.closed = false;
}

void RunTable::addSignals(const Key128 &run, std::int32_t change)
{
    if (change != 0 && find(run))
        row(run).signals += change;
}

const RunRow *RunTable::find(const Key128 &run) const
{
    const auto it = m_index.find(run);
    return it == m_index.end() ? nullptr : &(*m_chunks[it->second / RunStore::kChunk])[it->second % RunStore::kChunk];
}

std::vector<RunRow> RunTable::takeTouched()
{
    std::vector<RunRow> rows;
    rows.reserve(m_touched.size());
    for (const std::uint32_t index : m_touched) {
        rows.push_back((*m_chunks[index / RunStore::kChunk])[index % RunStore::kChunk]);
        if (m_idle.contains(index))
            rows.back().info.closed = false;
    }
    m_touched.clear();
    return rows;
}

RunStore RunTable::store(TimeNs now)
{
    closeIdle(now);
    RunStore store;
    store.chunks.assign(m_chunks.begin(), m_chunks.end());
    std::fill(m_shared.begin(), m_shared.end(), true);
    return store;
}

void RunTable::clear()
{
    m_index.clear();
    m_chunks.clear();
    m_shared.clear();
    m_touched.clear();
    m_toldIn.clear();
    m_deadlines = {};
    m_watched.clear();
    m_idle.clear();
    m_size = 0;
    m_count = 0;
}

} // namespace flyball
