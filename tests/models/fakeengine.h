// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <map>
#include <memory>

#include "core/aggregate/views/fold.h"
#include "core/engine/engine.h"
#include "core/engine/ruletrial.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// A ledger that answers drill-down from a list of calls; it stores nothing.
class FakeLedger : public Ledger {
public:
    std::vector<Call> calls;
    std::vector<SignalFact> signalFacts;
    std::vector<SpanFact> spans;
    std::vector<Cell> minutes;
    std::string readError;      ///< not empty: calls cannot be read
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

/// The engine without threads: snapshots are set by the test, queries answered when asked for.
class FakeEngine : public Engine {
public:
    FakeLedger ledger;
    SymbolTable symbols;
    std::vector<std::string> log; ///< what the models asked for
    std::string overridesJson;
    std::shared_ptr<PriceCatalog> catalog;
    int retention = -1;
    std::vector<Query> waiting;
    bool hold = false; ///< keep queries until answer()

    FakeEngine()
    {
        auto built = PriceCatalog::builtIn();
        if (built)
            catalog = std::make_shared<PriceCatalog>(std::move(*built));
        auto empty = std::make_shared<Snapshot>();
        empty->symbols = &symbols;
        empty->series = std::make_shared<std::vector<SeriesKey>>();
        empty->quarters.resolution = Resolution::Quarter;
        m_snapshot = empty;
    }

    void publish(std::shared_ptr<const Snapshot> snapshot)
    {
        m_snapshot = std::move(snapshot);
        if (m_callback)
            m_callback();
    }
    void answer()
    {
        auto queries = std::move(waiting);
        waiting.clear();
        for (const Query &q : queries)
            q(ledger);
    }

    std::shared_ptr<const Snapshot> latest() const override { return m_snapshot; }
    void onSnapshot(std::function<void()> callback) override { m_callback = std::move(callback); }
    void query(Query query) override
    {
        if (hold)
            waiting.push_back(std::move(query));
        else
            query(ledger);
    }
    void addSource(SourceConfig s) override { log.push_back("add " + s.target); }
    void removeSource(const std::string &id, bool rows) override
    {
        log.push_back("remove " + id + (rows ? " with rows" : ""));
    }
    void pauseSource(const std::string &id, bool paused) override
    {
        log.push_back((paused ? "pause " : "go on ") + id);
    }
    void retrySource(const std::string &id) override { log.push_back("retry " + id); }
    void cancelImport() override { log.push_back("cancel"); }
    void setRetentionDays(int days) override { retention = days; }
    void reprice(std::function<void(UsdSum, UsdSum)> done) override { done({}, {}); }
    std::shared_ptr<const PriceCatalog> prices() const override { return catalog; }
    void changeOverrides(std::string json, std::function<void(Result<>)> done) override
    {
        const auto store = OverrideStore::fromJson(json, "test");
        if (!json.empty() && !store)
            return done(store.error());
        auto next = std::make_shared<PriceCatalog>(*catalog);
        const auto set = next->setOverrides(store ? *store : OverrideStore());
        if (!set)
            return done(set.error());
        overridesJson = json;
        catalog = next;
        done(Result<>());
    }
    std::string overrides() const override { return overridesJson; }
    void changeAttribution(AttributionRules rules, std::function<void(Result<>)> done) override
    {
        attribution = std::move(rules);
        finish = std::move(done);
        if (!hold)
            std::exchange(finish, nullptr)(Result<>());
    }
    void changeSuccess(std::vector<SuccessRule> rules, std::function<void(Result<>)> done) override
    {
        success = std::move(rules);
        done(Result<>());
    }
    void cancelRework() override { log.push_back("stop"); }
    void tryAttribution(AttributionRules, AttributionRules draft, std::int64_t,
                        std::function<void(Result<RuleTrial>)> done) override
    {
        RuleTrial answer = trial;
        answer.matched.resize(draft.size());
        done(answer);
    }
    AttributionRules attribution;
    std::vector<SuccessRule> success;
    RuleTrial trial;                      ///< what trying rules answers
    std::function<void(Result<>)> finish; ///< of a held application

private:
    std::shared_ptr<const Snapshot> m_snapshot;
    std::function<void()> m_callback;
};

/// Folds calls and runs into a snapshot the slow and obvious way.
class SnapshotMaker {
public:
    explicit SnapshotMaker(FakeEngine &engine) : m_engine(engine) {}
    TimeNs minutesFrom = 0;
    TimeNs takenAt = 0;
    std::int64_t rejected = 0;
    std::vector<RunRow> runs;
    std::vector<SourceHealth> sources;

