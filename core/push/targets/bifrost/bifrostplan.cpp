// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/bifrost/bifrostplan.h"

#include "core/push/targets/knobbook.h"

namespace flyball {

namespace {

constexpr std::string_view kDurations[] = {"1h", "1d", "1w", "1M"}; ///< by PeriodWindow

/// A text of CEL: JSON's escapes are among its own.
std::string celText(const std::string &text) { return JsonValue(text).compact(); }

/// CEL over request headers; nothing when they cannot tell.
std::optional<std::string> expressionOf(const Condition &when)
{
    if (when.docTokens || when.keywordsAny || when.requiredConfidenceGt)
        return std::nullopt;
    std::vector<std::string> parts;
    const auto header = [](const char *name) { return "headers[\"" + std::string(name) + "\"]"; };
    if (when.taskTypes) {
        std::string list;
        for (const std::string &type : *when.taskTypes)
            list += (list.empty() ? "" : ", ") + celText(type);
        parts.push_back(header("x-task-type") + " in [" + list + ']');
    }
    if (when.securitySensitive)
        parts.push_back(header("x-security-sensitive") + " == " + (*when.securitySensitive ? "\"true\"" : "\"false\""));
    if (when.multiStepReasoning)
        parts.push_back(header("x-multi-step") + " == " + (*when.multiStepReasoning ? "\"true\"" : "\"false\""));
    if (when.agent)
        parts.push_back(header("x-agent") + " == " + celText(*when.agent));
    if (when.userSegment)
        parts.push_back(header("x-user-segment") + " == " + celText(*when.userSegment));
    std::string out;
    for (const std::string &part : parts)
        out += (out.empty() ? "" : " && ") + part;
    return parts.empty() ? std::nullopt : std::optional<std::string>(out);
}

class BifrostPlan {
public:
    BifrostPlan(const TargetPolicy &policy, std::string virtualKey)
        : m_policy(policy), m_key(std::move(virtualKey)), m_book(policy)
    {}

    TargetPlan make(bool routes)
    {
        const PolicyBody &body = m_policy.effective.body;
        if (body.budget && body.budget->periods)
            for (const PeriodCap &cap : *body.budget->periods)
                period(cap);
        if (routes && body.routing)
            routing(*body.routing);
        return {m_book.finish("the gateway has no such setting"), std::move(m_edits)};
    }

private:
    void period(const PeriodCap &cap)
    {
        const std::string knob = pointerAt("/budget/periods", nameOf(cap.window));
        if (!cap.hardUsd) {
            m_book.unsupported(knob, "it knows no soft caps");
            return;
        }
        const std::string duration(kDurations[static_cast<std::size_t>(cap.window)]);
        m_edits.push_back({"/budgets/[reset_duration=" + duration + "]/max_limit",
                           JsonValue(JsonNumber::of(*cap.hardUsd)),
                           false,
                           {}});
        m_book.approximated(knob, "checked before a call, charged after it: calls at once can pass it; its window of "
                                      + duration + " is in UTC" + (cap.softUsd ? "; no soft cap" : ""));
    }

    bool rule(const std::string &name, const std::string &expression, const std::string &tier)
    {
        const Tier *found = tierOf(m_policy, tier);
        if (!found || found->models.empty())
            return false;
        const ModelName first = splitModel(found->models.front());
        JsonValue target{JsonValue::Object()};
        target.set("provider", first.provider);
        target.set("model", first.model);
        target.set("weight", std::int64_t{1});
        JsonValue one{JsonValue::Object()};
        one.set("enabled", true);
        one.set("cel_expression", expression);
        one.set("targets", JsonValue::Array{std::move(target)});
        one.set("fallbacks", JsonValue::Array(found->models.begin() + 1, found->models.end()));
        one.set("scope", "virtual_key");
        one.set("scope_id", m_key);
        one.set("priority", ++m_priority);
        m_edits.push_back({pointerAt("/rules", "flyball " + name), std::move(one), false, {}});
        return true;
    }

    void routing(const Routing &routing)
    {
        bool exact = true;
        if (routing.rules)
            for (const Rule &own : *routing.rules) {
                const std::string knob = pointerAt("/routing/rules", own.id);
                const std::optional<std::string> expression = expressionOf(own.when);
                if (!expression || !rule(own.id, *expression, own.tier)) {
                    exact = false;
                    m_book.unsupported(knob, "request headers do not tell what the rule asks for");
                } else if (exact && !own.allowCascade.value_or(false)) {
                    m_book.applied(knob, "for callers that send its conditions as headers");
                } else {
                    m_book.approximated(knob, exact ? "the tier, without the cascade"
                                                    : "a rule before it is not held here, so it may match more");
                }
            }
        if (routing.defaultTier && rule("default", "true", *routing.defaultTier))
            m_book.applied("/routing/default_tier", "a rule behind all others");
        for (const Tier &tier : m_policy.tiers)
            m_book.applied(pointerAt("/tiers", tier.id), "in the rules that name it, further models as fallbacks");
    }

    const TargetPolicy &m_policy;
    std::string m_key;
    KnobBook m_book;
    std::vector<FieldEdit> m_edits;
    std::int64_t m_priority = 0;
};

} // namespace

TargetPlan planBifrost(const TargetPolicy &policy, const std::string &virtualKey, bool routes)
{
    return switchedOff(policy) ? planOff(policy) : BifrostPlan(policy, virtualKey).make(routes);
}

} // namespace flyball
