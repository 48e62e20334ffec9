// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/line_block_reader.h"
#include "core/sources/posix_file.h"

#include <cstdint>
#include <memory>

namespace flyball {

/// Inflates a gzip file (all members) as a stream in constant memory, whatever its ratio. Reads with
/// pread, does not own the descriptor. After the file ended early it goes on when more was appended.
class GzipSource : public ByteSource {
public:
    enum class State {
        Streaming,
        Ended,           ///< a whole number of members; trailing zero padding is fine
        Truncated,       ///< the file ends inside a member
        Corrupt,         ///< bad deflate data, length or checksum
        TrailingGarbage, ///< whole members, then bytes that are neither gzip nor zeros
        Failed,          ///< read error, see read()'s errno
    };

    explicit GzipSource(ReadAt readAt = readAtOnce);
    ~GzipSource() override;
    void open(int fd);
    void setFd(int fd) { m_fd = fd; } ///< the same file, opened again
    ssize_t read(char *to, std::size_t room) override;

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] std::int64_t compressedOffset() const; ///< consumed so far

private:
    struct Inflater;
    [[nodiscard]] bool refill();
    [[nodiscard]] bool nextMember();

    ReadAt m_readAt;
    std::unique_ptr<Inflater> m_inflater;
    std::unique_ptr<unsigned char[]> m_input;
    std::int64_t m_fileOffset = 0;
    int m_fd = -1;
    bool m_betweenMembers = true;
    bool m_anyMember = false;
    State m_state = State::Streaming;
};

} // namespace flyball
