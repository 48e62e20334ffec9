// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <utility>

#include "core/ledger/schema.h"
#include "core/ledger/sqlite_ledger.h"

namespace flyball {

namespace {

constexpr std::int64_t kCheckWholeBelow = 64LL << 20;
constexpr TimeNs kReadDeadline = 5 * kSecond;

Error tooNew(const std::string &path, std::int64_t version)
{
    return {ErrorCode::TooNew, path + " was written by a newer Flyball (ledger version " + std::to_string(version)
                                   + ", this one knows " + std::to_string(kSchemaVersion) + ")"};
}

/// Says no to files that must stay as they are; damage is for the caller to see.
Result<> refuseForeign(const std::string &path, const FileHeader &header)
{
    if (!header.isSqlite)
        return {};
    const bool ours = header.applicationId == kApplicationId;
    if (!ours && (header.applicationId != 0 || header.userVersion != 0))
        return Error{ErrorCode::InvalidArgument, path + " is an SQLite file of another program"};
    if (header.userVersion > static_cast<std::uint32_t>(kSchemaVersion))
        return tooNew(path, header.userVersion);
    return {};
}

} // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string &path, Mode mode, SymbolTable &symbols)
{
    Result<std::unique_ptr<SqliteLedger>> r = SqliteLedger::open(path, mode, symbols);
    if (!r)
        return r.error();
    return std::unique_ptr<Ledger>(std::move(r.value()));
}

Result<std::unique_ptr<SqliteLedger>> SqliteLedger::open(const std::string &path, Mode mode, SymbolTable &symbols)
{
    if (mode == Mode::ReadOnly)
        return start(std::make_unique<SqliteLedger>(path, symbols, nullptr), {});
    if (Result<> r = makeParentFolders(path); !r)
        return r.error();
    if (Result<> r = refuseNetworkFolder(path); !r)
        return r.error();
    auto lock = std::make_shared<FileLock>();
    if (lock->acquire(path) != FileLock::State::Held)
        return start(std::make_unique<SqliteLedger>(path, symbols, nullptr), {});
    const Result<FileHeader> header = readFileHeader(path);
    if (!header)
        return header.error();
    if (Result<> r = refuseForeign(path, *header); !r)
        return r.error();
    const bool strayWal = !header->exists && fileSize(path + "-wal") > 0;
    std::string movedAside;
    if (strayWal || (header->exists && (!header->isSqlite || isMarkedDamaged(path)))) {
        Result<std::string> moved = setAside(path);
        if (!moved)
            return moved.error();
        movedAside = *moved;
    }
    auto first = start(std::make_unique<SqliteLedger>(path, symbols, lock), movedAside);
    if (first || first.error().code != ErrorCode::Corrupt || !movedAside.empty())
        return first;
    Result<std::string> moved = setAside(path);
    if (!moved)
        return moved.error();
    return start(std::make_unique<SqliteLedger>(path, symbols, lock), *moved);
}

Result<std::unique_ptr<SqliteLedger>> SqliteLedger::start(std::unique_ptr<SqliteLedger> ledger,
                                                          const std::string &movedAside)
{
    ledger->m_report.movedAside = movedAside;
    if (Result<> r = ledger->isWriter() ? ledger->openWriter() : ledger->openReader(); !r)
        return r.error();
    return ledger;
}

SqliteLedger::SqliteLedger(std::string path, SymbolTable &symbols, std::shared_ptr<FileLock> lock)
    : m_path(std::move(path)),
      m_symbols(symbols),
      m_lock(std::move(lock)),
      m_names(m_db, symbols, "symbols"),
      m_texts(m_db, symbols, "texts"),
      m_codec(m_names, m_texts),
      m_sql(m_db),
      m_keys(m_db),
      m_runIds(m_db)
{}

SqliteLedger::~SqliteLedger()
{
    if (m_db.damaged() && m_opened)
        markDamaged(m_path);
    else if (isWriter() && m_opened)
        (void)mergeKeys(); // so that the next open has nothing to look through
    m_db.close(m_db.damaged());
}

Result<> SqliteLedger::openWriter()
{
    if (fileSize(m_path) == 0) {
        if (Result<> r = createFresh(); !r)
            return r;
        m_report.created = true;
    }
    makePrivate(m_path);
    if (Result<> r = m_db.open(m_path, Database::Access::ReadWrite); !r)
        return r;
    if (Result<> r = checkVersion(true); !r)
        return r;
    if (Result<> r = configure(true); !r)
        return r;
    if (fileSize(m_path) < kCheckWholeBelow) {
        if (Result<> r = quickCheck(m_db); !r)
            return r;
    }
    if (Result<> r = probeSchema(m_db); !r)
        return r;
    installFunctions();
    if (Result<> r = prepareNames(); !r)
        return r;
    return meta(kMetaRollupsStale).empty() ? Result<>() : rebuildRollups();
}

Result<> SqliteLedger::openReader()
{
    m_report.readOnly = true;
    const Result<FileHeader> header = readFileHeader(m_path);
    if (!header)
        return header.error();
    if (!header->exists)
        return Error{ErrorCode::NotFound, "there is no ledger at " + m_path};
    if (Result<> r = refuseForeign(m_path, *header); !r)
        return r;
    if (!header->isSqlite)
        return Error{ErrorCode::Corrupt, m_path + " is not a ledger"};
    if (Result<> r = refuseNetworkFolder(m_path); !r)
        return r;
    if (Result<> r = m_db.open(m_path, Database::Access::ReadOnly); !r)
        return r;
    Result<> usable = checkVersion(false);
    if (!usable && usable.error().code == ErrorCode::Unreadable && fileSize(m_path + "-wal") == 0) {
        // A read-only folder: SQLite cannot make the shared memory of the WAL, and needs none.
        m_db.close();
        if (Result<> r = m_db.open(m_path, Database::Access::Immutable); !r)
            return r;
        usable = checkVersion(false);
    }
    if (!usable)
        return usable;
    if (Result<> r = configure(false); !r)
        return r;
    setReadDeadline(kReadDeadline);
    return prepareNames();
}

Result<> SqliteLedger::checkVersion(bool mayMigrate)
{
    const Result<std::string> text = m_db.scalar("PRAGMA user_version");
    if (!text)
        return text.error();
    const int version = std::atoi(text->c_str());
    if (version > kSchemaVersion)
        return tooNew(m_path, version);
    if (version == kSchemaVersion)
        return {};
    const Result<std::string> tables = m_db.scalar("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'");
    if (!tables)
        return tables.error();
    if (tables->empty())
        return Error{ErrorCode::Corrupt, m_path + " holds no tables"};
    if (version < 0 || tables->find("calls") == std::string::npos)
        return Error{ErrorCode::InvalidArgument, m_path + " is an SQLite file of another program"};
    if (!mayMigrate)
        return Error{ErrorCode::Unreadable, m_path + " is of an older version; open it for writing once"};
    m_report.migratedFrom = version;
    m_report.migrated = true;
    return migrateSchema(m_db, version);
}

Result<> SqliteLedger::prepareNames()
{
    begin();
    Result<> r = m_names.loadAll();
    if (r && isWriter())
        r = m_keys.open(m_report.created);
    m_opened = r.ok();
    return r;
}

void SqliteLedger::setReadDeadline(TimeNs limit)
{
    m_readDeadline = limit;
    if (!isWriter())
        m_db.setReadDeadline(limit);
}

Error SqliteLedger::damagedRow(std::string_view what)
{
    markDamaged(m_path);
    return {ErrorCode::Corrupt, "the ledger is damaged: unreadable " + std::string(what)};
}

} // namespace flyball
