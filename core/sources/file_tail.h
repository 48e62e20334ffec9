// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"
#include "core/sources/posix_file.h"
#include "core/sources/source_types.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

struct TailOptions {
    std::function<TimeNs()> clock = monotonicNow;
    std::int64_t maxLineBytes = kMaxLineBytes;
    std::int64_t blockBytes = kBlockBytes;
    std::size_t maxOpenFiles = 256;    ///< deleted and rotated files are kept open beyond it
    TimeNs rotatedIdle = 60 * kSecond; ///< quiet time after which a rotated file is done with
    TimeNs rescanEvery = 60 * kSecond; ///< slow full rescan of the folders
    bool useInotify = true;
    /// Whether a last line without '\n' is complete, told from its text alone: no proper prefix of a valid
    /// line may pass. Empty: nobody can tell, such a line is held.
    std::function<bool(std::string_view)> isWhole;
    ReadAt readAt = readAtOnce; ///< seam for read faults
};

struct PollResult {
    std::int64_t bytesRead = 0;    ///< of content, in this poll
    std::int64_t bytesPending = 0; ///< estimate of what is known and unread; held partial lines not counted
    std::size_t filesTracked = 0;
    std::size_t filesUnreadable = 0;
    std::size_t filesRotated = 0; ///< renamed out of sight or deleted, still being read
    bool more = false;            ///< the budget ended the poll: call again at once
};

struct FileProblem {
    std::string path;
    std::string reason; ///< permission_denied, io_error, too_many_open_files, ...
    int attempts = 0;
    TimeNs nextTry = 0; ///< on the clock of TailOptions
};

struct TailHealth {
    std::vector<FileProblem> files;
    std::vector<FileProblem> folders; ///< and roots that do not exist (not_found)
    std::size_t foldersTracked = 0;
    std::size_t filesOpen = 0;
    bool inotify = false;         ///< hints arrive
    bool inotifyLimited = false;  ///< a system limit was hit: polling alone covers some folders
    std::int64_t truncations = 0; ///< size fell below the offset
    std::int64_t rewrites = 0;    ///< other bytes than those consumed stood before the offset
    std::int64_t renames = 0;
    std::int64_t finished = 0;
    std::int64_t repeats = 0; ///< gz files that hold what was read before it was compressed
};

/// Follows growing files. poll() looks at the files, whatever inotify says, and hands new complete lines
/// on. Exactly once across rename, delete and kill when each Chunk's rows and its `after` are committed
/// together and the committed positions are restored; after a truncation what was written and truncated
/// between two polls is lost, and lines of a rewritten file come again from its start.
/// A last line without '\n' is handed over (Chunk::unterminated) at once when it is whole, and as it is when
/// its file was renamed or deleted and nothing came for `rotatedIdle`; else it is held, however long. What
/// is appended to a line that was handed over is a line of its own: the '\n' it lacked makes an empty one.
/// One thread. No call waits for anything but the file system.
class FileTail {
public:
    explicit FileTail(TailRoots roots, TailOptions options = {});
    ~FileTail();
    FileTail(FileTail &&) noexcept;
    FileTail &operator=(FileTail &&) noexcept;

    /// The last committed position of each file. Before the first poll.
    void restore(std::vector<FilePosition> positions);
    /// Reads about `budgetBytes` (a block or a longer line may exceed it) and calls the sinks, in file
    /// order for each file. An exception of a sink leaves the tail unusable: restore a new one.
    PollResult poll(std::int64_t budgetBytes, const ChunkSink &sink, const RejectSink &rejects);

    /// Becomes readable when something may have changed; -1 without inotify. Only a hint.
    [[nodiscard]] int notifyFd() const;
    /// How long to wait before the next poll: 0 when the budget ended the last one, 250 active, 2000 idle.
    [[nodiscard]] int suggestedTimeoutMs() const;
    [[nodiscard]] TailHealth health() const;

private:
    std::unique_ptr<class TailEngine> m_engine;
};

} // namespace flyball
