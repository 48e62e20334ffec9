// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/engine/cellcube.h"
#include "core/engine/collator.h"
#include "core/engine/meetingpoint.h"
#include "core/engine/qualityjoin.h"
#include "core/engine/runtable.h"
#include "core/ledger/ledger.h"

namespace flyball {

/// Collation in front of a ledger: holds the groups that are being worked on, fetches others when a
/// fact of theirs turns up, and says what must be written. One thread.
class LiveCollator {
public:
    LiveCollator(SymbolTable &symbols, CallPricer &pricer, Ledger &ledger, RunTable &runs);

    /// Loads series and traits; false with the error if the ledger cannot be read.
    [[nodiscard]] Result<> start();
    /// How far add() got with a batch.
    struct Added {
        std::size_t merged = 0; ///< calls in the store
        std::size_t calls = 0;  ///< of these, joined with what others tell of them
        std::size_t spans = 0;
        std::size_t signals = 0;
    };
    /// Merges facts. Groups of theirs that are stored are fetched first. When the ledger cannot be asked, the rest of
    /// the batch is not merged: call again with the same batch and `done`, and collect nothing until it has succeeded.
    [[nodiscard]] Result<> add(const FactBatch &batch, Added &done);
    /// What this source told, to be given to forgotten() once its rows are gone and start() has run.
    void setTold(Symbol source, bool told) { m_collator.setTold(source, told); }
    [[nodiscard]] std::vector<TraitFact> traitsOf(Symbol source) const;
    /// Marks the groups that were decided by traits nobody tells any more.
    [[nodiscard]] Result<> forgotten(const std::vector<TraitFact> &traits);
    /// Marks a stored group to be resolved again (a new price, a trait that turned up late).
    [[nodiscard]] Result<> touch(const Key128 &group);
    [[nodiscard]] bool pending() const
    {
        return !m_dirty.empty() || !m_learnt.empty() || !m_imported.empty() || m_qualityChanged;
    }
    /// Resolves what changed and puts it into `write`; the cube deltas are there as well.
    void collect(LedgerWrite &write);
    /// To be called after a successful commit: drops the working set once it is large.
    void committed();

    [[nodiscard]] const std::vector<SeriesKey> &series() const { return m_series; }
    [[nodiscard]] std::int64_t takeDuplicates();
    [[nodiscard]] std::int64_t callsAdded() const { return m_added; }
    [[nodiscard]] std::int64_t callsUpdated() const { return m_updated; }
    [[nodiscard]] const Totals &totals() const { return m_totals; }
    void setTotals(const Totals &totals) { m_totals = totals; }
    void setPricer(CallPricer &pricer) { m_collator.setPricer(pricer); }
    void setAttribution(std::span<const AttributionRule> rules) { m_collator.setAttribution(rules); }
    void setSuccessRules(const std::vector<SuccessRule> &rules) { m_collator.setSuccessRules(rules); }
    /// Calls fn(requestKey, run) for every stored call that names its request.
    using RequestScan = std::function<Result<>(const std::function<void(std::uint64_t, const Key128 &)> &)>;
    void setRequestScan(RequestScan scan) { m_scanRequests = std::move(scan); }
    /// Imported signals as the ledger has them, joined to the runs that are loaded.
    [[nodiscard]] Result<> loadQuality();
    [[nodiscard]] const QualityJoin &quality() const { return m_quality; }
    /// Decides these runs again, whose imported signals were as many as stated.
    void decideAgain(const std::vector<std::pair<Key128, std::int32_t>> &runs);
    [[nodiscard]] TimeNs firstEvent() const { return m_first; }
    [[nodiscard]] TimeNs newestEvent() const { return m_newest; }
    void setSpan(TimeNs first, TimeNs newest)
    {
        m_first = first;
        m_newest = newest;
    }
    void forgetWorkingSet();

private:
    [[nodiscard]] Result<std::uint32_t> groupFor(const Key128 &key);
    [[nodiscard]] Result<> addCall(const CallFact &fact, Added &done);
    [[nodiscard]] Result<> addSignal(const SignalFact &signal);
    [[nodiscard]] Result<> learn(const TraitFact &trait);
    [[nodiscard]] Result<> spread(const TraitFact &trait);
    [[nodiscard]] Result<> spreadToMetered();
    [[nodiscard]] Result<> touchAll(const Result<std::vector<Key128>> &groups);
    [[nodiscard]] SeriesId seriesFor(const Call &call, LedgerWrite &write);
    void collectGroup(std::uint32_t group, LedgerWrite &write);
    [[nodiscard]] Result<> join(const CallFact &fact, std::uint32_t group);
    [[nodiscard]] Result<> loadHostsOf(Symbol session);
    [[nodiscard]] Result<> prepareMeeting(const FactBatch &batch);
    [[nodiscard]] Result<> readGuests(TimeNs since, TimeNs until);
    [[nodiscard]] Result<> meet(const CallFact &fact, std::uint32_t group);
    void joinPair(std::uint32_t host, std::uint32_t event, std::uint64_t requestKey);
    void changeCells(const Call &call, bool add, LedgerWrite &write);
    void noteRun(const RunInfo &run);
    [[nodiscard]] Result<> joinQuality();
    [[nodiscard]] Result<> scanOnce();
    void noteRequest(std::uint64_t request, const Key128 &run);
    void findNamed();
    void decideRun(const Key128 &run);

