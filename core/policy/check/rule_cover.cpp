// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/check/rule_cover.h"

#include <algorithm>
#include <array>
#include <set>

namespace flyball {

namespace {

// Each condition selects atoms of its axis; a rule is a box, the product of its selections.
enum Axis : std::size_t { TaskType, DocTokens, Security, MultiStep, Confidence, Agent, Segment, kAxes };
using Selection = std::vector<bool>;
using Box = std::array<Selection, kAxes>;

/// Beyond this many boxes the question is given up rather than let a hostile document take minutes.
constexpr std::size_t kMaxBoxes = 5000;

struct Atoms {
    std::vector<std::string> types, agents, segments; ///< one more atom each: any other name
    std::vector<std::int64_t> tokens;                 ///< lower bounds of the ranges, the first is 0
    std::vector<double> confidences;                  ///< upper bounds (inclusive) of all but the last range
};

Atoms atomsOf(const std::vector<Rule> &rules)
{
    std::set<std::string> types, agents, segments;
    std::set<std::int64_t> tokens{0};
    std::set<double> confidences;
    for (const Rule &rule : rules) {
        const Condition &when = rule.when;
        if (when.taskTypes)
            types.insert(when.taskTypes->begin(), when.taskTypes->end());
        if (when.agent)
            agents.insert(*when.agent);
        if (when.userSegment)
            segments.insert(*when.userSegment);
        for (const auto &bound : {when.docTokens ? when.docTokens->lt : std::nullopt,
                                  when.docTokens ? when.docTokens->gte : std::nullopt}) {
            if (bound && *bound > 0)
                tokens.insert(*bound);
        }
        if (when.requiredConfidenceGt)
            confidences.insert(*when.requiredConfidenceGt);
    }
    return {{types.begin(), types.end()},
            {agents.begin(), agents.end()},
            {segments.begin(), segments.end()},
            {tokens.begin(), tokens.end()},
            {confidences.begin(), confidences.end()}};
}

Selection namesIn(const std::vector<std::string> &atoms, const std::vector<std::string> *wanted)
{
    Selection out(atoms.size() + 1, wanted == nullptr);
    for (std::size_t i = 0; wanted && i < atoms.size(); ++i)
        out[i] = std::find(wanted->begin(), wanted->end(), atoms[i]) != wanted->end();
    return out;
}

Selection nameIs(const std::vector<std::string> &atoms, const std::optional<std::string> &wanted)
{
    const std::vector<std::string> one{wanted.value_or("")};
    return namesIn(atoms, wanted ? &one : nullptr);
}

Box boxOf(const Condition &when, const Atoms &atoms)
{
    Box box;
    box[TaskType] = namesIn(atoms.types, when.taskTypes ? &*when.taskTypes : nullptr);
    box[Agent] = nameIs(atoms.agents, when.agent);
    box[Segment] = nameIs(atoms.segments, when.userSegment);
    for (const std::int64_t low : atoms.tokens) {
        const TokenRange range = when.docTokens.value_or(TokenRange{});
        box[DocTokens].push_back((!range.gte || low >= *range.gte) && (!range.lt || low < *range.lt));
    }
    for (std::size_t i = 0; i <= atoms.confidences.size(); ++i) {
        // A confidence never exceeds 1, so the range above 1 is empty.
        const bool exists = i == 0 || atoms.confidences[i - 1] < 1;
        const bool above =
            !when.requiredConfidenceGt || (i > 0 && atoms.confidences[i - 1] >= *when.requiredConfidenceGt);
        box[Confidence].push_back(exists && above);
    }
    box[Security] = {when.securitySensitive != true, when.securitySensitive != false};
    box[MultiStep] = {when.multiStepReasoning != true, when.multiStepReasoning != false};
    return box;
}

bool any(const Selection &selection) { return std::find(selection.begin(), selection.end(), true) != selection.end(); }
bool isEmpty(const Box &box) { return !std::all_of(box.begin(), box.end(), any); }

Selection both(const Selection &a, const Selection &b, bool inB)
{
    Selection out(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        out[i] = a[i] && b[i] == inB;
    return out;
}

bool intersects(const Box &a, const Box &b)
{
    for (std::size_t axis = 0; axis < kAxes; ++axis) {
        if (!any(both(a[axis], b[axis], true)))
            return false;
    }
    return true;
}

/// `from` without `taken`, as disjoint boxes: what lies outside on the first axis, then on the second ...
void subtract(Box from, const Box &taken, std::vector<Box> &out)
{
    if (!intersects(from, taken)) {
        out.push_back(std::move(from));
        return;
    }
    for (std::size_t axis = 0; axis < kAxes; ++axis) {
        Box outside = from;
        outside[axis] = both(from[axis], taken[axis], false);
        if (any(outside[axis]))
            out.push_back(std::move(outside));
        from[axis] = both(from[axis], taken[axis], true);
    }
}

/// Whether a rule takes every task of its box that another rule with `wanted` could see.
bool takesAll(const Rule &rule, const std::optional<std::vector<std::string>> &wanted)
{
    if (!rule.when.keywordsAny)
        return true;
    const auto &mine = *rule.when.keywordsAny;
    return wanted && std::all_of(wanted->begin(), wanted->end(), [&](const std::string &word) {
               return std::find(mine.begin(), mine.end(), word) != mine.end();
           });
}

class Cover {
public:
    explicit Cover(const std::vector<Rule> &rules) : m_rules(rules)
    {
        const Atoms atoms = atomsOf(rules);
        for (const Rule &rule : rules)
            m_boxes.push_back(boxOf(rule.when, atoms));
    }
    [[nodiscard]] const Box &box(std::size_t rule) const { return m_boxes[rule]; }
    /// Whether the rules before `end` leave nothing of a box, and which of them take part.
    [[nodiscard]] bool covered(const Box &box, const std::optional<std::vector<std::string>> &keywords, std::size_t end,
                               std::vector<std::size_t> &by) const
    {
        std::vector<Box> left{box};
        for (std::size_t i = 0; i < end && !left.empty() && left.size() < kMaxBoxes; ++i) {
            if (!takesAll(m_rules[i], keywords) || isEmpty(m_boxes[i]))
                continue;
            std::vector<Box> next;
            bool touched = false;
            for (Box &part : left) {
                touched = touched || intersects(part, m_boxes[i]);
                subtract(std::move(part), m_boxes[i], next);
            }
            if (touched)
                by.push_back(i);
            left = std::move(next);
        }
        return left.empty();
    }

private:
    const std::vector<Rule> &m_rules;
    std::vector<Box> m_boxes;
};

} // namespace

std::vector<RuleProblem> ruleProblems(const std::vector<Rule> &rules)
{
    const Cover cover(rules);
    std::vector<RuleProblem> problems;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const Condition &when = rules[i].when;
        std::vector<std::size_t> by;
        if (isEmpty(cover.box(i)) || (when.keywordsAny && when.keywordsAny->empty())) {
            problems.push_back({RuleProblem::Kind::Impossible, i, {}});
            continue;
        }
        if (cover.covered(cover.box(i), when.keywordsAny, i, by)) {
            problems.push_back({RuleProblem::Kind::Covered, i, by});
            continue;
        }
        if (when.securitySensitive == false) {
            Box sensitive = cover.box(i);
            sensitive[Security] = {false, true};
            by.clear();
            if (!cover.covered(sensitive, when.keywordsAny, rules.size(), by))
                problems.push_back({RuleProblem::Kind::FallsToDefault, i, {}});
        }
    }
    return problems;
}

} // namespace flyball
