// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/opencode_database.h"

#include "core/base/time.h"

#include <algorithm>
#include <cstring>
#include <sqlite3.h>

namespace flyball {

namespace {

constexpr std::size_t kBlock = 256U << 10;
constexpr std::string_view kMagic("SQLite format 3", 16);

std::string_view textOf(sqlite3_stmt *row, int column)
{
    const auto *text = reinterpret_cast<const char *>(sqlite3_column_text(row, column));
    return text == nullptr ? std::string_view()
                           : std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

void appendMember(const char *key, std::string_view value, std::string &out)
{
    out += '"';
    out += key;
    out += "\":\"";
    for (const char c : value) { // ids have nothing to escape; a hostile one must not break out
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') {
            out += c;
        }
    }
    out += "\",";
}

std::string uriOf(const std::string &path)
{
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte >= 0x7F || std::strchr("%?#\"", c) != nullptr) {
            uri += '%';
            uri += kHex[byte >> 4];
            uri += kHex[byte & 15];
        } else {
            uri += c;
        }
    }
    return uri + "?mode=ro";
}

} // namespace

bool startsLikeDatabase(std::string_view head) { return head.substr(0, kMagic.size()) == kMagic; }

std::int64_t markerFor(std::int64_t newestMs)
{
    constexpr TimeNs kMilli = 1'000'000;
    return std::clamp<std::int64_t>(newestMs, 0, std::max<TimeNs>(0, wallClockNow() / kMilli));
}

OpenCodeDatabase::OpenCodeDatabase() = default;
OpenCodeDatabase::~OpenCodeDatabase() { close(); }

void OpenCodeDatabase::close()
{
    sqlite3_finalize(m_rows);
    sqlite3_close(m_database);
    m_rows = nullptr;
    m_database = nullptr;
}

OpenCodeDatabase::Status OpenCodeDatabase::failed(int code)
{
    close();
    const int kind = code & 0xFF;
    m_problem = kind == SQLITE_NOTADB || kind == SQLITE_CORRUPT ? "database_corrupt"
                : kind == SQLITE_ERROR                          ? "database_schema"
                                                                : "database_unreadable";
    return kind == SQLITE_BUSY || kind == SQLITE_LOCKED ? Status::Busy : Status::Failed;
}

OpenCodeDatabase::Status OpenCodeDatabase::open(const std::string &path, std::int64_t since, int busyMs)
{
    close();
    m_newest = 0;
    const int opened = sqlite3_open_v2(uriOf(path).c_str(), &m_database,
                                       SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
    if (opened != SQLITE_OK) {
        return failed(opened);
    }
    sqlite3_busy_timeout(m_database, busyMs);
    // The file belongs to somebody else: no trigger, view or function of it is trusted.
    sqlite3_db_config(m_database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(m_database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    return prepare(since);
}

bool OpenCodeDatabase::hasColumn(const char *table, const char *column) const
{
    return sqlite3_table_column_metadata(m_database, nullptr, table, column, nullptr, nullptr, nullptr, nullptr,
                                         nullptr)
           == SQLITE_OK;
}

OpenCodeDatabase::Status OpenCodeDatabase::prepare(std::int64_t since)
{
    const bool timed = hasColumn("message", "time_updated");
    const bool nested = hasColumn("session", "parent_id");
    std::string sql = "SELECT m.id, m.session_id, m.data, ";
    sql += timed ? "m.time_updated, " : "0, ";
    sql += nested ? "s.parent_id FROM message m LEFT JOIN session s ON s.id = m.session_id" : "NULL FROM message m";
    sql += timed ? " WHERE m.time_updated >= ?1" : "";
    const int prepared = sqlite3_prepare_v2(m_database, sql.c_str(), -1, &m_rows, nullptr);
    if (prepared != SQLITE_OK) {
        return failed(prepared);
    }
    if (timed) {
        sqlite3_bind_int64(m_rows, 1, since);
    }
    return Status::More;
}

void OpenCodeDatabase::appendRow(const Sink &sink)
{
    const std::string_view data = textOf(m_rows, 2);
    const std::size_t open = data.find('{');
    const std::int64_t changed = sqlite3_column_int64(m_rows, 3);
    const std::size_t begin = m_text.size();
    m_newest = std::max(m_newest, changed);
    if (static_cast<std::int64_t>(data.size()) > kMaxLineBytes) {
        sink.oversize(static_cast<std::int64_t>(data.size()));
        return;
    }
    if (open == std::string_view::npos) {
        m_text += "not an object\n"; // the reader refuses it by name
        return;
    }
    m_text += '{';
    const std::string_view rest = data.substr(open + 1);
    appendMember("id", textOf(m_rows, 0), m_text);
    appendMember("sessionID", textOf(m_rows, 1), m_text);
    if (const std::string_view parent = textOf(m_rows, 4); !parent.empty()) {
        appendMember("parentSessionID", parent, m_text);
    }
    if (rest.find_first_not_of(" \t\r\n") == rest.find('}')) {
        m_text.pop_back(); // an empty object: no comma
    }
    m_text += rest;
    std::replace(m_text.begin() + static_cast<std::ptrdiff_t>(begin), m_text.end(), '\n', ' ');
    m_text += '\n';
    if (sink.isNew && !sink.isNew(changed, std::string_view(m_text).substr(begin))) {
        m_text.resize(begin);
    }
}

OpenCodeDatabase::Status OpenCodeDatabase::next(std::int64_t budget, const Sink &sink)
{
    const auto flush = [&] {
        if (!m_text.empty()) {
            sink.lines(m_text);
        }
        m_text.clear();
    };
    for (std::int64_t given = 0; given < budget;) {
        const int step = sqlite3_step(m_rows);
        if (step == SQLITE_ROW) {
            const std::size_t before = m_text.size();
            appendRow(sink);
            given += static_cast<std::int64_t>(m_text.size() - before) + 1;
            if (m_text.size() >= kBlock) {
                flush();
            }
            continue;
        }
        flush();
        if (step == SQLITE_DONE) {
            close();
            return Status::Done;
        }
        return failed(step);
    }
    flush();
    return Status::More;
}

} // namespace flyball
