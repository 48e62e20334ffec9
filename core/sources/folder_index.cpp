// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/folder_index.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <utility>

namespace flyball {

namespace {
constexpr std::size_t kAlwaysLookedAt = 256; ///< folders per sweep at least
constexpr TimeNs kRoundTrip = 2 * kSecond;   ///< every folder is looked at this often
constexpr int kTimedRescansPerSweep = 64;    ///< spreads the slow rescan of large trees
constexpr TimeNs kSettled = 2 * kSecond;     ///< coarsest time stamp of common file systems

std::int64_t changeNsOf(const struct stat &status)
{
    const std::int64_t change = status.st_ctim.tv_sec * kSecond + status.st_ctim.tv_nsec;
    return std::max(change, mtimeNsOf(status));
}
} // namespace

FolderIndex::FolderIndex(SourceRoots roots, bool useInotify, TimeNs rescanEvery)
    : m_roots(std::move(roots)), m_rescanEvery(rescanEvery), m_watch(useInotify)
{
    for (std::string &path : m_roots.paths) {
        while (path.size() > 1 && path.back() == '/') {
            path.pop_back();
        }
    }
}

bool FolderIndex::sweep(TimeNs now, const Candidate &candidate, const Touched &touched)
{
    const bool complete = m_watch.drain([&](const InotifyWatch::Event &event) {
        const auto found = m_folders.find(event.folder);
        if (found != m_folders.end() && event.entriesChanged && !found->second->dirty) {
            found->second->dirty = true;
            m_dirty.push_back(event.folder);
        }
        if (!event.name.empty()) {
            touched(joinPath(event.folder, std::string(event.name)));
        }
    });
    lookAtRoots(candidate);
    m_rescansLeft = kTimedRescansPerSweep;
    std::size_t due = complete ? dueCount(now) : m_order.size();
    for (; due > 0 && !m_order.empty(); --due) {
        m_cursor = m_cursor >= m_order.size() ? 0 : m_cursor;
        Folder &folder = *m_order[m_cursor++];
        folder.dirty = folder.dirty || !complete;
        visit(folder, now, candidate);
    }
    while (!m_dirty.empty()) { // grows while new folders are found
        const std::string path = std::move(m_dirty.back());
        m_dirty.pop_back();
        const auto found = m_folders.find(path);
        if (found != m_folders.end() && found->second->dirty) {
            visit(*found->second, now, candidate);
        }
    }
    m_lastSweep = now;
    return !complete;
}

std::size_t FolderIndex::dueCount(TimeNs now)
{
    const std::size_t all = m_order.size();
    if (m_lastSweep == kNoTime || now - m_lastSweep >= kRoundTrip || all <= kAlwaysLookedAt) {
        return all;
    }
    const double part = static_cast<double>(std::max<TimeNs>(now - m_lastSweep, 0)) / static_cast<double>(kRoundTrip);
    return std::min(all, std::max(kAlwaysLookedAt, static_cast<std::size_t>(static_cast<double>(all) * part) + 1));
}

void FolderIndex::lookAtRoots(const Candidate &candidate)
{
    for (const std::string &path : m_roots.paths) {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) {
            m_problems[path] = errorWord(errno);
            continue;
        }
        if (S_ISDIR(status.st_mode)) {
            addFolder(path, idOf(status), 0);
        } else if (S_ISREG(status.st_mode)) {
            m_problems.erase(path);
            candidate(path, idOf(status).inode);
            if (m_rootsWatched.insert(path).second) {
                m_watch.add(parentFolder(path));
            }
        } else {
            m_problems[path] = errorWord(ENOTSUP);
        }
    }
}

void FolderIndex::addFolder(const std::string &path, const FileId &id, int depth)
{
    const auto known = m_folders.find(path);
    if (known != m_folders.end() && known->second->id == id) {
        return;
    }
    if (known != m_folders.end()) {
        dropFolder(*known->second);
    }
    const auto other = m_byId.find(id);
    if (other != m_byId.end()) {
        struct stat status {};
        if (::stat(other->second.c_str(), &status) == 0 && idOf(status) == id) {
            return; // a second way into the same folder (symlink, or a loop of them)
        }
        dropFolder(*m_folders.at(other->second)); // renamed
    }
    if (depth > kMaxFolderDepth) {
        m_problems[path] = "too_deep";
        return;
    }
    auto folder = std::make_unique<Folder>();
    folder->path = path;
    folder->id = id;
    folder->depth = depth;
    folder->slot = m_order.size();
    m_order.push_back(folder.get());
    m_byId[id] = path;
    m_dirty.push_back(path);
    m_folders[path] = std::move(folder);
}

void FolderIndex::dropFolder(Folder &folder)
{
    m_watch.remove(folder.path);
    m_byId.erase(folder.id);
    m_problems.erase(folder.path);
    m_order[folder.slot] = m_order.back();
    m_order[folder.slot]->slot = folder.slot;
    m_order.pop_back();
    m_folders.erase(m_folders.find(folder.path));
}

void FolderIndex::visit(Folder &folder, TimeNs now, const Candidate &candidate)
{
    struct stat status {};
    if (::stat(folder.path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || idOf(status) != folder.id) {
        dropFolder(folder);
        return;
    }
    const bool overdue = folder.readAt != kNoTime && now - folder.readAt >= m_rescanEvery && m_rescansLeft > 0;
    const std::int64_t change = changeNsOf(status);
    if (!folder.dirty && !overdue && change == folder.changeNs) {
        return;
    }
    m_rescansLeft -= overdue ? 1 : 0;
    if (!folder.watched || overdue) { // before reading: what happens meanwhile is told
        folder.watched = m_watch.add(folder.path);
    }
    folder.dirty = false;
    folder.readAt = now;
    // An entry made within the same clock tick as `change`, but after the reading, would not move it:
    // believe the time only when it is well past.
    folder.changeNs = wallClockNow() - change > kSettled ? change : 0;
    readEntries(std::string(folder.path), folder.depth, candidate);
}

/// Takes copies: what an entry turns out to be may drop any Folder, also this one.
void FolderIndex::readEntries(const std::string &path, int depth, const Candidate &candidate)
{
    const int error = readFolder(path, [&](const FolderEntry &entry) { onEntry(path, depth, entry, candidate); });
    if (error == 0) {
        m_problems.erase(path);
    } else if (error != ENOENT) {
        m_problems[path] = errorWord(error);
        const auto folder = m_folders.find(path);
        if (folder != m_folders.end()) {
            folder->second->changeNs = 0;
        }
    }
}

void FolderIndex::onEntry(const std::string &folder, int depth, const FolderEntry &entry, const Candidate &candidate)
{
    if (entry.kind == FolderEntry::Kind::Other) {
        return;
    }
    const std::string path = joinPath(folder, std::string(entry.name));
    const bool wanted = !m_roots.filter || m_roots.filter(path);
    if (entry.kind == FolderEntry::Kind::File) {
        if (wanted) {
            candidate(path, entry.inode);
        }
        return;
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return;
    }
    if (S_ISDIR(status.st_mode)) {
        addFolder(path, idOf(status), depth + 1);
    } else if (S_ISREG(status.st_mode) && wanted) {
        candidate(path, idOf(status).inode);
    }
}

bool FolderIndex::covers(const std::string &path) const
{
    if (std::find(m_roots.paths.begin(), m_roots.paths.end(), path) != m_roots.paths.end()) {
        return true;
    }
    return m_folders.count(parentFolder(path)) != 0 && (!m_roots.filter || m_roots.filter(path));
}

} // namespace flyball
