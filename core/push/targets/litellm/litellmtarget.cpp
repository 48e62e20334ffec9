// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/litellm/litellmtarget.h"

#include "core/policy/digest.h"
#include "core/push/targets/knobbook.h"
#include "core/push/targets/litellm/litellmplan.h"

#include <algorithm>
#include <set>

namespace flyball {

namespace {

constexpr const char *kBudgetFields[] = {"max_budget", "budget_duration", "budget_limits", "soft_budget", "metadata"};
constexpr std::int64_t kProbeTokens = 1;

/// Some versions give lists and objects as JSON in a text.
JsonValue unpacked(const JsonValue &value)
{
    const std::string *text = value.string();
    if (!text || text->empty() || (text->front() != '{' && text->front() != '['))
        return value;
    const Result<JsonValue> inside = JsonValue::parse(*text);
    return inside ? *inside : value;
}

/// The names behind `prefix` that the edits touch.
std::set<std::string> touched(const std::vector<FieldEdit> &edits, const std::string &part)
{
    std::set<std::string> out;
    for (const FieldEdit &edit : edits) {
        const std::vector<std::string> steps = pointerSteps(edit.field);
        if (steps.size() > 1 && steps[0] == part)
            out.insert(steps[1]);
    }
    return out;
}

class LiteLlmTarget : public PolicyTarget {
public:
    LiteLlmTarget(LiteLlmOptions options, std::unique_ptr<HttpClient> client, std::unique_ptr<HttpClient> caller)
        : m_options(std::move(options)), m_client(std::move(client)), m_caller(std::move(caller))
    {}

    TargetPlan plan(const TargetPolicy &policy) const override { return planLiteLlm(policy, m_options); }

    void mind(const std::vector<FieldEdit> &edits) override { m_minded = touched(edits, "fallbacks"); }

    Result<TargetImage> read() override
    {
        JsonValue content{JsonValue::Object()};
        if (!m_options.id.empty()) {
            Result<JsonValue> budget = readBudget();
            if (!budget)
                return budget.error();
            content.set("budget", std::move(*budget));
        }
        if (!m_options.agent.empty()) {
            Result<JsonValue> agent =
                replyJson(m_client->get("/v1/agents/" + urlEncoded(m_options.agent)), "the agent");
            if (!agent)
                return agent.error();
            const JsonValue *parameters = agent->find("litellm_params");
            content.set("agent", parameters ? unpacked(*parameters) : JsonValue(JsonValue::Object()));
        }
        if (m_options.tiers)
            if (Result<> r = readModels(content); !r)
                return r.error();
        std::string version = sha256Hex(content.compact(true));
        return TargetImage{std::move(content), std::move(version)};
    }

    Result<> write(const TargetImage &seen, const JsonValue &next, const std::vector<FieldEdit> &edits) override
    {
        if (Result<> r = writeModels(seen.content, next, touched(edits, "tiers")); !r)
            return r;
        if (Result<> r = writeFallbacks(next, touched(edits, "fallbacks")); !r)
            return r;
        if (!touched(edits, "agent").empty())
            if (Result<> r = writeAgent(next); !r)
                return r;
        return writeBudget(seen.content, next, touched(edits, "budget"));
    }

    TargetProbe probe(const TargetPlan &plan) override
    {
        const auto cap = std::find_if(plan.edits.begin(), plan.edits.end(),
                                      [](const FieldEdit &edit) { return edit.field == "/budget/max_budget"; });
        if (!m_caller || cap == plan.edits.end() || !cap->value)
            return {};
        JsonValue message{JsonValue::Object()};
        message.set("role", "user");
        message.set("content", "ping");
        JsonValue body{JsonValue::Object()};
        body.set("model", m_options.probeModel);
        body.set("max_tokens", kProbeTokens);
        body.set("messages", JsonValue::Array{std::move(message)});
        const Result<HttpReply> reply = m_caller->send("POST", "/v1/chat/completions", body.compact());
        if (!reply)
            return {TargetProbe::Outcome::Unclear, "a call to try it: " + reply.error().message};
        const std::optional<JsonNumber> enforced = JsonNumber::parse(reply->header("x-litellm-key-max-budget"));
        if (!enforced)
            return {TargetProbe::Outcome::Unclear, "a call to try it told no cap: " + std::to_string(reply->status)};
        if (JsonValue(*enforced) == *cap->value)
            return {TargetProbe::Outcome::Confirmed, "a call was held to the cap of " + enforced->text() + " USD"};
        return {TargetProbe::Outcome::Denied,
                "a call was held to a cap of " + enforced->text() + " USD, not " + cap->value->compact()};
    }

    void stop() override
    {
        m_client->stop();
        if (m_caller)
            m_caller->stop();
    }

private:
    using Holder = LiteLlmOptions::Holder;

