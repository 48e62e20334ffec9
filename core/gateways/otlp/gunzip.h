// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace flyball::otlp {

/// What a gzip text (all its members) holds. OutOfRange: more than `most` bytes, of which no more were made.
/// Unreadable: cut short. Malformed: no gzip, or something else behind it.
[[nodiscard]] Result<std::string> gunzip(std::string_view packed, std::size_t most);

} // namespace flyball::otlp
