// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/posix_file.h"

#include <algorithm>
#include <cstdint>
#include <sys/types.h>

namespace flyball {

/// A stream of bytes: a plain file, the content of a compressed one.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Bytes written to `to` (1..room), 0 when there are none now, -1 with errno.
    virtual ssize_t read(char *to, std::size_t room) = 0;
};

/// [offset, end) of a descriptor, which it does not own.
class PlainSource final : public ByteSource {
public:
    PlainSource(const ReadAt &readAt, int fd, std::int64_t offset, std::int64_t end)
        : m_readAt(readAt), m_fd(fd), m_offset(offset), m_end(end)
    {}
    ssize_t read(char *to, std::size_t room) override
    {
        const std::int64_t left = std::min<std::int64_t>(m_end - m_offset, static_cast<std::int64_t>(room));
        if (left <= 0) {
            return 0;
        }
        const ssize_t n = m_readAt(m_fd, to, static_cast<std::size_t>(left), m_offset);
        if (n > 0) {
            m_offset += n;
        }
        return n;
    }

private:
    const ReadAt &m_readAt;
    int m_fd;
    std::int64_t m_offset;
    std::int64_t m_end;
};

/// The content of a compressed file, in constant memory whatever its ratio. Reads with pread, does not own the
/// descriptor. After the file ended early it goes on when more was appended. One thread.
class PackedSource : public ByteSource {
public:
    enum class State {
        Streaming,
        Ended,           ///< a whole number of members; for gzip trailing zero padding is fine
        Truncated,       ///< the file ends inside a member
        Corrupt,         ///< bad data, length or checksum
        TrailingGarbage, ///< whole members, then other bytes
        Failed,          ///< read error, see read()'s errno
    };
    /// What a reject of each kind is called.
    struct Words {
        const char *truncated;
        const char *corrupt;
        const char *garbage;
    };

    virtual void open(int fd) = 0;
    void setFd(int fd) { m_fd = fd; } ///< the same file, opened again
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] virtual std::int64_t compressedOffset() const = 0; ///< consumed so far
    [[nodiscard]] virtual const Words &words() const = 0;

protected:
    int m_fd = -1;
    State m_state = State::Streaming;
};

} // namespace flyball
