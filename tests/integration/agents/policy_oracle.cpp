// SPDX-License-Identifier: GPL-3.0-or-later
// One case per line, one decision per line, by core/policy: what the reference clients must agree with.
// decide.py and decide.mjs read and write the same lines; test_rules.py makes them.
#include "core/policy/breaker.h"
#include "core/policy/budget.h"
#include "core/policy/document/text.h"
#include "core/policy/effective.h"
#include "core/policy/route.h"

#include <cstdlib>
#include <iostream>

using namespace flyball;

namespace {

const JsonValue &at(const JsonValue &json, const char *name)
{
    const JsonValue *member = json.find(name);
    if (!member) {
        std::cerr << "policy_oracle: a case lacks " << name << '\n';
        std::exit(2);
    }
    return *member;
}

std::int64_t number(const JsonValue &json, const char *name) { return *at(json, name).number()->toInt64(); }
bool flag(const JsonValue &json, const char *name) { return *at(json, name).boolean(); }
const std::string &text(const JsonValue &json, const char *name) { return *at(json, name).string(); }

std::optional<std::int64_t> maybe(const JsonValue &json, const char *name)
{
    const JsonValue *member = json.find(name);
    return member && member->number() ? member->number()->toInt64() : std::nullopt;
}

UsdSum picos(const JsonValue &json) { return UsdSum::fromParts(0, std::stoll(*json.string())); }

JsonValue picoText(const std::optional<UsdSum> &usd)
{
    if (!usd)
        return {};
    return std::to_string(usd->usd() * kPicoPerUsd + usd->picoRemainder());
}

JsonValue budgetJson(const BudgetDecision &d)
{
    using Verdict = BudgetDecision::Verdict;
    const auto orNull = [](const std::optional<std::int64_t> &n) { return n ? JsonValue(*n) : JsonValue(); };
    JsonValue::Array actions;
    for (const SoftAction action : d.actions)
        actions.emplace_back(std::string(nameOf(action)));
    const char *verdict = d.verdict == Verdict::Hard ? "hard" : d.verdict == Verdict::Soft ? "soft" : "allow";
    return JsonValue::Array{verdict,
                            d.cap,
                            actions,
                            std::string(nameOf(d.hardAction)),
                            orNull(d.outputLimit),
                            orNull(d.trimInputTo),
                            d.reserveTokens,
                            picoText(d.reserveUsd)};
}

Consumed readUsed(const JsonValue &json)
{
    Consumed used;
    used.tokens = number(json, "tokens");
    used.usd = at(json, "pico").isNull() ? std::nullopt : std::optional(picos(at(json, "pico")));
    used.calls = number(json, "calls");
    used.reservedTokens = number(json, "reserved_tokens");
    used.reservedUsd = picos(at(json, "reserved_pico"));
    return used;
}

CallEstimate readCall(const JsonValue &json)
{
    CallEstimate call{number(json, "input_tokens"), maybe(json, "max_output_tokens"), {}, flag(json, "closing")};
    if (const JsonValue::Array *rates = at(json, "rates").array())
        call.rates = CallRates{std::stoll(*(*rates)[0].string()), std::stoll(*(*rates)[1].string())};
    return call;
}

TaskFacts readTask(const JsonValue &json)
{
    TaskFacts task;
    task.taskType = text(json, "task_type");
    task.docTokens = number(json, "doc_tokens");
    task.securitySensitive = flag(json, "security_sensitive");
    task.multiStepReasoning = flag(json, "multi_step_reasoning");
    task.requiredConfidence = at(json, "required_confidence").number()->toDouble();
    task.agent = text(json, "agent");
    task.userSegment = text(json, "user_segment");
    task.text = text(json, "text");
    const std::string &role = text(json, "role");
    task.role = role == "planner" ? AgentRole::Planner : role == "executor" ? AgentRole::Executor : AgentRole::None;
    return task;
}

JsonValue routeJson(const JsonValue &json, const PolicyDocument &document, const PolicyBody &body)
{
    const RouteDecision decision = route(body, readTask(at(json, "task")));
    JsonValue::Array out{decision.tier.empty() ? JsonValue() : JsonValue(decision.tier), decision.reason,
                         decision.allowCascade};
    if (decision.by != RouteDecision::By::Nothing) {
        std::vector<CascadeAttempt> attempts;
        for (const JsonValue &attempt : *at(json, "attempts").array()) {
            const JsonNumber *confidence = (*attempt.array())[1].number();
            attempts.push_back(
                {*(*attempt.array())[0].string(), confidence ? std::optional(confidence->toDouble()) : std::nullopt});
        }
        const CascadeStep step = nextCascadeStep(document, body, decision, flag(json, "task_allows"), attempts);
        out.emplace_back(step.kind == CascadeStep::Kind::Try ? "try" : "accept");
        out.emplace_back(step.tier);
        out.emplace_back(step.reason);
    }
    const RetryStep retry =
        afterFailure(document, body, text(json, "tier"), number(json, "failures"), number(json, "total"));
    using Kind = RetryStep::Kind;
    out.emplace_back(retry.kind == Kind::Retry ? "retry" : retry.kind == Kind::Escalate ? "escalate" : "give_up");
    out.emplace_back(retry.tier);
    out.emplace_back(retry.waitMs);
    out.emplace_back(cheaperTier(document, text(json, "tier")));
    return out;
}

JsonValue breakerJson(const JsonValue &json, const PolicyBody &body)
{
    std::vector<BreakerCall> calls;
    for (const JsonValue &call : *at(json, "calls").array())
        calls.push_back(
            {text(call, "call"), text(call, "error"), maybe(call, "input_tokens"), maybe(call, "output_tokens")});
    const BreakerDecision d = checkBreaker(body, calls);
    return JsonValue::Array{d.action ? JsonValue(std::string(nameOf(*d.action))) : JsonValue(), d.rule,
                            d.supervise ? JsonValue(d.supervisorTier) : JsonValue()};
}

JsonValue periodsJson(const PolicyBody &body)
{
    JsonValue::Array out;
    if (body.budget && body.budget->periods)
        for (const PeriodCap &cap : *body.budget->periods)
            out.emplace_back(
                JsonValue::Array{std::string(nameOf(cap.window)), picoText(cap.softUsd), picoText(cap.hardUsd)});
    return out;
}

/// The policy with the overrides that its scope meets; findings where the case is no policy.
PolicyBody effectiveBody(const JsonValue &json, PolicyDocument &document, Findings &findings)
{
    Workflow workflow;
    workflow.body = readBody(at(json, "policy"), "", findings).value_or(PolicyBody());
    workflow.overrides.emplace();
    for (const JsonValue &one : *at(json, "overrides").array()) {
        const auto member = [&](const char *name) {
            const JsonValue *value = at(one, "match").find(name);
            return value ? std::optional(*value->string()) : std::nullopt;
        };
        workflow.overrides->push_back({{member("agent"), member("user_segment"), member("step"), member("tag")},
                                       readBody(at(one, "set"), "", findings).value_or(PolicyBody())});
    }
    document.workflows.emplace_back("w", std::move(workflow));
    const JsonValue &who = at(json, "scope");
    PolicyScope scope{"w", text(who, "agent"), text(who, "user_segment"), text(who, "step"), {}};
    for (const JsonValue &tag : *at(who, "tags").array())
        scope.tags.push_back(*tag.string());
    return effectivePolicy(document, scope).body;
}

} // namespace

int main()
{
    std::string line;
    while (std::getline(std::cin, line)) {
        const Result<JsonValue> json = JsonValue::parse(line);
        Findings findings;
        PolicyDocument document;
        const PolicyBody body = json ? effectiveBody(*json, document, findings) : PolicyBody();
        if (!json || !findings.empty()) {
            std::cerr << "policy_oracle: a case is no policy: " << line << '\n';
            return 2;
        }
        for (const JsonValue &tier : *at(*json, "tiers").array())
            document.tiers.push_back({text(tier, "id"), {"p/" + text(tier, "id")}});
        const Consumed used = readUsed(at(*json, "used"));
        const JsonValue &closing = at(*json, "closing");
        const BudgetDecision reserved =
            reserve(body, used, readCall(at(*json, "call")), {number(closing, "tokens"), picos(at(closing, "pico"))});
        std::cout << JsonValue(JsonValue::Array{budgetJson(check(body, used)), budgetJson(reserved),
                                                routeJson(*json, document, body), breakerJson(*json, body),
                                                periodsJson(body)})
                         .compact()
                  << '\n';
    }
    return 0;
}
