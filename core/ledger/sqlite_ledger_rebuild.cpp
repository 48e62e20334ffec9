// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_map>

#include "core/ledger/schema.h"
#include "core/ledger/sqlite_ledger.h"

namespace flyball {

namespace {

using SeriesIds = std::unordered_map<SeriesKey, SeriesId>;

/// Sums of one bucket; the rows come in order of time, so a bucket is done when the next begins.
struct OpenBucket {
    std::int64_t bucket = 0;
    std::unordered_map<SeriesId, Totals> sums;

    [[nodiscard]] std::vector<Cell> take()
    {
        std::vector<Cell> cells;
        cells.reserve(sums.size());
        for (const auto &[series, totals] : sums)
            cells.push_back({bucket, series, totals});
        sums.clear();
        return cells;
    }
};

/// A run of which only calls are known.
void cover(RunInfo &info, const Call &call)
{
    const TimeNs start = call.latencyNs > 0 ? call.time - call.latencyNs : call.time;
    if (info.start == 0 && info.end == 0) {
        info.format = call.format;
        info.workflow = call.names.workflow;
        info.session = call.names.session;
        info.prompt = call.prompt;
        info.start = start;
        info.end = call.time;
    }
    info.start = std::min(info.start, start);
    info.end = std::max(info.end, call.time);
}

} // namespace

Result<> SqliteLedger::rebuildRollups()
{
    return transaction([&]() -> Result<> {
        if (Result<> r = rebuildCells(Resolution::Minute); !r)
            return r;
        if (Result<> r = rebuildCells(Resolution::Quarter); !r)
            return r;
        if (Result<> r = rebuildRuns(); !r)
            return r;
        Statement done(m_db, "DELETE FROM meta WHERE key = ?1");
        done.bindText(1, kMetaRollupsStale);
        return done.run("note the rebuild");
    });
}

Result<> SqliteLedger::rebuildCells(Resolution resolution)
{
    const TimeNs width = widthOf(resolution);
    const TimeNs horizon = retainedBefore();
    const std::string table = resolution == Resolution::Minute ? "roll_minute" : "roll_quarter";
    Statement clear(m_db, "DELETE FROM " + table + " WHERE bucket >= ?1");
    clear.bind(1, horizon == kNoTime ? kNoTime : bucketOf(horizon, width));
    if (Result<> r = clear.run("clear a roll-up"); !r)
        return r;

    auto known = loadSeries();
    if (!known)
        return known.error();
    SeriesIds ids;
    SeriesId next = 0;
    for (const auto &[id, key] : known.value()) {
        ids.emplace(key, id);
        next = std::max(next, id + 1);
    }
    std::vector<std::pair<SeriesId, SeriesKey>> added;
    OpenBucket open;
    Result<> written;
    Statement rows(m_db, std::string(kSelectCalls) + " WHERE counted >= 1 AND time >= ?1 ORDER BY time");
    rows.bind(1, horizon);
    Result<> r = eachStored(rows, [&](const StoredCall &stored) {
        const std::int64_t bucket = bucketOf(stored.call.time, width);
        if (bucket != open.bucket && !open.sums.empty())
            written = addCells(resolution, open.take());
        open.bucket = bucket;
        const SeriesKey key = SeriesKey::of(stored.call);
        const auto [at, isNew] = ids.try_emplace(key, next);
        if (isNew)
            added.emplace_back(next++, key);
        open.sums[at->second].add(stored.call);
        return written.ok();
    });
    if (r)
        r = written;
    if (r)
        r = addCells(resolution, open.take());
    return r ? putSeries(added) : r;
}

Result<> SqliteLedger::rebuildRuns()
{
    struct Sum {
        RunInfo info;
        Totals totals;
        Symbol source = 0;
    };
    std::unordered_map<Key128, Sum> sums;
    Statement rows(m_db, std::string(kSelectCalls) + " WHERE counted = 1 ORDER BY time");
    Result<> r = eachStored(rows, [&](const StoredCall &stored) {
        Sum &sum = sums[stored.call.run];
        cover(sum.info, stored.call);
        sum.totals.add(stored.call);
        sum.source = stored.call.source;
        return true;
    });
    std::vector<RunRow> changed;
    Statement runs(m_db, "SELECT run, data, trimmed FROM runs WHERE data IS NOT NULL");
    while (r && runs.step()) {
        RunRow row;
        row.info.run = runs.key(0);
        if (!m_codec.decode(runs.blob(1), row))
            return damagedRow("run");
        const auto known = sums.extract(row.info.run);
        const Totals totals = known.empty() ? Totals{} : known.mapped().totals;
        // Part of the calls of a trimmed run are gone: its stored sums are the better ones.
        if (runs.int64(2) != 0 || totals == row.totals)
            continue;
        row.totals = totals;
        changed.push_back(row);
    }
    if (r)
        r = runs.finish("read runs");
    for (auto &[run, sum] : sums) {
        sum.info.run = run;
        changed.push_back({sum.info, sum.totals, 0, sum.source});
    }
    return r ? putRuns(changed) : r;
}

} // namespace flyball
