// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/gzip_source.h"
#include "core/sources/line_block_reader.h"
#include "core/sources/record_block_reader.h"
#include "core/sources/tracked_file.h"
#include "core/sources/zstd_source.h"

#include <memory>

namespace flyball {

/// Reads gz and zst files for a FileTail, one at a time: the stream of the file being read is kept between polls,
/// any other one is inflated again up to its offset (neither has a way to begin in the middle).
class PackedTail {
public:
    explicit PackedTail(const TailOptions &options);

    /// As PlainTail::read. At the end of the stream the file is finished; when the file ends inside a
    /// member it waits for more bytes (`gzipWaiting`).
    [[nodiscard]] int read(TrackedFile &file, TailOutput &out, std::int64_t quantum);
    /// Nothing more came for a file that ends inside a member.
    void giveUp(TrackedFile &file, TailOutput &out);
    void forget(const FileId &id);
    /// Compressed bytes not yet consumed.
    [[nodiscard]] std::int64_t pendingBytes(const TrackedFile &file) const;

private:
    void begin(const TrackedFile &file);
    [[nodiscard]] int skipConsumed(TrackedFile &file, TailOutput &out, std::int64_t stopAt);
    void atEnd(TrackedFile &file, TailOutput &out);
    void finish(TrackedFile &file, TailOutput &out);
    [[nodiscard]] bool isActive(const FileId &id) const { return m_active && m_id == id; }

    GzipSource m_gzip;
    ZstdSource m_zstd;
    LineBlockReader m_lines;
    RecordBlockReader m_records;
    PackedSource *m_source = &m_gzip; ///< of the file being read
    BlockReader *m_blocks = &m_lines;
    MarkerWindow m_window;
    std::unique_ptr<char[]> m_scratch;
    FileId m_id;
    std::int64_t m_skipped = 0; ///< inflated again so far, up to the file's offset
    bool m_active = false;
    bool m_skipping = false;
};

} // namespace flyball
