// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/portkey/portkeytarget.h"

#include "core/push/targets/knobbook.h"
#include "core/push/targets/targetfile.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::int64_t kMostRetries = 5; ///< the gateway's own bound
constexpr std::int64_t kProbeTokens = 16;

JsonValue objectOf(const char *name, JsonValue value)
{
    JsonValue out{JsonValue::Object()};
    out.set(name, std::move(value));
    return out;
}

/// A flag may come as JSON or as text.
JsonValue isFlag(bool value)
{
    return objectOf("$in", JsonValue::Array{JsonValue(value), JsonValue(value ? "true" : "false")});
}

/// What the gateway must find in the metadata; nothing: it cannot look at what the rule asks for.
std::optional<JsonValue> queryOf(const Condition &when)
{
    if (when.keywordsAny)
        return std::nullopt;
    JsonValue query{JsonValue::Object()};
    if (when.taskTypes)
        query.set("metadata.task_type",
                  objectOf("$in", JsonValue::Array(when.taskTypes->begin(), when.taskTypes->end())));
    if (when.docTokens) {
        JsonValue range{JsonValue::Object()};
        if (when.docTokens->gte)
            range.set("$gte", *when.docTokens->gte);
        if (when.docTokens->lt)
            range.set("$lt", *when.docTokens->lt);
        query.set("metadata.doc_tokens", std::move(range));
    }
    if (when.securitySensitive)
        query.set("metadata.security_sensitive", isFlag(*when.securitySensitive));
    if (when.multiStepReasoning)
        query.set("metadata.multi_step_reasoning", isFlag(*when.multiStepReasoning));
    if (when.requiredConfidenceGt)
        query.set("metadata.required_confidence", objectOf("$gt", JsonNumber::of(*when.requiredConfidenceGt)));
    if (when.agent)
        query.set("metadata.agent", objectOf("$eq", *when.agent));
    if (when.userSegment)
        query.set("metadata.user_segment", objectOf("$eq", *when.userSegment));
    if (query.object()->empty())
        return std::nullopt;
    return query;
}

class PortkeyPlan {
public:
    explicit PortkeyPlan(const TargetPolicy &policy)
        : m_policy(policy), m_routing(policy.effective.body.routing), m_book(policy)
    {}

    TargetPlan make()
    {
        if (!m_routing || !m_routing->defaultTier) {
            m_book.unsupported("/routing/default_tier", "a conditional strategy needs a default tier");
            return {m_book.finish("the gateway has no such setting"), {}};
        }
        strategy(*m_routing->defaultTier);
        for (const Tier &tier : m_policy.tiers)
            target(tier);
        retries();
        return {m_book.finish("the gateway has no such setting"), std::move(m_edits)};
    }

private:
    void set(const std::string &field, JsonValue value) { m_edits.push_back({field, std::move(value), false, {}}); }

    void strategy(const std::string &defaultTier)
    {
        JsonValue::Array conditions;
        bool exact = true;
        if (m_routing->rules)
            for (const Rule &rule : *m_routing->rules) {
                const std::string knob = pointerAt("/routing/rules", rule.id);
                std::optional<JsonValue> query = queryOf(rule.when);
                if (!query) {
                    exact = false;
                    m_book.unsupported(knob, "the gateway cannot look for what the rule asks");
                    continue;
                }
                JsonValue condition{JsonValue::Object()};
                condition.set("query", std::move(*query));
                condition.set("then", rule.tier);
                conditions.push_back(std::move(condition));
                if (exact && !rule.allowCascade.value_or(false))
                    m_book.applied(knob, "for callers that send its conditions as metadata");
                else
                    m_book.approximated(knob, exact ? "the tier, without the cascade"
                                                    : "a rule before it is not held here, so it may match more");
            }
        JsonValue strategy{JsonValue::Object()};
        strategy.set("mode", "conditional");
        strategy.set("conditions", std::move(conditions));
        strategy.set("default", defaultTier);
        set("/strategy", std::move(strategy));
        m_book.applied("/routing/default_tier", "for callers that send this config");
    }

    void model(const std::string &at, const std::string &model)
    {
        const ModelName name = splitModel(model);
        set(at + "/provider", name.provider);
        set(at + "/override_params/model", name.model);
        const std::optional<Budget> &budget = m_policy.effective.body.budget;
        if (!budget || !budget->callMaxOutputTokens)
            return;
        set(at + "/override_params/max_tokens", *budget->callMaxOutputTokens);
        if (!m_capped)
            m_book.applied("/budget/call_max_output_tokens", "override_params.max_tokens");
        m_capped = true;
    }

    void target(const Tier &tier)
    {
        const std::string at = "/targets/[name=" + tier.id + ']';
        if (tier.models.size() == 1) {
            model(at, tier.models.front());
        } else {
            set(at + "/strategy/mode", "fallback");
            for (std::size_t i = 0; i < tier.models.size(); ++i)
                model(at + "/targets/[name=" + tier.id + '-' + std::to_string(i + 1) + ']', tier.models[i]);
        }
        m_book.applied(pointerAt("/tiers", tier.id), tier.models.size() == 1 ? "" : "further models as fallback");
    }

