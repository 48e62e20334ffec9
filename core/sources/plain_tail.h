// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/tracked_file.h"

#include <functional>
#include <memory>
#include <string_view>

namespace flyball {

/// Reads new lines of plain files for a FileTail. Keeps nothing per file: each read begins with the text
/// before the offset, so the proof that it is still the same file costs no call of its own, and a partial
/// line costs no memory however long it gets.
class PlainTail {
public:
    explicit PlainTail(const TailOptions &options);

    /// Hands on up to about `quantum` bytes. 0 or an errno. `file.pending` is cleared at the end of file;
    /// `file.kind` is Unknown afterwards when the file has to be looked at from the start again.
    [[nodiscard]] int read(TrackedFile &file, TailOutput &out, std::int64_t quantum);
    /// The incomplete last line of a file that is done with.
    [[nodiscard]] int handOverRest(TrackedFile &file, TailOutput &out);
    /// True if `marker` stands before `offset`.
    [[nodiscard]] bool verify(int fd, std::int64_t offset, std::uint64_t marker);

private:
    enum class Step { Again, End, StartAgain, Failed };
    enum class LineEnd { Newline, Whole, GivenUp };
    [[nodiscard]] Step readBlock(TrackedFile &file, TailOutput &out);
    static void handOver(TrackedFile &file, TailOutput &out, std::string_view lines, bool unterminated);
    [[nodiscard]] Step seekLongLine(TrackedFile &file, TailOutput &out);
    [[nodiscard]] Step takeLongLine(TrackedFile &file, TailOutput &out, std::int64_t end, LineEnd how);
    [[nodiscard]] Step endOfLongLine(TrackedFile &file, TailOutput &out);
    [[nodiscard]] Step passNuls(TrackedFile &file, std::int64_t from);
    [[nodiscard]] Step startAgain(TrackedFile &file, TailOutput &out);
    [[nodiscard]] ssize_t readAt(const TrackedFile &file, char *to, std::int64_t bytes, std::int64_t offset);

    ReadAt m_readAt;
    std::function<bool(std::string_view)> m_isWhole;
    std::int64_t m_block;
    std::int64_t m_maxLine;
    std::int64_t m_longLine;          ///< a held partial line from here on is only searched, not read again
    std::unique_ptr<char[]> m_buffer; ///< marker text and a block
    int m_error = 0;
};

} // namespace flyball
