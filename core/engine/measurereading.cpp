// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/measurereading.h"

#include <algorithm>
#include <charconv>

#include "core/aggregate/views/signalstats.h"

namespace flyball {

MeasureReading::MeasureReading(std::shared_ptr<const Snapshot> snapshot, MeasureQuestion question,
                               std::shared_ptr<const PriceCatalog> prices)
    : m_snapshot(std::move(snapshot)),
      m_out(std::make_shared<ScopeNumbers>()),
      m_from(question.window.since),
      m_parts(std::move(prices), *m_snapshot->symbols),
      m_sum(question.scope, m_ended, *m_snapshot->symbols),
      m_segments(&Attribution::segment, m_ended),
      m_versions(&Attribution::promptVersion, m_ended),
      m_tasks(&Attribution::taskType, m_ended)
{
    m_out->question = question;
    const Window window = question.window;
    m_snapshot->runs.forEach([&](const RunRow &row) {
        const RunInfo &info = row.info;
        if (!row.isRun() || (question.scope.workflow && info.workflow != *question.scope.workflow))
            return;
        if (info.start < window.since && std::max(info.start, info.end) >= window.since)
            m_earlier.push_back(info.run);
        if (!info.closed || !window.contains(info.end))
            return;
        m_ended.emplace(info.run, &row);
        if (row.signals > 0)
            m_judged.push_back(info.run);
    });
}

bool MeasureReading::failed(const Error &error)
{
    m_out->error = error.message;
    return false;
}

void MeasureReading::take(const Call &call, bool inWindow)
{
    ++m_out->callsRead;
    const MeasuredCall measured{call, m_tracker.place(call), m_parts.of(call), inWindow};
    m_sum.add(measured);
    m_segments.add(call, inWindow);
    m_versions.add(call, inWindow);
    m_tasks.add(call, inWindow);
    if (inWindow)
        m_agents.add(call);
}

bool MeasureReading::readEarlier(Ledger &ledger)
{
    const std::size_t end = std::min(m_earlier.size(), m_earlierAt + kRunsPerStep);
    for (; m_earlierAt < end; ++m_earlierAt) {
        CallFilter filter;
        filter.workflow = m_out->question.scope.workflow;
        filter.run = m_earlier[m_earlierAt];
        filter.until = m_out->question.window.since;
        const auto read = ledger.readCalls(filter, CallOrder::TimeAscending, 0, [this](const Call &call) {
            take(call, false);
            return true;
        });
        if (!read)
            return failed(read.error());
    }
    return true;
}

bool MeasureReading::readWindow(Ledger &ledger)
{
    CallFilter filter;
    filter.workflow = m_out->question.scope.workflow;
    filter.since = m_from;
    filter.until = m_out->question.window.until;
    std::int64_t taken = 0;
    TimeNs last = kNoTime;
    m_windowDone = true;
    const auto read = ledger.readCalls(filter, CallOrder::TimeAscending, 0, [&](const Call &call) {
        // Only between two instants: the next slice begins with all calls of one.
        if (taken >= kCallsPerStep && call.time != last) {
            m_from = call.time;
            m_windowDone = false;
            return false;
        }
        ++taken;
        last = call.time;
        take(call, true);
        return true;
    });
    return read.ok() || failed(read.error());
}

bool MeasureReading::readSignals(Ledger &ledger)
{
    const std::size_t end = std::min(m_judged.size(), m_judgedAt + kRunsPerStep);
    std::vector<SignalFact> facts;
    for (; m_judgedAt < end; ++m_judgedAt) {
        facts.clear();
        const RunRow &row = *m_ended.at(m_judged[m_judgedAt]);
        if (const Result<> read = readSignalsOf(ledger, row, facts); !read)
            return failed(read.error());
        m_sum.addSignals(row.info.run, facts);
    }
    return m_judgedAt < m_judged.size();
}

/// Imported ones stand at what they name. Its row tells how many a run has: the places are asked, those that cost least
/// first, until all are found.
Result<> MeasureReading::readSignalsOf(Ledger &ledger, const RunRow &row, std::vector<SignalFact> &out) const
{
    const auto missing = [&] { return out.size() < static_cast<std::size_t>(std::max(0, row.signals)); };
    const auto load = [&](const std::vector<Key128> &places, std::size_t from) -> Result<> {
        for (std::size_t i = from; missing() && i < places.size(); ++i)
            if (const Result<> read = ledger.loadSignals(places[i], out); !read)
                return read;
        return {};
    };
    const SymbolTable &symbols = *m_snapshot->symbols;
    SignalPlaces places = signalPlacesOf(row.info, {}, symbols);
    const std::size_t named = places.own.size();
    if (const Result<> read = load(places.own, 0); !read)
        return read;
    if (!missing())
        return {};
    std::vector<Call> calls;
    CallFilter filter;
    filter.run = row.info.run;
    const Result<> found = ledger.readCalls(filter, CallOrder::TimeAscending, 0, [&](const Call &call) {
        calls.push_back(call);
        return true;
    });
    if (!found)
        return found;
    places = signalPlacesOf(row.info, calls, symbols);
    if (places.session)
        places.own.push_back(*places.session);
    return load(places.own, named);
}

bool MeasureReading::step(Ledger &ledger)
{
    if (m_earlierAt < m_earlier.size())
        return readEarlier(ledger);
    if (!m_windowDone) {
        const std::string before = ledger.meta(kMetaRetainedBefore);
        TimeNs time = kNoTime;
        if (std::from_chars(before.data(), before.data() + before.size(), time).ec == std::errc())
            m_out->callsForgotten = time > m_out->question.window.since;
        return readWindow(ledger) && (!m_windowDone || !m_judged.empty());
    }
    return readSignals(ledger);
}

std::shared_ptr<const ScopeNumbers> MeasureReading::result()
{
    if (m_out->error.empty()) {
        m_out->measures = m_sum.finish();
        m_out->cappedCauses = m_sum.cappedCauses();
        m_out->totals = m_sum.totals();
        m_out->segments = m_segments.finish();
        m_out->promptVersions = m_versions.finish();
        m_out->taskTypes = m_tasks.finish();
        m_out->agents = m_agents.finish();
    }
    return m_out;
}

} // namespace flyball
