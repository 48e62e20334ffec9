// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/bifrost/bifrosttarget.h"

#include "core/policy/digest.h"
#include "core/push/targets/bifrost/bifrostplan.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr const char *kBudgetFields[] = {"id", "max_limit", "reset_duration", "calendar_aligned"};
constexpr const char *kRuleFields[] = {"enabled", "cel_expression", "targets", "fallbacks",
                                       "scope",   "scope_id",       "priority"};
constexpr const char *kRuleTargetFields[] = {"provider", "model", "weight"};

template <std::size_t N>
JsonValue only(const JsonValue &value, const char *const (&names)[N])
{
    JsonValue out{JsonValue::Object()};
    for (const char *name : names)
        if (const JsonValue *member = value.find(name); member && !member->isNull())
            out.set(name, *member);
    return out;
}

/// What we compare of a routing rule; counters and times are not ours.
JsonValue bareRule(const JsonValue &rule)
{
    JsonValue out = only(rule, kRuleFields);
    if (!out.find("fallbacks"))
        out.set("fallbacks", JsonValue::Array());
    if (JsonValue *targets = out.find("targets"); targets && targets->array())
        for (JsonValue &target : *targets->array())
            target = only(target, kRuleTargetFields);
    return out;
}

class BifrostTarget : public PolicyTarget {
public:
    BifrostTarget(std::string key, bool routes, std::unique_ptr<HttpClient> client)
        : m_key(std::move(key)), m_routes(routes), m_client(std::move(client))
    {}

    TargetPlan plan(const TargetPolicy &policy) const override { return planBifrost(policy, m_key, m_routes); }

    Result<TargetImage> read() override
    {
        const Result<JsonValue> json = replyJson(m_client->get(keyPath()), "the virtual key");
        if (!json)
            return json.error();
        const JsonValue *key = json->find("virtual_key");
        if (!key || !key->object())
            return Error{ErrorCode::Malformed, "what it gave is no virtual key"};
        JsonValue::Array budgets;
        if (const JsonValue *list = key->find("budgets"); list && list->array())
            for (const JsonValue &budget : *list->array())
                budgets.push_back(only(budget, kBudgetFields));
        JsonValue content{JsonValue::Object()};
        content.set("budgets", std::move(budgets));
        if (m_routes)
            if (Result<> r = readRules(content); !r)
                return r.error();
        std::string version = sha256Hex(content.compact(true));
        return TargetImage{std::move(content), std::move(version)};
    }

    Result<> write(const TargetImage &seen, const JsonValue &next, const std::vector<FieldEdit> &edits) override
    {
        for (const FieldEdit &edit : edits) {
            const std::vector<std::string> steps = pointerSteps(edit.field);
            if (steps.size() != 2 || steps[0] != "rules" || holds(seen.content, edit))
                continue;
            if (Result<> r = writeRule(steps[1], edit.value); !r)
                return r;
        }
        return writeBudgets(seen.content, next);
    }

    void stop() override { m_client->stop(); }

private:
    [[nodiscard]] std::string keyPath() const { return "/api/governance/virtual-keys/" + urlEncoded(m_key); }

    Result<> readRules(JsonValue &content)
    {
        const Result<JsonValue> json = replyJson(m_client->get("/api/routing/rules"), "the routing rules");
        if (!json)
            return json.error();
        const JsonValue *list = json->find("rules");
        if (!list || !list->array())
            return Error{ErrorCode::Malformed, "what it gave is no list of rules"};
        JsonValue rules{JsonValue::Object()};
        m_rules.clear();
        for (const JsonValue &rule : *list->array()) {
            const JsonValue *name = rule.find("name");
            if (!name || !name->string() || !name->string()->starts_with("flyball "))
                continue;
            rules.set(*name->string(), bareRule(rule));
            m_rules[*name->string()] = rule;
        }
        content.set("rules", std::move(rules));
        return {};
    }

    Result<> ask(const char *method, const std::string &path, const JsonValue *body, const std::string &doing)
    {
        const Result<HttpReply> reply = m_client->send(method, path, body ? body->compact() : std::string());
        if (!reply)
            return Error{reply.error().code, doing + ": " + reply.error().message};
        return reply->status >= 200 && reply->status <= 299 ? Result<>() : Result<>(replyError(*reply, doing));
    }

    Result<> writeRule(const std::string &name, const std::optional<JsonValue> &wanted)
    {
        const auto known = m_rules.find(name);
        const JsonValue *id = known == m_rules.end() ? nullptr : known->second.find("id");
        const std::string path =
            "/api/routing/rules" + (id && id->string() ? '/' + urlEncoded(*id->string()) : std::string());
        if (!wanted)
            return id ? ask("DELETE", path, nullptr, "removing a routing rule") : Result<>();
        JsonValue rule = id ? known->second : JsonValue(JsonValue::Object());
        rule.set("name", name);
        for (const auto &[field, value] : *wanted->object())
            rule.set(field, value);
        return ask(id ? "PUT" : "POST", path, &rule, "writing a routing rule");
    }

    Result<> writeBudgets(const JsonValue &seen, const JsonValue &next)
    {
        const JsonValue *now = seen.find("budgets");
        const JsonValue *wanted = next.find("budgets");
        JsonValue budgets = wanted ? *wanted : JsonValue(JsonValue::Array());
        if (now && *now == budgets)
            return {};
        std::erase_if(*budgets.array(), [](const JsonValue &budget) { return !budget.find("max_limit"); });
        for (JsonValue &budget : *budgets.array())
            if (!budget.find("id") && !budget.find("calendar_aligned"))
                budget.set("calendar_aligned", true); // a new one has nothing spent that this would zero
        JsonValue body{JsonValue::Object()};
        body.set("budgets", std::move(budgets));
        return ask("PUT", keyPath(), &body, "changing the budgets");
    }

    std::string m_key;
    bool m_routes;
    std::unique_ptr<HttpClient> m_client;
    std::map<std::string, JsonValue> m_rules; ///< whole, by name, of the last read()
};

} // namespace

Result<std::unique_ptr<PolicyTarget>> makeBifrostTarget(const TargetConfig &config)
{
    TargetOptions options(config);
    HttpConnection connection = options.connection("Authorization", "Bearer ");
    std::string key = options.text("virtual_key");
    const bool routes = options.flag("routes");
    if (Result<> r = options.done(); !r)
        return r.error();
    auto client = HttpClient::open(std::move(connection));
    if (!client)
        return Error{ErrorCode::InvalidArgument, "target " + config.id + ": " + client.error().message};
    return std::unique_ptr<PolicyTarget>(std::make_unique<BifrostTarget>(std::move(key), routes, std::move(*client)));
}

} // namespace flyball
