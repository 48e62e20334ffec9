// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_reader.h"

#include "core/sources/file_form.h"
#include "core/sources/opencode_database.h"

#include <algorithm>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>

namespace flyball {

struct FileReader::Run {
    const ChunkSink &sink;
    const RejectSink &rejects;
    BlockReader &blocks;
    const PackedSource *packed = nullptr; ///< nullptr for a plain file
    Chunk chunk;
    ReadOutcome outcome;
    bool delivered = false;
};

FileReader::FileReader() : FileReader(Options{}) {}

FileReader::FileReader(Options options)
    : m_options(std::move(options)),
      m_lines(m_options.blockBytes, m_options.maxLineBytes),
      m_records(m_options.blockBytes, m_options.maxLineBytes),
      m_gzip(m_options.readAt),
      m_zstd(m_options.readAt)
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
    FileForm form = formOf(fd.get());
    if (form == FileForm::Database) {
        return readDatabase(path, status, sink, rejects);
    }
    PackedSource *packed = form == FileForm::Gzip ? static_cast<PackedSource *>(&m_gzip) : nullptr;
    packed = form == FileForm::Zstd ? &m_zstd : packed;
    if (packed != nullptr && !whole && piece.begin != 0) {
        return Error{ErrorCode::InvalidArgument, path + ": a compressed file has no pieces"};
    }
    if (packed != nullptr) {
        form = innerFormOf(*packed, fd.get());
    }
    const bool records = form == FileForm::Records;
    Run state{sink, rejects, records ? static_cast<BlockReader &>(m_records) : m_lines, packed, {}, {}};
    state.chunk.path = path;
    state.chunk.id = idOf(status);
    state.chunk.record = records;
    state.chunk.after = {idOf(status), path, piece.begin, 0, status.st_size, mtimeNsOf(status), false};
    state.outcome.packed = packed != nullptr;
    PlainSource plain(m_options.readAt, fd.get(), piece.begin, std::min<std::int64_t>(piece.end, status.st_size));
    MarkerWindow before;
    (void)windowBefore(m_options.readAt, fd.get(), piece.begin, before); // a failing read is met again at once
    state.blocks.start(piece.begin, before);
    if (const int failed = readBlocks(state, packed != nullptr ? static_cast<ByteSource &>(*packed) : plain)) {
        return fileError(failed, path);
    }
    return std::move(state.outcome);
}

/// All its messages. A FileTail restored with the position goes on with what changes.
Result<ReadOutcome> FileReader::readDatabase(const std::string &path, const struct stat &status, const ChunkSink &sink,
                                             const RejectSink &rejects) const
{
    constexpr int kPatienceMs = 5000;
    ReadOutcome outcome;
    outcome.after = {idOf(status), path, 0, 0, status.st_size, mtimeNsOf(status), false};
    const OpenCodeDatabase::Sink rows{
        [&](std::string_view lines) {
            const std::int64_t begin = outcome.after.offset;
            outcome.after.offset += static_cast<std::int64_t>(lines.size());
            sink({path, outcome.after.id, begin, outcome.after.offset, lines, begin == 0, false, outcome.after});
        },
        {},
        [&](std::int64_t bytes) {
            rejects({"oversize", path, outcome.after.offset, bytes});
        }};
    OpenCodeDatabase database;
    OpenCodeDatabase::Status state = database.open(path, 0, kPatienceMs);
    while (state == OpenCodeDatabase::Status::More) {
        state = database.next(m_options.blockBytes, rows);
    }
    if (state != OpenCodeDatabase::Status::Done) {
        const char *word = state == OpenCodeDatabase::Status::Busy ? "database_busy" : database.problem();
        return Error{ErrorCode::Unreadable, path + ": " + word};
    }
    outcome.bytesRead = outcome.after.offset;
    outcome.after.marker = static_cast<std::uint64_t>(markerFor(database.newest()));
    sink({path, outcome.after.id, outcome.after.offset, outcome.after.offset, {}, false, false, outcome.after});
    return outcome;
}

/// 0, or the errno of the read that failed.
int FileReader::readBlocks(Run &run, ByteSource &source) const
{
    BlockReader &blocks = run.blocks;
    while (true) {
        switch (blocks.next(source)) {
        case BlockReader::Step::Block:
            deliver(run, false);
            break;
        case BlockReader::Step::Refused:
            run.rejects({blocks.reason(), run.chunk.path, blocks.begin(), blocks.end() - blocks.begin()});
            run.outcome.bytesRead += blocks.end() - blocks.begin();
            deliver(run, false);
            break;
        case BlockReader::Step::Error:
            return blocks.error();
        case BlockReader::Step::End:
            finish(run);
            return 0;
        }
    }
}

void FileReader::deliver(Run &run, bool unterminated) const
{
    Chunk &chunk = run.chunk;
    chunk.bytes = unterminated ? run.blocks.rest() : run.blocks.bytes();
    chunk.begin = unterminated ? run.blocks.restBegin() : run.blocks.begin();
    chunk.end = unterminated ? chunk.begin + static_cast<std::int64_t>(chunk.bytes.size()) : run.blocks.end();
    chunk.begin = chunk.bytes.empty() ? chunk.end : chunk.begin;
    // A position alone (an oversize line passed over) does not count as the file's first data.
    chunk.fromStart = !run.delivered && run.chunk.after.offset == 0 && !chunk.bytes.empty();
    run.delivered = run.delivered || !chunk.bytes.empty();
    chunk.unterminated = unterminated;
    chunk.after.offset = chunk.end;
    if (m_options.markers) {
        chunk.after.marker = unterminated ? run.blocks.markerAfterRest() : run.blocks.marker();
    }
    run.outcome.bytesRead += chunk.end - chunk.begin;
    run.sink(chunk);
}

void FileReader::finish(Run &run) const
{
    using State = PackedSource::State;
    const std::int64_t restBegin = run.blocks.restBegin();
    const std::int64_t held = static_cast<std::int64_t>(run.blocks.rest().size());
    const bool packed = run.packed != nullptr;
    const State state = packed ? run.packed->state() : State::Ended;
    const auto reject = [&](const char *reason, std::int64_t offset, std::int64_t length) {
        run.rejects({reason, run.chunk.path, offset, length});
    };
    if (state == State::Truncated) {
        reject(run.packed->words().truncated, restBegin, held);
    } else if (state == State::Corrupt) {
        reject(run.packed->words().corrupt, restBegin, held);
    } else if (state == State::TrailingGarbage) {
        reject(run.packed->words().garbage, restBegin + held, run.chunk.after.size - run.packed->compressedOffset());
    }
    run.chunk.after.finished = packed;
    const bool whole = state == State::Ended || state == State::TrailingGarbage;
    const bool handOver = whole && (packed || m_options.handOverUnterminated);
    if (handOver && run.blocks.oversizeRest() > 0) {
        reject("oversize", run.blocks.begin(), run.blocks.oversizeRest());
    } else if (handOver && held > 0 && !run.blocks.isRecords()) {
        deliver(run, true);
    } else {
        if (packed && whole && held > 0) {
            reject("record_truncated", restBegin, held);
        }
        run.outcome.heldBytes = held + run.blocks.oversizeRest();
        if (packed) { // the flag must reach the ledger
            run.chunk.bytes = {};
            run.chunk.begin = run.chunk.end;
            run.sink(run.chunk);
        }
    }
    run.outcome.after = run.chunk.after;
}

} // namespace flyball
