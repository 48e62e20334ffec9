// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/ledger_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "core/base/time.h"

namespace flyball {

namespace {

constexpr std::size_t kHeaderSize = 100;
constexpr std::string_view kMagic("SQLite format 3\0", 16);

std::string folderOf(const std::string &path)
{
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? std::string(".") : folder;
}

std::uint32_t bigEndian32(const char *at)
{
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = (value << 8U) | static_cast<unsigned char>(at[i]);
    return value;
}

bool exists(const std::string &path)
{
    struct stat info = {};
    return ::lstat(path.c_str(), &info) == 0;
}

/// 2026-11-21T21:12:27.396Z without what file systems or shells dislike.
std::string timeForFileName()
{
    std::string text;
    for (const char c : formatRfc3339(wallClockNow() / kSecond * kSecond)) {
        if (c != '-' && c != ':')
            text += c;
    }
    return text;
}

} // namespace

FileLock::~FileLock()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

FileLock::State FileLock::acquire(const std::string &path)
{
    m_fd = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (m_fd < 0)
        return State::Unwritable;
    if (::flock(m_fd, LOCK_EX | LOCK_NB) == 0)
        return State::Held;
    ::close(m_fd);
    m_fd = -1;
    return State::HeldByOther;
}

Result<FileHeader> readFileHeader(const std::string &path)
{
    FileHeader header;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return header;
        return Error{ErrorCode::Unreadable, "cannot open " + path + ": " + std::strerror(errno)};
    }
    header.exists = true;
    std::array<char, kHeaderSize> bytes{};
    const ssize_t got = ::pread(fd, bytes.data(), bytes.size(), 0);
    const int readError = errno;
    ::close(fd);
    if (got < 0)
        return Error{ErrorCode::Unreadable, "cannot read " + path + ": " + std::strerror(readError)};
    header.size = fileSize(path);
    header.isSqlite =
        static_cast<std::size_t>(got) == kHeaderSize && std::string_view(bytes.data(), kMagic.size()) == kMagic;
    if (header.isSqlite) {
        header.userVersion = bigEndian32(bytes.data() + 60);
        header.applicationId = bigEndian32(bytes.data() + 68);
    }
    return header;
}

Result<> makeParentFolders(const std::string &path)
{
    const std::filesystem::path folder = folderOf(path);
    std::filesystem::path built;
    for (const auto &part : folder) {
        built /= part;
        if (::mkdir(built.c_str(), 0700) == 0) {
            ::chmod(built.c_str(), 0700); // a umask may have taken bits away
        } else if (errno != EEXIST && !std::filesystem::is_directory(built)) {
            const ErrorCode code = errno == ENOSPC ? ErrorCode::DiskFull : ErrorCode::Unreadable;
            return Error{code, "cannot create the folder " + built.string() + ": " + std::strerror(errno)};
        }
    }
    return {};
}

void makePrivate(const std::string &path)
{
    for (const char *suffix : {"", "-wal", "-shm", ".lock"})
        ::chmod((path + suffix).c_str(), 0600);
}

const char *networkFileSystem(std::uint32_t magic)
{
    struct Known {
        std::uint32_t magic;
        const char *name;
    };
    static constexpr std::array<Known, 13> kKnown = {{{0x6969, "NFS"},
                                                      {0x517b, "SMB"},
                                                      {0xfe534d42, "SMB2"},
                                                      {0xff534d42, "CIFS"},
                                                      {0x564c, "NCP"},
                                                      {0x5346414f, "AFS"},
                                                      {0x6b414653, "kAFS"},
                                                      {0x73757245, "Coda"},
                                                      {0x01021997, "9P"},
                                                      {0x00c36400, "Ceph"},
                                                      {0x0bd00bd0, "Lustre"},
                                                      {0x47504653, "GPFS"},
                                                      {0x7461636f, "OCFS2"}}};
    for (const Known &known : kKnown) {
        if (known.magic == magic)
            return known.name;
    }
    return nullptr;
}

Result<> refuseNetworkFolder(const std::string &path)
{
    struct statfs info = {};
    if (::statfs(folderOf(path).c_str(), &info) != 0)
        return Error{ErrorCode::Unreadable, "cannot read the folder of " + path + ": " + std::strerror(errno)};
    if (const char *name = networkFileSystem(static_cast<std::uint32_t>(info.f_type)))
        return Error{ErrorCode::InvalidArgument, "the ledger cannot live on a network file system (" + std::string(name)
                                                     + "): " + path + "; set FLYBALL_HOME to a local folder"};
    return {};
}

Result<std::string> setAside(const std::string &path)
{
    const std::string base = path + ".corrupt-" + timeForFileName();
    std::string target = base;
    for (int n = 2; exists(target); ++n)
        target = base + "-" + std::to_string(n);
    // The WAL goes first: left behind alone, it would be replayed into the fresh file.
    for (const char *suffix : {"-wal", "-shm", ""}) {
        if (::rename((path + suffix).c_str(), (target + suffix).c_str()) != 0 && errno != ENOENT)
            return Error{ErrorCode::Corrupt, path + " is damaged and cannot be set aside: " + std::strerror(errno)};
    }
    ::unlink((path + ".damaged").c_str());
    return target;
}

void markDamaged(const std::string &path)
{
    const int fd = ::open((path + ".damaged").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        ::close(fd);
}

bool isMarkedDamaged(const std::string &path) { return exists(path + ".damaged"); }

std::int64_t fileSize(const std::string &path)
{
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

} // namespace flyball
