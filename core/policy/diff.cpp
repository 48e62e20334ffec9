// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/diff.h"

#include "core/policy/diff_facts.h"
#include "core/policy/effective.h"
#include "core/policy/route.h"
#include "core/policy/words.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace flyball {

namespace {

using Kind = PolicyChange::Kind;
using Index = std::map<std::string, const PolicyFact *>;

Index indexOf(const std::vector<PolicyFact> &facts)
{
    Index index;
    for (const PolicyFact &fact : facts)
        index.emplace(fact.key, &fact);
    return index;
}

/// " (-40%)"; empty when there is no meaningful ratio.
std::string percent(const std::optional<JsonNumber> &before, const std::optional<JsonNumber> &after)
{
    if (!before || !after || before->isZero() || before->isNegative() || after->isNegative())
        return {};
    const double change = (after->toDouble() / before->toDouble() - 1) * 100;
    if (!(change > -1000 && change < 100000))
        return {};
    const auto whole = static_cast<std::int64_t>(change < 0 ? change - 0.5 : change + 0.5);
    return whole == 0 ? "" : " (" + std::string(whole > 0 ? "+" : "") + countText(whole) + "%)";
}

PolicyChange change(Kind kind, const PolicyFact &fact, std::string before, std::string after, std::string sentence)
{
    return {kind, fact.path, fact.where, fact.what, std::move(before), std::move(after), std::move(sentence)};
}

PolicyChange added(const PolicyFact &fact)
{
    const bool named = fact.text == "known";
    return change(Kind::Added, fact, "", named ? "" : fact.text,
                  fact.what + (named ? " is new" : " set to " + fact.text));
}

PolicyChange removed(const PolicyFact &fact)
{
    const bool named = fact.text == "known";
    return change(Kind::Removed, fact, named ? "" : fact.text, "",
                  fact.what + (named ? " removed" : " no longer set (was " + fact.text + ')'));
}

/// The ids of `order` that both lists have, so that an insertion above is not taken for a move.
std::string common(const std::string &order, const std::string &prefix, const Index &other)
{
    std::istringstream lines(order);
    std::string out;
    for (std::string id; std::getline(lines, id);) {
        if (other.contains(pointerAt(prefix, id)))
            out += id + '\n';
    }
    return out;
}

std::optional<PolicyChange> moved(const PolicyFact &now, const PolicyFact &old, const Index &nows, const Index &olds)
{
    const std::string prefix = now.key.substr(0, now.key.rfind('/'));
    const std::string before = common(old.order, prefix, nows);
    const std::string after = common(now.order, prefix, olds);
    if (before == after)
        return std::nullopt;
    const auto place = [](const std::string &order) {
        return std::to_string(std::count(order.begin(), order.end(), '\n') + 1);
    };
    if (place(before) == place(after))
        return std::nullopt; // another one moved past it
    return change(Kind::Moved, now, "place " + place(before), "place " + place(after),
                  now.what + " moved from place " + place(before) + " to " + place(after));
}

/// (task type, document tokens) at which the rules of either document can tell plain tasks apart.
std::map<std::string, std::set<std::int64_t>> samples(const PolicyBody &a, const PolicyBody &b)
{
    std::map<std::string, std::set<std::int64_t>> out;
    std::set<std::int64_t> bounds{0};
    for (const PolicyBody *body : {&a, &b}) {
        for (const Rule &rule : body->routing && body->routing->rules ? *body->routing->rules : std::vector<Rule>{}) {
            for (const std::string &type : rule.when.taskTypes.value_or(std::vector<std::string>{}))
                out[type];
            const TokenRange range = rule.when.docTokens.value_or(TokenRange{});
            for (const auto &bound : {range.lt, range.gte}) {
                if (bound && *bound > 0)
                    bounds.insert(*bound);
            }
        }
    }
    for (auto &[type, tokens] : out)
        tokens = bounds;
    return out;
}

void routeChanges(const EffectivePolicy &before, const EffectivePolicy &after, const std::string &where,
                  const std::string &path, std::set<std::string> &said, std::vector<PolicyChange> &out)
{
    for (const auto &[type, bounds] : samples(before.body, after.body)) {
        std::string last;
        for (const std::int64_t tokens : bounds) {
            TaskFacts task;
            task.taskType = type;
            task.docTokens = tokens;
            const RouteDecision old = route(before.body, task), now = route(after.body, task);
            const std::string move =
                (old.tier.empty() ? "no tier" : old.tier) + " -> " + (now.tier.empty() ? "no tier" : now.tier);
            if (move == last)
                continue; // the same for longer documents
            last = move;
            if (old.tier == now.tier)
                continue;
            const std::string what = type + (tokens > 0 ? " (from " + countText(tokens) + " document tokens)" : "");
            if (said.insert(what + move).second)
                out.push_back({Kind::Routed, path, where, what, old.tier, now.tier, what + ": " + move});
        }
    }
}

} // namespace

std::vector<PolicyChange> diffPolicies(const PolicyDocument &before, const PolicyDocument &after)
{
    const std::vector<PolicyFact> oldFacts = policyFacts(before), newFacts = policyFacts(after);
    const Index olds = indexOf(oldFacts), nows = indexOf(newFacts);
    std::vector<PolicyChange> changes;
    for (const PolicyFact &now : newFacts) {
        const auto found = olds.find(now.key);
        if (found == olds.end()) {
            changes.push_back(added(now));
            continue;
        }
        const PolicyFact &old = *found->second;
        if (now.text != old.text)
            changes.push_back(change(Kind::Changed, now, old.text, now.text,
                                     now.what + ' ' + old.text + " -> " + now.text + percent(old.number, now.number)));
        if (auto move = moved(now, old, nows, olds))
            changes.push_back(std::move(*move));
    }
    for (const PolicyFact &old : oldFacts) {
        if (!nows.contains(old.key))
            changes.push_back(removed(old));
    }
    std::set<std::string> said;
    routeChanges(effectivePolicy(before, PolicyScope{}), effectivePolicy(after, PolicyScope{}), "defaults",
                 "/defaults/routing/rules", said, changes);
    for (const auto &[name, workflow] : after.workflows) {
        PolicyScope scope;
        scope.workflow = name;
        std::set<std::string> here = said; // what the defaults already told is not said again
        routeChanges(effectivePolicy(before, scope), effectivePolicy(after, scope), "workflow " + inQuotes(name),
                     pointerAt("/workflows", name) + "/routing/rules", here, changes);
    }
    return changes;
}

} // namespace flyball
