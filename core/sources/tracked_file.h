// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"
#include "core/sources/block_reader.h"
#include "core/sources/file_tail.h"
#include "core/sources/posix_file.h"

#include <algorithm>
#include <cstdint>
#include <list>
#include <string>

namespace flyball {

/// One file a FileTail follows. Internal.
struct TrackedFile {
    enum class Kind : std::uint8_t { Unknown, Plain, Gzip, Zstd, Records, Database };

    FileId id;
    std::string path;     ///< last name it was seen under
    std::string homePath; ///< first name
    UniqueFd fd;
    std::int64_t offset = 0;  ///< end of the last complete line handed on
    std::int64_t scanned = 0; ///< [offset, scanned) is known to hold no '\n'
    std::int64_t size = 0;
    std::int64_t mtimeNs = 0;
    std::uint64_t marker = 0;     ///< as FilePosition's
    std::uint64_t heldMarker = 0; ///< of the first bytes behind `offset`, while a long partial line is held
    std::int64_t doneSize = -1;   ///< size at which a gz was finished
    std::uint64_t begunState = 0; ///< of a database, when the last pass over it began
    std::int64_t notWhole = -1;   ///< end of a long partial line when it was last found not to be whole
    Kind kind = Kind::Unknown;
    bool atStart = true;   ///< nothing of it handed on yet
    bool detached = false; ///< no longer under a name we follow
    bool renamed = false;  ///< under another name than homePath
    bool pending = false;  ///< has, or may have, unread bytes
    bool finished = false;
    bool compared = false;    ///< a gz: with what was consumed of others
    bool borrowed = false;    ///< offset and marker are those of another file, still to be proved
    bool gzipWaiting = false; ///< ends inside a gzip member, may still grow
    bool touched = false;     ///< look at it in this poll
    TimeNs lastGrowth = kNoTime;
    TimeNs movedAt = kNoTime;
    TimeNs nextTry = kNoTime;
    int failures = 0;
    std::string error;
    std::size_t slot = 0;
    std::uint64_t lookedAt = 0;
    std::list<TrackedFile *>::iterator open; ///< valid while fd is open and the file is not detached

    [[nodiscard]] FilePosition position() const { return {id, path, offset, marker, size, mtimeNs, finished}; }
    [[nodiscard]] bool isPacked() const { return kind == Kind::Gzip || kind == Kind::Zstd; }
    [[nodiscard]] TimeNs quietSince() const { return std::max(lastGrowth, movedAt); }
};

/// Where the readers of a FileTail hand things on.
struct TailOutput {
    const ChunkSink &chunks;
    const RejectSink &rejects;
    TailHealth &counters;
    std::int64_t bytesRead = 0;

    /// What a block reader has just given or refused.
    void take(TrackedFile &file, const BlockReader &blocks, bool refused)
    {
        if (refused) {
            reject(file, blocks.reason(), blocks.begin(), blocks.end() - blocks.begin());
        }
        file.offset = file.scanned = blocks.end();
        file.marker = blocks.marker();
        file.finished = false;
        if (refused) {
            bytesRead += blocks.end() - blocks.begin();
            positionOnly(file);
            return;
        }
        Chunk chunk{file.path,    file.id, blocks.begin(),  blocks.end(),      blocks.bytes(),
                    file.atStart, false,   file.position(), blocks.isRecords()};
        file.atStart = false;
        bytesRead += std::max(chunk.end - chunk.begin, static_cast<std::int64_t>(chunk.bytes.size()));
        chunks(chunk);
    }
    /// `file` already stands behind the bytes.
    void lines(TrackedFile &file, std::string_view bytes, bool unterminated = false)
    {
        Chunk chunk{file.path,    file.id,        file.offset - static_cast<std::int64_t>(bytes.size()),
                    file.offset,  bytes,          file.atStart,
                    unterminated, file.position()};
        file.atStart = false;
        bytesRead += static_cast<std::int64_t>(bytes.size());
        chunks(chunk);
    }
    void positionOnly(const TrackedFile &file)
    {
        chunks({file.path, file.id, file.offset, file.offset, {}, false, false, file.position()});
    }
    void reject(const TrackedFile &file, const char *reason, std::int64_t offset, std::int64_t length)
    {
        rejects({reason, file.path, offset, length});
    }
    /// Other content than the one consumed: from the start again, told at once.
    void startAgain(TrackedFile &file)
    {
        file.offset = file.scanned = 0;
        file.marker = 0;
        file.kind = TrackedFile::Kind::Unknown;
        file.atStart = true;
        file.finished = file.gzipWaiting = file.borrowed = false;
        file.doneSize = file.notWhole = -1;
        file.pending = true;
        positionOnly(file);
    }
};

} // namespace flyball
