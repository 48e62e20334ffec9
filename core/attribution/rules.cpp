// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attribution/rules.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(MatchField::Count)> kFields = {
    "source",    "format",  "file",    "session",        "project", "workflow", "agent", "step",
    "task_type", "segment", "feature", "prompt_version", "tier",    "provider", "model"};
constexpr std::array<std::string_view, static_cast<std::size_t>(MatchTest::Count)> kTests = {"equals", "contains",
                                                                                             "starts_with", "glob"};
constexpr std::array<std::string_view, kNameTargets> kTargets = {"workflow", "agent",   "step",           "task_type",
                                                                 "segment",  "feature", "prompt_version", "tier"};

template <typename Enum, std::size_t N>
bool fromName(const std::array<std::string_view, N> &names, std::string_view name, Enum &value)
{
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end())
        value = static_cast<Enum>(found - names.begin());
    return found != names.end();
}

/// Linear in the text for each star: what follows one is tried at every place once.
bool glob(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t from = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace

std::string_view matchFieldName(MatchField field) { return kFields[static_cast<std::size_t>(field)]; }
std::string_view matchTestName(MatchTest test) { return kTests[static_cast<std::size_t>(test)]; }
std::string_view nameTargetName(NameTarget target) { return kTargets[static_cast<std::size_t>(target)]; }
bool matchFieldFromName(std::string_view name, MatchField &field) { return fromName(kFields, name, field); }
bool matchTestFromName(std::string_view name, MatchTest &test) { return fromName(kTests, name, test); }

bool matches(MatchTest test, std::string_view pattern, std::string_view text)
{
    switch (test) {
    case MatchTest::Equals:
        return text == pattern;
    case MatchTest::Contains:
        return text.find(pattern) != std::string_view::npos;
    case MatchTest::StartsWith:
        return text.substr(0, pattern.size()) == pattern;
    case MatchTest::Glob:
        return glob(pattern, text);
    case MatchTest::Count:
        break;
    }
    return false;
}

AttributionProblem problemOf(const AttributionRule &rule)
{
    if (rule.when.empty())
        return AttributionProblem::NoCondition;
    for (const MatchCondition &condition : rule.when) {
        if (condition.text.empty() && condition.test != MatchTest::Equals)
            return AttributionProblem::EmptyText;
        if (condition.text.size() > kMostRuleText)
            return AttributionProblem::TooLong;
    }
    bool any = false;
    for (const std::string &text : rule.set) {
        any = any || !text.empty();
        if (text.size() > kMostRuleText)
            return AttributionProblem::TooLong;
    }
    return any ? AttributionProblem::None : AttributionProblem::NothingSet;
}

} // namespace flyball