    std::shared_ptr<Snapshot> make(const std::vector<Call> &calls)
    {
        auto s = std::make_shared<Snapshot>();
        s->sequence = ++m_sequence;
        s->takenAt = takenAt;
        s->symbols = &m_engine.symbols;
        s->minutesFrom = minutesFrom;
        s->quartersComplete = true;
        s->rejected = rejected;
        s->sources = sources;
        std::vector<Cell> minutes, quarters;
        for (const Call &call : calls) {
            Totals one;
            one.add(call);
            const SeriesId id = seriesOf(call);
            if (call.time >= minutesFrom)
                minutes.push_back({bucketOf(call.time, kMinute), id, one});
            quarters.push_back({bucketOf(call.time, 15 * kMinute), id, one});
            s->firstEvent = s->firstEvent == kNoTime ? call.time : std::min(s->firstEvent, call.time);
            s->newestEvent = std::max(s->newestEvent, call.time);
        }
        s->minutes = storeOf(Resolution::Minute, std::move(minutes));
        s->quarters = storeOf(Resolution::Quarter, std::move(quarters));
        s->series = std::make_shared<const std::vector<SeriesKey>>(m_series);
        for (std::size_t i = 0; i < runs.size(); i += RunStore::kChunk)
            s->runs.chunks.push_back(std::make_shared<const std::vector<RunRow>>(
                runs.begin() + static_cast<std::ptrdiff_t>(i),
                runs.begin() + static_cast<std::ptrdiff_t>(std::min(runs.size(), i + RunStore::kChunk))));
        s->prices.date = m_engine.catalog->date();
        s->prices.models = static_cast<std::int64_t>(m_engine.catalog->modelCount());
        return s;
    }

private:
    SeriesId seriesOf(const Call &c)
    {
        const SeriesKey key = SeriesKey::of(c);
        const auto it = std::find(m_series.begin(), m_series.end(), key);
        if (it != m_series.end())
            return static_cast<SeriesId>(it - m_series.begin());
        m_series.push_back(key);
        return static_cast<SeriesId>(m_series.size() - 1);
    }
    FakeEngine &m_engine;
    std::vector<SeriesKey> m_series;
    std::uint64_t m_sequence = 0;
};

/// A computed call with plain counts.
inline Call makeCall(FakeEngine &e, TimeNs time, const char *workflow, const char *model, PicoUsd cost,
                     std::int64_t in = 1000, std::int64_t out = 100)
{
    static std::uint64_t next = 0;
    Call c;
    c.group = {1, ++next};
    c.sub = next;
    c.run = {2, next};
    c.time = time;
    c.names.workflow = e.symbols.intern(workflow);
    c.model = e.symbols.intern(model);
    c.provider = e.symbols.intern("anthropic");
    c.usage.quality = UsageQuality::Exact;
    c.usage[TokenClass::InFresh] = in;
    c.usage[TokenClass::OutText] = out;
    c.costOrigin = CostOrigin::Computed;
    c.cost = cost;
    return c;
}

inline RunRow makeRun(FakeEngine &e, std::uint64_t id, const char *workflow, TimeNs start, TimeNs end, Outcome outcome,
                      PicoUsd cost, bool closed = true)
{
    RunRow row;
    row.info.run = {7, id};
    row.info.workflow = e.symbols.intern(workflow);
    row.info.start = start;
    row.info.end = end;
    row.info.outcome = outcome;
    row.info.closed = closed;
    Call call = makeCall(e, end, workflow, "claude-opus-4-5", cost);
    row.totals.add(call);
    return row;
}

} // namespace flyball
