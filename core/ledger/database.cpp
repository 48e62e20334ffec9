// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/database.h"

#include <cerrno>
#include <cstring>

#include <sqlite3.h>

namespace flyball {

namespace {

constexpr int kOpsBetweenDeadlineChecks = 20000;

/// Percent-encodes what an SQLite URI would take for syntax.
std::string immutableUri(const std::string &path)
{
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte >= 0x7f || c == '%' || c == '?' || c == '#') {
            uri += '%';
            uri += kHex[byte >> 4U];
            uri += kHex[byte & 15U];
        } else {
            uri += c;
        }
    }
    return uri + "?immutable=1";
}

bool isWriteFault(int extended)
{
    switch (extended) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_TRUNCATE:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_SHMOPEN:
        return true;
    default:
        return false;
    }
}

ErrorCode codeOf(int extended, int systemError)
{
    switch (extended & 0xff) {
    case SQLITE_FULL:
        return ErrorCode::DiskFull;
    case SQLITE_IOERR:
        if (extended == SQLITE_IOERR_CORRUPTFS)
            return ErrorCode::Corrupt;
        if (isWriteFault(extended) || systemError == ENOSPC || systemError == EDQUOT)
            return ErrorCode::DiskFull;
        return ErrorCode::Unreadable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ErrorCode::Corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return ErrorCode::Locked;
    case SQLITE_INTERRUPT:
        return ErrorCode::Cancelled;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ErrorCode::Unreadable;
    case SQLITE_TOOBIG:
        return ErrorCode::OutOfRange;
    default:
        return ErrorCode::Internal;
    }
}

} // namespace

Database::~Database() { close(); }

Result<> Database::open(const std::string &path, Access access)
{
    const bool immutable = access == Access::Immutable;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= access == Access::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    if (immutable)
        flags |= SQLITE_OPEN_URI;
    const std::string name = immutable ? immutableUri(path) : path;
    if (sqlite3_open_v2(name.c_str(), &m_db, flags, nullptr) != SQLITE_OK) {
        Error e = error("open the ledger");
        close();
        return e;
    }
    sqlite3_busy_timeout(m_db, kBusyTimeoutMs);
    // The file may come from anywhere: nothing in its schema may run functions or rewrite itself.
    sqlite3_db_config(m_db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(m_db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(m_db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    return {};
}

void Database::close(bool leaveWalAlone)
{
    if (m_db == nullptr)
        return;
    if (leaveWalAlone)
        sqlite3_db_config(m_db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_close_v2(m_db);
    m_db = nullptr;
}

Result<> Database::exec(const char *sql)
{
    if (sqlite3_exec(m_db, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return error("change the ledger");
    return {};
}

Result<std::string> Database::scalar(const std::string &sql)
{
    Statement statement(*this, sql);
    std::string value;
    if (statement.step())
        value = statement.text(0);
    if (Result<> r = statement.finish("read the ledger"); !r)
        return r.error();
    return value;
}

Error Database::error(std::string_view doing)
{
    const int extended = m_db != nullptr ? sqlite3_extended_errcode(m_db) : SQLITE_NOMEM;
    const int systemError = m_db != nullptr ? sqlite3_system_errno(m_db) : 0;
    Error e;
    e.code = codeOf(extended, systemError);
    m_damaged = m_damaged || e.code == ErrorCode::Corrupt;
    e.message = "cannot " + std::string(doing) + ": " + sqlite3_errstr(extended);
    if ((extended & 0xff) == SQLITE_IOERR && systemError != 0)
        e.message += std::string(" (") + std::strerror(systemError) + ")";
    if ((extended & 0xff) == SQLITE_ERROR && m_db != nullptr)
        e.message += std::string(": ") + sqlite3_errmsg(m_db);
    if (e.code == ErrorCode::Cancelled)
        e.message = "cannot " + std::string(doing) + ": it took too long";
    return e;
}

void Database::setReadDeadline(TimeNs limit)
{
    m_limit = limit;
    m_deadline = 0;
    const auto check = [](void *self) { return static_cast<Database *>(self)->deadlinePassed() ? 1 : 0; };
    if (limit > 0)
        sqlite3_progress_handler(m_db, kOpsBetweenDeadlineChecks, check, this);
    else
        sqlite3_progress_handler(m_db, 0, nullptr, nullptr);
}

void Database::beginOperation() { m_deadline = m_limit > 0 ? monotonicNow() + m_limit : 0; }

} // namespace flyball
