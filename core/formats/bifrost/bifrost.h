// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

inline constexpr std::string_view kBifrostKind = "bifrost-log";

/// Rows of Bifrost's log as its API tells them, one per line. Not in the registry: no file is of this format. A request
/// with its fallbacks is a run.
[[nodiscard]] const Format &bifrostFormat();

[[nodiscard]] std::unique_ptr<LineReader> makeBifrostReader(ReaderContext context);

} // namespace flyball
