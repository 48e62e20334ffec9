// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/body.h"

#include "app/agentsim/policy/body_reader.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

constexpr std::array<std::string_view, 5> kSoftWords{"warn", "compress_context", "halve_output", "downgrade_tier",
                                                     "limit_tools"};

using Path = std::string;

BodyReader::Take limit(BodyReader &r, RunLimit &out)
{
    return [&](const Json &value, const Path &path) {
        r.object(value, path, {{"tokens", r.whole(out.tokens, 1)}, {"usd", r.usd(out.usd, true)}});
    };
}

void readPeriods(BodyReader &r, const Json &value, const Path &path, PolicyRules &out)
{
    r.list(value, path, [&](const Json &cap, const Path &at) {
        std::optional<PicoUsd> soft;
        std::optional<PicoUsd> hard;
        r.object(cap, at,
                 {{"window", r.word({"hour", "day", "week", "month"}, [](std::size_t) {})},
                  {"soft_usd", r.usd(soft, false)},
                  {"hard_usd", r.usd(hard, false)}});
        if (soft && hard && *soft >= *hard)
            r.refuse(at + "/hard_usd", "must be above the soft cap");
        out.windows = true;
        out.hardWindows = out.hardWindows || hard.has_value();
    });
}

void readBudget(BodyReader &r, const Json &value, const Path &path, PolicyRules &out)
{
    r.object(value, path,
             {{"run_soft", limit(r, out.soft)},
              {"run_hard", limit(r, out.hard)},
              {"call_max_tokens", r.whole(out.callTokens, 1)},
              {"call_max_output_tokens", r.whole(out.callOutput, 1)},
              {"max_iterations", r.whole(out.calls, 1)},
              {"periods", [&](const Json &v, const Path &at) { readPeriods(r, v, at, out); }},
              {"on_hard", r.word({"abort", "summarize_and_close"}, [&](std::size_t i) { out.closes = i == 1; })},
              {"on_soft", [&](const Json &v, const Path &at) {
                   r.list(v, at, [&](const Json &one, const Path &where) {
                       const SoftSteps bit = one.is(Json::Kind::Text) ? softStepOf(one.text) : SoftSteps{0};
                       if (bit == 0)
                           r.refuse(where, "must be one of the words of the schema");
                       out.onSoft = static_cast<SoftSteps>(out.onSoft | bit);
                   });
               }}});
    if (out.soft.tokens && out.hard.tokens && *out.soft.tokens >= *out.hard.tokens)
        r.refuse(path + "/run_hard/tokens", "must be above the soft cap");
    if (out.soft.usd && out.hard.usd && *out.soft.usd >= *out.hard.usd)
        r.refuse(path + "/run_hard/usd", "must be above the soft cap");
    if (out.callOutput && out.callTokens && *out.callOutput > *out.callTokens)
        r.refuse(path + "/call_max_output_tokens", "is above call_max_tokens");
}

void readRule(BodyReader &r, const Json &value, const Path &path, RoutingRule &out)
{
    std::string reason;
    r.object(value, path,
             {{"id", r.text(out.id)},
              {"tier", r.tier(out.tier)},
              {"reason", r.text(reason)},
              {"allow_cascade", r.flag(out.allowCascade)},
              {"when", [&](const Json &when, const Path &at) {
                   r.object(when, at,
                            {{"task_type", r.texts(out.taskTypes)},
                             {"security_sensitive", r.flag(out.security)},
                             {"multi_step_reasoning", r.flag(out.multiStep)},
                             {"required_confidence_gt", r.share(out.confidenceAbove)},
                             {"agent", r.text(out.agent)},
                             {"user_segment", r.text(out.segment)},
                             {"keywords_any", r.texts(out.keywords)},
                             {"doc_tokens", [&](const Json &docs, const Path &where) {
                                  r.object(docs, where,
                                           {{"lt", r.whole(out.docsBelow, INT64_MIN)},
                                            {"gte", r.whole(out.docsFrom, INT64_MIN)}});
                              }}});
               }}});
    for (const char *needed : {"id", "tier", "when"})
        if (value.find(needed) == nullptr)
            r.refuse(path + '/' + needed, "is missing");
}

void readRouting(BodyReader &r, const Json &value, const Path &path, PolicyRules &out)
{
    std::optional<std::int64_t> selfChecks;
    out.routes = true;
    r.object(value, path,
             {{"default_tier", r.tier(out.defaultTier)},
              {"rules",
               [&](const Json &rules, const Path &at) {
                   r.list(rules, at, [&](const Json &rule, const Path &where) {
                       readRule(r, rule, where, out.rules.emplace_back());
                   });
               }},
              {"cascade",
               [&](const Json &cascade, const Path &at) {
                   r.object(cascade, at,
                            {{"enabled", r.flag(out.cascades)},
                             {"start_tier", r.tier(out.cascadeStart)},
                             {"order",
                              [&](const Json &order, const Path &where) {
                                  out.cascadeOrder.emplace();
                                  r.list(order, where, [&](const Json &one, const Path &spot) {
                                      r.tier(out.cascadeOrder->emplace_back())(one, spot);
                                  });
                              }},
                             {"min_confidence", r.share(out.minConfidence)},
                             {"missing_confidence", r.share(out.missingConfidence)},
                             {"max_escalations", r.whole(out.escalations, 0)}});
               }},
              {"planner_executor",
               [&](const Json &roles, const Path &at) {
                   r.object(roles, at,
                            {{"planner_tier", r.tier(out.plannerTier)},
                             {"executor_tier", r.tier(out.executorTier)},
                             {"executor_self_checks", r.whole(selfChecks, 0)}});
               }},
              {"retry", [&](const Json &retry, const Path &at) {
                   r.object(retry, at,
                            {{"max_attempts", r.whole(out.attempts, 1)},
                             {"backoff_ms", r.whole(out.backoffMs, 0)},
                             {"escalate_after", r.whole(out.escalateAfter, 1)}});
               }}});
}

