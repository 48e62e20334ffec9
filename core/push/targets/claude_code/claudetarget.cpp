// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/claude_code/claudetarget.h"

#include "core/push/targets/claude_code/guardscript.h"
#include "core/push/targets/knobbook.h"
#include "core/push/targets/targetfile.h"

#include <algorithm>

namespace flyball {

namespace {

using Names = std::map<std::string, std::string>;
constexpr const char *kWhen = "from the next session on";
constexpr std::int64_t kWindowTokens = 200'000;

struct ClaudeOptions {
    std::string settings;
    std::string hook; ///< empty: none
    Names models;
};

class ClaudePlan {
public:
    ClaudePlan(const TargetPolicy &policy, const ClaudeOptions &options)
        : m_policy(policy), m_body(policy.effective.body), m_options(options), m_book(policy)
    {}

    TargetPlan make()
    {
        models();
        settings();
        guard();
        return {m_book.finish("Claude Code has no such setting"), std::move(m_edits)};
    }

private:
    void set(const std::string &field, JsonValue value) { m_edits.push_back({field, std::move(value), false, {}}); }

    /// Sets a field to the first model of a tier; its failure is a receipt.
    bool model(const std::string &knob, const std::string &field, const std::string &tier)
    {
        const std::string wanted = firstModel(m_policy, tier);
        const auto mapped = m_options.models.find(wanted);
        const ModelName name = splitModel(wanted);
        if (mapped == m_options.models.end() && name.provider != "anthropic") {
            m_book.unsupported(knob, inQuotes(wanted) + " is no model of Anthropic: add its name here to models");
            return false;
        }
        set(field, mapped == m_options.models.end() ? name.model : mapped->second);
        return true;
    }

    void models()
    {
        const std::optional<Routing> &routing = m_body.routing;
        if (routing && routing->defaultTier && model("/routing/default_tier", "/settings/model", *routing->defaultTier))
            m_book.applied("/routing/default_tier", kWhen);
        if (routing && routing->plannerExecutor
            && model("/routing/planner_executor/executor_tier", "/settings/env/CLAUDE_CODE_SUBAGENT_MODEL",
                     routing->plannerExecutor->executorTier))
            m_book.approximated("/routing/planner_executor/executor_tier", "its subagents use that model");
    }

    void settings()
    {
        if (m_body.budget && m_body.budget->callMaxOutputTokens) {
            set("/settings/env/CLAUDE_CODE_MAX_OUTPUT_TOKENS", std::to_string(*m_body.budget->callMaxOutputTokens));
            m_book.applied("/budget/call_max_output_tokens", kWhen);
        }
        if (m_body.budget && m_body.budget->runHard && m_body.budget->runHard->usd)
            m_book.unsupported("/budget/run_hard/usd",
                               "no setting caps money; `claude -p --max-budget-usd` does, per start");
        if (m_body.output && m_body.output->reasoningEffort)
            effort(*m_body.output->reasoningEffort);
        if (m_body.context && m_body.context->compressAboveTokens) {
            const std::int64_t percent =
                std::clamp<std::int64_t>(*m_body.context->compressAboveTokens * 100 / kWindowTokens, 1, 100);
            set("/settings/env/CLAUDE_AUTOCOMPACT_PCT_OVERRIDE", std::to_string(percent));
            m_book.approximated("/context/compress_above_tokens",
                                std::to_string(percent) + " % of a window of 200,000 tokens");
        }
    }

    void effort(ReasoningEffort wanted)
    {
        const std::string_view level = wanted >= ReasoningEffort::High     ? "high"
                                       : wanted == ReasoningEffort::Medium ? "medium"
                                                                           : "low";
        set("/settings/effortLevel", std::string(level));
        if (level == nameOf(wanted))
            m_book.applied("/output/reasoning_effort", kWhen);
        else
            m_book.approximated("/output/reasoning_effort", "the nearest level it has is " + std::string(level));
    }

    /// One limit of the hook; without a hook it cannot be held.
    void limit(const std::string &knob, const char *name, const std::optional<std::int64_t> &value, const char *how)
    {
        if (!value)
            return;
        if (m_options.hook.empty()) {
            m_book.unsupported(knob, "no setting does this; a hook can: name its path as hook");
            return;
        }
        m_limits.set(name, *value);
        if (how)
            m_book.approximated(knob, how);
        else
            m_book.applied(knob, "a hook refuses the next tool use");
    }

    void guard()
    {
        if (m_body.budget) {
            limit("/budget/max_iterations", "iterations", m_body.budget->maxIterations,
                  "a hook counts the answers in the transcript before each tool use");
            limit("/budget/run_hard/tokens", "tokens",
                  m_body.budget->runHard ? m_body.budget->runHard->tokens : std::nullopt,
                  "a hook adds up the transcript before each tool use, not before each call");
        }
        limit("/tools/max_calls_per_run", "tool_calls", m_body.tools ? m_body.tools->maxCallsPerRun : std::nullopt,
              nullptr);
        if (m_body.circuitBreaker && m_body.circuitBreaker->enabled.value_or(true))
            limit("/circuit_breaker/same_call_limit", "same_call", m_body.circuitBreaker->sameCallLimit, nullptr);
        if (m_limits.object()->empty())
            return;
        if (m_body.budget && m_body.budget->onHard)
            endOfRun(*m_body.budget->onHard);
        JsonValue hook{JsonValue::Object()};
        hook.set("type", "command");
        hook.set("command", "python3 '" + m_options.hook + "'");
        JsonValue entry{JsonValue::Object()};
        entry.set("matcher", "*");
        entry.set("hooks", JsonValue::Array{std::move(hook)});
        set("/guard", std::string(guardScript()));
        set("/limits", m_limits);
        m_edits.push_back({"/settings/hooks/PreToolUse", std::move(entry), true, {}});
    }

