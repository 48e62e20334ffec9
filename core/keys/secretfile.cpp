// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keys/secretfile.h"

#include "core/base/uniquefd.h"
#include "core/base/wholefile.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball {

namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20U;

Error failed(const char *doing, const std::string &path)
{
    const int number = errno;
    const ErrorCode code = number == ENOENT                       ? ErrorCode::NotFound
                           : number == ENOSPC || number == EDQUOT ? ErrorCode::DiskFull
                                                                  : ErrorCode::Unreadable;
    return {code, std::string("cannot ") + doing + ' ' + path + ": " + std::strerror(number)};
}

} // namespace

std::string randomHex(std::size_t bytes)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < bytes; ++i) {
        std::uint8_t byte = 0;
        if (::getrandom(&byte, 1, 0) != 1)
            return {};
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
    return out;
}

Result<std::string> readSecretFile(const std::string &path)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info = {};
    if (!file || ::fstat(file.get(), &info) != 0)
        return failed("open", path);
    if (!S_ISREG(info.st_mode))
        return Error{ErrorCode::Unreadable, path + " is no regular file"};
    if (info.st_uid != ::geteuid())
        return Error{ErrorCode::Unreadable, path + " belongs to another user"};
    if ((info.st_mode & 077U) != 0)
        return Error{ErrorCode::Unreadable, path + " can be read or written by others; chmod 600 it"};
    return readToEnd(file.get(), path, kMostBytes);
}

Result<> makeFolder(const std::string &path)
{
    std::filesystem::path done;
    for (const auto &part : std::filesystem::path(path)) {
        done /= part;
        if (!done.empty() && ::mkdir(done.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR)
            return failed("make the folder", done.string());
    }
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored))
        return Error{ErrorCode::Unreadable, path + " is no folder"};
    return {};
}

} // namespace flyball
