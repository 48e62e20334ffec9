// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/payload.h"

#include "app/agentsim/policy/body_reader.h"
#include "app/agentsim/policy/sha256.h"

#include <algorithm>
#include <array>

namespace flyball::agentsim {

namespace {

constexpr std::int64_t kPicoPerNanoUsd = 1000;
/// What a policy may insist on: everything else in `require` is refused.
constexpr std::array<std::string_view, 6> kActedOn{"/enabled", "/budget",         "/routing", "/prompt_cache/enabled",
                                                   "/output",  "/circuit_breaker"};

using Path = std::string;

std::vector<std::string> idsOf(const std::vector<UsableTier> &tiers)
{
    std::vector<std::string> ids;
    for (const UsableTier &tier : tiers)
        ids.push_back(tier.id);
    return ids;
}

void readTier(BodyReader &r, const Json &value, const Path &path, UsableTier &out)
{
    std::optional<std::vector<std::string>> models;
    r.object(value, path, {{"id", r.text(out.id)}, {"models", r.texts(models)}});
    for (const std::string &name : models.value_or(std::vector<std::string>())) {
        out.served = modelNamed(name);
        out.model = name;
        if (out.served != nullptr)
            return;
    }
    r.refuse(path + "/models", "these agents have access to none of the models", "unsupported");
}

void readOrder(BodyReader &r, const Json &value, const Path &path, std::vector<PolicyOrder> &out)
{
    PolicyOrder order;
    std::string action;
    std::string run;
    std::string workflow;
    std::string until;
    r.object(value, path,
             {{"id", r.whole(order.id, 1)},
              {"action", r.text(action)},
              {"run", r.text(run)},
              {"workflow", r.text(workflow)},
              {"until", r.text(until)}});
    if (!until.empty()) {
        const auto time = parseRfc3339(until);
        if (!time)
            return r.refuse(path + "/until", "must be a time");
        order.until = *time;
    }
    order.stopsRun = action == "stop_run";
    order.target = order.stopsRun ? run : workflow;
    if (order.stopsRun || action == "pause_workflow")
        out.push_back(std::move(order));
}

void readRates(BodyReader &r, const Json &value, const Path &path, AgentPolicy &out)
{
    if (!value.is(Json::Kind::Object))
        return r.refuse(path, "must be an object");
    for (const auto &[model, rate] : value.members) {
        std::int64_t input = -1;
        std::int64_t output = -1;
        r.object(rate, path, {{"in_nusd_per_mtok", r.whole(input, 0)}, {"out_nusd_per_mtok", r.whole(output, 0)}});
        if (input < 0 || output < 0 || std::max(input, output) > INT64_MAX / kPicoPerNanoUsd)
            return r.refuse(path, "a rate is missing or out of range");
        out.rates[model] = {input * kPicoPerNanoUsd, output * kPicoPerNanoUsd};
    }
}

void readOverride(BodyReader &r, const Json &value, const Path &path, AgentPolicy &out)
{
    auto &[match, set] = out.overrides.emplace_back();
    r.object(value, path,
             {{"match",
               [&](const Json &names, const Path &at) {
                   for (const auto &[name, one] : names.members)
                       r.text(match[name])(one, at);
               }},
              {"set", [&](const Json &patch, const Path &) { set = patch; }}});
}

/// Every body that can come into force is read once here, so that none of them fails in the middle of a run.
std::optional<Refusal> readBodies(AgentPolicy &out, std::vector<std::string> &unknown)
{
    const std::vector<std::string> tiers = idsOf(out.tiers);
    if (!out.body.is(Json::Kind::Object) || out.body.members.empty())
        return Refusal{"invalid", "/policy", "is empty; to set no limit say enabled: false"};
    if (auto refusal = readRules(out.body, tiers, "/policy", out.rules, &unknown))
        return refusal;
    for (std::size_t i = 0; i < out.overrides.size(); ++i) {
        PolicyRules ignored;
        const std::string path = "/overrides/" + std::to_string(i) + "/set";
        if (auto refusal = readRules(out.overrides[i].second, tiers, path, ignored, &unknown))
            return refusal;
    }
    return std::nullopt;
}

std::optional<Refusal> checkRequired(const Json &payload)
{
    const Json *required = payload.find("require");
    if (required == nullptr)
        return std::nullopt;
    for (const Json &item : required->items) {
        const auto covers = [&](std::string_view known) {
            return item.text == known || item.text.starts_with(std::string(known) + '/');
        };
        if (std::none_of(kActedOn.begin(), kActedOn.end(), covers))
            return Refusal{"unsupported", item.text.substr(0, 200), "these agents do not act on it"};
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> openSealed(std::string_view envelope, std::string_view key)
{
    const Result<Json> json = Json::parse(envelope);
    if (!json || key.empty())
        return std::nullopt;
    const Json *payload = json->find("payload");
    if (payload == nullptr || !payload->is(Json::Kind::Text)
        || !sameSignature(hmacSha256(key, payload->text), json->textOf("sig")))
        return std::nullopt;
    return payload->text;
}

std::string etagOfPayload(std::string_view text)
{
    const Result<Json> json = Json::parse(text);
    return json ? json->textOf("etag") : std::string();
}

std::optional<Refusal> readPayload(std::string_view text, AgentPolicy &out, std::vector<std::string> &unknown)
{
    const Result<Json> json = Json::parse(text);
    if (!json || json->textOf("format") != "flyball-policy/1")
        return Refusal{"invalid", "", json ? "is no flyball-policy/1" : json.error().message};
    const std::vector<std::string> none;
    BodyReader r(none, &unknown);
    std::optional<std::int64_t> revision;
    const BodyReader::Take ignore = [](const Json &, const Path &) {};
    PolicyRules fleet;
    r.object(
        *json, "",
        {{"format", ignore},
         {"issued_at", ignore},
         {"etag", ignore},
         {"require", ignore},
         {"timezone", ignore},
         {"rollback_of", ignore},
         {"source", r.text(out.source)},
         {"revision", r.whole(revision, 1)},
         {"issue", r.whole(out.issue, 0)},
         {"scope", [&](const Json &scope, const Path &) { out.workflow = scope.textOf("workflow"); }},
         {"tiers",
          [&](const Json &tiers, const Path &at) {
              r.list(tiers, at,
                     [&](const Json &tier, const Path &where) { readTier(r, tier, where, out.tiers.emplace_back()); });
          }},
         {"rates", [&](const Json &rates, const Path &at) { readRates(r, rates, at, out); }},
         {"policy", [&](const Json &body, const Path &) { out.body = body; }},
         {"overrides",
          [&](const Json &overrides, const Path &at) {
              r.list(overrides, at, [&](const Json &one, const Path &where) { readOverride(r, one, where, out); });
          }},
         {"fleet",
          [&](const Json &value, const Path &at) {
              const Json wrapped{.kind = Json::Kind::Object, .members = {{"budget", value}}};
              if (auto refusal = readRules(wrapped, none, at, fleet, nullptr))
                  r.refuse(refusal->path, refusal->message);
          }},
         {"control", [&](const Json &orders, const Path &at) {
              r.list(orders, at, [&](const Json &one, const Path &where) { readOrder(r, one, where, out.orders); });
          }}});
    if (!revision || out.source.empty() || out.tiers.empty())
        r.refuse("", "source, revision or tiers are missing");
    if (r.problem())
        return r.problem();
    out.revision = *revision;
    out.fleetWindows = fleet.windows;
    out.hardFleetWindows = fleet.hardWindows;
    if (auto refusal = readBodies(out, unknown))
        return refusal;
    return checkRequired(*json);
}

} // namespace flyball::agentsim
