// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

namespace flyball {

// SVG path data of one of our 16 x 16 outline icons; empty for an unknown name.
[[nodiscard]] std::string_view iconPath(std::string_view name);

// All icon names, sorted; for the gallery and tests.
[[nodiscard]] std::vector<std::string_view> iconNames();

} // namespace flyball
