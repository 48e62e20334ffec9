// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball::test {

/// What happens to a log and its reader. `value` steers details, so that an action keeps its meaning when
/// others are taken out of the list.
struct TailAction {
    enum class Kind : std::uint8_t {
        WriteLine,         ///< completes a partial line, if there is one
        PartialWrite,      ///< text without '\n', sometimes a whole {line}
        WriteOld,          ///< a writer that still holds a renamed file
        Read,              ///< poll until nothing is left
        ReadSome,          ///< one poll with a small budget
        RotateInFilter,    ///< rename to a name that is followed
        RotateOutOfFilter, ///< rename to a name that is not
        RenameBack,
        CopyTruncate, ///< the writer goes on at its old offset: a hole of NULs
        Truncate,
        RecreateSameInode, ///< gone for a while, then another content under the same inode
        Delete,
        KillRestart,
        KillInRead, ///< killed between two commits
        Pause,
    };
    Kind kind = Kind::Read;
    std::uint32_t value = 0;
};

/// A bug put in on purpose, to see that the model would find it.
enum class PlantedBug { None, ForgetPositions, LateOffsets, AnythingIsWhole };

[[nodiscard]] std::vector<TailAction> randomActions(std::uint64_t seed);
/// Plays the list against a FileTail and an oracle. Nothing when all bounds hold, else what broke:
/// every line at most once, never a line that was not written, and every line that stood complete in a
/// followed file during a full read (or stands there at the end), with its '\n' or whole, exactly once.
[[nodiscard]] std::optional<std::string> playActions(const std::vector<TailAction> &actions, bool inotify,
                                                     PlantedBug bug = PlantedBug::None);
/// The shortest list found, by taking actions out, that still fails.
[[nodiscard]] std::vector<TailAction> shrunk(std::vector<TailAction> actions, bool inotify,
                                             PlantedBug bug = PlantedBug::None);
[[nodiscard]] std::string describe(const std::vector<TailAction> &actions);

} // namespace flyball::test
