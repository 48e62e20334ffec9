// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/file_io.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

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

Error systemError(const std::string &path, ErrorCode code)
{
    const int number = errno;
    return Error{number == ENOSPC || number == EDQUOT ? ErrorCode::DiskFull : code,
                 fileName(path) + ": " + std::strerror(number)};
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

} // namespace

std::string fileName(const std::string &path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

Result<std::string> readWholeFile(const std::string &path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0)
        return systemError(path, errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Unreadable);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0)
        return systemError(path, ErrorCode::Unreadable);
    if (!S_ISREG(info.st_mode))
        return Error{ErrorCode::Unreadable, fileName(path) + ": not a regular file"};
    std::string text;
    char block[65536];
    for (;;) {
        const ssize_t got = ::read(file.get(), block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError(path, ErrorCode::Unreadable);
        if (got == 0)
            return text;
        text.append(block, static_cast<std::size_t>(got));
        if (text.size() > kMaxBytes)
            return Error{ErrorCode::OutOfRange, fileName(path) + ": larger than 64 MiB"};
    }
}

Result<> writeFileAtomically(const std::string &path, std::string_view content)
{
    std::string temporary = path + ".XXXXXX";
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC)); // mode 0600
    if (file.get() < 0)
        return systemError(path, ErrorCode::Unreadable);
    if (!writeAll(file.get(), content) || ::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
        const Error error = systemError(path, ErrorCode::Unreadable);
        ::unlink(temporary.c_str());
        return error;
    }
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0)
        ::fsync(directory.get());
    return {};
}

} // namespace flyball
