// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keys/secretfile.h"
#include "core/push/store/change.h"

#include "core/policy/json/value.h"

#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace flyball {

namespace {

constexpr std::int64_t kVersion = 2;
constexpr TimeNs kKeepLeases = 2 * kDay; ///< closed ones

constexpr const char *kSchema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE revision(number INTEGER PRIMARY KEY, parent INTEGER NOT NULL, rollback_of INTEGER,"
    " author TEXT NOT NULL, comment TEXT NOT NULL, time INTEGER NOT NULL, text TEXT NOT NULL, sha256 TEXT NOT NULL);"
    "CREATE TABLE agent(id TEXT PRIMARY KEY, workflow TEXT NOT NULL, registered INTEGER NOT NULL,"
    " token TEXT NOT NULL UNIQUE, instance TEXT NOT NULL DEFAULT '', last_seen INTEGER, interval INTEGER NOT NULL"
    " DEFAULT 0, active INTEGER, held TEXT NOT NULL DEFAULT '', offered TEXT NOT NULL DEFAULT '', nonce TEXT NOT NULL"
    " DEFAULT '', offered_at INTEGER, polls INTEGER NOT NULL DEFAULT 0, acked TEXT NOT NULL DEFAULT '',"
    " acked_at INTEGER, confirmed TEXT NOT NULL DEFAULT '', error_etag TEXT NOT NULL DEFAULT '', error_code TEXT"
    " NOT NULL DEFAULT '', error_path TEXT NOT NULL DEFAULT '', error_message TEXT NOT NULL DEFAULT '',"
    " enforces TEXT NOT NULL DEFAULT '[]', issue INTEGER NOT NULL DEFAULT 0, digest TEXT NOT NULL DEFAULT '',"
    " old_nonces INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE TABLE lease(id TEXT PRIMARY KEY, agent TEXT NOT NULL, run TEXT NOT NULL, workflow TEXT NOT NULL,"
    " granted INTEGER NOT NULL, actual INTEGER, granted_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
    " state INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX lease_held ON lease(granted_at) WHERE state = 0;"
    "CREATE TABLE spend(workflow TEXT NOT NULL, quarter INTEGER NOT NULL, nusd INTEGER NOT NULL,"
    " PRIMARY KEY(workflow, quarter)) WITHOUT ROWID;"
    "CREATE TABLE control(id INTEGER PRIMARY KEY AUTOINCREMENT, action INTEGER NOT NULL, target TEXT NOT NULL,"
    " created INTEGER NOT NULL, until INTEGER, ended INTEGER, author TEXT NOT NULL, comment TEXT NOT NULL);"
    "CREATE TABLE crossing(workflow TEXT NOT NULL, window INTEGER NOT NULL, start INTEGER NOT NULL, hard INTEGER"
    " NOT NULL, revision INTEGER NOT NULL, time INTEGER NOT NULL, reason TEXT NOT NULL,"
    " PRIMARY KEY(workflow, window, start, hard, revision));"
    "CREATE TABLE receipt(target TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,"
    " time INTEGER NOT NULL, detail TEXT NOT NULL, knobs TEXT NOT NULL, PRIMARY KEY(target, revision)) WITHOUT ROWID;"
    "CREATE TABLE audit(sequence INTEGER PRIMARY KEY, line TEXT NOT NULL);"
    "PRAGMA user_version = 1;"
    "COMMIT";

/// Version 2: the key that an agent gives a reservation, so that asking again gives the same lease.
constexpr const char *kLeaseKeys = "BEGIN IMMEDIATE;"
                                   "ALTER TABLE lease ADD COLUMN key TEXT NOT NULL DEFAULT '';"
                                   "CREATE UNIQUE INDEX lease_key ON lease(agent, key) WHERE key <> '';"
                                   "PRAGMA user_version = 2;"
                                   "COMMIT";

std::string uuid()
{
    std::string hex = randomHex(16);
    if (hex.size() == 32)
        for (const std::size_t at : {20U, 16U, 12U, 8U})
            hex.insert(at, "-");
    return hex;
}

/// A database that cannot be used is kept under another name beside its replacement.
std::string moveAside(const std::string &path)
{
    const std::string aside = path + ".corrupt-" + std::to_string(wallClockNow() / kSecond) + '-' + randomHex(2);
    std::error_code ignored;
    for (const char *suffix : {"", "-wal", "-shm"})
        std::filesystem::rename(path + suffix, aside + suffix, ignored);
    return aside;
}

Result<std::vector<std::pair<std::string, std::string>>> readKeys(const std::string &path)
{
    std::vector<std::pair<std::string, std::string>> keys;
    const Result<std::string> text = readSecretFile(path);
    if (!text && text.error().code == ErrorCode::NotFound)
        return keys;
    if (!text)
        return text.error();
    const Result<JsonValue> json = JsonValue::parse(*text);
    if (!json || !json->object())
        return Error{ErrorCode::Unreadable, path + " is damaged; move it away to register the agents anew"};
    for (const auto &[name, key] : *json->object())
        if (key.string())
            keys.emplace_back(name, *key.string());
    return keys;
}

} // namespace

PolicyStore::PolicyStore() = default;

PolicyStore::~PolicyStore()
{
    m_sql.reset();
    if (m_lock >= 0)
        ::close(m_lock);
}

Result<std::unique_ptr<PolicyStore>> PolicyStore::open(const std::string &folder, Access access)
{
    std::unique_ptr<PolicyStore> store(new PolicyStore);
    if (Result<> r = store->load(folder, access); !r)
        return r.error();
    return store;
}

bool PolicyStore::exists(const std::string &folder)
{
    std::error_code ignored;
    return std::filesystem::exists(folder + "/policy.db", ignored);
}

Result<> PolicyStore::load(const std::string &folder, Access access)
{
    m_folder = folder;
    const std::string path = folder + "/policy.db";
    if (access == Access::ReadWrite) {
        if (Result<> r = makeFolder(folder); !r)
            return r;
        m_lock = ::open((folder + "/policy.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (m_lock < 0)
            return Error{ErrorCode::Unreadable, "cannot open " + folder + "/policy.lock"};
        if (::flock(m_lock, LOCK_EX | LOCK_NB) != 0)
            return Error{ErrorCode::Locked, "another process holds the policy store in " + folder};
    } else if (!exists(folder)) {
        return Error{ErrorCode::NotFound, "there is no policy store in " + folder};
    }
    auto keys = readKeys(folder + "/policy-keys.json");
    if (!keys)
        return keys.error();
    m_keys = std::move(*keys);
    Result<> opened = openDatabase(access);
    if (!opened && opened.error().code == ErrorCode::Corrupt && access == Access::ReadWrite) {
        m_sql.reset();
        m_setAside = moveAside(path);
        opened = openDatabase(access);
    }
    return opened;
}

Result<> PolicyStore::openDatabase(Access access)
{
    m_sql = std::make_unique<Sql>();
    if (Result<> r = m_sql->open(m_folder + "/policy.db", access == Access::ReadOnly); !r)
        return r;
    std::int64_t version = 0;
    {
        Query query(*m_sql, "PRAGMA user_version");
        if (query.step())
            version = query.number(0);
        if (Result<> r = query.finish(); !r)
            return r;
    }
    if (version > kVersion)
        return Error{ErrorCode::TooNew, "the policy store was written by a newer version of Flyball"};
    if (access == Access::ReadWrite) {
        if (Result<> r = m_sql->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"); !r)
            return r;
        if (version == 0)
            if (Result<> r = m_sql->exec(kSchema); !r)
                // Tables without our version number: not a file we wrote.
                return r.error().code == ErrorCode::Internal ? Error{ErrorCode::Corrupt, r.error().message} : r.error();
        if (version < 2)
            if (Result<> r = m_sql->exec(kLeaseKeys); !r)
                return r;
    } else if (version == 0) {
        return Error{ErrorCode::NotFound, "the policy store is empty"};
    }
    if (access == Access::ReadWrite) {
        // Their money is in `spend`; they were kept for answers that were lost on the way.
        if (Result<> r = Query(*m_sql, "DELETE FROM lease WHERE state != 0 AND granted_at < ?")
                             .bind(wallClockNow() - kKeepLeases)
                             .run();
            !r)
            return r;
    }
    return readBack();
}

Result<> PolicyStore::readBack()
{
    {
        Query check(*m_sql, "PRAGMA quick_check(1)");
        if (!check.step() || check.text(0) != "ok")
            return Error{ErrorCode::Corrupt, "the policy store is damaged"};
    }
    std::vector<PolicyRevision> revisions;
    Query query(*m_sql, "SELECT number, parent, rollback_of, author, comment, time, text, sha256 FROM revision"
                        " ORDER BY number");
    while (query.step())
        revisions.push_back({query.number(0), query.number(1), query.optional(2), query.text(3), query.text(4),
                             query.number(5), query.text(6), query.text(7)});
    if (Result<> r = query.finish(); !r)
        return r;
    Result<RevisionLog> log = RevisionLog::restore(std::move(revisions));
    if (!log)
        return log.error();
    m_log = std::move(*log);
    Query source(*m_sql, "SELECT value FROM meta WHERE name = 'source'");
    if (source.step()) {
        m_source = source.text(0);
        return source.finish();
    }
    m_source = uuid();
    if (m_source.empty())
        return Error{ErrorCode::Internal, "the system gives no random numbers"};
    return Query(*m_sql, "INSERT INTO meta VALUES('source', ?)").bind(m_source).run();
}

Result<> PolicyStore::beginBatch() { return m_sql->exec("BEGIN IMMEDIATE"); }

Result<> PolicyStore::commitBatch()
{
    Result<> r = m_sql->exec("COMMIT");
    if (!r)
        rollbackBatch();
    return r;
}

void PolicyStore::rollbackBatch()
{
    (void)m_sql->exec("ROLLBACK");
    ++m_generation;
    (void)readBack(); // the log may hold a revision that did not become durable
}

} // namespace flyball
