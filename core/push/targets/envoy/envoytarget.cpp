// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/envoy/envoytarget.h"

#include "core/push/targets/knobbook.h"
#include "core/push/targets/targetfile.h"

namespace flyball {

namespace {

struct EnvoyOptions {
    std::string gateway;
    std::string space;
    std::string route;
    std::map<std::string, std::string> backends;
};

/// A JSON text is a YAML text.
std::string quoted(const std::string &text) { return JsonValue(text).compact(); }

class EnvoyPlan {
public:
    EnvoyPlan(const TargetPolicy &policy, const EnvoyOptions &options)
        : m_policy(policy), m_options(options), m_book(policy)
    {}

    TargetPlan make()
    {
        std::string rules;
        const std::optional<Routing> &routing = m_policy.effective.body.routing;
        for (const Tier &tier : m_policy.tiers)
            rules += ruleOf(tier);
        if (rules.empty())
            return {m_book.finish("the route has no such setting"), {}};
        if (routing && routing->defaultTier)
            m_book.unsupported("/routing/default_tier",
                               "callers name a tier as their model; there is no other default");
        if (m_capped)
            m_book.approximated("/budget/call_max_output_tokens",
                                "max_tokens of the body is set, in a file for review");
        const std::string head = "# Written by Flyball from policy revision " + std::to_string(m_policy.revision)
                                 + ", for review; apply it with kubectl.\n"
                                   "apiVersion: aigateway.envoyproxy.io/v1alpha1\n"
                                   "kind: AIGatewayRoute\n"
                                   "metadata:\n  name: "
                                 + quoted(m_options.route) + "\n  namespace: " + quoted(m_options.space)
                                 + "\nspec:\n  parentRefs:\n    - name: " + quoted(m_options.gateway)
                                 + "\n      kind: Gateway\n      group: gateway.networking.k8s.io\n"
                                   "  llmRequestCosts:\n"
                                   "    - metadataKey: llm_input_token\n      type: InputToken\n"
                                   "    - metadataKey: llm_output_token\n      type: OutputToken\n"
                                   "  rules:\n";
        return {m_book.finish("the route has no such setting; quotas and rate limits are written by hand"),
                {{"/manifest", JsonValue(head + rules), false, {}}}};
    }

private:
    std::string ruleOf(const Tier &tier)
    {
        std::string backends;
        std::size_t missing = 0;
        std::int64_t priority = 0;
        for (const std::string &model : tier.models) {
            const ModelName name = splitModel(model);
            const auto backend = m_options.backends.find(name.provider);
            if (backend == m_options.backends.end()) {
                ++missing;
                continue;
            }
            backends += "        - name: " + quoted(backend->second) + "\n          modelNameOverride: "
                        + quoted(name.model) + "\n          priority: " + std::to_string(priority++) + '\n';
            const std::optional<Budget> &budget = m_policy.effective.body.budget;
            if (!budget || !budget->callMaxOutputTokens)
                continue;
            m_capped = true;
            backends += "          bodyMutation:\n            set:\n              - path: max_tokens\n"
                        "                value: "
                        + quoted(std::to_string(*budget->callMaxOutputTokens)) + '\n';
        }
        const std::string knob = pointerAt("/tiers", tier.id);
        if (backends.empty()) {
            m_book.unsupported(knob, "backends names none of its providers");
            return {};
        }
        if (missing > 0)
            m_book.approximated(knob, std::to_string(missing) + " of its models have no backend; for review");
        else
            m_book.approximated(knob, "callers ask for it as their model, in a file for review");
        return "    - matches:\n        - headers:\n            - type: Exact\n              name: x-ai-eg-model\n"
               "              value: "
               + quoted(tier.id) + "\n      backendRefs:\n" + backends;
    }

    const TargetPolicy &m_policy;
    const EnvoyOptions &m_options;
    KnobBook m_book;
    bool m_capped = false;
};

class EnvoyTarget : public PolicyTarget {
public:
    EnvoyTarget(TargetFile file, EnvoyOptions options) : m_file(std::move(file)), m_options(std::move(options)) {}

    TargetPlan plan(const TargetPolicy &policy) const override
    {
        return switchedOff(policy) ? planOff(policy) : EnvoyPlan(policy, m_options).make();
    }

    Result<TargetImage> read() override
    {
        Result<std::optional<std::string>> text = m_file.read();
        if (!text)
            return text.error();
        JsonValue content{JsonValue::Object()};
        if (*text)
            content.set("manifest", **text);
        std::string version = versionOf(*text);
        m_seen = std::move(*text);
        return TargetImage{std::move(content), std::move(version)};
    }

    Result<> write(const TargetImage &, const JsonValue &next, const std::vector<FieldEdit> &) override
    {
        const JsonValue *manifest = next.find("manifest");
        return m_file.replace(m_seen, manifest && manifest->string() ? std::optional<std::string>(*manifest->string())
                                                                     : std::nullopt);
    }

    Result<TargetForce> activate() override { return TargetForce{false, "written for review; nothing was applied"}; }
    bool forReview() const override { return true; }

private:
    TargetFile m_file;
    EnvoyOptions m_options;
    std::optional<std::string> m_seen; ///< what the last read() gave
};

} // namespace

Result<std::unique_ptr<PolicyTarget>> makeEnvoyTarget(const TargetConfig &config)
{
    TargetOptions options(config);
    const Result<std::string> path = targetPath(options.text("path"));
    if (!path)
        options.complain("'path': " + path.error().message);
    EnvoyOptions own;
    own.gateway = options.text("gateway");
    own.space = options.textOr("namespace", "default");
    own.route = options.textOr("route", "flyball");
    own.backends = options.texts("backends");
    if (Result<> r = options.done(); !r)
        return r.error();
    return std::unique_ptr<PolicyTarget>(std::make_unique<EnvoyTarget>(TargetFile(*path), std::move(own)));
}

} // namespace flyball