    Result<JsonValue> readBudget()
    {
        Result<JsonValue> json = Error{};
        const JsonValue *info = nullptr;
        if (m_options.holder == Holder::Tag) {
            JsonValue body{JsonValue::Object()};
            body.set("names", JsonValue::Array{JsonValue(m_options.id)});
            json = replyJson(m_client->send("POST", "/tag/info", body.compact()), "the tag");
            info = json ? json->find(m_options.id) : nullptr;
        } else {
            const bool key = m_options.holder == Holder::Key;
            json = replyJson(m_client->get((key ? "/key/info?key=" : "/team/info?team_id=") + urlEncoded(m_options.id)),
                             key ? "the key" : "the team");
            info = json ? json->find(key ? "info" : "team_info") : nullptr;
        }
        if (!json)
            return json.error();
        if (!info || !info->object())
            return Error{ErrorCode::Malformed, "what it gave is no budget"};
        JsonValue out{JsonValue::Object()};
        const JsonValue *table = info->find("litellm_budget_table");
        for (const char *name : kBudgetFields) {
            const JsonValue *value = info->find(name);
            if ((!value || value->isNull()) && table)
                value = table->find(name);
            if (value && !value->isNull())
                out.set(name, unpacked(*value));
        }
        return out;
    }

    /// What is nobody's alias yet is absent; an alias with several deployments is {"deployments": n}.
    Result<> readModels(JsonValue &content)
    {
        const Result<JsonValue> json = replyJson(m_client->get("/model/info"), "the models");
        if (!json)
            return json.error();
        const JsonValue *data = json->find("data");
        if (!data || !data->array())
            return Error{ErrorCode::Malformed, "what it gave is no list of models"};
        JsonValue tiers{JsonValue::Object()}, fallbacks{JsonValue::Object()};
        m_modelIds.clear();
        for (const JsonValue &model : *data->array()) {
            const JsonValue *name = model.find("model_name"), *served = model.at("/litellm_params/model"),
                            *id = model.at("/model_info/id");
            if (!name || !name->string() || !served || !served->string() || !id || !id->string())
                continue;
            std::vector<std::string> &ids = m_modelIds[*name->string()];
            ids.push_back(*id->string());
            JsonValue many{JsonValue::Object()};
            many.set("deployments", static_cast<std::int64_t>(ids.size()));
            tiers.set(*name->string(), ids.size() > 1 ? std::move(many) : JsonValue(*served->string()));
        }
        for (const std::string &name : m_minded) {
            if (!m_modelIds.contains(name))
                continue;
            const Result<HttpReply> reply = m_client->get("/fallback/" + urlEncoded(name) + "?fallback_type=general");
            if (reply && reply->status == 404)
                continue;
            const Result<JsonValue> fallback = replyJson(reply, "a fallback");
            if (!fallback)
                return fallback.error();
            const JsonValue *models = fallback->find("fallback_models");
            if (models && models->array() && !models->array()->empty())
                fallbacks.set(name, *models);
        }
        content.set("tiers", std::move(tiers));
        content.set("fallbacks", std::move(fallbacks));
        return {};
    }

    Result<> ask(const char *method, const std::string &path, const JsonValue &body, const std::string &doing)
    {
        const Result<JsonValue> answer = replyJson(m_client->send(method, path, body.compact()), doing);
        return answer ? Result<>() : Result<>(answer.error());
    }

    Result<> writeModels(const JsonValue &seen, const JsonValue &next, const std::set<std::string> &names)
    {
        for (const std::string &name : names) {
            const JsonValue *wanted = next.at("/tiers" + pointerAt("", name));
            const JsonValue *now = seen.at("/tiers" + pointerAt("", name));
            if ((!wanted && !now) || (wanted && now && *wanted == *now))
                continue;
            const std::vector<std::string> &ids = m_modelIds[name];
            if (ids.size() > 1)
                return Error{ErrorCode::InvalidArgument,
                             "the alias " + inQuotes(name)
                                 + " has several deployments; which one is meant is not guessed"};
            JsonValue body{JsonValue::Object()};
            Result<> done;
            if (!wanted) {
                body.set("id", ids.front());
                done = ask("POST", "/model/delete", body, "removing an alias");
            } else {
                JsonValue parameters{JsonValue::Object()};
                parameters.set("model", *wanted);
                if (ids.empty())
                    body.set("model_name", name);
                body.set("litellm_params", std::move(parameters));
                done = ids.empty()
                           ? ask("POST", "/model/new", body, "making an alias")
                           : ask("PATCH", "/model/" + urlEncoded(ids.front()) + "/update", body, "changing an alias");
            }
            if (!done)
                return done;
        }
        return {};
    }

