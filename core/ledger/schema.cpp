// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/schema.h"

#include <array>
#include <utility>

namespace flyball {

namespace {

// Columns are what queries filter, order or index on; everything else is in `data` (record.h).
// What is random (groups, names) is indexed by a short hash or in batches: see CallKeys, Names.
constexpr const char *kTables = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE symbols(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE texts(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE calls(id INTEGER PRIMARY KEY, grp BLOB NOT NULL, sub INTEGER NOT NULL, counted INTEGER NOT NULL,
    time INTEGER NOT NULL, run INTEGER, workflow INTEGER, model INTEGER, provider INTEGER, agent INTEGER, step INTEGER,
    source INTEGER, tier INTEGER, segment INTEGER, session INTEGER, producer INTEGER, failed INTEGER NOT NULL,
    priced INTEGER NOT NULL, cost INTEGER, data BLOB NOT NULL);
CREATE TABLE keys(hash INTEGER NOT NULL, call INTEGER NOT NULL, PRIMARY KEY(hash, call)) WITHOUT ROWID;
CREATE TABLE spans(trace BLOB NOT NULL, span INTEGER NOT NULL, time INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY(trace, span)) WITHOUT ROWID;
CREATE TABLE signals(grp BLOB NOT NULL, span INTEGER NOT NULL, id INTEGER NOT NULL, time INTEGER NOT NULL,
    data BLOB NOT NULL, PRIMARY KEY(grp, span, id)) WITHOUT ROWID;
CREATE TABLE runs(id INTEGER PRIMARY KEY AUTOINCREMENT, run BLOB NOT NULL UNIQUE, source INTEGER, data BLOB,
    trimmed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE series(id INTEGER PRIMARY KEY, source INTEGER, workflow INTEGER, provider INTEGER, model INTEGER,
    tier INTEGER, agent INTEGER, step INTEGER, segment INTEGER, task_type INTEGER, prompt_version INTEGER,
    feature INTEGER, policy_revision INTEGER);
CREATE TABLE roll_minute(bucket INTEGER NOT NULL, series INTEGER NOT NULL, totals BLOB NOT NULL,
    PRIMARY KEY(bucket, series)) WITHOUT ROWID;
CREATE TABLE roll_quarter(bucket INTEGER NOT NULL, series INTEGER NOT NULL, totals BLOB NOT NULL,
    PRIMARY KEY(bucket, series)) WITHOUT ROWID;
CREATE TABLE traits(subject TEXT NOT NULL, source TEXT NOT NULL, flags INTEGER NOT NULL,
    PRIMARY KEY(subject, source)) WITHOUT ROWID;
CREATE TABLE files(source TEXT NOT NULL, key TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY(source, key)) WITHOUT ROWID;
CREATE TABLE reject_counts(source TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY(source, reason)) WITHOUT ROWID;
CREATE TABLE rejects(id INTEGER PRIMARY KEY, source TEXT NOT NULL, reason TEXT NOT NULL, path TEXT NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL, count INTEGER NOT NULL, last INTEGER NOT NULL,
    UNIQUE(source, reason, path, offset));
CREATE TABLE counters(source TEXT PRIMARY KEY NOT NULL, lines INTEGER NOT NULL, ignored INTEGER NOT NULL,
    duplicates INTEGER NOT NULL) WITHOUT ROWID;
)sql";

constexpr const char *kIndexes = R"sql(
CREATE INDEX IF NOT EXISTS symbols_hash ON symbols(hash);
CREATE INDEX IF NOT EXISTS texts_hash ON texts(hash);
CREATE INDEX IF NOT EXISTS calls_time ON calls(time);
CREATE INDEX IF NOT EXISTS calls_run ON calls(run) WHERE run IS NOT NULL;
CREATE INDEX IF NOT EXISTS calls_producer ON calls(producer) WHERE producer IS NOT NULL;
CREATE INDEX IF NOT EXISTS calls_session ON calls(session) WHERE session IS NOT NULL;
)sql";

/// Version 0 knew neither runs whose calls were forgotten nor the index on sessions.
Result<> migrateFrom0(Database &db)
{
    if (Result<> r = db.exec("ALTER TABLE runs ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0"); !r)
        return r;
    return db.exec(kIndexes);
}

/// Version 1 kept neither these dimensions of a series nor who told a trait. Its roll-ups are made again from
/// the rows once those can be read: see kMetaRollupsStale.
Result<> migrateFrom1(Database &db)
{
    return db.exec(
        "ALTER TABLE series ADD COLUMN task_type INTEGER; ALTER TABLE series ADD COLUMN prompt_version INTEGER;"
        "ALTER TABLE series ADD COLUMN feature INTEGER; ALTER TABLE series ADD COLUMN policy_revision INTEGER;"
        "ALTER TABLE traits RENAME TO traits_1;"
        "CREATE TABLE traits(subject TEXT NOT NULL, source TEXT NOT NULL, flags INTEGER NOT NULL,"
        " PRIMARY KEY(subject, source)) WITHOUT ROWID;"
        "INSERT INTO traits SELECT subject, '', flags FROM traits_1; DROP TABLE traits_1;"
        "INSERT OR REPLACE INTO meta(key, value) VALUES('rollups_stale', '1')");
}

using Migration = Result<> (*)(Database &);
/// kMigrations[v] turns version v into v + 1.
constexpr std::array<Migration, kSchemaVersion> kMigrations = {migrateFrom0, migrateFrom1};

Result<> stamp(Database &db, int version)
{
    const std::string sql = "PRAGMA application_id = " + std::to_string(kApplicationId)
                            + "; PRAGMA user_version = " + std::to_string(version);
    return db.exec(sql.c_str());
}

Result<> inTransaction(Database &db, const auto &work)
{
    if (Result<> r = db.exec("BEGIN IMMEDIATE"); !r)
        return r;
    Result<> r = work();
    if (r)
        r = db.exec("COMMIT");
    if (!r)
        (void)db.exec("ROLLBACK");
    return r;
}

} // namespace

Result<> createSchema(Database &db)
{
    return inTransaction(db, [&]() -> Result<> {
        for (const char *sql : {kTables, kIndexes}) {
            if (Result<> r = db.exec(sql); !r)
                return r;
        }
        return stamp(db, kSchemaVersion);
    });
}

Result<> migrateSchema(Database &db, int from)
{
    for (int version = from; version < kSchemaVersion; ++version) {
        const Result<> r = inTransaction(db, [&]() -> Result<> {
            if (Result<> step = kMigrations[static_cast<std::size_t>(version)](db); !step)
                return step;
            return stamp(db, version + 1);
        });
        if (!r)
            return r;
    }
    return {};
}

const std::vector<std::string> &schemaTables()
{
    static const std::vector<std::string> kNames = {
        "meta",        "symbols",      "texts",  "calls", "spans",         "signals", "runs",    "series",
        "roll_minute", "roll_quarter", "traits", "files", "reject_counts", "rejects", "counters"};
    return kNames;
}

Result<> probeSchema(Database &db)
{
    // One end per query: SQLite walks the whole table for both at once.
    static constexpr std::array<std::pair<const char *, const char *>, 12> kEnds = {{{"calls", "id"},
                                                                                     {"calls", "time"},
                                                                                     {"calls", "session"},
                                                                                     {"keys", "hash"},
                                                                                     {"spans", "trace"},
                                                                                     {"signals", "grp"},
                                                                                     {"runs", "run"},
                                                                                     {"runs", "id"},
                                                                                     {"roll_minute", "bucket"},
                                                                                     {"roll_quarter", "bucket"},
                                                                                     {"texts", "id"},
                                                                                     {"texts", "hash"}}};
    for (const auto &[table, column] : kEnds) {
        for (const char *end : {"ASC", "DESC"}) {
            const std::string sql = std::string("SELECT ") + column + " FROM " + table + " WHERE " + column
                                    + " IS NOT NULL ORDER BY " + column + " " + end + " LIMIT 1";
            if (Result<std::string> r = db.scalar(sql); !r)
                return r.error();
        }
    }
    return {};
}

Result<> quickCheck(Database &db, const std::string &table)
{
    const Result<std::string> r =
        db.scalar(table.empty() ? std::string("PRAGMA quick_check(1)") : "PRAGMA quick_check('" + table + "')");
    if (!r)
        return r.error();
    if (r.value() != "ok")
        return Error{ErrorCode::Corrupt, "the ledger is damaged: " + r.value()};
    return {};
}

} // namespace flyball
