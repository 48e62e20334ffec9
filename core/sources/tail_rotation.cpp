// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/tail_engine.h"

#include "core/sources/zstd_source.h"

#include <algorithm>
#include <map>
#include <sys/stat.h>
#include <utility>

namespace flyball {

namespace {

std::string baseName(const std::string &path) { return path.substr(path.rfind('/') + 1); }

/// Opens whichever entry of `folder` is the file `id`.
UniqueFd openById(const std::string &folder, const FileId &id)
{
    std::string name;
    (void)readFolder(folder, [&](const FolderEntry &entry) {
        if (entry.inode == id.inode && entry.kind != FolderEntry::Kind::Folder) {
            name = std::string(entry.name);
        }
    });
    struct stat status {};
    int error = 0;
    UniqueFd fd = name.empty() ? UniqueFd() : openRegular(joinPath(folder, name), status, error);
    return fd && idOf(status) == id ? std::move(fd) : UniqueFd();
}

} // namespace

/// The file lost its name: renamed (then a sweep may find it again) or deleted.
void TailEngine::detach(TrackedFile &file)
{
    const auto named = m_byPath.find(file.path);
    if (named != m_byPath.end() && named->second == &file) {
        m_byPath.erase(named);
    }
    removeFromOrder(file);
    if (file.fd) {
        m_open.erase(file.open);
    } else {
        file.fd = openById(parentFolder(file.path), file.id);
    }
    file.detached = true;
    file.pending = true; // it may have grown since it was looked at
    file.touched = false;
    file.nextTry = kNoTime;
    file.movedAt = m_now;
    m_detached.push_back(&file);
    ++m_counters.renames;
}

void TailEngine::removeFromOrder(TrackedFile &file)
{
    m_order[file.slot] = m_order.back();
    m_order[file.slot]->slot = file.slot;
    m_order.pop_back();
}

void TailEngine::attachAgain(TrackedFile &file, const std::string &path)
{
    std::erase(m_detached, &file);
    file.detached = false;
    file.path = path;
    file.renamed = path != file.homePath;
    file.movedAt = m_now;
    file.slot = m_order.size();
    file.lookedAt = m_pollNumber;
    m_order.push_back(&file);
    m_byPath[path] = &file;
    if (file.fd) {
        while (m_open.size() >= std::max<std::size_t>(m_options.maxOpenFiles, 1)) {
            closeOldest();
        }
        m_open.push_front(&file);
        file.open = m_open.begin();
    }
}

/// Files that were renamed past our filter while nobody watched: their last lines are still in the folder.
void TailEngine::adoptMoved()
{
    std::map<std::string, std::vector<const FilePosition *>> byFolder;
    for (const auto &[id, position] : m_restored) {
        if (!position.finished && m_folders.covers(position.path)) {
            byFolder[parentFolder(position.path)].push_back(&position);
        }
    }
    for (const auto &[folder, wanted] : byFolder) {
        adoptFrom(folder, wanted);
    }
}

void TailEngine::adoptFrom(const std::string &folder, const std::vector<const FilePosition *> &wanted)
{
    std::unordered_map<std::uint64_t, const FilePosition *> byInode;
    for (const FilePosition *position : wanted) {
        byInode[position->id.inode] = position;
    }
    std::vector<std::pair<std::string, const FilePosition *>> found;
    (void)readFolder(folder, [&](const FolderEntry &entry) {
        const auto match = byInode.find(entry.inode);
        if (match != byInode.end() && entry.kind != FolderEntry::Kind::Folder) {
            found.emplace_back(std::string(entry.name), match->second);
        }
    });
    for (const auto &[name, position] : found) {
        struct stat status {};
        int error = 0;
        UniqueFd fd = openRegular(joinPath(folder, name), status, error);
        if (!fd || idOf(status) != position->id || m_files.count(position->id) != 0) {
            continue;
        }
        // The inode may be another file's by now. With nothing consumed there is no text to prove it.
        const bool same = position->offset > 0 ? m_plain.verify(fd.get(), position->offset, position->marker)
                                               : name.rfind(baseName(position->path), 0) == 0;
        if (!same) {
            continue;
        }
        auto owned = std::make_unique<TrackedFile>();
        TrackedFile &file = *owned;
        file.id = position->id;
        file.path = file.homePath = position->path;
        file.fd = std::move(fd);
        file.offset = file.scanned = position->offset;
        file.marker = position->marker;
        file.atStart = position->offset == 0;
        file.size = status.st_size;
        file.mtimeNs = mtimeNsOf(status);
        file.detached = file.pending = true;
        file.movedAt = m_now;
        m_detached.push_back(&file);
        m_files[file.id] = std::move(owned);
        (void)recall(file.path, file.id); // ends the life of *position
    }
}

/// A gz or zst of a file that was read to its end before it was compressed holds nothing new. Its trailer or head
/// tells the length of the text; the marker before that length is proved by PackedTail as after a restart.
void TailEngine::borrowPosition(TrackedFile &packed)
{
    packed.compared = true;
    const bool gzip = packed.kind == TrackedFile::Kind::Gzip;
    const std::int64_t length =
        gzip ? gzipTextLength(packed.fd.get()).value_or(0) : std::max<std::int64_t>(zstdTextLength(packed.fd.get()), 0);
    const auto borrow = [&](std::int64_t offset, std::uint64_t marker) {
        const std::int64_t known = gzip ? static_cast<std::uint32_t>(offset) : offset; // gzip tells it modulo 2^32
        if (packed.borrowed || known != length || length == 0) {
            return;
        }
        packed.offset = packed.scanned = offset;
        packed.marker = marker;
        packed.atStart = false;
        packed.borrowed = true;
    };
    for (const auto &[id, file] : m_files) {
        if (file.get() != &packed && !file->borrowed) {
            borrow(file->offset, file->marker);
        }
    }
    for (const auto &[id, position] : m_restored) {
        borrow(position.offset, position.marker);
    }
}

void TailEngine::lookAtDetached()
{
    for (TrackedFile *file : m_detached) {
        struct stat status {};
        if (file->fd && ::fstat(file->fd.get(), &status) == 0) {
            observe(*file, status);
        }
    }
}

/// What stands behind the last whole line or record of a file that is done with. 0 or an errno.
int TailEngine::handOverRest(TrackedFile &file, TailOutput &out)
{
    return file.kind == TrackedFile::Kind::Records ? m_records.giveUp(file, out) : m_plain.handOverRest(file, out);
}

bool TailEngine::isQuiet(const TrackedFile &file) const
{
    const TimeNs since = file.quietSince();
    return since == kNoTime || m_now - since >= m_options.rotatedIdle;
}

void TailEngine::finishQuiet(TailOutput &out)
{
    for (TrackedFile *file : m_order) {
        if (file->gzipWaiting && isQuiet(*file)) {
            m_packed.giveUp(*file, out);
        }
        const bool known = file->kind == TrackedFile::Kind::Plain || file->kind == TrackedFile::Kind::Records;
        const bool partial = known && file->offset < file->size;
        if (file->renamed && partial && !file->pending && isQuiet(*file)) {
            const int opened = openFile(*file);
            const int error = opened != 0 ? opened : handOverRest(*file, out);
            if (error != 0) {
                failed(*file, error);
            }
        }
    }
    const std::vector<TrackedFile *> detached = m_detached;
    for (TrackedFile *file : detached) {
        if (!file->fd || (isQuiet(*file) && !readable(*file))) {
            finishDetached(*file, out);
        }
    }
}

void TailEngine::finishDetached(TrackedFile &file, TailOutput &out)
{
    const bool counted = !file.isPacked() && file.kind != TrackedFile::Kind::Database; // bytes of the file itself
    const bool partial = counted && file.offset < file.size;
    if (!file.fd || (file.pending && !file.gzipWaiting)) { // never found, or failing all this time
        reportLost(file, out);
    } else if (file.gzipWaiting) {
        m_packed.giveUp(file, out);
    } else if (partial && handOverRest(file, out) != 0) {
        reportLost(file, out);
    }
    if (!file.finished) {
        file.finished = true;
        ++m_counters.finished;
        out.positionOnly(file);
    }
    forget(file);
}

void TailEngine::reportLost(TrackedFile &file, TailOutput &out)
{
    const bool counted = !file.isPacked() && file.kind != TrackedFile::Kind::Database;
    const bool unread = counted && file.size > file.offset;
    const bool unreadPacked = file.isPacked() && !file.finished;
    if (unread || unreadPacked) {
        out.reject(file, "gone_before_read", file.offset, unread ? file.size - file.offset : 0);
    }
}

void TailEngine::forget(TrackedFile &file)
{
    m_packed.forget(file.id);
    m_databases.forget(file.id);
    std::erase(m_detached, &file);
    rememberFinished(file.position()); // it may come back under an old name
    const FileId id = file.id;
    m_files.erase(id);
}

} // namespace flyball
