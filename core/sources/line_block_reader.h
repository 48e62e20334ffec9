// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/marker.h"
#include "core/sources/source_types.h"

#include <cstddef>
#include <memory>
#include <string_view>
#include <sys/types.h>

namespace flyball {

/// A stream of bytes: a plain file, the inflated content of a gz.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Bytes written to `to` (1..room), 0 when there are none now, -1 with errno.
    virtual ssize_t read(char *to, std::size_t room) = 0;
};

/// Cuts a stream into blocks of whole lines, in one reused buffer that grows only for a line longer
/// than a block, up to maxLine + 1 bytes. Longer lines are passed over without being kept. NULs at the
/// very start of the stream (hole of a copytruncate) are dropped. Not thread safe.
class LineBlockReader {
public:
    enum class Step {
        Lines,    ///< bytes() holds whole lines that start at begin()
        Oversize, ///< the line [begin(), end()) was longer than maxLine and has been passed over
        End,      ///< the source gave nothing; rest() is the incomplete last line. May be called again
        Error,    ///< errno in error()
    };

    LineBlockReader(std::int64_t blockBytes, std::int64_t maxLineBytes);

    /// Starts at `offset` of the stream; `before` = the text that precedes it (for marker()).
    void start(std::int64_t offset, const MarkerWindow &before = {});
    [[nodiscard]] Step next(ByteSource &source);

    [[nodiscard]] std::string_view bytes() const { return {m_buffer.get(), m_emitted}; }
    [[nodiscard]] std::string_view rest() const { return {m_buffer.get(), m_used}; }
    [[nodiscard]] std::int64_t restBegin() const { return m_base; } ///< after End
    [[nodiscard]] std::int64_t begin() const { return m_begin; }
    [[nodiscard]] std::int64_t end() const { return m_end; }
    /// Length so far of an unfinished line that is already too long; 0 when there is none.
    [[nodiscard]] std::int64_t oversizeRest() const { return m_skipping ? m_base - m_begin : 0; }
    /// Marker at end(), and at the end of rest().
    [[nodiscard]] std::uint64_t marker() const { return m_window.marker(); }
    [[nodiscard]] std::uint64_t markerAfterRest() const;
    [[nodiscard]] int error() const { return m_error; }

private:
    void dropEmitted();
    bool makeRoom();
    [[nodiscard]] bool passOver(std::size_t filled);
    void dropLeadingNuls();
    void emit(std::size_t bytes);

    const std::size_t m_block;
    const std::size_t m_limit; ///< longest line and its '\n'
    std::unique_ptr<char[]> m_buffer;
    std::size_t m_capacity = 0;
    std::size_t m_used = 0;
    std::size_t m_emitted = 0;
    std::size_t m_searched = 0; ///< first bytes known to hold no '\n'
    std::int64_t m_base = 0;    ///< stream offset of the buffer's first byte
    std::int64_t m_begin = 0;
    std::int64_t m_end = 0;
    bool m_skipping = false;
    bool m_atStart = true;
    int m_error = 0;
    MarkerWindow m_window;
};

} // namespace flyball
