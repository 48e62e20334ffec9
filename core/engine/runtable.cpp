// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/runtable.h"

#include <algorithm>

namespace flyball {

RunRow &RunTable::row(const Key128 &run)
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
    if (m_shared[chunk]) {
        auto copy = std::make_shared<std::vector<RunRow>>();
        copy->reserve(RunStore::kChunk);
        *copy = *m_chunks[chunk];
        m_chunks[chunk] = std::move(copy);
        m_shared[chunk] = false;
    }
    if (added) {
        m_chunks[chunk]->emplace_back();
        m_chunks[chunk]->back().info.run = run;
    }
    m_touched.insert(it->second);
    return (*m_chunks[chunk])[it->second % RunStore::kChunk];
}

void RunTable::load(const RunRow &loaded)
{
    RunRow &target = row(loaded.info.run);
    target = loaded;
    m_withCalls += loaded.totals.calls > 0 ? 1 : 0;
    m_touched.clear();
}

void RunTable::change(const Call &call, bool add)
{
    RunRow &target = row(call.run);
    const bool had = target.totals.calls > 0;
    if (add)
        target.totals.add(call);
    else
        target.totals.subtract(call);
    m_withCalls += static_cast<int>(target.totals.calls > 0) - static_cast<int>(had);
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
    if (info.outcome != known->info.outcome || info.origin != known->info.origin)
        row(run).info = info;
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
    for (const std::uint32_t index : m_touched)
        rows.push_back((*m_chunks[index / RunStore::kChunk])[index % RunStore::kChunk]);
    m_touched.clear();
    return rows;
}

RunStore RunTable::store()
{
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
    m_size = 0;
    m_withCalls = 0;
}

} // namespace flyball
