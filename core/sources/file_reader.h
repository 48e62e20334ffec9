// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/sources/gzip_source.h"
#include "core/sources/line_block_reader.h"
#include "core/sources/record_block_reader.h"
#include "core/sources/source_types.h"
#include "core/sources/zstd_source.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flyball {

/// What a scan of one file (or piece) led to.
struct ReadOutcome {
    FilePosition after;         ///< where a FileTail restored with it goes on
    std::int64_t bytesRead = 0; ///< of content (gz: decompressed)
    std::int64_t heldBytes = 0; ///< of an incomplete last line, not handed over
    bool packed = false;        ///< gz or zst
};

/// Bytes [begin, end) of a plain file; both ends lie just behind a '\n' or a record, or at the file's ends.
struct FilePiece {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

/// Streams one file (plain, gz or zst, lines or records, told by its first bytes) in large blocks of whole lines or
/// record by record. One reader per thread; the buffer is reused from file to file. Reads what the file held when
/// it was opened.
class FileReader {
public:
    struct Options {
        std::int64_t blockBytes = 256LL << 10; ///< fits the L2 cache: decoding finds it warm
        std::int64_t maxLineBytes = kMaxLineBytes;
        /// Hands an incomplete last line over with `unterminated` set. Right for files nobody writes
        /// any more; compressed files always do. Never a record: it has no meaning before it is whole.
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
    [[nodiscard]] Result<ReadOutcome> readDatabase(const std::string &path, const struct stat &status,
                                                   const ChunkSink &sink, const RejectSink &rejects) const;
    [[nodiscard]] int readBlocks(Run &run, ByteSource &source) const;
    void deliver(Run &run, bool unterminated) const;
    void finish(Run &run) const;

    Options m_options;
    LineBlockReader m_lines;
    RecordBlockReader m_records;
    GzipSource m_gzip;
    ZstdSource m_zstd;
};

/// Cuts a plain file of `size` bytes into pieces of about `pieceBytes` that whole lines and records never straddle,
/// for decoding on several workers. A compressed file, or one not larger than a piece, is one piece.
[[nodiscard]] Result<std::vector<FilePiece>> splitFile(const std::string &path, std::int64_t size,
                                                       std::int64_t pieceBytes);

} // namespace flyball
