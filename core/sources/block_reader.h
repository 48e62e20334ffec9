// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/byte_source.h"
#include "core/sources/marker.h"

#include <cstdint>
#include <string_view>

namespace flyball {

/// The text before `offset` in `window`, which is empty. 0, or an errno; a file shorter than that gives less.
[[nodiscard]] int windowBefore(const ReadAt &readAt, int fd, std::int64_t offset, MarkerWindow &window);

/// Cuts a stream into what readers of a format are given: whole lines, or records one by one. Not thread safe.
class BlockReader {
public:
    enum class Step {
        Block,   ///< bytes() is content that takes [begin(), end()) of the stream
        Refused, ///< [begin(), end()) has been passed over, reason() says why
        End,     ///< the source gave nothing; rest() is what is not complete. May be called again
        Error,   ///< errno in error()
    };

    virtual ~BlockReader() = default;
    /// Starts at `offset` of the stream; `before` = the text that precedes it (for marker()).
    virtual void start(std::int64_t offset, const MarkerWindow &before) = 0;
    [[nodiscard]] virtual Step next(ByteSource &source) = 0;

    [[nodiscard]] virtual std::string_view bytes() const = 0;
    [[nodiscard]] virtual std::string_view rest() const = 0;
    [[nodiscard]] virtual std::int64_t restBegin() const = 0; ///< after End
    /// Length so far of an unfinished line that is already too long; 0 when there is none.
    [[nodiscard]] virtual std::int64_t oversizeRest() const = 0;
    /// Whether each block is one record, which has no meaning before it is complete.
    [[nodiscard]] virtual bool isRecords() const = 0;
    [[nodiscard]] std::int64_t begin() const { return m_begin; }
    [[nodiscard]] std::int64_t end() const { return m_end; }
    [[nodiscard]] const char *reason() const { return m_reason; }
    [[nodiscard]] int error() const { return m_error; }
    /// Marker at end(), and at the end of rest().
    [[nodiscard]] std::uint64_t marker() const { return m_window.marker(); }
    [[nodiscard]] std::uint64_t markerAfterRest() const
    {
        MarkerWindow window = m_window;
        window.append(rest());
        return window.marker();
    }

protected:
    MarkerWindow m_window;
    std::int64_t m_begin = 0;
    std::int64_t m_end = 0;
    const char *m_reason = "";
    int m_error = 0;
};

} // namespace flyball
