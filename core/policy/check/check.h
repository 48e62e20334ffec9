// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/check/finding.h"
#include "core/policy/document/document.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// What was measured of one workflow, for the warnings that need it. Absent: not known, not checked.
struct PolicyObservation {
    std::string workflow;
    std::int64_t runs = 0; ///< successful runs behind the percentiles
    std::optional<std::int64_t> p99Tokens;
    std::optional<UsdSum> p99Usd;
    std::optional<std::int64_t> p99Iterations;
    std::optional<double> passRateLowerBound;   ///< Wilson, of the quality guard's signal
    std::set<std::string> interactiveTaskTypes; ///< seen in steps that somebody waits for
};

struct CheckContext {
    std::vector<PolicyObservation> observations;
    /// Whether the price lists know "provider/model"; empty: not asked.
    std::function<bool(std::string_view)> modelPriced;
};

/// The checks of policy.md 2.2 and reliability P1 that a schema cannot say, over every effective policy:
/// defaults, each workflow, each override alone and on top of the earlier ones it can meet. A finding
/// points at the place in the document where the value was set (of two that disagree, at the one that
/// was set last). Each place is named once per code. Pure; `document` is any that could be read.
[[nodiscard]] Findings checkPolicy(const PolicyDocument &document, const CheckContext &context = {});

} // namespace flyball
