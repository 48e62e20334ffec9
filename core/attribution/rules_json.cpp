// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "core/attribution/rules.h"

namespace flyball {

namespace {

using Json = nlohmann::ordered_json;
constexpr int kMostDepth = 16;

Error at(std::size_t rule, const std::string &what)
{
    return {ErrorCode::InvalidArgument, "attribution rule " + std::to_string(rule + 1) + ": " + what};
}

std::string readRule(const Json &json, AttributionRule &rule)
{
    if (!json.is_object())
        return "is not an object";
    const Json when = json.value("when", Json::array());
    const Json set = json.value("set", Json::object());
    if (!when.is_array() || !set.is_object())
        return "\"when\" must be a list and \"set\" an object";
    for (const Json &entry : when) {
        MatchCondition condition;
        const auto text = [&](const char *key) {
            const auto found = entry.is_object() ? entry.find(key) : entry.end();
            return entry.is_object() && found != entry.end() && found->is_string() ? found->get<std::string>()
                                                                                   : std::string();
        };
        if (!matchFieldFromName(text("field"), condition.field))
            return "knows no field \"" + text("field").substr(0, 40) + "\"";
        if (!matchTestFromName(text("is"), condition.test))
            return "knows no comparison \"" + text("is").substr(0, 40) + "\"";
        condition.text = text("text");
        rule.when.push_back(std::move(condition));
    }
    for (const auto &[name, value] : set.items()) {
        std::size_t target = 0;
        while (target < kNameTargets && nameTargetName(static_cast<NameTarget>(target)) != name)
            ++target;
        if (target == kNameTargets || !value.is_string())
            return "cannot set \"" + name.substr(0, 40) + "\"";
        rule.set[target] = value.get<std::string>();
    }
    const auto enabled = json.find("enabled");
    rule.enabled = enabled == json.end() || !enabled->is_boolean() || enabled->get<bool>();
    static constexpr std::array<const char *, 5> kProblems = {"", "has no condition", "sets nothing",
                                                              "compares with an empty text", "has a text too long"};
    return rule.enabled ? kProblems[static_cast<std::size_t>(problemOf(rule))] : "";
}

} // namespace

std::string rulesToJson(std::span<const AttributionRule> rules)
{
    Json list = Json::array();
    for (const AttributionRule &rule : rules) {
        Json when = Json::array();
        for (const MatchCondition &condition : rule.when)
            when.push_back({{"field", matchFieldName(condition.field)},
                            {"is", matchTestName(condition.test)},
                            {"text", condition.text}});
        Json set = Json::object();
        for (std::size_t i = 0; i < kNameTargets; ++i)
            if (!rule.set[i].empty())
                set[std::string(nameTargetName(static_cast<NameTarget>(i)))] = rule.set[i];
        Json entry{{"when", std::move(when)}, {"set", std::move(set)}};
        if (!rule.enabled)
            entry["enabled"] = false;
        list.push_back(std::move(entry));
    }
    return Json{{"rules", std::move(list)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<AttributionRules> rulesFromJson(std::string_view text)
{
    const auto tooDeep = [](int depth, Json::parse_event_t, Json &) { return depth <= kMostDepth; };
    const Json json = Json::parse(text.begin(), text.end(), tooDeep, false);
    if (json.is_discarded() || !json.is_object() || !json.contains("rules") || !json["rules"].is_array())
        return Error{ErrorCode::InvalidArgument, "attribution rules: not an object with a list of rules"};
    const Json &list = json["rules"];
    if (list.size() > kMostRules)
        return Error{ErrorCode::InvalidArgument, "attribution rules: more than " + std::to_string(kMostRules)};
    AttributionRules rules;
    for (std::size_t i = 0; i < list.size(); ++i) {
        AttributionRule rule;
        if (const std::string problem = readRule(list[i], rule); !problem.empty())
            return at(i, problem);
        rules.push_back(std::move(rule));
    }
    return rules;
}

} // namespace flyball
