// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainterPath>

#include <string_view>

namespace flyball {

// Turns SVG path data (M L H V C S A Z, both cases; arcs without x rotation) into a QPainterPath.
// Only for our own icon tables: reading stops at the first thing it does not know, what was read is kept.
[[nodiscard]] QPainterPath svgPath(std::string_view data);

} // namespace flyball
