// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/pricing: whole price files.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace flyball {

/// At most 64 MiB of a regular file; NotFound, Unreadable or OutOfRange otherwise.
[[nodiscard]] Result<std::string> readWholeFile(const std::string &path);
/// A new file beside `path`, synced, renamed over it; mode 0600. Nothing is left behind on failure.
[[nodiscard]] Result<> writeFileAtomically(const std::string &path, std::string_view content);
/// The last component, for messages.
[[nodiscard]] std::string fileName(const std::string &path);

} // namespace flyball
