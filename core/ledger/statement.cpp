// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>

#include "core/ledger/database.h"
#include "core/ledger/record.h"

namespace flyball {

Statement::~Statement() { sqlite3_finalize(m_stmt); }

bool Statement::prepare()
{
    if (m_stmt != nullptr)
        return true;
    const int size = static_cast<int>(m_sql.size());
    return sqlite3_prepare_v3(m_db.handle(), m_sql.c_str(), size, SQLITE_PREPARE_PERSISTENT, &m_stmt, nullptr)
           == SQLITE_OK;
}

// A failed prepare is kept by the connection and reported by step(): binding has no result.
void Statement::bind(int index, std::int64_t value)
{
    if (prepare())
        sqlite3_bind_int64(m_stmt, index, value);
}

void Statement::bindNull(int index)
{
    if (prepare())
        sqlite3_bind_null(m_stmt, index);
}

void Statement::bindText(int index, std::string_view value)
{
    if (prepare())
        sqlite3_bind_text64(m_stmt, index, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bindBlob(int index, std::string_view value)
{
    if (prepare())
        sqlite3_bind_blob64(m_stmt, index, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC);
}

void Statement::bindKey(int index, const Key128 &key)
{
    if (!prepare())
        return;
    const KeyBytes bytes = keyBytes(key);
    sqlite3_bind_blob(m_stmt, index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
}

bool Statement::step()
{
    m_failed = false;
    if (!prepare()) {
        m_failed = true;
        return false;
    }
    // The progress handler runs inside SQLite only: a slow consumer is caught here.
    if ((++m_rows & 63U) == 0 && m_db.deadlinePassed()) {
        sqlite3_interrupt(m_db.handle());
    }
    const int rc = sqlite3_step(m_stmt);
    if (rc == SQLITE_ROW)
        return true;
    m_failed = rc != SQLITE_DONE;
    return false;
}

Result<> Statement::finish(std::string_view doing)
{
    if (m_failed) {
        Error e = m_db.error(doing);
        reset();
        return e;
    }
    reset();
    return {};
}

Result<> Statement::run(std::string_view doing)
{
    while (step()) {
    }
    return finish(doing);
}

void Statement::reset()
{
    if (m_stmt == nullptr)
        return;
    sqlite3_reset(m_stmt);
    sqlite3_clear_bindings(m_stmt);
}

std::int64_t Statement::int64(int column) const { return sqlite3_column_int64(m_stmt, column); }
bool Statement::isNull(int column) const { return sqlite3_column_type(m_stmt, column) == SQLITE_NULL; }

std::string_view Statement::text(int column) const
{
    const auto *data = reinterpret_cast<const char *>(sqlite3_column_text(m_stmt, column));
    return data == nullptr ? std::string_view()
                           : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(m_stmt, column)));
}

std::string_view Statement::blob(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_stmt, column));
    return data == nullptr ? std::string_view()
                           : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(m_stmt, column)));
}

Key128 Statement::key(int column) const { return keyFromBytes(blob(column)).value_or(Key128{}); }

} // namespace flyball
