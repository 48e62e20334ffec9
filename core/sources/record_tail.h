// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/record_block_reader.h"
#include "core/sources/tracked_file.h"

#include <memory>

namespace flyball {

/// Reads new records of plain files for a FileTail, as PlainTail reads lines: each read begins with the text before
/// the offset, and a record that is not complete waits where it stands.
class RecordTail {
public:
    explicit RecordTail(const TailOptions &options);

    /// As PlainTail::read.
    [[nodiscard]] int read(TrackedFile &file, TailOutput &out, std::int64_t quantum);
    /// Nothing more comes for a file that ends inside a record.
    [[nodiscard]] int giveUp(TrackedFile &file, TailOutput &out);

private:
    [[nodiscard]] bool isComplete(const TrackedFile &file) const;

    ReadAt m_readAt;
    std::int64_t m_most;
    RecordBlockReader m_records;
};

} // namespace flyball
