// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// What a file is, whatever its name: rename keeps it, delete and create may reuse it.
struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend auto operator<=>(const FileId &, const FileId &) = default;
};

struct FileIdHash {
    std::size_t operator()(const FileId &id) const noexcept
    {
        return static_cast<std::size_t>((id.inode * 0x9E3779B97F4A7C15ULL) ^ (id.device << 7));
    }
};

/// How far a file has been consumed; the ledger stores it in the transaction of the rows it led to.
struct FilePosition {
    FileId id;
    std::string path;         ///< last known name
    std::int64_t offset = 0;  ///< bytes consumed, up to and with a '\n' (gz, zst: of the decompressed stream)
    std::uint64_t marker = 0; ///< markerOf() the min(offset, 4096) bytes before `offset`; 0 at offset 0. Of a
                              ///< database: its newest change, in milliseconds since 1970
    std::int64_t size = 0;    ///< of the file itself when read (gz: compressed)
    std::int64_t mtimeNs = 0;
    bool finished = false; ///< a gz, renamed or deleted file read to its end; more only if its size changes
};

/// Complete lines, or one record, of one file, in order. A Chunk without bytes carries a position only (a reset to 0
/// after a truncation, a rejected line passed over, a file finished) and must be committed like any other.
struct Chunk {
    std::string path;
    FileId id;
    std::int64_t begin = 0; ///< byte range [begin, end) in the file (gz: in the decompressed stream)
    std::int64_t end = 0;
    std::string_view bytes;    ///< whole lines with their '\n', CRLF as is; valid until the sink returns
    bool fromStart = false;    ///< first data of the file (leading NULs of a copytruncate hole do not count)
    bool unterminated = false; ///< a last line without '\n': whole, or its file is finished
    FilePosition after;        ///< to commit with the rows of this chunk
    bool record = false;       ///< one record, its length taken off and inflated; [begin, end) is all it took
};

/// Bytes that were passed over, never their content. Reasons: oversize, gzip_truncated, gzip_corrupt,
/// gzip_trailing_garbage, the same of zstd, record_length, record_truncated, gone_before_read.
struct Reject {
    std::string reason;
    std::string path;
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

using ChunkSink = std::function<void(const Chunk &)>;
using RejectSink = std::function<void(const Reject &)>;
using PathFilter = std::function<bool(std::string_view path)>;

/// What to read: each path is a file (taken whatever its name) or a folder (recursive, files that pass
/// the filter; no filter = all). A path that does not exist yet is looked for again.
struct SourceRoots {
    std::vector<std::string> paths;
    PathFilter filter;
};
using TailRoots = SourceRoots;

/// One regular file found by a listing.
struct ScanFile {
    std::string path;
    FileId id;
    std::int64_t size = 0;
    std::int64_t mtimeNs = 0;
};

inline constexpr std::int64_t kMaxLineBytes = 64LL << 20; ///< design rule 14: longer lines are `oversize`
inline constexpr std::int64_t kBlockBytes = 1LL << 20;

} // namespace flyball