    Result<> writeFallbacks(const JsonValue &next, const std::set<std::string> &names)
    {
        for (const std::string &name : names) {
            const JsonValue *wanted = next.at("/fallbacks" + pointerAt("", name));
            JsonValue body{JsonValue::Object()};
            if (wanted) {
                body.set("model", name);
                body.set("fallback_models", *wanted);
                body.set("fallback_type", "general");
                if (Result<> r = ask("POST", "/fallback", body, "setting a fallback"); !r)
                    return r;
                continue;
            }
            const Result<HttpReply> gone =
                m_client->send("DELETE", "/fallback/" + urlEncoded(name) + "?fallback_type=general", "");
            if (!gone || (gone->status != 404 && gone->status > 299))
                return gone ? replyError(*gone, "removing a fallback") : gone.error();
        }
        return {};
    }

    Result<> writeAgent(const JsonValue &next)
    {
        JsonValue body{JsonValue::Object()};
        const JsonValue *parameters = next.find("agent");
        body.set("litellm_params", parameters ? *parameters : JsonValue(JsonValue::Object()));
        return ask("PATCH", "/v1/agents/" + urlEncoded(m_options.agent), body, "changing the agent");
    }

    Result<> writeBudget(const JsonValue &seen, const JsonValue &next, const std::set<std::string> &names)
    {
        if (names.empty())
            return {};
        JsonValue body{JsonValue::Object()};
        const bool tag = m_options.holder == Holder::Tag;
        body.set(tag ? "name" : m_options.holder == Holder::Key ? "key" : "team_id", m_options.id);
        for (const std::string &name : names) {
            const JsonValue *wanted = next.at("/budget" + pointerAt("", name));
            const JsonValue *now = seen.at("/budget" + pointerAt("", name));
            if (wanted && now && *wanted == *now)
                continue;
            // null clears; what is not named stays
            JsonValue value = wanted ? *wanted : name == "metadata" ? JsonValue(JsonValue::Object()) : JsonValue();
            if (value.array()) // a window that was ours alone
                std::erase_if(*value.array(), [](const JsonValue &limit) { return !limit.find("max_budget"); });
            body.set(name, std::move(value));
        }
        return ask("POST",
                   tag                               ? "/tag/update"
                   : m_options.holder == Holder::Key ? "/key/update"
                                                     : "/team/update",
                   body, "changing the budget");
    }

    LiteLlmOptions m_options;
    std::unique_ptr<HttpClient> m_client;
    std::unique_ptr<HttpClient> m_caller;                       ///< with the key's own secret; null: no probe
    std::map<std::string, std::vector<std::string>> m_modelIds; ///< by alias, of the last read()
    std::set<std::string> m_minded;                             ///< aliases whose fallbacks are read: each is a request
};

Result<LiteLlmOptions> readOptions(TargetOptions &options)
{
    LiteLlmOptions own;
    int holders = 0;
    for (const auto &[name, holder] :
         {std::pair("key", LiteLlmOptions::Holder::Key), std::pair("team", LiteLlmOptions::Holder::Team),
          std::pair("tag", LiteLlmOptions::Holder::Tag)}) {
        const std::string id = options.textOr(name);
        if (id.empty())
            continue;
        ++holders;
        own.holder = holder;
        own.id = id;
    }
    own.agent = options.textOr("agent");
    own.tiers = options.flag("tiers");
    if (holders > 1 || (holders == 0 && own.agent.empty() && !own.tiers))
        options.complain("needs one of 'key', 'team' and 'tag', or 'agent', or 'tiers'");
    if (own.id.starts_with("sk-"))
        options.complain("'key' is the hash of a key, never the key itself");
    return own;
}

} // namespace

Result<std::unique_ptr<PolicyTarget>> makeLiteLlmTarget(const TargetConfig &config)
{
    TargetOptions options(config);
    HttpConnection connection = options.connection("Authorization", "Bearer ");
    Result<LiteLlmOptions> own = readOptions(options);
    const std::map<std::string, std::string> probe = options.texts("probe");
    HttpConnection calls = connection;
    if (!probe.empty()) {
        const Result<std::string> secret = secretOf(probe.contains("secret") ? probe.at("secret") : std::string());
        if (!probe.contains("model") || !secret)
            options.complain("'probe' needs a model and a secret: " + (secret ? "" : secret.error().message));
        else
            calls.headers = {{"Authorization", "Bearer " + *secret}};
        own->probeModel = probe.contains("model") ? probe.at("model") : std::string();
    }
    if (Result<> r = options.done(); !r)
        return r.error();
    auto client = HttpClient::open(std::move(connection));
    if (!client)
        return Error{ErrorCode::InvalidArgument, "target " + config.id + ": " + client.error().message};
    std::unique_ptr<HttpClient> caller;
    if (!probe.empty()) {
        auto opened = HttpClient::open(std::move(calls));
        if (!opened)
            return opened.error();
        caller = std::move(*opened);
    }
    return std::unique_ptr<PolicyTarget>(
        std::make_unique<LiteLlmTarget>(std::move(*own), std::move(*client), std::move(caller)));
}

} // namespace flyball
