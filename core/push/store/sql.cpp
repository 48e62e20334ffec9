// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/store/sql.h"

#include <sqlite3.h>

namespace flyball {

namespace {

constexpr int kBusyMs = 5000;

ErrorCode codeOf(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return ErrorCode::DiskFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ErrorCode::Corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ErrorCode::Locked;
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return ErrorCode::Unreadable;
    default:
        return ErrorCode::Internal;
    }
}

} // namespace

Result<> Sql::open(const std::string &path, bool readOnly)
{
    const int mode = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path.c_str(), &m_db, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr)
        != SQLITE_OK) {
        Error failed = error();
        close();
        return failed;
    }
    sqlite3_busy_timeout(m_db, kBusyMs);
    // The file may come from anywhere: nothing in its schema may run functions or rewrite itself.
    sqlite3_db_config(m_db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(m_db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(m_db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    return {};
}

void Sql::close()
{
    sqlite3_close_v2(m_db);
    m_db = nullptr;
}

Result<> Sql::exec(const char *sql)
{
    if (sqlite3_exec(m_db, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return error();
    return {};
}

bool Sql::inTransaction() const { return sqlite3_get_autocommit(m_db) == 0; }

Error Sql::error() const
{
    const int code = m_db ? sqlite3_extended_errcode(m_db) : SQLITE_NOMEM;
    return {codeOf(code), std::string("policy store: ") + sqlite3_errstr(code)};
}

Query::Query(Sql &sql, std::string_view text) : m_sql(sql)
{
    m_failed = sqlite3_prepare_v2(sql.handle(), text.data(), static_cast<int>(text.size()), &m_statement, nullptr)
               != SQLITE_OK;
}

Query::~Query() { sqlite3_finalize(m_statement); }

void Query::bindOne(std::int64_t value)
{
    m_failed = m_failed || sqlite3_bind_int64(m_statement, m_next, value) != SQLITE_OK;
    ++m_next;
}

void Query::bindOne(const std::string &value)
{
    m_failed = m_failed
               || sqlite3_bind_text64(m_statement, m_next, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8)
                      != SQLITE_OK;
    ++m_next;
}

void Query::bindOne(const std::optional<std::int64_t> &value)
{
    if (value)
        return bindOne(*value);
    m_failed = m_failed || sqlite3_bind_null(m_statement, m_next) != SQLITE_OK;
    ++m_next;
}

bool Query::step()
{
    if (m_failed)
        return false;
    const int code = sqlite3_step(m_statement);
    m_failed = code != SQLITE_ROW && code != SQLITE_DONE;
    return code == SQLITE_ROW;
}

Result<> Query::finish() const
{
    if (m_failed)
        return m_sql.error();
    return {};
}

Result<> Query::run()
{
    while (step()) {
    }
    return finish();
}

std::int64_t Query::number(int column) const { return sqlite3_column_int64(m_statement, column); }

std::string Query::text(int column) const
{
    const auto *bytes = reinterpret_cast<const char *>(sqlite3_column_text(m_statement, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column)))
                 : std::string();
}

std::optional<std::int64_t> Query::optional(int column) const
{
    if (sqlite3_column_type(m_statement, column) == SQLITE_NULL)
        return std::nullopt;
    return number(column);
}

} // namespace flyball