    Collator m_collator;
    Ledger &m_ledger;
    RunTable &m_runs;
    std::unordered_map<std::uint32_t, std::vector<Call>> m_resolved; ///< counted calls as stored
    std::unordered_set<std::uint32_t> m_dirty;
    std::unordered_set<std::uint64_t> m_touchedFacts; ///< hash of (group, sub) of this batch's calls
    std::unordered_set<std::uint64_t> m_newEvents;    ///< the same of log events seen for the first time
    std::unordered_set<std::uint64_t> m_touchedSpans;
    std::unordered_set<std::uint64_t> m_touchedSignals;
    std::vector<TraitFact> m_learnt; ///< since the last commit
    struct TraitOwner {
        Symbol subject = 0, source = 0;
        friend bool operator==(const TraitOwner &, const TraitOwner &) = default;
    };
    struct TraitOwnerHash {
        std::size_t operator()(const TraitOwner &o) const
        {
            return std::hash<std::uint64_t>{}((std::uint64_t{o.subject} << 32U) | o.source);
        }
    };
    std::unordered_map<TraitOwner, std::uint32_t, TraitOwnerHash> m_told; ///< flags by who told them
    // Only while there is telemetry that names requests (TelemetrySeen).
    std::unordered_map<std::uint64_t, std::uint32_t> m_hosts; ///< request to the group of its call, of the working set
    std::unordered_set<Symbol> m_hostsLoaded;                 ///< sessions whose stored groups are in it
    bool m_hostsKnown = false;                                ///< the working set has been gone through
    Symbol m_telemetry = 0;
    // Only while there are rows of a gateway (GatewaySeen).
    static constexpr TimeNs kLongestCall = 30 * kMinute;
    MeetingPoint m_meeting;
    bool m_meets = false; ///< the working set has been gone through
    Symbol m_gateway = 0;
    QualityJoin m_quality;
    std::unordered_map<Key128, std::int32_t> m_signalsTold; ///< imported ones that a run row counts
    RequestScan m_scanRequests;
    struct RequestRun {
        std::uint64_t request = 0;
        Key128 run;
    };
    std::vector<RequestRun> m_callsGone, m_callsHere;             ///< of the groups being collected
    std::unordered_multimap<std::uint64_t, Key128> m_requestRuns; ///< once a signal named a request; without repeats
    std::vector<SignalFact> m_imported;                           ///< since the last commit
    bool m_requestsKnown = false;
    bool m_qualityChanged = false;
    std::vector<SeriesKey> m_series;
    std::unordered_map<SeriesKey, SeriesId> m_seriesIndex;
    FactStore::Group m_scratch;
    ResolvedGroup m_out;
    Totals m_totals;
    TimeNs m_first = kNoTime;
    TimeNs m_newest = kNoTime;
    std::int64_t m_added = 0;
    std::int64_t m_updated = 0;
    std::int64_t m_duplicatesTaken = 0;
};

} // namespace flyball
