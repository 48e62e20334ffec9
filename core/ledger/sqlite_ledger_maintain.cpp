// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <unordered_map>

#include <sqlite3.h>

#include "core/ledger/schema.h"
#include "core/ledger/sqlite_ledger.h"

namespace flyball {

namespace {

constexpr std::int64_t kForgetAtOnce = 20'000; // bounds the WAL of one transaction

/// Spans and signals live as long as a call of their trace does. Needs all keys in their table.
std::string noCallLeft(const std::string &group)
{
    return " AND NOT EXISTS (SELECT 1 FROM keys k JOIN calls c ON c.id = k.call WHERE k.hash = group_hash(" + group
           + ") AND c.grp = " + group + ")";
}

} // namespace

Result<> SqliteLedger::setMeta(const std::string &key, const std::string &value)
{
    const auto put = [&] {
        m_sql.putMeta.bindText(1, key);
        m_sql.putMeta.bindText(2, value);
        return m_sql.putMeta.run("store a setting");
    };
    return transaction(put);
}

std::string SqliteLedger::meta(const std::string &key)
{
    begin();
    const StatementUse s(m_sql.getMeta);
    s->bindText(1, key);
    return s->step() ? std::string(s->text(0)) : std::string();
}

TimeNs SqliteLedger::retainedBefore()
{
    const std::string text = meta(kMetaRetainedBefore);
    return text.empty() ? kNoTime : std::strtoll(text.c_str(), nullptr, 10);
}

Result<std::int64_t> SqliteLedger::retain(TimeNs before)
{
    // Whole buckets only: a rebuild can then tell what the rows still cover.
    const TimeNs width = widthOf(Resolution::Quarter);
    const TimeNs horizon = bucketOf(before, width) * width;
    // Said first: wherever the work stops, roll-ups before the horizon are the only record.
    Result<> r = transaction([&]() -> Result<> {
        if (retainedBefore() < horizon) {
            const std::string value = std::to_string(horizon);
            m_sql.putMeta.bindText(1, kMetaRetainedBefore);
            m_sql.putMeta.bindText(2, value);
            if (Result<> put = m_sql.putMeta.run("store the horizon"); !put)
                return put;
        }
        Statement mark(m_db, "UPDATE runs SET trimmed = 1 WHERE trimmed = 0 AND id IN"
                             " (SELECT run FROM calls WHERE time < ?1 AND counted = 1)");
        mark.bind(1, horizon);
        return mark.run("mark runs");
    });
    std::int64_t forgotten = 0;
    Statement drop(m_db, "DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE time < ?1 ORDER BY time LIMIT ?2)"
                         " RETURNING grp, id");
    for (std::int64_t dropped = kForgetAtOnce; r && dropped == kForgetAtOnce; forgotten += r ? dropped : 0) {
        r = transaction([&]() -> Result<> {
            drop.bind(1, horizon);
            drop.bind(2, kForgetAtOnce);
            return dropCalls(drop, dropped);
        });
    }
    if (r)
        r = mergeKeys();
    if (r)
        r = transaction([&]() -> Result<> {
            Statement spans(m_db, "DELETE FROM spans WHERE time < ?1" + noCallLeft("spans.trace"));
            spans.bind(1, horizon);
            if (Result<> done = spans.run("forget spans"); !done)
                return done;
            Statement signals(m_db, "DELETE FROM signals WHERE time < ?1" + noCallLeft("signals.grp"));
            signals.bind(1, horizon);
            return signals.run("forget quality signals");
        });
    if (!r)
        return r.error();
    return forgotten;
}

/// Runs a deletion that returns (grp, id) and takes the keys of those rows away as well.
Result<> SqliteLedger::dropCalls(Statement &deletion, std::int64_t &count)
{
    std::vector<CallKeys::Row> rows;
    while (deletion.step())
        rows.emplace_back(deletion.key(0), deletion.int64(1));
    if (Result<> r = deletion.finish("forget calls"); !r)
        return r;
    count = static_cast<std::int64_t>(rows.size());
    return m_keys.drop(rows);
}

Result<> SqliteLedger::forgetSource(const std::string &source, bool rowsToo)
{
    if (Result<> r = mergeKeys(); !r)
        return r;
    const Result<> done = transaction([&]() -> Result<> {
        for (const char *table : {"files", "rejects", "reject_counts", "counters"}) {
            Statement drop(m_db, std::string("DELETE FROM ") + table + " WHERE source = ?1");
            drop.bindText(1, source);
            if (Result<> r = drop.run("forget a source"); !r)
                return r;
        }
        if (rowsToo) {
            Statement drop(m_db, "DELETE FROM traits WHERE source = ?1");
            drop.bindText(1, source);
            if (Result<> r = drop.run("forget what a source told"); !r)
                return r;
        }
        const Symbol symbol = m_symbols.intern(source);
        const std::optional<std::int64_t> id = m_names.find(symbol);
        if (!rowsToo || !id)
            return {};
        if (Result<> r = forgetSignals(symbol); !r)
            return r;
        return forgetRows(*id);
    });
    m_runIds.forget();
    return done;
}

/// Imported ones: whatever was read beside calls goes with them.
Result<> SqliteLedger::forgetSignals(Symbol source)
{
    std::vector<SignalFact> gone;
    const Result<> read = readSignals([&](const SignalFact &signal) {
        if (signal.address != SignalAddress::Group && signal.source == source)
            gone.push_back(signal);
    });
    if (!read)
        return read;
    Statement drop(m_db, "DELETE FROM signals WHERE grp = ?1 AND span = ?2 AND id = ?3");
    for (const SignalFact &signal : gone) {
        drop.bindKey(1, signal.group);
        drop.bind(2, static_cast<std::int64_t>(signal.span));
        drop.bind(3, static_cast<std::int64_t>(signal.id));
        if (Result<> r = drop.run("forget quality signals"); !r)
            return r;
    }
    return {};
}

Result<> SqliteLedger::forgetRows(std::int64_t sourceId)
{
    if (Result<> r = subtractFromRuns(sourceId); !r)
        return r;
    // A series names its source, so its cells are exactly the sums of that source's rows, those
    // that retain() has dropped included.
    const std::string steps[] = {
        "CREATE TEMP TABLE IF NOT EXISTS touched(grp BLOB PRIMARY KEY) WITHOUT ROWID",
        "DELETE FROM temp.touched",
        "INSERT OR IGNORE INTO temp.touched SELECT grp FROM calls WHERE source IS nullif(?1, 0)",
        "INSERT OR IGNORE INTO temp.touched SELECT run FROM runs WHERE source IS nullif(?1, 0)",
        "DELETE FROM keys WHERE (hash, call) IN (SELECT group_hash(grp), id FROM calls WHERE source IS nullif(?1, 0))",
        "DELETE FROM calls WHERE source IS nullif(?1, 0)",
        "DELETE FROM roll_minute WHERE series IN (SELECT id FROM series WHERE source IS nullif(?1, 0))",
        "DELETE FROM roll_quarter WHERE series IN (SELECT id FROM series WHERE source IS nullif(?1, 0))",
        "DELETE FROM spans WHERE trace IN (SELECT grp FROM temp.touched)" + noCallLeft("spans.trace"),
        "DELETE FROM signals WHERE grp IN (SELECT grp FROM temp.touched)" + noCallLeft("signals.grp"),
        "DELETE FROM runs WHERE (data IS NULL OR source IS nullif(?1, 0))"
        " AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.run = runs.id)",
        "DELETE FROM temp.touched",
    };
    for (const std::string &sql : steps) {
        Statement step(m_db, sql);
        if (sql.find("?1") != std::string::npos)
            step.bind(1, sourceId);
        if (Result<> r = step.run("forget the rows of a source"); !r)
            return r;
    }
    return {};
}

Result<> SqliteLedger::subtractFromRuns(std::int64_t sourceId)
{
    Statement rows(m_db, std::string(kSelectCalls) + " WHERE source IS nullif(?1, 0) AND counted >= 1");
    rows.bind(1, sourceId);
    std::unordered_map<Key128, Totals> gone;
    Result<> r = eachStored(rows, [&](const StoredCall &stored) {
        gone[stored.call.run].add(stored.call);
        return true;
    });
    Statement find(m_db, "SELECT data FROM runs WHERE run = ?1 AND data IS NOT NULL");
    for (auto it = gone.cbegin(); r && it != gone.cend(); ++it) {
        RunRow row;
        row.info.run = it->first;
        {
            const StatementUse use(find);
            find.bindKey(1, it->first);
            if (!find.step())
                continue;
            if (!m_codec.decode(find.blob(0), row))
                return damagedRow("run");
        }
        row.totals -= it->second;
        r = putRuns({row});
    }
    return r;
}

Result<> SqliteLedger::verify()
{
    // Table by table: each is one snapshot, and the WAL can be recycled in between.
    const TimeNs deadline = 60 * kSecond;
    Result<> r;
    for (const std::string &table : schemaTables()) {
        if (!isWriter())
            m_db.setReadDeadline(deadline);
        begin();
        r = quickCheck(m_db, table);
        if (!r)
            break;
    }
    setReadDeadline(m_readDeadline);
    if (!r && r.error().code == ErrorCode::Corrupt)
        markDamaged(m_path);
    return r;
}

std::int64_t SqliteLedger::sizeBytes() const { return fileSize(m_path) + fileSize(m_path + "-wal"); }

void SqliteLedger::checkpoint()
{
    if (!isWriter() || fileSize(m_path + "-wal") == 0)
        return;
    // Never waits for a reader: what it still needs stays in the WAL until the next time.
    sqlite3_busy_timeout(m_db.handle(), 0);
    sqlite3_wal_checkpoint_v2(m_db.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    sqlite3_busy_timeout(m_db.handle(), kBusyTimeoutMs);
}

} // namespace flyball
