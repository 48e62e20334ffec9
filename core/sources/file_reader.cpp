// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>

namespace flyball {

namespace {

/// [offset, end) of a descriptor.
class PlainSource : public ByteSource {
public:
    PlainSource(const ReadAt &readAt, int fd, FilePiece piece)
        : m_readAt(readAt), m_fd(fd), m_offset(piece.begin), m_end(piece.end)
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

/// The text before `offset`, so that the first marker of a piece is right.
MarkerWindow windowBefore(const ReadAt &readAt, int fd, std::int64_t offset)
{
    std::array<char, kMarkerBytes> text{};
    const std::int64_t bytes = std::min<std::int64_t>(offset, static_cast<std::int64_t>(kMarkerBytes));
    MarkerWindow window;
    const ssize_t n = bytes == 0 ? 0 : readAt(fd, text.data(), static_cast<std::size_t>(bytes), offset - bytes);
    if (n > 0) {
        window.append({text.data(), static_cast<std::size_t>(n)});
    }
    return window;
}

} // namespace

struct FileReader::Run {
    const ChunkSink &sink;
    const RejectSink &rejects;
    LineBlockReader &lines;
    Chunk chunk;
    ReadOutcome outcome;
    bool delivered = false;
};

FileReader::FileReader() : FileReader(Options{}) {}

FileReader::FileReader(Options options)
    : m_options(std::move(options)), m_lines(m_options.blockBytes, m_options.maxLineBytes), m_gzip(m_options.readAt)
{}

Result<ReadOutcome> FileReader::read(const std::string &path, const ChunkSink &sink, const RejectSink &rejects)
{
    return run(path, {0, std::numeric_limits<std::int64_t>::max()}, true, sink, rejects);
}

Result<ReadOutcome> FileReader::readPiece(const std::string &path, FilePiece piece, const ChunkSink &sink,
                                          const RejectSink &rejects)
{
    return run(path, piece, false, sink, rejects);
}

Result<ReadOutcome> FileReader::run(const std::string &path, FilePiece piece, bool whole, const ChunkSink &sink,
                                    const RejectSink &rejects)
{
    struct stat status {};
    int error = 0;
    const UniqueFd fd = openRegular(path, status, error);
    if (!fd) {
        return fileError(error, path);
    }
    if (status.st_size > m_options.blockBytes) { // a smaller one is read at once, whatever the kernel expects
        ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    Run state{sink, rejects, m_lines, {}, {}};
    state.chunk.path = path;
    state.chunk.id = idOf(status);
    state.chunk.after = {idOf(status), path, piece.begin, 0, status.st_size, mtimeNsOf(status), false};
    state.outcome.gzip = startsLikeGzip(fd.get());
    if (state.outcome.gzip && !whole && piece.begin != 0) {
        return Error{ErrorCode::InvalidArgument, path + ": a gzip file has no pieces"};
    }
    piece.end = std::min<std::int64_t>(piece.end, status.st_size);
    PlainSource plain(m_options.readAt, fd.get(), piece);
    if (state.outcome.gzip) {
        m_gzip.open(fd.get());
    }
    ByteSource &source = state.outcome.gzip ? static_cast<ByteSource &>(m_gzip) : plain;
    m_lines.start(piece.begin, windowBefore(m_options.readAt, fd.get(), piece.begin));
    while (true) {
        switch (m_lines.next(source)) {
        case LineBlockReader::Step::Lines:
            deliver(state, false);
            break;
        case LineBlockReader::Step::Oversize:
            rejects({"oversize", path, m_lines.begin(), m_lines.end() - m_lines.begin()});
            state.outcome.bytesRead += m_lines.end() - m_lines.begin();
            deliver(state, false);
            break;
        case LineBlockReader::Step::Error:
            return fileError(m_lines.error(), path);
        case LineBlockReader::Step::End:
            finish(state);
            return std::move(state.outcome);
        }
    }
}

void FileReader::deliver(Run &run, bool unterminated) const
{
    Chunk &chunk = run.chunk;
    chunk.bytes = unterminated ? run.lines.rest() : run.lines.bytes();
    chunk.begin = unterminated ? run.lines.restBegin() : run.lines.begin();
    chunk.end = unterminated ? chunk.begin + static_cast<std::int64_t>(chunk.bytes.size()) : run.lines.end();
    chunk.begin = chunk.bytes.empty() ? chunk.end : chunk.begin;
    // A position alone (an oversize line passed over) does not count as the file's first data.
    chunk.fromStart = !run.delivered && run.chunk.after.offset == 0 && !chunk.bytes.empty();
    run.delivered = run.delivered || !chunk.bytes.empty();
    chunk.unterminated = unterminated;
    chunk.after.offset = chunk.end;
    if (m_options.markers) {
        chunk.after.marker = unterminated ? run.lines.markerAfterRest() : run.lines.marker();
    }
    run.outcome.bytesRead += chunk.end - chunk.begin;
    run.sink(chunk);
}

void FileReader::finish(Run &run) const
{
    const std::int64_t restBegin = run.lines.restBegin();
    const std::int64_t held = static_cast<std::int64_t>(run.lines.rest().size());
    const bool gzip = run.outcome.gzip;
    const GzipSource::State state = m_gzip.state();
    const bool whole = !gzip || state == GzipSource::State::Ended || state == GzipSource::State::TrailingGarbage;
    if (gzip && state == GzipSource::State::Truncated) {
        run.rejects({"gzip_truncated", run.chunk.path, restBegin, held});
    } else if (gzip && state == GzipSource::State::Corrupt) {
        run.rejects({"gzip_corrupt", run.chunk.path, restBegin, held});
    } else if (gzip && state == GzipSource::State::TrailingGarbage) {
        run.rejects({"gzip_trailing_garbage", run.chunk.path, restBegin + held,
                     run.chunk.after.size - m_gzip.compressedOffset()});
    }
    run.chunk.after.finished = gzip;
    const bool handOver = whole && (gzip || m_options.handOverUnterminated);
    if (handOver && run.lines.oversizeRest() > 0) {
        run.rejects({"oversize", run.chunk.path, run.lines.begin(), run.lines.oversizeRest()});
    } else if (handOver && held > 0) {
        deliver(run, true);
    } else {
        run.outcome.heldBytes = held + run.lines.oversizeRest();
        if (gzip) { // the flag must reach the ledger
            run.chunk.bytes = {};
            run.chunk.begin = run.chunk.end;
            run.sink(run.chunk);
        }
    }
    run.outcome.after = run.chunk.after;
}

Result<std::vector<FilePiece>> splitAtLines(const std::string &path, std::int64_t size, std::int64_t pieceBytes)
{
    struct stat status {};
    int error = 0;
    const UniqueFd fd = openRegular(path, status, error);
    if (!fd) {
        return fileError(error, path);
    }
    std::vector<FilePiece> pieces;
    if (size <= pieceBytes || pieceBytes <= 0 || startsLikeGzip(fd.get())) {
        pieces.push_back({0, size});
        return pieces;
    }
    std::array<char, 64U << 10> block{};
    std::int64_t begin = 0;
    std::int64_t at = pieceBytes - 1; // a '\n' just before the boundary ends the piece there
    while (at < size) {
        const ssize_t n = readAtOnce(fd.get(), block.data(), block.size(), at);
        if (n < 0) {
            return fileError(errno, path);
        }
        if (n == 0) {
            break;
        }
        const void *newline = std::memchr(block.data(), '\n', static_cast<std::size_t>(n));
        if (newline == nullptr) {
            at += n;
            continue;
        }
        const std::int64_t end = at + (static_cast<const char *>(newline) - block.data()) + 1;
        if (end >= size) {
            break;
        }
        pieces.push_back({begin, end});
        begin = end;
        at = begin + pieceBytes - 1;
    }
    pieces.push_back({begin, size});
    return pieces;
}

} // namespace flyball