    void endOfRun(HardAction action)
    {
        m_limits.set("abort", action == HardAction::Abort);
        if (action == HardAction::Abort)
            m_book.applied("/budget/on_hard", "the hook ends the session");
        else
            m_book.approximated("/budget/on_hard", "tools are refused and the model is told to sum up");
    }

    const TargetPolicy &m_policy;
    const PolicyBody &m_body;
    const ClaudeOptions &m_options;
    KnobBook m_book;
    std::vector<FieldEdit> m_edits;
    JsonValue m_limits{JsonValue::Object()};
};

class ClaudeTarget : public PolicyTarget {
public:
    explicit ClaudeTarget(ClaudeOptions options)
        : m_options(std::move(options)),
          m_settings(m_options.settings),
          m_guard(m_options.hook),
          m_limits(m_options.hook.substr(0, m_options.hook.size() - std::min<std::size_t>(3, m_options.hook.size()))
                   + ".json")
    {}

    TargetPlan plan(const TargetPolicy &policy) const override
    {
        return switchedOff(policy) ? planOff(policy) : ClaudePlan(policy, m_options).make();
    }

    Result<TargetImage> read() override
    {
        JsonValue content{JsonValue::Object()};
        Result<std::optional<std::string>> settings = m_settings.read();
        if (!settings)
            return settings.error();
        const Result<JsonValue> json = JsonValue::parse(settings->value_or("{}"));
        if (!json || !json->object())
            return Error{ErrorCode::Malformed, m_settings.path() + " is no JSON object"};
        content.set("settings", *json);
        m_seen = {std::move(*settings), std::nullopt, std::nullopt};
        if (!m_options.hook.empty()) {
            Result<std::optional<std::string>> guard = m_guard.read(), limits = m_limits.read();
            if (!guard || !limits)
                return guard ? limits.error() : guard.error();
            if (*guard)
                content.set("guard", **guard);
            const Result<JsonValue> held = JsonValue::parse(limits->value_or("null"));
            if (*limits)
                content.set("limits", held ? *held : JsonValue(**limits));
            m_seen.guard = std::move(*guard);
            m_seen.limits = std::move(*limits);
        }
        return TargetImage{std::move(content),
                           versionOf(m_seen.settings) + versionOf(m_seen.guard) + versionOf(m_seen.limits)};
    }

    Result<> write(const TargetImage &, const JsonValue &next, const std::vector<FieldEdit> &) override
    {
        // The script and its limits are there before the settings name them, and gone after.
        const JsonValue *settings = next.find("settings");
        const bool bare = !settings || (settings->object() && settings->object()->empty());
        const std::optional<std::string> text =
            bare && (!m_seen.settings || !settings)
                ? std::nullopt
                : std::optional<std::string>(settings ? settings->pretty() : "{}\n");
        const bool guarded = next.find("guard") != nullptr;
        if (guarded)
            if (Result<> r = writeGuard(next); !r)
                return r;
        if (Result<> r = m_settings.replace(m_seen.settings, text); !r)
            return r;
        return guarded || m_options.hook.empty() ? Result<>() : writeGuard(next);
    }

    Result<TargetForce> activate() override { return TargetForce{true, kWhen}; }

private:
    Result<> writeGuard(const JsonValue &next)
    {
        if (m_options.hook.empty())
            return {};
        const JsonValue *guard = next.find("guard");
        const JsonValue *limits = next.find("limits");
        if (Result<> r =
                m_limits.replace(m_seen.limits, limits ? std::optional<std::string>(limits->pretty()) : std::nullopt);
            !r)
            return r;
        return m_guard.replace(m_seen.guard,
                               guard && guard->string() ? std::optional<std::string>(*guard->string()) : std::nullopt);
    }

    struct Seen {
        std::optional<std::string> settings, guard, limits;
    };
    ClaudeOptions m_options;
    TargetFile m_settings, m_guard, m_limits;
    Seen m_seen; ///< what the last read() gave
};

} // namespace

Result<std::unique_ptr<PolicyTarget>> makeClaudeTarget(const TargetConfig &config)
{
    TargetOptions options(config);
    ClaudeOptions own;
    const Result<std::string> path = targetPath(options.textOr("path", "~/.claude/settings.json"));
    const std::string hook = options.textOr("hook");
    const Result<std::string> hookPath = hook.empty() ? Result<std::string>(std::string()) : targetPath(hook);
    if (!path || !hookPath)
        options.complain(path ? hookPath.error().message : path.error().message);
    if (hookPath && !hook.empty()
        && (!hookPath->ends_with(".py") || hookPath->find_first_of("'\n") != std::string::npos))
        options.complain("'hook' must end in .py and hold no quote");
    own.models = options.texts("models");
    if (Result<> r = options.done(); !r)
        return r.error();
    own.settings = *path;
    own.hook = *hookPath;
    return std::unique_ptr<PolicyTarget>(std::make_unique<ClaudeTarget>(std::move(own)));
}

} // namespace flyball
