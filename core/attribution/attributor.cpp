// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attribution/attributor.h"

#include <algorithm>

namespace flyball {

Attributor::Attributor(std::span<const AttributionRule> rules, SymbolTable &symbols) : m_symbols(&symbols)
{
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (!rules[i].enabled || problemOf(rules[i]) != AttributionProblem::None)
            continue;
        Rule rule;
        rule.index = i;
        for (const MatchCondition &condition : rules[i].when)
            rule.when.push_back({condition, {}});
        for (std::size_t t = 0; t < kNameTargets; ++t)
            rule.set[t] = symbols.intern(rules[i].set[t]);
        m_rules.push_back(std::move(rule));
    }
}

Symbol Attributor::valueOf(MatchField field, const CallFact &fact, const Call &call)
{
    switch (field) {
    case MatchField::Source:
        return call.source;
    case MatchField::Format:
        return call.format;
    case MatchField::File:
        return fact.ownerPath;
    case MatchField::Session:
        return call.names.session;
    case MatchField::Project:
        return fact.project;
    case MatchField::Workflow:
        return call.names.workflow;
    case MatchField::Agent:
        return call.names.agent;
    case MatchField::Step:
        return call.names.step;
    case MatchField::TaskType:
        return call.names.taskType;
    case MatchField::Segment:
        return call.names.segment;
    case MatchField::Feature:
        return call.names.feature;
    case MatchField::PromptVersion:
        return call.names.promptVersion;
    case MatchField::Tier:
        return call.names.tier;
    case MatchField::Provider:
        return call.provider;
    case MatchField::Model:
        return call.model;
    case MatchField::Count:
        break;
    }
    return 0;
}

bool Attributor::holds(Condition &condition, Symbol value) const
{
    Condition::Known &known = condition.known[value % condition.known.size()];
    if (known.matches < 0 || known.text != value) {
        const bool same = matches(condition.rule.test, condition.rule.text, m_symbols->text(value));
        known = {value, static_cast<std::int8_t>(same ? 1 : 0)};
    }
    return known.matches == 1;
}

bool Attributor::apply(const CallFact &fact, Call &call, std::vector<std::size_t> *matched)
{
    std::array<Symbol, kNameTargets> set{};
    for (Rule &rule : m_rules) {
        const bool all = std::all_of(rule.when.begin(), rule.when.end(), [&](Condition &condition) {
            return holds(condition, valueOf(condition.rule.field, fact, call));
        });
        if (!all)
            continue;
        if (matched)
            matched->push_back(rule.index);
        for (std::size_t t = 0; t < kNameTargets; ++t)
            if (set[t] == 0)
                set[t] = rule.set[t];
    }
    for (std::size_t t = 0; t < kNameTargets; ++t)
        if (set[t] != 0)
            call.names.*kNameMembers[t] = set[t];
    return set[static_cast<std::size_t>(NameTarget::Workflow)] != 0;
}

void Attributor::apply(std::span<const CallFact> facts, std::vector<Call> &calls, const std::vector<bool> &counted,
                       std::vector<RunInfo> &runs)
{
    if (m_rules.empty())
        return;
    std::vector<bool> moved(calls.size(), false);
    for (std::size_t i = 0; i < calls.size(); ++i)
        if (counted[i])
            moved[i] = apply(facts[i], calls[i]);
    for (RunInfo &run : runs) {
        std::size_t first = calls.size();
        for (std::size_t i = 0; i < calls.size(); ++i)
            if (counted[i] && calls[i].run == run.run
                && (first == calls.size() || calls[i].time < calls[first].time
                    || (calls[i].time == calls[first].time && calls[i].sub < calls[first].sub)))
                first = i;
        if (first < calls.size() && moved[first])
            run.workflow = calls[first].names.workflow;
    }
}

} // namespace flyball