void readContext(BodyReader &r, const Json &value, const Path &path, PolicyRules &out)
{
    r.object(
        value, path,
        {{"strategy", r.word({"full", "window", "summarize", "score"},
                             [&](std::size_t i) {
                                 constexpr std::array<const char *, 4> kNames{"full", "window", "summarize", "score"};
                                 out.context = kNames[i];
                             })},
         {"keep_last_turns", r.whole(out.keepTurns, 1)},
         {"compress_above_tokens", r.whole(out.compressAbove, 1)},
         {"summary_max_tokens", r.whole(out.summaryTokens, 1)},
         {"summary_tier", r.tier(out.summaryTier)}});
}

void readOutput(BodyReader &r, const Json &value, const Path &path, PolicyRules &out)
{
    r.object(value, path,
             {{"mode", r.word({"free", "concise", "json_object", "json_schema"},
                              [&](std::size_t i) { out.outputPercent = i == 1 ? 70 : 100; })},
              {"reasoning_effort", r.word({"none", "minimal", "low", "medium", "high", "xhigh"},
                                          [&](std::size_t i) {
                                              constexpr std::array<int, 6> kPercent{0, 10, 30, 100, 150, 200};
                                              out.reasoningPercent = kPercent[i];
                                          })},
              {"max_tokens_by_task", [&](const Json &tasks, const Path &at) {
                   if (!tasks.is(Json::Kind::Object))
                       return r.refuse(at, "must be an object");
                   for (const auto &[task, most] : tasks.members)
                       r.whole(out.outputByTask[task], 1)(most, at + "/" + task.substr(0, 100));
               }}});
}

void readBreaker(BodyReader &r, const Json &value, const Path &path, PolicyRules &out)
{
    out.breaker = true;
    r.object(value, path,
             {{"enabled", r.flag(out.breaker)},
              {"same_call_limit", r.whole(out.sameCall, 2)},
              {"same_error_limit", r.whole(out.sameError, 2)},
              {"min_output_ratio", r.share(out.outputRatio)},
              {"supervisor_tier", r.tier(out.supervisorTier)},
              {"check_every", r.whole(out.checkEvery, 1)},
              {"action", r.word({"alert", "summarize_and_close", "abort"},
                                [&](std::size_t i) { out.breakerAction = static_cast<PolicyRules::Action>(i); })}});
}

} // namespace

SoftSteps softStepOf(std::string_view word)
{
    const auto found = std::find(kSoftWords.begin(), kSoftWords.end(), word);
    return found == kSoftWords.end() ? SoftSteps{0} : bitOf(static_cast<SoftStep>(found - kSoftWords.begin()));
}

std::optional<Refusal> readRules(const Json &body, const std::vector<std::string> &tiers, const std::string &path,
                                 PolicyRules &out, std::vector<std::string> *unknown)
{
    BodyReader r(tiers, unknown);
    using Section = void (*)(BodyReader &, const Json &, const Path &, PolicyRules &);
    const auto section = [&](Section read) {
        return [&r, &out, read](const Json &value, const Path &at) { read(r, value, at, out); };
    };
    r.object(body, path,
             {{"enabled", r.flag(out.enabled)},
              {"budget", section(&readBudget)},
              {"routing", section(&readRouting)},
              {"prompt_cache",
               [&](const Json &value, const Path &at) {
                   r.object(value, at,
                            {{"enabled", r.flag(out.promptCache)},
                             {"static_first", r.flag(out.staticFirst)},
                             {"min_prefix_tokens", r.whole(out.cacheFrom, 0)}});
               }},
              {"context", section(&readContext)},
              {"output", section(&readOutput)},
              {"tools",
               [&](const Json &value, const Path &at) {
                   r.object(value, at, {{"max_calls_per_run", r.whole(out.toolCalls, 0)}});
               }},
              {"circuit_breaker", section(&readBreaker)}});
    if (!out.enabled)
        out = PolicyRules{.enabled = false}; // decides nothing
    return r.problem();
}

PolicyRules builtInCaps()
{
    PolicyRules rules;
    rules.hard.tokens = 50'000;
    rules.calls = 25;
    rules.callOutput = 2000;
    return rules;
}

} // namespace flyball::agentsim
