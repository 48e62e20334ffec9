// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace flyball {

/// 256 bits of the system's random source as 64 hexadecimal digits; empty when it fails.
[[nodiscard]] std::string randomHex(std::size_t bytes = 32);
/// A regular file of at most 4 MiB that only its owner can read or write. NotFound: there is none.
/// Unreadable: group or others have rights, or another user owns it (the message says which).
[[nodiscard]] Result<std::string> readSecretFile(const std::string &path);
/// The folder and those above it, 0700 where they are missing.
[[nodiscard]] Result<> makeFolder(const std::string &path);

} // namespace flyball
