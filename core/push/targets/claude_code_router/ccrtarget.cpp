// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/claude_code_router/ccrtarget.h"

#include "core/policy/digest.h"
#include "core/push/targets/knobbook.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace flyball {

namespace {

using Clock = std::chrono::steady_clock;
constexpr Milliseconds kLook{25};
constexpr Milliseconds kUntilDown{6'000};
constexpr Milliseconds kUntilUp{20'000};
constexpr std::int64_t kProbeTokens = 16;

struct CcrOptions {
    std::map<std::string, std::string> models;
    std::string probe;
};

/// "provider,model": how the router names a model.
std::string routeOf(const CcrOptions &options, const std::string &model)
{
    const auto mapped = options.models.find(model);
    if (mapped != options.models.end())
        return mapped->second;
    const ModelName name = splitModel(model);
    return name.provider.empty() ? std::string() : name.provider + ',' + name.model;
}

class CcrPlan {
public:
    CcrPlan(const TargetPolicy &policy, const CcrOptions &options)
        : m_policy(policy), m_options(options), m_book(policy), m_routing(policy.effective.body.routing)
    {}

    TargetPlan make()
    {
        if (m_routing && m_routing->defaultTier && route("/routing/default_tier", "default", *m_routing->defaultTier))
            m_book.applied("/routing/default_tier", "Router.default is the first model of the tier");
        background();
        think();
        rules();
        tiers();
        return {m_book.finish("the router has no such setting"), std::move(m_edits)};
    }

private:
    /// Whether the slot could be set; its failure is a receipt.
    bool route(const std::string &knob, const std::string &slot, const std::string &tier)
    {
        const std::string model = firstModel(m_policy, tier);
        const std::string value = routeOf(m_options, model);
        if (value.empty()) {
            m_book.unsupported(knob, "nothing says how the router names " + inQuotes(model) + ": add it to models");
            return false;
        }
        m_edits.push_back({"/Router/" + slot, JsonValue(value), false, {}});
        m_used.push_back(tier);
        return true;
    }

    void background()
    {
        if (m_routing && m_routing->plannerExecutor) {
            const std::string knob = "/routing/planner_executor/executor_tier";
            if (route(knob, "background", m_routing->plannerExecutor->executorTier))
                m_book.approximated(knob, "Router.background: calls the agent itself marks as background work");
        } else if (m_routing && m_routing->cascade && m_routing->cascade->startTier) {
            const std::string knob = "/routing/cascade/start_tier";
            if (route(knob, "background", *m_routing->cascade->startTier))
                m_book.approximated(knob, "Router.background only: the router knows no confidence and no escalation");
        }
    }

    void think()
    {
        if (!m_routing || !m_routing->plannerExecutor)
            return;
        const std::string knob = "/routing/planner_executor/planner_tier";
        if (route(knob, "think", m_routing->plannerExecutor->plannerTier))
            m_book.approximated(knob, "Router.think: calls with thinking switched on");
    }

    void rules()
    {
        if (!m_routing || !m_routing->rules)
            return;
        const bool planned = m_routing->plannerExecutor.has_value();
        bool thinks = planned, isLong = false;
        for (const Rule &rule : *m_routing->rules) {
            const std::string knob = pointerAt("/routing/rules", rule.id);
            Condition only = rule.when;
            if (!thinks && rule.when.multiStepReasoning.value_or(false)) {
                thinks = route(knob, "think", rule.tier);
                if (thinks)
                    m_book.approximated(knob, "Router.think: calls with thinking switched on, whatever else it asks");
            } else if (!isLong && rule.when.docTokens && rule.when.docTokens->gte) {
                isLong = route(knob, "longContext", rule.tier);
                if (!isLong)
                    continue;
                m_edits.push_back({"/Router/longContextThreshold", JsonValue(*rule.when.docTokens->gte), false, {}});
                m_book.approximated(knob,
                                    "Router.longContext from that many tokens on, of the whole prompt and of any task");
            } else {
                m_book.unsupported(knob, "the router does not see what the rule asks for");
            }
        }
    }

    void tiers()
    {
        for (const Tier &tier : m_policy.tiers) {
            const std::string knob = pointerAt("/tiers", tier.id);
            if (std::find(m_used.begin(), m_used.end(), tier.id) == m_used.end())
                m_book.unsupported(knob, "no setting of the router leads to this tier");
            else if (tier.models.size() > 1)
                m_book.approximated(knob, "its first model only: the router has no fallbacks");
            else
                m_book.applied(knob, "");
        }
    }

    const TargetPolicy &m_policy;
    const CcrOptions &m_options;
    KnobBook m_book;
    const std::optional<Routing> &m_routing;
    std::vector<FieldEdit> m_edits;
    std::vector<std::string> m_used;
};

class CcrTarget : public PolicyTarget {
public:
    CcrTarget(CcrOptions options, std::unique_ptr<HttpClient> client, std::unique_ptr<HttpClient> quick)
        : m_options(std::move(options)), m_client(std::move(client)), m_quick(std::move(quick))
    {}

    TargetPlan plan(const TargetPolicy &policy) const override
    {
        return switchedOff(policy) ? planOff(policy) : CcrPlan(policy, m_options).make();
    }

    Result<TargetImage> read() override
    {
        Result<JsonValue> config = replyJson(m_client->get("/api/config"), "reading the config");
        if (!config)
            return config.error();
        const JsonValue *providers = config->find("Providers");
        if (!providers || !providers->array())
            return Error{ErrorCode::Malformed, "what it gave is no config of the router: it has no Providers"};
        m_last = *config;
        std::string version = sha256Hex(config->compact(true));
        return TargetImage{std::move(*config), std::move(version)};
    }

    Result<> write(const TargetImage &, const JsonValue &next, const std::vector<FieldEdit> &edits) override
    {
        for (const FieldEdit &edit : edits)
            if (edit.value && edit.value->string() && !isKnown(next, *edit.value->string()))
                return Error{ErrorCode::InvalidArgument,
                             "the router has no provider with the model " + inQuotes(*edit.value->string())};
        const Result<JsonValue> saved =
            replyJson(m_client->send("POST", "/api/config", next.compact()), "saving the config");
        if (!saved)
            return saved.error();
        const JsonValue *success = saved->find("success");
        if (!success || !success->boolean() || !*success->boolean())
            return Error{ErrorCode::InvalidArgument, "the router did not save the config"};
        return {};
    }

    Result<TargetForce> activate() override
    {
        const Result<JsonValue> asked = replyJson(m_client->send("POST", "/api/restart", ""), "asking for a restart");
        if (!asked)
            return asked.error();
        if (!waitFor(false, kUntilDown))
            return TargetForce{false, "saved, but it did not restart (is ccr on its PATH?)"};
        if (!waitFor(true, kUntilUp))
            return TargetForce{false, "saved, but it did not come back after its restart"};
        return TargetForce{};
    }

    TargetProbe probe(const TargetPlan &plan) override
    {
        const auto isDefault = [](const FieldEdit &edit) { return edit.field == "/Router/default"; };
        const auto edit = std::find_if(plan.edits.begin(), plan.edits.end(), isDefault);
        if (m_options.probe.empty() || edit == plan.edits.end() || !edit->value || !edit->value->string())
            return {};
        const std::string wanted = edit->value->string()->substr(edit->value->string()->find(',') + 1);
        JsonValue message{JsonValue::Object()};
        message.set("role", "user");
        message.set("content", "ping");
        JsonValue body{JsonValue::Object()};
        body.set("model", m_options.probe);
        body.set("max_tokens", kProbeTokens);
        body.set("messages", JsonValue::Array{std::move(message)});
        const Result<JsonValue> answer =
            replyJson(m_client->send("POST", "/v1/messages", body.compact()), "a call to try it");
        if (!answer)
            return {TargetProbe::Outcome::Unclear, answer.error().message};
        const JsonValue *model = answer->find("model");
        const std::string served = model && model->string() ? *model->string() : std::string();
        if (served == wanted || served.starts_with(wanted + '-'))
            return {TargetProbe::Outcome::Confirmed, "a call was served by " + inQuotes(served)};
        if (m_last && isKnownModel(*m_last, served))
            return {TargetProbe::Outcome::Denied,
                    "a call was served by " + inQuotes(served) + ", not " + inQuotes(wanted)};
        return {TargetProbe::Outcome::Unclear,
                "a call was served by " + inQuotes(served) + ", a name nobody knows here"};
    }

    void stop() override
    {
        m_stopped = true;
        m_client->stop();
        m_quick->stop();
    }

private:
    static bool isKnown(const JsonValue &config, const std::string &route)
    {
        const std::size_t comma = route.find(',');
        const JsonValue *models = comma == std::string::npos
                                      ? nullptr
                                      : fieldAt(config, "/Providers/[name=" + route.substr(0, comma) + "]/models");
        return models && models->array()
               && std::find(models->array()->begin(), models->array()->end(), JsonValue(route.substr(comma + 1)))
                      != models->array()->end();
    }

    static bool isKnownModel(const JsonValue &config, const std::string &model)
    {
        const JsonValue *providers = config.find("Providers");
        return providers && providers->array()
               && std::any_of(providers->array()->begin(), providers->array()->end(), [&](const JsonValue &provider) {
                      const JsonValue *models = provider.find("models");
                      return models && models->array()
                             && std::find(models->array()->begin(), models->array()->end(), JsonValue(model))
                                    != models->array()->end();
                  });
    }

    bool waitFor(bool up, Milliseconds most)
    {
        const Clock::time_point end = Clock::now() + most;
        while (Clock::now() < end && !m_stopped) {
            const Result<HttpReply> health = m_quick->get("/health");
            if ((health && health->status == 200) == up)
                return true;
            std::this_thread::sleep_for(kLook);
        }
        return false;
    }

    CcrOptions m_options;
    std::unique_ptr<HttpClient> m_client;
    std::unique_ptr<HttpClient> m_quick; ///< asks once, so that an outage is seen
    std::optional<JsonValue> m_last;
    std::atomic<bool> m_stopped = false;
};

} // namespace

Result<std::unique_ptr<PolicyTarget>> makeCcrTarget(const TargetConfig &config)
{
    TargetOptions options(config);
    CcrOptions own;
    HttpConnection connection = options.connection("x-api-key", "");
    own.models = options.texts("models");
    own.probe = options.textOr("probe");
    if (Result<> r = options.done(); !r)
        return r.error();
    HttpConnection quick = connection;
    quick.retry.attempts = 1;
    quick.deadline = Milliseconds(1'000);
    auto client = HttpClient::open(std::move(connection));
    auto once = HttpClient::open(std::move(quick));
    if (!client || !once)
        return Error{ErrorCode::InvalidArgument,
                     "target " + config.id + ": " + (client ? once.error() : client.error()).message};
    return std::unique_ptr<PolicyTarget>(
        std::make_unique<CcrTarget>(std::move(own), std::move(*client), std::move(*once)));
}

} // namespace flyball
