// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/database_tail.h"

#include "core/base/key128.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/stat.h>

namespace flyball {

namespace {

constexpr TimeNs kRestFactor = 20;          ///< at most a twentieth of a core
constexpr TimeNs kTurn = kSecond / 4;       ///< until a database asks again whether another one's pass is over
constexpr TimeNs kAbandoned = 10 * kSecond; ///< nobody goes on with a pass that stood for this long

constexpr std::size_t kIndexHead = 48; ///< of the index of a log: what is committed

/// Sizes and times of a database and its log, and what its log's index says is committed, as one number: only whether
/// it differs is asked. A transaction is in the log before the index says so; the file alone would be too early.
std::uint64_t stateOf(const std::string &path)
{
    std::string state;
    for (const char *suffix : {"", "-wal"}) {
        struct stat status {};
        if (::stat((path + suffix).c_str(), &status) == 0) {
            state += std::to_string(status.st_size) + ' ' + std::to_string(mtimeNsOf(status)) + '\n';
        }
    }
    struct stat status {};
    int error = 0;
    std::array<char, kIndexHead> head{};
    if (const UniqueFd index = openRegular(path + "-shm", status, error)) {
        const ssize_t n = readAtOnce(index.get(), head.data(), head.size(), 0);
        state.append(head.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    }
    return hash64(state);
}

} // namespace

bool DatabaseTail::changed(const TrackedFile &file) const
{
    const bool reading = m_database.isOpen() && m_id == file.id;
    return !reading && stateOf(file.path) != file.begunState;
}

void DatabaseTail::forget(const FileId &id)
{
    m_seen.erase(id);
    if (m_id == id) {
        m_database.close();
    }
}

int DatabaseTail::begin(TrackedFile &file, TailOutput &out)
{
    struct stat status {};
    if (::stat(file.path.c_str(), &status) != 0) {
        return errno;
    }
    if (idOf(status) != file.id) {
        return ENOENT; // the name went to another file just now
    }
    file.size = status.st_size;
    file.mtimeNs = mtimeNsOf(status);
    file.begunState = stateOf(file.path); // what is written during the pass comes with the next one
    m_id = file.id;
    m_pass.clear();
    m_spent = 0;
    const auto stored = static_cast<std::int64_t>(file.marker);
    const std::int64_t newest = markerFor(stored) == stored ? stored : 0; // from the future: it may have hidden others
    if (m_database.open(file.path, std::max<std::int64_t>(0, newest - kDatabaseMarginMs))
        == OpenCodeDatabase::Status::Failed) {
        out.reject(file, m_database.problem(), file.offset, 0);
        file.pending = false;
    }
    return 0;
}

int DatabaseTail::read(TrackedFile &file, TailOutput &out, std::int64_t quantum)
{
    const TimeNs started = monotonicNow();
    m_rest = 0;
    if (m_database.isOpen() && m_id != file.id && started - m_lastStep < kAbandoned) {
        m_rest = kTurn; // two that end each other's passes would never come to their ends
        return 0;
    }
    m_lastStep = started;
    if (!m_database.isOpen() || m_id != file.id) {
        if (const int error = begin(file, out); error != 0 || !m_database.isOpen()) {
            m_rest = kSecond;
            return error;
        }
    }
    const Seen &before = m_seen[file.id];
    const OpenCodeDatabase::Sink sink{[&](std::string_view lines) {
                                          file.offset += static_cast<std::int64_t>(lines.size());
                                          file.finished = false;
                                          out.lines(file, lines);
                                      },
                                      [&](std::int64_t changed, std::string_view line) {
                                          const std::pair<std::int64_t, std::uint64_t> row{changed, hash64(line)};
                                          m_pass.push_back(row);
                                          return !std::binary_search(before.begin(), before.end(), row);
                                      },
                                      [&](std::int64_t bytes) { out.reject(file, "oversize", file.offset, bytes); }};
    const OpenCodeDatabase::Status status = m_database.next(quantum, sink);
    m_spent += monotonicNow() - started;
    switch (status) {
    case OpenCodeDatabase::Status::Done:
        finish(file, out);
        break;
    case OpenCodeDatabase::Status::Failed:
        out.reject(file, m_database.problem(), file.offset, 0);
        file.pending = false;
        break;
    case OpenCodeDatabase::Status::Busy:
        m_rest = kSecond / 4;
        break;
    case OpenCodeDatabase::Status::More:
        break;
    }
    return 0;
}

void DatabaseTail::finish(TrackedFile &file, TailOutput &out)
{
    const std::int64_t newest = markerFor(std::max(m_database.newest(), static_cast<std::int64_t>(file.marker)));
    std::erase_if(m_pass, [&](const auto &row) { return row.first != 0 && row.first < newest - kDatabaseMarginMs; });
    std::sort(m_pass.begin(), m_pass.end());
    m_seen[file.id] = std::move(m_pass);
    m_pass = {};
    file.marker = static_cast<std::uint64_t>(newest);
    file.pending = changed(file);
    m_rest = m_spent * kRestFactor;
    out.positionOnly(file);
}

} // namespace flyball
