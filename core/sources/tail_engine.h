// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/database_tail.h"
#include "core/sources/file_tail.h"
#include "core/sources/folder_index.h"
#include "core/sources/packed_tail.h"
#include "core/sources/plain_tail.h"
#include "core/sources/record_tail.h"
#include "core/sources/tracked_file.h"

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace flyball {

/// The state behind FileTail: which files are followed, under which name, and what has to be done with
/// them next.
class TailEngine {
public:
    TailEngine(TailRoots roots, TailOptions options);

    void restore(std::vector<FilePosition> positions);
    PollResult poll(std::int64_t budgetBytes, const ChunkSink &sink, const RejectSink &rejects);
    [[nodiscard]] int notifyFd() const { return m_folders.notifyFd(); }
    [[nodiscard]] int suggestedTimeoutMs() const;
    [[nodiscard]] TailHealth health() const;

private:
    // Names (tail_names.cpp).
    void remember(FilePosition position);
    void rememberFinished(FilePosition position);
    [[nodiscard]] std::optional<FilePosition> recall(const std::string &path, const FileId &id);
    void candidate(const std::string &path, std::uint64_t inode);
    void touch(const std::string &path);
    void admit(const std::string &path);
    void add(const std::string &path, const struct stat &status);
    void rename(TrackedFile &file, const std::string &path);
    void lookAtFiles(bool all);
    void lookAt(TrackedFile &file);
    void observe(TrackedFile &file, const struct stat &status);

    // Reading (tail_engine.cpp).
    [[nodiscard]] int openFile(TrackedFile &file);
    void closeOldest();
    void readPending(std::int64_t budgetBytes, TailOutput &out);
    void readFile(TrackedFile &file, std::int64_t quantum, TailOutput &out);
    [[nodiscard]] int readKind(TrackedFile &file, std::int64_t quantum, TailOutput &out);
    [[nodiscard]] bool detectKind(TrackedFile &file) const;
    void failed(TrackedFile &file, int error);
    [[nodiscard]] bool readable(const TrackedFile &file) const;
    [[nodiscard]] std::int64_t pendingBytes(const TrackedFile &file) const;
    [[nodiscard]] PollResult summary(const TailOutput &out) const;

    // Files without a name we follow (tail_rotation.cpp).
    void detach(TrackedFile &file);
    void attachAgain(TrackedFile &file, const std::string &path);
    void adoptMoved();
    void borrowPosition(TrackedFile &packed);
    void adoptFrom(const std::string &folder, const std::vector<const FilePosition *> &wanted);
    void lookAtDetached();
    void finishQuiet(TailOutput &out);
    void finishDetached(TrackedFile &file, TailOutput &out);
    [[nodiscard]] int handOverRest(TrackedFile &file, TailOutput &out);
    [[nodiscard]] bool isQuiet(const TrackedFile &file) const;
    void reportLost(TrackedFile &file, TailOutput &out);
    void forget(TrackedFile &file);
    void removeFromOrder(TrackedFile &file);

    TailOptions m_options;
    FolderIndex m_folders;
    PlainTail m_plain;
    PackedTail m_packed;
    RecordTail m_records;
    DatabaseTail m_databases;
    std::unordered_map<FileId, std::unique_ptr<TrackedFile>, FileIdHash> m_files;
    std::unordered_map<std::string, TrackedFile *> m_byPath;
    std::vector<TrackedFile *> m_order;    ///< files with a name
    std::vector<TrackedFile *> m_detached; ///< files without
    std::list<TrackedFile *> m_open;       ///< files with a name and a descriptor, last used first
    std::unordered_map<FileId, FilePosition, FileIdHash> m_restored; ///< not yet seen again
    std::unordered_map<std::string, FileId> m_restoredByPath;
    std::deque<FileId> m_finishedIds;
    std::string m_lastServed;
    TailHealth m_counters;
    TimeNs m_now = 0;
    TimeNs m_lastPoll = kNoTime;
    TimeNs m_lastActive = kNoTime;
    std::size_t m_cursor = 0;
    std::uint64_t m_pollNumber = 0;
    bool m_more = false;
};

} // namespace flyball
