// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "core/aggregate/views/fold.h"
#include "tests/models/fakeengine.h"

namespace flyball {

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
