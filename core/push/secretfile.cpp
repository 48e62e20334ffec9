// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/secretfile.h"

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

class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    [[nodiscard]] int get() const { return m_fd; }

private:
    int m_fd;
};

Error failed(const char *doing, const std::string &path)
{
    const int number = errno;
    const ErrorCode code = number == ENOENT                       ? ErrorCode::NotFound
                           : number == ENOSPC || number == EDQUOT ? ErrorCode::DiskFull
                                                                  : ErrorCode::Unreadable;
    return {code, std::string("cannot ") + doing + ' ' + path + ": " + std::strerror(number)};
}

bool writeAll(int fd, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t count = ::write(fd, content.data(), content.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
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
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info = {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0)
        return failed("open", path);
    if (!S_ISREG(info.st_mode))
        return Error{ErrorCode::Unreadable, path + " is no regular file"};
    if (info.st_uid != ::geteuid())
        return Error{ErrorCode::Unreadable, path + " belongs to another user"};
    if ((info.st_mode & 077U) != 0)
        return Error{ErrorCode::Unreadable, path + " can be read or written by others; chmod 600 it"};
    std::string content;
    char buffer[65536];
    ssize_t count = 0;
    while ((count = ::read(file.get(), buffer, sizeof buffer)) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failed("read", path);
        content.append(buffer, static_cast<std::size_t>(count));
        if (content.size() > kMostBytes)
            return Error{ErrorCode::OutOfRange, path + " is larger than 4 MiB"};
    }
    return content;
}

Result<> writeSecretFile(const std::string &path, std::string_view content)
{
    const std::string beside = path + ".new-" + randomHex(8);
    {
        const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (file.get() < 0)
            return failed("create", beside);
        if (!writeAll(file.get(), content) || ::fsync(file.get()) != 0) {
            Error error = failed("write", beside);
            ::unlink(beside.c_str());
            return error;
        }
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        Error error = failed("replace", path);
        ::unlink(beside.c_str());
        return error;
    }
    const std::string folder = std::filesystem::path(path).parent_path().string();
    const Descriptor parent(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.get() < 0 || ::fsync(parent.get()) != 0)
        return failed("sync the folder of", path);
    return {};
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
