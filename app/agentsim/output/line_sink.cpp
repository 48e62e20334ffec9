// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/output/line_sink.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace flyball::agentsim {

namespace {

Error fromErrno(const std::string &what, const std::string &path)
{
    const int e = errno;
    return {e == ENOSPC ? ErrorCode::DiskFull : ErrorCode::Unreadable, what + " " + path + ": " + std::strerror(e)};
}

int openAppend(const std::string &path)
{
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/// traces.jsonl -> traces-2026-11-21T21-12-27.396.jsonl, with a number if that is taken.
std::string rotatedName(const std::string &path, TimeNs virtualNow)
{
    std::string stamp = formatRfc3339(virtualNow - virtualNow % (kSecond / 1000));
    std::replace(stamp.begin(), stamp.end(), ':', '-');
    stamp.pop_back(); // 'Z'
    const std::filesystem::path p(path);
    const std::string head = (p.parent_path() / p.stem()).string() + "-" + stamp;
    std::string name = head + p.extension().string();
    for (int n = 2; std::filesystem::exists(name); ++n)
        name = head + "-" + std::to_string(n) + p.extension().string();
    return name;
}

} // namespace

Result<LineSink> LineSink::open(const std::string &out, std::int64_t rotateBytes)
{
    if (out == "-")
        return LineSink(out, STDOUT_FILENO, 0);
    std::string path = out;
    std::error_code ec;
    const bool isFile = path.ends_with(".jsonl") || path.ends_with(".json");
    if (!isFile || std::filesystem::is_directory(path, ec)) {
        if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
            return fromErrno("cannot make directory", path);
        path = (std::filesystem::path(path) / "traces.jsonl").string();
    }
    const int fd = openAppend(path);
    if (fd < 0)
        return fromErrno("cannot open", path);
    LineSink sink(path, fd, rotateBytes);
    struct stat st = {};
    if (::fstat(fd, &st) == 0)
        sink.m_inFile = st.st_size;
    return sink;
}

LineSink::LineSink(LineSink &&other) noexcept
    : m_path(std::move(other.m_path)),
      m_fd(std::exchange(other.m_fd, -1)),
      m_rotate(other.m_rotate),
      m_inFile(other.m_inFile),
      m_bytes(other.m_bytes),
      m_lines(other.m_lines)
{}

LineSink::~LineSink()
{
    if (m_fd > STDERR_FILENO)
        ::close(m_fd);
}

Result<> LineSink::write(std::string_view line, TimeNs virtualNow)
{
    const auto size = static_cast<std::int64_t>(line.size());
    if (m_rotate > 0 && m_inFile > 0 && m_inFile + size > m_rotate) {
        if (auto rotated = rotate(virtualNow); !rotated)
            return rotated;
    }
    for (std::string_view rest = line; !rest.empty();) {
        const ssize_t n = ::write(m_fd, rest.data(), rest.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fromErrno("cannot write", m_path);
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    m_inFile += size;
    m_bytes += size;
    ++m_lines;
    return {};
}

Result<> LineSink::rotate(TimeNs virtualNow)
{
    ::close(m_fd);
    m_fd = -1;
    if (std::rename(m_path.c_str(), rotatedName(m_path, virtualNow).c_str()) != 0)
        return fromErrno("cannot rename", m_path);
    m_fd = openAppend(m_path);
    if (m_fd < 0)
        return fromErrno("cannot open", m_path);
    m_inFile = 0;
    return {};
}

} // namespace flyball::agentsim
