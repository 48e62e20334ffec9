// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/source_types.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace flyball {

/// Folders deeper than this are not entered: a guard against mounts that nest into themselves.
inline constexpr int kMaxFolderDepth = 32;

/// One entry of a folder, symlinks told apart only where the file system says so.
struct FolderEntry {
    enum class Kind { File, Folder, Unknown /**< symlink or not told: stat it */, Other };
    std::string_view name; ///< valid during the call
    std::uint64_t inode = 0;
    Kind kind = Kind::Unknown;
};
/// Calls `entry` for each entry but "." and ".."; 0 or an errno.
[[nodiscard]] int readFolder(const std::string &path, const std::function<void(const FolderEntry &)> &entry);

/// A folder or file that could not be looked at.
struct ListProblem {
    std::string path;
    std::string reason; ///< errorWord(), or "too_deep"
};

/// All regular files below the roots, sorted by path bytes; symlinks are followed, a file reached twice
/// (hard link, symlink, overlapping roots) is listed once under its smallest path, a folder is entered
/// once. FIFOs, devices and sockets are left out. Reads no content.
[[nodiscard]] std::vector<ScanFile> listFiles(const SourceRoots &roots, std::vector<ListProblem> *problems = nullptr);

} // namespace flyball
