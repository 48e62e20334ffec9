// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/document.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flyball {

/// One difference between two documents that means something; who wrote a revision and when is none.
struct PolicyChange {
    enum class Kind : std::uint8_t { Added, Removed, Changed, Moved, Routed };
    Kind kind = Kind::Changed;
    std::string path;   ///< JSON pointer into the newer document (Removed: the older); Routed: its rules
    std::string where;  ///< "defaults", "workflow 'a'", "override 1 of 'a' (user_segment free)", "tiers", "fleet"
    std::string what;   ///< "run hard cap", "rule 'simple'", "extract"
    std::string before; ///< in words with units; empty when it was not set
    std::string after;
    std::string sentence; ///< "run hard cap $0.50 -> $0.30 (-40%)", "extract: frontier -> cheap"
    friend bool operator==(const PolicyChange &, const PolicyChange &) = default;
};

/// Differences in the order of the document. Tiers and rules are compared by id, windows by name,
/// overrides by what they match, other lists whole. After the rules of a scope stand the task types that
/// get another tier in effect (for a plain task: no flags, no agent). Pure.
[[nodiscard]] std::vector<PolicyChange> diffPolicies(const PolicyDocument &before, const PolicyDocument &after);

} // namespace flyball
