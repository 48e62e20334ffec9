// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/sources/gzip_source.h"
#include "core/sources/line_block_reader.h"
#include "core/sources/source_types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flyball {

/// What a scan of one file (or piece) led to.
struct ReadOutcome {
    FilePosition after;         ///< where a FileTail restored with it goes on
    std::int64_t bytesRead = 0; ///< of content (gz: decompressed)
    std::int64_t heldBytes = 0; ///< of an incomplete last line, not handed over
    bool gzip = false;
};

/// Bytes [begin, end) of a plain file; both ends lie just behind a '\n' or at the file's ends.
struct FilePiece {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

/// Streams one file (plain or gzip, told by its first bytes) in large blocks of whole lines. One reader
/// per thread; the buffer is reused from file to file. Reads what the file held when it was opened.
class FileReader {
public:
    struct Options {
        std::int64_t blockBytes = 256LL << 10; ///< fits the L2 cache: decoding finds it warm
        std::int64_t maxLineBytes = kMaxLineBytes;
        /// Hands an incomplete last line over with `unterminated` set. Right for files nobody writes
        /// any more; gz files always do.
        bool handOverUnterminated = false;
        /// False where nobody will go on from where this reader got: `after` of its chunks has no marker then.
        bool markers = true;
        ReadAt readAt = readAtOnce;
    };

    FileReader();
    explicit FileReader(Options options);

    /// Errors: NotFound, Unreadable (also for anything but a regular file, or a read that fails midway:
    /// the chunks delivered so far stand, go on at their `after`).
    [[nodiscard]] Result<ReadOutcome> read(const std::string &path, const ChunkSink &sink, const RejectSink &rejects);
    /// Only the lines of one piece of a plain file. Chunks of pieces must be committed in file order.
    [[nodiscard]] Result<ReadOutcome> readPiece(const std::string &path, FilePiece piece, const ChunkSink &sink,
                                                const RejectSink &rejects);

private:
    struct Run;
    [[nodiscard]] Result<ReadOutcome> run(const std::string &path, FilePiece piece, bool whole, const ChunkSink &sink,
                                          const RejectSink &rejects);
    void deliver(Run &run, bool unterminated) const;
    void finish(Run &run) const;

    Options m_options;
    LineBlockReader m_lines;
    GzipSource m_gzip;
};

/// Cuts a plain file of `size` bytes into pieces of about `pieceBytes` that whole lines never straddle,
/// for decoding on several workers. A gz, or a file not larger than a piece, is one piece.
[[nodiscard]] Result<std::vector<FilePiece>> splitAtLines(const std::string &path, std::int64_t size,
                                                          std::int64_t pieceBytes);

} // namespace flyball
