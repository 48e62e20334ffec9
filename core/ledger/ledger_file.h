// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace flyball {

/// The files around the database: folder, lock, header, and what happens to a damaged one.

/// Advisory lock on `<path>.lock`, held for as long as the object lives.
class FileLock {
public:
    enum class State { Free, Held, HeldByOther, Unwritable };
    FileLock() = default;
    ~FileLock();
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;
    /// HeldByOther: another process or object has it. Unwritable: a read-only folder or disk.
    [[nodiscard]] State acquire(const std::string &path);

private:
    int m_fd = -1;
};

/// What the first 100 bytes of the file say, without SQLite: a newer file must stay untouched.
struct FileHeader {
    bool exists = false;
    bool isSqlite = false;
    std::uint32_t userVersion = 0;
    std::uint32_t applicationId = 0;
    std::int64_t size = 0;
};
[[nodiscard]] Result<FileHeader> readFileHeader(const std::string &path);

/// Creates missing parent folders with mode 0700, whatever the umask.
[[nodiscard]] Result<> makeParentFolders(const std::string &path);
/// The file and its WAL are for their owner only.
void makePrivate(const std::string &path);

/// Name of a network file system by its statfs magic, or nullptr for a local one.
[[nodiscard]] const char *networkFileSystem(std::uint32_t magic);
/// Refuses folders on network file systems: the shared memory of the WAL does not work there.
[[nodiscard]] Result<> refuseNetworkFolder(const std::string &path);

/// Renames the database, its WAL and shared memory to `<path>.corrupt-<UTC time>`; returns that path.
[[nodiscard]] Result<std::string> setAside(const std::string &path);
/// A note beside the database that it was found damaged while in use: the next open sets it aside.
void markDamaged(const std::string &path);
[[nodiscard]] bool isMarkedDamaged(const std::string &path);

[[nodiscard]] std::int64_t fileSize(const std::string &path); ///< 0 when there is none

} // namespace flyball
