// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wholefile.h"

#include "core/base/uniquefd.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball {

namespace {

Error systemError(const std::string &path)
{
    const int number = errno;
    const ErrorCode code = number == ENOENT                       ? ErrorCode::NotFound
                           : number == ENOSPC || number == EDQUOT ? ErrorCode::DiskFull
                                                                  : ErrorCode::Unreadable;
    return Error{code, fileName(path) + ": " + std::strerror(number)};
}

bool writeAll(int fd, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// Makes a rename last. Some network file systems cannot sync a folder; they have nothing better to offer.
bool syncFolderOf(const std::string &path)
{
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory && (::fsync(directory.get()) == 0 || errno == EINVAL || errno == ENOTSUP);
}

} // namespace

std::string fileName(const std::string &path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

Result<std::string> readToEnd(int fd, const std::string &path, std::size_t most)
{
    std::string text;
    char block[65536];
    for (;;) {
        const ssize_t got = ::read(fd, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError(path);
        if (got == 0)
            return text;
        text.append(block, static_cast<std::size_t>(got));
        if (text.size() > most)
            return Error{ErrorCode::OutOfRange,
                         fileName(path) + ": larger than " + std::to_string(most >> 20U) + " MiB"};
    }
}

Result<std::string> readWholeFile(const std::string &path, std::size_t most)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0)
        return systemError(path);
    if (!S_ISREG(info.st_mode))
        return Error{ErrorCode::Unreadable, fileName(path) + ": not a regular file"};
    return readToEnd(file.get(), path, most);
}

Result<> writeFileAtomically(const std::string &path, std::string_view content)
{
    std::string beside = path + ".XXXXXX";
    const UniqueFd file(::mkostemp(beside.data(), O_CLOEXEC)); // mode 0600
    if (!file)
        return systemError(path);
    if (!writeAll(file.get(), content) || ::fsync(file.get()) != 0 || ::rename(beside.c_str(), path.c_str()) != 0) {
        const Error error = systemError(path);
        ::unlink(beside.c_str());
        return error;
    }
    return syncFolderOf(path) ? Result<>() : Result<>(systemError(path));
}

} // namespace flyball
