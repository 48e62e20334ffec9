// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/ledger/ledger.h"

namespace flyball {

/// A ledger that answers drill-down from a list of calls; it stores nothing.
class FakeLedger : public Ledger {
public:
    std::vector<Call> calls;
    std::vector<SignalFact> signalFacts;
    std::vector<SpanFact> spans;
    std::vector<Cell> minutes;
    std::string readError;      ///< not empty: calls cannot be read
    std::string signalError;    ///< not empty: signals cannot be read to their end
    std::string retainedBefore; ///< what meta() says of it

    const OpenReport &openReport() const override { return m_report; }
    Result<> commit(const LedgerWrite &) override { return unused(); }
    Result<StoredGroup> loadGroup(const Key128 &) override { return unused(); }
    bool hasGroup(const Key128 &) override { return false; }
    Result<std::vector<Key128>> groupsOfProducer(Symbol) override { return unused(); }
    Result<std::vector<Key128>> groupsOfSession(Symbol) override { return unused(); }
    Result<std::vector<Key128>> groupsSharedWith(const std::string &) override { return unused(); }
    Result<> verify() override { return unused(); }
    void setReadDeadline(TimeNs) override {}
    Result<std::vector<StoredFile>> loadFiles(const std::string &) override { return unused(); }
    Result<std::vector<TraitFact>> loadTraits() override { return unused(); }
    Result<std::vector<std::pair<SeriesId, SeriesKey>>> loadSeries() override { return unused(); }
    Result<> loadCells(Resolution, std::int64_t first, std::int64_t last,
                       const std::function<void(const Cell &)> &sink) override
    {
        for (const Cell &cell : minutes)
            if (cell.bucket >= first && cell.bucket <= last)
                sink(cell);
        return {};
    }
    Result<> loadRuns(const std::function<void(const RunRow &)> &) override { return unused(); }
    Result<> loadSignals(const Key128 &group, std::vector<SignalFact> &out) override
    {
        for (const SignalFact &signal : signalFacts)
            if (signal.group == group)
                out.push_back(signal);
        return {};
    }
    Result<> readSignals(const std::function<void(const SignalFact &)> &sink) override
    {
        for (const SignalFact &signal : signalFacts)
            sink(signal);
        if (!signalError.empty())
            return Error{ErrorCode::Unreadable, signalError};
        return {};
    }
    Result<std::vector<RejectCount>> loadRejects() override { return unused(); }
    Result<std::vector<SourceCounters>> loadCounters() override { return unused(); }
    Result<> readCalls(const CallFilter &f, CallOrder order, std::int64_t limit,
                       const std::function<bool(const Call &)> &sink) override
    {
        if (!readError.empty())
            return Error{ErrorCode::Unreadable, readError};
        std::vector<const Call *> found;
        for (const Call &c : calls)
            if ((f.since == kNoTime || c.time >= f.since) && (f.until == kNoTime || c.time < f.until)
                && (!f.run || c.run == *f.run) && (!f.workflow || c.names.workflow == *f.workflow)
                && (!f.model || c.model == *f.model) && (!f.provider || c.provider == *f.provider)
                && (!f.agent || c.names.agent == *f.agent) && (!f.step || c.names.step == *f.step)
                && (!f.tier || c.names.tier == *f.tier) && (!f.segment || c.names.segment == *f.segment)
                && (!f.promptVersion || c.names.promptVersion == *f.promptVersion)
                && (!f.taskType || c.names.taskType == *f.taskType))
                found.push_back(&c);
        std::stable_sort(found.begin(), found.end(), [order](const Call *a, const Call *b) {
            return order == CallOrder::TimeAscending    ? a->time < b->time
                   : order == CallOrder::TimeDescending ? a->time > b->time
                                                        : a->cost > b->cost;
        });
        if (limit > 0 && static_cast<std::size_t>(limit) < found.size())
            found.resize(static_cast<std::size_t>(limit));
        for (const Call *c : found)
            if (!sink(*c))
                break;
        return {};
    }
    Result<> readRecords(TimeNs, TimeNs, bool, const std::function<bool(const StoredCall &)> &) override
    {
        return unused();
    }
    Result<StoredGroup> readTrace(const Key128 &run) override
    {
        StoredGroup trace;
        for (const Call &call : calls)
            if (call.run == run)
                trace.calls.push_back({{}, call, true});
        std::stable_sort(trace.calls.begin(), trace.calls.end(),
                         [](const StoredCall &a, const StoredCall &b) { return a.call.time < b.call.time; });
        trace.spans = spans;
        trace.signals = signalFacts;
        return trace;
    }
    Result<> setMeta(const std::string &, const std::string &) override { return unused(); }
    std::string meta(const std::string &key) override
    {
        return key == kMetaRetainedBefore ? retainedBefore : std::string();
    }
    Result<std::int64_t> retain(TimeNs) override { return unused(); }
    Result<> forgetSource(const std::string &, bool) override { return unused(); }
    Result<> rebuildRollups() override { return unused(); }
    std::int64_t sizeBytes() const override { return 0; }
    void checkpoint() override {}

private:
    static Error unused() { return {ErrorCode::Internal, "not part of this test"}; }
    OpenReport m_report;
};

} // namespace flyball
