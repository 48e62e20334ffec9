// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/document.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flyball {

/// What is odd about one rule of an ordered list, found exactly: the conditions cut the space of tasks
/// into finitely many regions. Keywords cannot be cut: a rule with keywords covers another only when
/// that one asks for a subset of them.
struct RuleProblem {
    enum class Kind {
        Impossible,    ///< its own conditions contradict each other
        Covered,       ///< earlier rules take all its tasks
        FallsToDefault ///< it holds for tasks that are not security sensitive; the sensitive ones match no rule
    };
    Kind kind = Kind::Impossible;
    std::size_t rule = 0;
    std::vector<std::size_t> by; ///< Covered: the earlier rules that do it
    friend bool operator==(const RuleProblem &, const RuleProblem &) = default;
};
[[nodiscard]] std::vector<RuleProblem> ruleProblems(const std::vector<Rule> &rules);

} // namespace flyball
