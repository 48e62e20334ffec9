// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/tail_engine.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <utility>

namespace flyball {

namespace {
constexpr std::size_t kAlwaysLookedAt = 512; ///< files per poll at least
constexpr TimeNs kRoundTrip = 2 * kSecond;   ///< every file is looked at this often, without any hint
constexpr TimeNs kHot = 60 * kSecond;        ///< files that grew this recently are looked at in each poll
constexpr std::size_t kRemembered = 4096;    ///< finished files whose return would be recognised
} // namespace

void TailEngine::restore(std::vector<FilePosition> positions)
{
    for (FilePosition &position : positions) {
        remember(std::move(position));
    }
}

void TailEngine::remember(FilePosition position)
{
    const FileId id = position.id;
    m_restoredByPath[position.path] = id;
    m_restored[id] = std::move(position);
}

void TailEngine::rememberFinished(FilePosition position)
{
    m_finishedIds.push_back(position.id);
    remember(std::move(position));
    if (m_finishedIds.size() > kRemembered) {
        (void)recall({}, m_finishedIds.front());
        m_finishedIds.pop_front();
    }
}

/// Takes out the stored position of a file. Device numbers of some file systems change with a reboot:
/// the same inode under the same path is taken for the same file then (the marker still has to agree).
std::optional<FilePosition> TailEngine::recall(const std::string &path, const FileId &id)
{
    auto stored = m_restored.find(id);
    if (stored == m_restored.end()) {
        const auto named = m_restoredByPath.find(path);
        if (named == m_restoredByPath.end() || named->second.inode != id.inode) {
            return std::nullopt;
        }
        stored = m_restored.find(named->second);
        if (stored == m_restored.end()) {
            return std::nullopt;
        }
    }
    FilePosition position = std::move(stored->second);
    m_restored.erase(stored);
    const auto named = m_restoredByPath.find(position.path);
    if (named != m_restoredByPath.end() && named->second == position.id) {
        m_restoredByPath.erase(named);
    }
    return position;
}

void TailEngine::candidate(const std::string &path, std::uint64_t inode)
{
    const auto found = m_byPath.find(path);
    if (found == m_byPath.end() || found->second->id.inode != inode) {
        admit(path);
    }
}

void TailEngine::touch(const std::string &path)
{
    const auto found = m_byPath.find(path);
    if (found != m_byPath.end()) {
        found->second->touched = true;
        found->second->nextTry = kNoTime; // a chmod may have cured it
    }
}

/// A name that may stand for a file we do not know yet, or not under this name.
void TailEngine::admit(const std::string &path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return;
    }
    const FileId id = idOf(status);
    const auto named = m_byPath.find(path);
    if (named != m_byPath.end()) {
        if (named->second->id == id) {
            return;
        }
        detach(*named->second); // the name went to another file
    }
    const auto known = m_files.find(id);
    if (known == m_files.end()) {
        add(path, status);
        return;
    }
    TrackedFile &file = *known->second;
    if (file.detached) {
        attachAgain(file, path);
    } else {
        struct stat other {};
        if (::stat(file.path.c_str(), &other) == 0 && idOf(other) == id) {
            return; // a second name of one file (hard link, symlink)
        }
        rename(file, path);
    }
    observe(file, status);
}

void TailEngine::add(const std::string &path, const struct stat &status)
{
    auto owned = std::make_unique<TrackedFile>();
    TrackedFile &file = *owned;
    file.id = idOf(status);
    file.path = file.homePath = path;
    file.size = status.st_size;
    file.mtimeNs = mtimeNsOf(status);
    file.pending = file.size > 0;
    file.lastGrowth = m_pollNumber == 1 ? kNoTime : m_now;
    if (const auto position = recall(path, file.id)) {
        file.offset = file.scanned = position->offset;
        file.marker = position->marker;
        file.atStart = position->offset == 0;
        file.finished = position->finished;
        file.doneSize = position->finished ? position->size : -1;
        // A gz read in part stands anywhere in its inflated text; a plain file read to its end at its size.
        file.pending = position->size != file.size || position->mtimeNs != file.mtimeNs
                       || (position->offset != file.size && !position->finished)
                       || path.ends_with(".db"); // what is new of a database stands beside it
    }
    file.slot = m_order.size();
    file.lookedAt = m_pollNumber;
    m_order.push_back(&file);
    m_byPath[path] = &file;
    m_files[file.id] = std::move(owned);
    if (m_open.size() < m_options.maxOpenFiles) {
        (void)openFile(file); // so that it can still be read when it is deleted; an error shows when it grows
    }
}

void TailEngine::rename(TrackedFile &file, const std::string &path)
{
    const auto old = m_byPath.find(file.path);
    if (old != m_byPath.end() && old->second == &file) {
        m_byPath.erase(old);
    }
    file.path = path;
    file.renamed = path != file.homePath;
    file.movedAt = m_now;
    m_byPath[path] = &file;
    ++m_counters.renames;
}

void TailEngine::lookAtFiles(bool all)
{
    const std::size_t count = m_order.size();
    std::size_t due = count;
    const TimeNs since = m_lastPoll == kNoTime ? kRoundTrip : std::clamp<TimeNs>(m_now - m_lastPoll, 0, kRoundTrip);
    if (!all && since < kRoundTrip) {
        const double part = static_cast<double>(since) / static_cast<double>(kRoundTrip);
        const auto share = static_cast<std::size_t>(static_cast<double>(count) * part) + 1;
        due = std::min(count, std::max(kAlwaysLookedAt, share));
    }
    m_cursor = count == 0 ? 0 : m_cursor % count;
    const std::size_t first = m_cursor;
    m_cursor += due;
    for (std::size_t i = 0; i < m_order.size();) {
        TrackedFile &file = *m_order[i];
        const bool inTurn = (i + count - first) % std::max<std::size_t>(count, 1) < due;
        const bool hot = file.lastGrowth != kNoTime && m_now - file.lastGrowth < kHot;
        if ((inTurn || hot || file.touched) && file.lookedAt != m_pollNumber) {
            file.lookedAt = m_pollNumber;
            lookAt(file);
        }
        if (i < m_order.size() && m_order[i] == &file) { // else another one took its slot
            ++i;
        }
    }
}

void TailEngine::lookAt(TrackedFile &file)
{
    file.touched = false;
    struct stat status {};
    if (::stat(file.path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            detach(file);
        } else {
            failed(file, errno);
        }
        return;
    }
    if (idOf(status) != file.id) {
        const std::string path = file.path;
        detach(file);
        admit(path);
        return;
    }
    observe(file, status);
}

void TailEngine::observe(TrackedFile &file, const struct stat &status)
{
    const std::int64_t mtime = mtimeNsOf(status);
    const bool database = file.kind == TrackedFile::Kind::Database;
    if (database ? !m_databases.changed(file) : status.st_size == file.size && mtime == file.mtimeNs) {
        return;
    }
    if (database) {
        file.lastGrowth = m_now;
    }
    if (status.st_size != file.size) {
        file.lastGrowth = m_now;
    }
    file.size = status.st_size;
    file.mtimeNs = mtime;
    file.pending = true;
}

} // namespace flyball
