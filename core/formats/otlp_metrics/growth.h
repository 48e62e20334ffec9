// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/domain/callfact.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"
#include "core/formats/otlp_metrics/pointfact.h"

namespace flyball::otlp {

/// Spend that one fact of a group stands for.
struct Growth {
    std::uint32_t fact = 0; ///< its place in the group
    std::int64_t amount = 0;
};

[[nodiscard]] inline std::int64_t windowOf(TimeNs time) { return bucketOf(time, kCumulativeWindow); }
inline constexpr TimeNs kBlock = kCumulativeWindow * kBlockWindows;
[[nodiscard]] inline std::int64_t blockOf(TimeNs time) { return bucketOf(time, kBlock); }

/// What the points of one group grew by; growth of 0 is left out. See otlpmetrics.h for the rules.
[[nodiscard]] std::vector<Growth> growthOf(std::span<const CallFact> facts);

} // namespace flyball::otlp