    void retries()
    {
        if (!m_routing->retry || !m_routing->retry->maxAttempts)
            return;
        const std::int64_t attempts = std::clamp<std::int64_t>(*m_routing->retry->maxAttempts - 1, 0, kMostRetries);
        JsonValue::Array codes;
        for (const std::int64_t code : {429, 500, 502, 503, 504})
            codes.emplace_back(code);
        JsonValue retry{JsonValue::Object()};
        retry.set("attempts", attempts);
        retry.set("on_status_codes", std::move(codes));
        set("/retry", std::move(retry));
        m_book.approximated("/routing/retry/max_attempts",
                            std::to_string(attempts) + " retries after 429 and 5xx, with its own waits");
    }

    const TargetPolicy &m_policy;
    const std::optional<Routing> &m_routing;
    KnobBook m_book;
    std::vector<FieldEdit> m_edits;
    bool m_capped = false;
};

class PortkeyTarget : public PolicyTarget {
public:
    PortkeyTarget(TargetFile file, std::unique_ptr<HttpClient> client)
        : m_file(std::move(file)), m_client(std::move(client))
    {}

    TargetPlan plan(const TargetPolicy &policy) const override
    {
        return switchedOff(policy) ? planOff(policy) : PortkeyPlan(policy).make();
    }

    Result<TargetImage> read() override
    {
        Result<std::optional<std::string>> text = m_file.read();
        if (!text)
            return text.error();
        Result<JsonValue> json = JsonValue::parse(text->value_or("{}"));
        if (!json || !json->object())
            return Error{ErrorCode::Malformed, m_file.path() + " is no JSON object"};
        std::string version = versionOf(*text);
        m_seen = std::move(*text);
        m_content = *json;
        return TargetImage{std::move(*json), std::move(version)};
    }

    Result<> write(const TargetImage &, const JsonValue &next, const std::vector<FieldEdit> &) override
    {
        const bool gone = next.object() && next.object()->empty();
        return m_file.replace(m_seen, gone ? std::nullopt : std::optional<std::string>(next.pretty()));
    }

    Result<TargetForce> activate() override
    {
        return TargetForce{m_client != nullptr,
                           m_client ? "" : "in the file; callers must send it as x-portkey-config"};
    }

    TargetProbe probe(const TargetPlan &) override
    {
        const JsonValue *wanted = m_content.at("/strategy/default");
        if (!m_client || !wanted || !wanted->string())
            return {};
        JsonValue message{JsonValue::Object()};
        message.set("role", "user");
        message.set("content", "ping");
        JsonValue body{JsonValue::Object()};
        body.set("model", "default");
        body.set("max_tokens", kProbeTokens);
        body.set("messages", JsonValue::Array{std::move(message)});
        const Result<HttpReply> reply =
            m_client->send("POST", "/v1/chat/completions", body.compact(), {{"x-portkey-config", m_content.compact()}});
        if (!reply)
            return {TargetProbe::Outcome::Unclear, "a call to try it: " + reply.error().message};
        // "config.targets[1].targets[0]": which tier served, also where it failed there.
        const std::string index = reply->header("x-portkey-last-used-option-index");
        const JsonValue *targets = m_content.find("targets");
        for (std::size_t i = 0; targets && targets->array() && i < targets->array()->size(); ++i) {
            if (!(index + '.').starts_with("config.targets[" + std::to_string(i) + "]."))
                continue;
            const JsonValue *name = (*targets->array())[i].find("name");
            const std::string served = name && name->string() ? *name->string() : std::string();
            if (served != *wanted->string())
                return {TargetProbe::Outcome::Denied,
                        "a call went to " + inQuotes(served) + ", not to " + inQuotes(*wanted->string())};
            if (reply->status >= 200 && reply->status <= 299)
                return {TargetProbe::Outcome::Confirmed, "a call went to " + inQuotes(served)};
        }
        return {TargetProbe::Outcome::Unclear, "a call to try it was answered with " + replyText(*reply)};
    }

    void stop() override
    {
        if (m_client)
            m_client->stop();
    }

private:
    TargetFile m_file;
    std::unique_ptr<HttpClient> m_client; ///< null: no probe
    std::optional<std::string> m_seen;    ///< what the last read() gave
    JsonValue m_content;
};

} // namespace

Result<std::unique_ptr<PolicyTarget>> makePortkeyTarget(const TargetConfig &config)
{
    TargetOptions options(config);
    const Result<std::string> path = targetPath(options.text("path"));
    if (!path)
        options.complain("'path': " + path.error().message);
    HttpConnection connection;
    const bool probes = options.flag("probe");
    if (probes)
        connection = options.connection("Authorization", "Bearer ");
    if (Result<> r = options.done(); !r)
        return r.error();
    std::unique_ptr<HttpClient> client;
    if (probes) {
        auto opened = HttpClient::open(std::move(connection));
        if (!opened)
            return Error{ErrorCode::InvalidArgument, "target " + config.id + ": " + opened.error().message};
        client = std::move(*opened);
    }
    return std::unique_ptr<PolicyTarget>(std::make_unique<PortkeyTarget>(TargetFile(*path), std::move(client)));
}

} // namespace flyball
