// SPDX-License-Identifier: GPL-3.0-or-later
// Small files that are read and replaced as a whole: prices, overrides, keys.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace flyball {

inline constexpr std::size_t kMostFileBytes = std::size_t{64} << 20;

/// At most `most` bytes of a regular file; NotFound, Unreadable or OutOfRange otherwise, naming the file.
[[nodiscard]] Result<std::string> readWholeFile(const std::string &path, std::size_t most = kMostFileBytes);
/// The rest of what a descriptor holds; `path` is for messages.
[[nodiscard]] Result<std::string> readToEnd(int fd, const std::string &path, std::size_t most);
/// A new file beside `path`, mode 0600, synced, renamed over it, and the folder synced, so that the new content
/// is there after a power cut. DiskFull or Unreadable: nothing is left behind, what was there stays.
[[nodiscard]] Result<> writeFileAtomically(const std::string &path, std::string_view content);
/// The last component, for messages.
[[nodiscard]] std::string fileName(const std::string &path);

} // namespace flyball
