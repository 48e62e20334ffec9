// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/document.h"
#include "core/policy/json/value.h"

#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// A value both sides changed, differently. Absent: that side has none.
struct MergeConflict {
    std::string path; ///< JSON pointer; a rule, tier or window by its name: "/defaults/routing/rules/simple"
    std::optional<JsonValue> base, mine, theirs;
    friend bool operator==(const MergeConflict &, const MergeConflict &) = default;
};

struct ThreeWayMerge {
    /// Both sides' changes, mine where they conflict. Absent when the two together are no document any
    /// more (one side removed a part of which the other kept a required member).
    std::optional<PolicyDocument> merged;
    std::vector<MergeConflict> conflicts;
};

/// Joins two edits of one document: what only one side changed is taken from it. Objects are merged by
/// member, rules and tiers by id, windows by name; other lists are one value. Number, parent, author,
/// comment, time and rollback are those of `theirs`, which is the head. Pure.
[[nodiscard]] ThreeWayMerge mergePolicies(const PolicyDocument &base, const PolicyDocument &mine,
                                          const PolicyDocument &theirs);

} // namespace flyball
