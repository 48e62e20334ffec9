// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace flyball {

/// The hook: python3, standard library only. Reads the call from stdin and its limits from the .json beside it,
/// keeps its counts per session in a folder beside it.
[[nodiscard]] std::string_view guardScript();

} // namespace flyball
