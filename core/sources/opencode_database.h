// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/source_types.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace flyball {

/// Where a FileTail stands in a database: `offset` counts the bytes of lines handed on, `marker` is the newest change
/// in milliseconds since 1970, but never later than now: a row from the future must not hide those that come after it.
/// Changes are looked for from this long before it: the clock of another process is not ours.
inline constexpr std::int64_t kDatabaseMarginMs = 60'000;

/// Reads the messages of an OpenCode database (SQLite in WAL mode, written all the time) without ever keeping its
/// writer waiting: read-only, one short transaction per pass, never "immutable". Rows become lines: the JSON of the
/// row with its id and session in front, and the parent of a session that has one.
class OpenCodeDatabase {
public:
    enum class Status {
        Done,   ///< every row of the pass was handed on
        More,   ///< the budget ended it: call next() again
        Busy,   ///< a writer has it locked: try later
        Failed, ///< no such table or columns, or not a database any more: problem() says what
    };
    struct Sink {
        std::function<void(std::string_view lines)> lines;
        std::function<bool(std::int64_t changed, std::string_view line)> isNew; ///< empty: every row is handed on
        std::function<void(std::int64_t bytes)> oversize;                       ///< a row longer than a line may be
    };

    OpenCodeDatabase();
    ~OpenCodeDatabase();
    OpenCodeDatabase(const OpenCodeDatabase &) = delete;
    OpenCodeDatabase &operator=(const OpenCodeDatabase &) = delete;

    /// Begins a pass over the rows changed at or after `since` (milliseconds of OpenCode's clock).
    [[nodiscard]] Status open(const std::string &path, std::int64_t since, int busyMs = 50);
    /// Hands on about `budget` bytes.
    [[nodiscard]] Status next(std::int64_t budget, const Sink &sink);
    void close();
    [[nodiscard]] bool isOpen() const { return m_rows != nullptr; }
    /// The newest change among the rows met; where the table does not tell, 0.
    [[nodiscard]] std::int64_t newest() const { return m_newest; }
    [[nodiscard]] const char *problem() const { return m_problem; }

private:
    [[nodiscard]] Status prepare(std::int64_t since);
    [[nodiscard]] bool hasColumn(const char *table, const char *column) const;
    [[nodiscard]] Status failed(int code);
    void appendRow(const Sink &sink);

    sqlite3 *m_database = nullptr;
    sqlite3_stmt *m_rows = nullptr;
    std::string m_text;
    std::int64_t m_newest = 0;
    const char *m_problem = "";
};

/// The marker of a pass that met this change as the newest.
[[nodiscard]] std::int64_t markerFor(std::int64_t newestMs);

/// Whether a file begins as every SQLite database does.
[[nodiscard]] bool startsLikeDatabase(std::string_view head);

} // namespace flyball
