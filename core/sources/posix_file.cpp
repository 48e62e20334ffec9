// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/posix_file.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball {

ssize_t readAtOnce(int fd, char *to, std::size_t bytes, std::int64_t offset)
{
    ssize_t n = 0;
    do {
        n = ::pread(fd, to, bytes, offset);
    } while (n < 0 && errno == EINTR);
    return n;
}

UniqueFd openRegular(const std::string &path, struct stat &status, int &error)
{
    // Looked at first: opening a device can have effects of its own (a tape rewinds).
    if (::stat(path.c_str(), &status) != 0) {
        error = errno;
        return {};
    }
    if (!S_ISREG(status.st_mode)) {
        error = ENOTSUP;
        return {};
    }
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!fd || ::fstat(fd.get(), &status) != 0) {
        error = errno;
        return {};
    }
    if (!S_ISREG(status.st_mode)) {
        error = ENOTSUP;
        return {};
    }
    error = 0;
    return fd;
}

FileId idOf(const struct stat &status)
{
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

std::int64_t mtimeNsOf(const struct stat &status)
{
    return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

std::string errorWord(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return "permission_denied";
    case ENOENT:
    case ENOTDIR:
        return "not_found";
    case EIO:
        return "io_error";
    case EMFILE:
    case ENFILE:
        return "too_many_open_files";
    case ELOOP:
        return "symlink_loop";
    case ESTALE:
        return "stale_handle";
    case ENOTSUP:
        return "not_a_regular_file";
    case ENAMETOOLONG:
        return "name_too_long";
    default:
        return "errno_" + std::to_string(error);
    }
}

Error fileError(int error, const std::string &path)
{
    const ErrorCode code = (error == ENOENT || error == ENOTDIR) ? ErrorCode::NotFound : ErrorCode::Unreadable;
    return {code, path + ": " + errorWord(error)};
}

std::optional<std::uint32_t> gzipTextLength(int fd)
{
    struct stat status {};
    std::array<unsigned char, 4> tail{};
    const std::int64_t from = ::fstat(fd, &status) == 0 ? status.st_size - 4 : -1;
    if (from < 0 || readAtOnce(fd, reinterpret_cast<char *>(tail.data()), tail.size(), from) != 4) {
        return std::nullopt;
    }
    std::uint32_t length = 0;
    for (std::size_t i = tail.size(); i > 0; --i) { // least significant byte first (RFC 1952)
        length = length << 8 | tail[i - 1];
    }
    return length;
}

std::string parentFolder(const std::string &path)
{
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string joinPath(const std::string &folder, const std::string &name)
{
    std::string path;
    path.reserve(folder.size() + 1 + name.size());
    path = folder;
    if (path.empty() || path.back() != '/') {
        path += '/';
    }
    path += name;
    return path;
}

} // namespace flyball
