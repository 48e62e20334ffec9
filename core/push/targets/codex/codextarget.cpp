// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/codex/codextarget.h"

#include "core/push/targets/codex/toml.h"
#include "core/push/targets/knobbook.h"
#include "core/push/targets/targetfile.h"

namespace flyball {

namespace {

using Names = std::map<std::string, std::string>;
constexpr const char *kWhen = "from the next session on";

class CodexTarget : public PolicyTarget {
public:
    CodexTarget(TargetFile file, Names models) : m_file(std::move(file)), m_models(std::move(models)) {}

    TargetPlan plan(const TargetPolicy &policy) const override
    {
        if (switchedOff(policy))
            return planOff(policy);
        KnobBook book(policy);
        std::vector<FieldEdit> edits;
        const auto set = [&](const char *key, JsonValue value) {
            edits.push_back({pointerAt("", key), std::move(value), false, {}});
        };
        const PolicyBody &body = policy.effective.body;
        if (body.routing && body.routing->defaultTier)
            planModel(policy, *body.routing->defaultTier, book, edits);
        if (body.budget && body.budget->callMaxOutputTokens) {
            set("model_max_output_tokens", *body.budget->callMaxOutputTokens);
            book.applied("/budget/call_max_output_tokens", kWhen);
        }
        if (body.output && body.output->reasoningEffort) {
            set("model_reasoning_effort", std::string(nameOf(*body.output->reasoningEffort)));
            book.applied("/output/reasoning_effort", kWhen);
        }
        if (body.context && body.context->compressAboveTokens) {
            set("model_auto_compact_token_limit", *body.context->compressAboveTokens);
            book.approximated("/context/compress_above_tokens", "it compacts in its own way from there on");
        }
        return {book.finish("Codex has no such setting"), std::move(edits)};
    }

    Result<TargetImage> read() override
    {
        const Result<std::optional<std::string>> text = m_file.read();
        if (!text)
            return text.error();
        const Result<TomlRoot> toml = TomlRoot::read(text->value_or(""));
        if (!toml)
            return Error{ErrorCode::Malformed, m_file.path() + ": " + toml.error().message};
        m_seen = *text;
        return TargetImage{toml->values(), versionOf(*text)};
    }

    Result<> write(const TargetImage &, const JsonValue &, const std::vector<FieldEdit> &edits) override
    {
        Result<TomlRoot> toml = TomlRoot::read(m_seen.value_or(""));
        if (!toml)
            return toml.error();
        for (const FieldEdit &edit : edits)
            if (Result<> r = toml->set(pointerSteps(edit.field).front(), edit.value); !r)
                return r;
        const bool gone = toml->text().empty();
        return m_file.replace(m_seen, gone ? std::nullopt : std::optional<std::string>(toml->text()));
    }

    Result<TargetForce> activate() override { return TargetForce{true, kWhen}; }

private:
    void planModel(const TargetPolicy &policy, const std::string &tier, KnobBook &book,
                   std::vector<FieldEdit> &edits) const
    {
        const std::string model = firstModel(policy, tier);
        const auto mapped = m_models.find(model);
        const ModelName name = splitModel(model);
        if (mapped == m_models.end() && name.provider != "openai") {
            book.unsupported("/routing/default_tier",
                             inQuotes(model) + " is no model of OpenAI: add its name here to models");
            return;
        }
        edits.push_back({"/model", JsonValue(mapped == m_models.end() ? name.model : mapped->second), false, {}});
        book.applied("/routing/default_tier", kWhen);
        const Tier *found = tierOf(policy, tier);
        if (found && found->models.size() > 1)
            book.approximated(pointerAt("/tiers", tier), "its first model only: there are no fallbacks");
    }

    TargetFile m_file;
    Names m_models;
    std::optional<std::string> m_seen; ///< what the last read() gave
};

} // namespace

Result<std::unique_ptr<PolicyTarget>> makeCodexTarget(const TargetConfig &config)
{
    TargetOptions options(config);
    const Result<std::string> path = targetPath(options.textOr("path", "~/.codex/config.toml"));
    if (!path)
        options.complain(path.error().message);
    Names models = options.texts("models");
    if (Result<> r = options.done(); !r)
        return r.error();
    return std::unique_ptr<PolicyTarget>(std::make_unique<CodexTarget>(TargetFile(*path), std::move(models)));
}

} // namespace flyball
