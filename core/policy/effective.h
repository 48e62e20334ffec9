// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/document.h"
#include "core/policy/json/value.h"

#include <string>
#include <vector>

namespace flyball {

/// Whose policy is asked for. Empty means unknown: it matches no override that names the property.
struct PolicyScope {
    std::string workflow;
    std::string agent;
    std::string userSegment;
    std::string step;
    std::vector<std::string> tags;
    friend bool operator==(const PolicyScope &, const PolicyScope &) = default;
};

/// Where a value of an effective policy comes from.
struct PolicyLayer {
    enum class Kind { Defaults, Workflow, Override };
    Kind kind = Kind::Defaults;
    std::size_t index = 0; ///< of the override in its workflow
    friend bool operator==(const PolicyLayer &, const PolicyLayer &) = default;
};

/// One value of an effective policy. Lists are one value (they are replaced whole), except that each
/// window of /budget/periods is one, at "/budget/periods/day".
struct PolicyOrigin {
    std::string path; ///< JSON pointer into the body
    PolicyLayer layer;
    std::vector<PolicyLayer> hidden; ///< lower layers that also set it, lowest first
    friend bool operator==(const PolicyOrigin &, const PolicyOrigin &) = default;
};

struct EffectivePolicy {
    PolicyBody body;
    std::vector<PolicyOrigin> origins; ///< one per value, in the order in which it was first set

    /// The layer of a value, or of the nearest value above the path; null pointer when it is not set.
    [[nodiscard]] const PolicyOrigin *origin(std::string_view path) const;
};

/// policy.md 2.1: JSON Merge Patch (RFC 7396) of defaults, workflow and each matching override in
/// order; lists are replaced whole, except budget.periods, which are merged by window. A workflow the
/// document does not name, or none, has the defaults. Pure.
[[nodiscard]] EffectivePolicy effectivePolicy(const PolicyDocument &document, const PolicyScope &scope);
/// The same with the overrides chosen by index, for checks and editors.
[[nodiscard]] EffectivePolicy effectivePolicy(const PolicyDocument &document, std::string_view workflow,
                                              const std::vector<std::size_t> &overrides);
[[nodiscard]] bool matches(const Match &match, const PolicyScope &scope);
/// "defaults", "workflow 'a'", "override 2 of 'a' (user_segment free)".
[[nodiscard]] std::string describeLayer(const PolicyDocument &document, std::string_view workflow,
                                        const PolicyLayer &layer);
[[nodiscard]] std::string describeMatch(const Match &match);

/// RFC 7396: members of `patch` replace those of `target`, null removes, anything but an object
/// replaces whole.
void mergePatch(JsonValue &target, const JsonValue &patch);

} // namespace flyball
