// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace flyball {

/// The operator's own attribution: an ordered list of "where ..., set ...". Values and pure functions.
///
/// Every condition looks at a call as its trace tells it, never at what another rule made of it. For each thing that
/// can be set, the first rule of the list that matches and sets it wins; the others may still set other things.

enum class MatchField : std::uint8_t {
    Source,
    Format,
    File, ///< path of the file that owns the call
    Session,
    Project, ///< working folder of a session
    Workflow,
    Agent,
    Step,
    TaskType,
    Segment,
    Feature,
    PromptVersion,
    Tier,
    Provider,
    Model,
    Count,
};
enum class MatchTest : std::uint8_t {
    Equals, ///< the empty text: nothing is known
    Contains,
    StartsWith,
    Glob, ///< `*` any characters, `?` one; the whole text
    Count,
};
enum class NameTarget : std::uint8_t { Workflow, Agent, Step, TaskType, Segment, Feature, PromptVersion, Tier, Count };
inline constexpr std::size_t kNameTargets = static_cast<std::size_t>(NameTarget::Count);
inline constexpr std::size_t kMostRules = 500;
inline constexpr std::size_t kMostRuleText = 400; ///< bytes of one text

struct MatchCondition {
    MatchField field = MatchField::Workflow;
    MatchTest test = MatchTest::Equals;
    std::string text;
    friend bool operator==(const MatchCondition &, const MatchCondition &) = default;
};

struct AttributionRule {
    std::vector<MatchCondition> when;            ///< all of them; a rule without any is invalid
    std::array<std::string, kNameTargets> set{}; ///< empty = left as it is
    bool enabled = true;

    [[nodiscard]] const std::string &operator[](NameTarget t) const { return set[static_cast<std::size_t>(t)]; }
    [[nodiscard]] std::string &operator[](NameTarget t) { return set[static_cast<std::size_t>(t)]; }
    friend bool operator==(const AttributionRule &, const AttributionRule &) = default;
};
using AttributionRules = std::vector<AttributionRule>;

/// As the files name them: "task_type", "starts_with" ...
[[nodiscard]] std::string_view matchFieldName(MatchField field);
[[nodiscard]] std::string_view matchTestName(MatchTest test);
[[nodiscard]] std::string_view nameTargetName(NameTarget target);
[[nodiscard]] bool matchFieldFromName(std::string_view name, MatchField &field);
[[nodiscard]] bool matchTestFromName(std::string_view name, MatchTest &test);

[[nodiscard]] bool matches(MatchTest test, std::string_view pattern, std::string_view text);

/// What keeps a rule from being used, in words; empty when nothing does. A rule that is off may be unfinished.
enum class AttributionProblem : std::uint8_t { None, NoCondition, NothingSet, EmptyText, TooLong };
[[nodiscard]] AttributionProblem problemOf(const AttributionRule &rule);

/// {"rules":[{"when":[{"field","is","text"}],"set":{"workflow":...},"enabled":false}]}; unknown names and invalid
/// rules are errors that say which rule.
[[nodiscard]] std::string rulesToJson(std::span<const AttributionRule> rules);
[[nodiscard]] Result<AttributionRules> rulesFromJson(std::string_view text);

} // namespace flyball
