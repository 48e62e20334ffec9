// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/diff_facts.h"

#include "core/policy/document/text.h"
#include "core/policy/effective.h"
#include "core/policy/words.h"

#include <algorithm>
#include <array>

namespace flyball {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kWords{{
    {"/budget/run_soft/tokens", "run soft cap"},
    {"/budget/run_soft/usd", "run soft cap"},
    {"/budget/run_hard/tokens", "run hard cap"},
    {"/budget/run_hard/usd", "run hard cap"},
    {"/budget/call_max_tokens", "limit per call"},
    {"/budget/call_max_output_tokens", "output limit per call"},
    {"/budget/max_iterations", "iterations per run"},
    {"/budget/on_soft", "at the soft cap"},
    {"/budget/on_hard", "at the hard cap"},
    {"/routing/default_tier", "default tier"},
    {"/routing/planner_executor/planner_tier", "planner"},
    {"/routing/planner_executor/executor_tier", "executor"},
    {"/economics/price_per_success_usd", "price per success"},
    {"/economics/human_cost_per_task_usd", "human cost per task"},
}};

bool endsWith(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string labelOf(const std::string &path)
{
    for (const auto &[known, words] : kWords) {
        if (path == known)
            return std::string(words);
    }
    std::string out;
    for (const std::string &step : pointerSteps(path)) {
        out += out.empty() ? "" : " ";
        for (const char c : step)
            out += c == '_' ? ' ' : c;
    }
    for (const std::string_view unit : {" usd", " s", " ms", " h"}) {
        if (endsWith(out, unit))
            out.resize(out.size() - unit.size());
    }
    return out;
}

std::string textOf(const std::string &path, const JsonValue &value)
{
    if (const auto *number = value.number()) {
        const auto usd = number->toUsd();
        const auto count = number->toInt64();
        if (endsWith(path, "usd") && usd)
            return moneyText(*usd);
        if (path.find("tokens") != std::string::npos && count)
            return countText(*count) + " tokens";
        const std::string plain = count ? countText(*count) : number->text();
        return plain + (endsWith(path, "_ms") ? " ms" : endsWith(path, "_s") ? " s" : endsWith(path, "_h") ? " h" : "");
    }
    if (const auto *flag = value.boolean())
        return endsWith(path, "enabled") ? (*flag ? "on" : "off") : (*flag ? "yes" : "no");
    if (const auto *text = value.string())
        return *text;
    std::string list;
    for (const JsonValue &item : *value.array())
        list += (list.empty() ? "" : ", ") + textOf("", item);
    return list.empty() ? "nothing" : list;
}

std::string conditionText(const Rule &rule)
{
    std::string out;
    const JsonValue json = toJson(rule);
    for (const auto &[name, value] : *json.find("when")->object()) {
        out += out.empty() ? "" : ", ";
        if (name == "task_type")
            out += textOf("", value);
        else if (const auto *range = value.object())
            for (const auto &[bound, number] : *range)
                out += (bound == "lt"                       ? "below "
                        : &number == &range->front().second ? "from "
                                                            : " from ")
                       + textOf("tokens", number);
        else
            out += labelOf('/' + name) + ' ' + textOf("", value);
    }
    return out.empty() ? "every task" : out;
}

std::string ruleText(const Rule &rule)
{
    return conditionText(rule) + ": " + rule.tier + (rule.allowCascade.value_or(false) ? ", cascade allowed" : "")
           + (rule.reason ? " (" + *rule.reason + ')' : "");
}

class Facts {
public:
    std::vector<PolicyFact> all;

    void add(std::string key, std::string path, const std::string &what, std::string text,
             std::optional<JsonNumber> number = std::nullopt, std::string order = "")
    {
        all.push_back(
            {std::move(key), std::move(path), m_where, what, std::move(text), std::move(number), std::move(order)});
    }
    void scope(std::string where) { m_where = std::move(where); }

    void periods(const std::vector<PeriodCap> &periods, const std::string &key, const std::string &path)
    {
        for (std::size_t i = 0; i < periods.size(); ++i) {
            const std::string window(nameOf(periods[i].window));
            const std::string base = key + '/' + window;
            const std::string at = pointerAt(path, i);
            const auto cap = [&](const char *leaf, const char *kind, const std::optional<UsdSum> &usd) {
                if (usd)
                    add(base + leaf, at + leaf, std::string(kind) + " cap per " + window, moneyText(*usd),
                        JsonNumber::of(*usd));
            };
            cap("/soft_usd", "soft", periods[i].softUsd);
            cap("/hard_usd", "hard", periods[i].hardUsd);
        }
    }
    void rules(const std::vector<Rule> &rules, const std::string &key, const std::string &path)
    {
        std::string order;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const std::string at = pointerAt(path, i);
            add(pointerAt(key, rules[i].id), at, "rule " + inQuotes(rules[i].id), ruleText(rules[i]), std::nullopt,
                order);
            order += rules[i].id + '\n';
        }
    }
    /// `key` names the scope in both documents, `base` is its path in this one.
    void body(const PolicyBody &body, const std::string &key, const std::string &base)
    {
        walk(toJson(body), "", body, key, base);
    }

private:
    void walk(const JsonValue &value, const std::string &path, const PolicyBody &body, const std::string &key,
              const std::string &base)
    {
        if (path == "/budget/periods") {
            periods(*body.budget->periods, key + path, base + path);
        } else if (path == "/routing/rules") {
            rules(*body.routing->rules, key + path, base + path);
        } else if (const auto *members = value.object()) {
            for (const auto &[name, member] : *members)
                walk(member, pointerAt(path, name), body, key, base);
        } else {
            const JsonNumber *number = value.number();
            add(key + path, base + path, labelOf(path), textOf(path, value),
                number ? std::optional(*number) : std::nullopt);
        }
    }
    std::string m_where;
};

void addWorkflow(Facts &facts, const PolicyDocument &document, const std::string &name, const Workflow &workflow)
{
    const std::string base = pointerAt("/workflows", name);
    facts.scope("workflow " + inQuotes(name));
    facts.add(base, base, "workflow " + inQuotes(name), "known");
    if (workflow.description)
        facts.add(base + "/description", base + "/description", "description", *workflow.description);
    facts.body(workflow.body, base, base);
    const auto &overrides = workflow.overrides.value_or(std::vector<Override>{});
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < overrides.size(); ++i) {
        const std::string match = toJson(overrides[i].match).compact(true);
        const auto twin = std::count(seen.begin(), seen.end(), match);
        seen.push_back(match);
        const std::string key = base + "/overrides/" + match + '#' + std::to_string(twin);
        facts.scope(describeLayer(document, name, {PolicyLayer::Kind::Override, i}));
        facts.add(key, pointerAt(base + "/overrides", i), "override for " + describeMatch(overrides[i].match), "known");
        facts.body(overrides[i].set, key, pointerAt(base + "/overrides", i) + "/set");
    }
}

} // namespace

std::vector<PolicyFact> policyFacts(const PolicyDocument &document)
{
    Facts facts;
    facts.scope("policy");
    facts.add("/policy_id", "/policy_id", "policy", document.policyId);
    facts.add("/timezone", "/timezone", "time zone", document.timezone.value_or("UTC"));
    facts.scope("tiers");
    std::string order;
    for (std::size_t i = 0; i < document.tiers.size(); ++i) {
        const Tier &tier = document.tiers[i];
        std::string models;
        for (const std::string &model : tier.models)
            models += (models.empty() ? "" : ", ") + model;
        facts.add(pointerAt("/tiers", tier.id), pointerAt("/tiers", i), "tier " + inQuotes(tier.id), models,
                  std::nullopt, order);
        order += tier.id + '\n';
    }
    facts.scope("fleet");
    if (document.fleet && document.fleet->periods)
        facts.periods(*document.fleet->periods, "/fleet/periods", "/fleet/periods");
    facts.scope("defaults");
    facts.body(document.defaults, "/defaults", "/defaults");
    for (const auto &[name, workflow] : document.workflows)
        addWorkflow(facts, document, name, workflow);
    return std::move(facts.all);
}

} // namespace flyball
