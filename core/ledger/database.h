// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/key128.h"
#include "core/base/result.h"
#include "core/base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace flyball {

inline constexpr int kBusyTimeoutMs = 5000;

/// One SQLite connection: owns the handle, names its errors, bounds its reads. One thread at a time.
class Database {
public:
    enum class Access {
        ReadWrite,
        ReadOnly,
        Immutable, ///< a read-only directory: no lock, no WAL, nobody else writes
    };
    Database() = default;
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    [[nodiscard]] Result<> open(const std::string &path, Access access);
    /// Closes without a checkpoint when the file is damaged: it must be set aside as it is.
    void close(bool leaveWalAlone = false);
    [[nodiscard]] Result<> exec(const char *sql);
    /// First column of the first row, as text; empty without a row.
    [[nodiscard]] Result<std::string> scalar(const std::string &sql);
    /// What the last failed call was about. Full disks, I/O errors while writing and damage have
    /// codes of their own; damage is remembered in `damaged()`.
    [[nodiscard]] Error error(std::string_view doing);
    [[nodiscard]] bool damaged() const { return m_damaged; }
    [[nodiscard]] sqlite3 *handle() const { return m_db; }

    /// From now on reads of one operation end after `limit` (0 = never): see beginOperation().
    void setReadDeadline(TimeNs limit);
    void beginOperation();
    [[nodiscard]] bool deadlinePassed() const { return m_deadline != 0 && monotonicNow() > m_deadline; }

private:
    sqlite3 *m_db = nullptr;
    TimeNs m_limit = 0;
    TimeNs m_deadline = 0;
    bool m_damaged = false;
};

/// A statement prepared on first use. Bound text and blobs are not copied: they must live until
/// the statement is reset, which StatementUse does at the end of its scope.
class Statement {
public:
    Statement(Database &db, std::string sql) : m_db(db), m_sql(std::move(sql)) {}
    ~Statement();
    Statement(const Statement &) = delete;
    Statement &operator=(const Statement &) = delete;

    void bind(int index, std::int64_t value);
    void bindNull(int index);
    void bindText(int index, std::string_view value);
    void bindBlob(int index, std::string_view value);
    void bindKey(int index, const Key128 &key); ///< copied; 16 bytes, most significant first
    /// 0 stands for "not known" in every symbol column and is stored as NULL.
    void bindSymbol(int index, std::int64_t id) { id == 0 ? bindNull(index) : bind(index, id); }

    /// True on a row; false at the end or on an error (`failed()`).
    [[nodiscard]] bool step();
    [[nodiscard]] bool failed() const { return m_failed; }
    /// Runs a statement that returns no rows and resets it.
    [[nodiscard]] Result<> run(std::string_view doing);
    /// The error of the last step, or success.
    [[nodiscard]] Result<> finish(std::string_view doing);
    void reset();

    [[nodiscard]] std::int64_t int64(int column) const;
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string_view blob(int column) const;
    [[nodiscard]] Key128 key(int column) const; ///< null key when it is not 16 bytes

private:
    [[nodiscard]] bool prepare();

    Database &m_db;
    std::string m_sql;
    sqlite3_stmt *m_stmt = nullptr;
    std::uint32_t m_rows = 0;
    bool m_failed = false;
};

/// Resets a statement at the end of the scope, whichever way it is left.
class StatementUse {
public:
    explicit StatementUse(Statement &statement) : m_statement(statement) {}
    ~StatementUse() { m_statement.reset(); }
    StatementUse(const StatementUse &) = delete;
    StatementUse &operator=(const StatementUse &) = delete;
    Statement *operator->() const { return &m_statement; }

private:
    Statement &m_statement;
};

/// One snapshot for several statements of a reading connection.
class ReadSnapshot {
public:
    ReadSnapshot(Database &db, bool wanted) : m_db(db), m_open(wanted && db.exec("BEGIN").ok()) {}
    ~ReadSnapshot()
    {
        if (m_open)
            (void)m_db.exec("ROLLBACK");
    }
    ReadSnapshot(const ReadSnapshot &) = delete;
    ReadSnapshot &operator=(const ReadSnapshot &) = delete;

private:
    Database &m_db;
    bool m_open;
};

} // namespace flyball
