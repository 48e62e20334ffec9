// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/file_tail.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::test {

/// A folder of its own, in memory where the system has such a place; removed at the end.
class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder &) = delete;
    TempFolder &operator=(const TempFolder &) = delete;
    [[nodiscard]] std::string path(const std::string &name = {}) const;

private:
    std::string m_path;
};

void writeFile(const std::string &path, std::string_view bytes); ///< truncates, keeps the inode
void appendFile(const std::string &path, std::string_view bytes);
void makeFolder(const std::string &path);
void renameFile(const std::string &from, const std::string &to);
void deleteFile(const std::string &path);
void truncateFile(const std::string &path, std::int64_t size);
[[nodiscard]] std::uint64_t inodeOf(const std::string &path);
[[nodiscard]] std::string gzipped(std::string_view bytes);
[[nodiscard]] std::string zstdOf(std::string_view bytes);
[[nodiscard]] std::string framed(std::string_view content); ///< behind its length in 4 bytes
[[nodiscard]] std::int64_t openDescriptors();               ///< of this process
[[nodiscard]] bool endsWith(std::string_view text, std::string_view end);

/// What a ledger would do: rows and positions move together.
struct Ledger {
    std::vector<std::string> lines; ///< without '\n'
    std::vector<std::string> unterminated;
    std::vector<Reject> rejects;
    std::map<FileId, FilePosition> positions;
    std::vector<Chunk> chunks; ///< bytes emptied

    void take(const Chunk &chunk);
    [[nodiscard]] std::vector<FilePosition> committed() const;
};

/// A FileTail over one folder with a clock that is set by hand.
class TailRig {
public:
    explicit TailRig(std::vector<std::string> roots, TailOptions options = {}, std::string suffix = ".jsonl");
    PollResult poll(std::int64_t budget = 1LL << 40);
    std::vector<std::string> newLines();  ///< polls; lines since the last call
    std::vector<std::string> newSorted(); ///< the same where several files are read: their order is free
    void restart();                       ///< kill: a new tail from the committed positions
    void wait(TimeNs time) { *m_now += time; }
    [[nodiscard]] TimeNs now() const { return *m_now; }

    Ledger ledger;
    std::unique_ptr<FileTail> tail;

private:
    std::vector<std::string> m_roots;
    TailOptions m_options;
    std::string m_suffix;
    std::shared_ptr<TimeNs> m_now;
    std::size_t m_seen = 0;
};

using Lines = std::vector<std::string>;

} // namespace flyball::test
