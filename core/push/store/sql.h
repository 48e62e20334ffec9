// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/push: a thin layer over one SQLite connection.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace flyball {

class Sql {
public:
    Sql() = default;
    ~Sql() { close(); }
    Sql(const Sql &) = delete;
    Sql &operator=(const Sql &) = delete;

    [[nodiscard]] Result<> open(const std::string &path, bool readOnly);
    void close();
    [[nodiscard]] Result<> exec(const char *sql);
    [[nodiscard]] bool inTransaction() const;
    /// What the last failed call was about; never any value that was bound.
    [[nodiscard]] Error error() const;
    [[nodiscard]] sqlite3 *handle() const { return m_db; }

private:
    sqlite3 *m_db = nullptr;
};

/// One statement, used once: Query q(sql, "..."); q.bind(a, b); while (q.step()) ...; q.finish().
class Query {
public:
    Query(Sql &sql, std::string_view text);
    ~Query();
    Query(const Query &) = delete;
    Query &operator=(const Query &) = delete;

    template <typename... Values>
    Query &bind(const Values &...values)
    {
        (bindOne(values), ...);
        return *this;
    }
    [[nodiscard]] bool step(); ///< true on a row
    /// The error of preparing or of the last step, or success.
    [[nodiscard]] Result<> finish() const;
    /// Runs it to its end.
    [[nodiscard]] Result<> run();
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::optional<std::int64_t> optional(int column) const;

private:
    void bindOne(std::int64_t value);
    void bindOne(const std::string &value);
    void bindOne(const std::optional<std::int64_t> &value);
    Sql &m_sql;
    sqlite3_stmt *m_statement = nullptr;
    int m_next = 1;
    bool m_failed = false;
};

} // namespace flyball
