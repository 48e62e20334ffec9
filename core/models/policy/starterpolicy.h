// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/policy/document/document.h"

namespace flyball {

/// A model seen in the ledger, with today's list prices in USD per million tokens (absent: no price).
struct SeenModel {
    std::string name; ///< "provider/model"
    std::optional<double> inputPrice, outputPrice;
    std::int64_t calls = 0;
};

struct Seen {
    std::vector<SeenModel> models;
    std::vector<std::string> workflows;
    std::string timezone; ///< IANA name; empty: UTC
};

/// A first policy that changes nothing by itself: tiers of the models in use, cut at the two widest gaps
/// between their prices (3 parts input, 1 part output), most called first; the workflows by name; a warning
/// at soft caps, though no cap is set; a loop breaker that only alerts. Nothing when no model has a price.
[[nodiscard]] std::optional<PolicyDocument> starterPolicy(const Seen &seen);

} // namespace flyball
