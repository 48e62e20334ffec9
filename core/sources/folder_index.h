// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"
#include "core/sources/inotify_watch.h"
#include "core/sources/list_files.h"
#include "core/sources/source_types.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace flyball {

/// The folders below the roots and which of them must be read again: told by inotify, by their own
/// change time, and at the latest every `rescanEvery`. Internal to FileTail.
class FolderIndex {
public:
    /// A matching file name found in a folder that was read; inode as the folder tells it.
    using Candidate = std::function<void(const std::string &path, std::uint64_t inode)>;
    /// A file an event was seen for.
    using Touched = std::function<void(const std::string &path)>;

    FolderIndex(SourceRoots roots, bool useInotify, TimeNs rescanEvery);

    /// Brings the index up to date. True when inotify lost events: every file must be looked at.
    [[nodiscard]] bool sweep(TimeNs now, const Candidate &candidate, const Touched &touched);
    /// True if `path` is one a sweep would report (a root file, or in a folder and past the filter).
    [[nodiscard]] bool covers(const std::string &path) const;

    [[nodiscard]] int notifyFd() const { return m_watch.fd(); }
    [[nodiscard]] bool limited() const { return m_watch.limited(); }
    [[nodiscard]] std::size_t size() const { return m_folders.size(); }
    /// Folders that cannot be read now, with the reason.
    [[nodiscard]] const std::map<std::string, std::string> &problems() const { return m_problems; }

private:
    struct Folder {
        std::string path;
        FileId id;
        int depth = 0;
        std::int64_t changeNs = 0; ///< of the folder when it was read; 0 = cannot be relied on
        TimeNs readAt = kNoTime;
        bool dirty = true;
        bool watched = false;
        std::size_t slot = 0;
    };

    void lookAtRoots(const Candidate &candidate);
    void addFolder(const std::string &path, const FileId &id, int depth);
    void dropFolder(Folder &folder);
    void visit(Folder &folder, TimeNs now, const Candidate &candidate);
    void readEntries(const std::string &path, int depth, const Candidate &candidate);
    void onEntry(const std::string &folder, int depth, const FolderEntry &entry, const Candidate &candidate);
    [[nodiscard]] std::size_t dueCount(TimeNs now);

    SourceRoots m_roots;
    TimeNs m_rescanEvery;
    InotifyWatch m_watch;
    std::unordered_map<std::string, std::unique_ptr<Folder>> m_folders;
    std::unordered_map<FileId, std::string, FileIdHash> m_byId;
    std::vector<Folder *> m_order;
    std::vector<std::string> m_dirty;
    std::unordered_set<std::string> m_rootsWatched;
    std::map<std::string, std::string> m_problems;
    std::size_t m_cursor = 0;
    TimeNs m_lastSweep = kNoTime;
    int m_rescansLeft = 0;
};

} // namespace flyball
