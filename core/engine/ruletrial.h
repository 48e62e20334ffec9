// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/attribution/rules.h"
#include "core/ledger/ledger.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// Calls that a list of rules would give another name.
struct RuleMove {
    NameTarget target = NameTarget::Workflow;
    std::string to; ///< what they would have; empty = what their trace says, where that is nothing
    std::int64_t calls = 0;
};

/// What a list of rules would do to the newest calls.
struct RuleTrial {
    std::int64_t calls = 0;            ///< looked at
    std::int64_t changed = 0;          ///< would have other names than under the list in force
    std::vector<RuleMove> moves;       ///< most calls first
    std::vector<std::int64_t> matched; ///< of those looked at, by rule of the list tried
};

/// Tries `draft` against `present` on the newest `most` calls, from their stored facts by the way every call goes.
/// Query thread; changes nothing.
[[nodiscard]] Result<RuleTrial> tryRules(Ledger &ledger, SymbolTable &symbols,
                                         std::shared_ptr<const PriceCatalog> catalog,
                                         std::span<const AttributionRule> present,
                                         std::span<const AttributionRule> draft, std::int64_t most);

} // namespace flyball
