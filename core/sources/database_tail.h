// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/opencode_database.h"
#include "core/sources/tracked_file.h"

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flyball {

/// Polls databases for a FileTail, one pass at a time: others wait for its end. A row that is as it was when it was
/// last handed on is not handed on again.
class DatabaseTail {
public:
    /// As PlainTail::read; a database that is locked stays pending.
    [[nodiscard]] int read(TrackedFile &file, TailOutput &out, std::int64_t quantum);
    void forget(const FileId &id);
    /// How long to leave a database alone after the pass that has just ended: a pass may walk over all of it, and
    /// that must not become what this machine does all day.
    [[nodiscard]] TimeNs rest() const { return m_rest; }
    /// Whether a database, or the log beside it where what is new stands first, is another than when the last pass
    /// over it began. False during one: to close any descriptor of these files would give up its locks (fcntl(2)).
    [[nodiscard]] bool changed(const TrackedFile &file) const;

private:
    using Seen = std::vector<std::pair<std::int64_t, std::uint64_t>>; ///< (when changed, hash of the line), sorted
    [[nodiscard]] int begin(TrackedFile &file, TailOutput &out);
    void finish(TrackedFile &file, TailOutput &out);

    OpenCodeDatabase m_database;
    FileId m_id; ///< of the pass that is not finished
    Seen m_pass;
    std::unordered_map<FileId, Seen, FileIdHash> m_seen;
    TimeNs m_spent = 0;
    TimeNs m_lastStep = 0; ///< of the pass that is not finished, by the monotonic clock
    TimeNs m_rest = 0;
};

} // namespace flyball
