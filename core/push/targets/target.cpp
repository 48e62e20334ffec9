// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/target.h"

#include <algorithm>
#include <array>

namespace flyball {

namespace {
constexpr std::array<std::string_view, 7> kStates{"saved",        "applied",  "verified",   "drifted",
                                                  "contradicted", "rejected", "unreachable"};
}

std::string_view targetStateName(TargetState state) { return kStates[static_cast<std::size_t>(state)]; }

std::optional<TargetState> targetStateOf(std::string_view name)
{
    const auto found = std::find(kStates.begin(), kStates.end(), name);
    if (found == kStates.end())
        return std::nullopt;
    return static_cast<TargetState>(found - kStates.begin());
}

} // namespace flyball
