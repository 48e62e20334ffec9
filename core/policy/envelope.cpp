// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/envelope.h"

#include "core/policy/digest.h"
#include "core/policy/document/reader.h"
#include "core/policy/document/text.h"
#include "core/policy/document/writer.h"

#include <algorithm>
#include <array>

namespace flyball {

namespace {

constexpr std::array<std::string_view, 11> kMembers{"format", "source",   "revision", "issued_at",
                                                    "scope",  "require",  "rates",    "rollback_of",
                                                    "tiers",  "timezone", "policy"};

JsonValue strings(const std::vector<std::string> &values) { return JsonValue::Array(values.begin(), values.end()); }

JsonValue scopeJson(const PolicyScope &scope)
{
    JsonValue out{JsonValue::Object()};
    const auto put = [&](const char *name, const std::string &value) {
        if (!value.empty())
            out.set(name, value);
    };
    put("workflow", scope.workflow);
    put("agent", scope.agent);
    put("user_segment", scope.userSegment);
    put("step", scope.step);
    if (!scope.tags.empty())
        out.set("tags", strings(scope.tags));
    return out;
}

Error malformed(const char *why) { return {ErrorCode::Malformed, std::string("policy payload ") + why}; }

bool readStrings(const JsonValue *value, std::vector<std::string> &out)
{
    if (!value)
        return true;
    if (!value->array())
        return false;
    for (const JsonValue &item : *value->array()) {
        if (!item.string())
            return false;
        out.push_back(*item.string());
    }
    return true;
}

bool readScope(const JsonValue *value, PolicyScope &scope)
{
    if (!value)
        return true;
    const auto text = [&](const char *name, std::string &out) {
        const JsonValue *member = value->find(name);
        if (member && member->string())
            out = *member->string();
        return !member || member->string();
    };
    return value->object() && text("workflow", scope.workflow) && text("agent", scope.agent)
           && text("user_segment", scope.userSegment) && text("step", scope.step)
           && readStrings(value->find("tags"), scope.tags);
}

/// Everything but scope, require, rates and the policy itself, with the document's own reader.
struct Head {
    std::optional<std::string> source, issuedAt, timezone;
    std::optional<std::int64_t> revision, rollbackOf;
    std::optional<std::vector<Tier>> tiers;
};

Findings readHead(const JsonValue &json, Head &head)
{
    Findings findings;
    SchemaReader reader(json, "", findings);
    reader.text("source", head.source);
    reader.text("issued_at", head.issuedAt);
    reader.text("timezone", head.timezone);
    reader.integer("revision", head.revision, 1);
    if (const JsonValue *rollback = json.find("rollback_of"); rollback && !rollback->isNull())
        reader.integer("rollback_of", head.rollbackOf, 1);
    reader.parts("tiers", head.tiers);
    return findings;
}

} // namespace

std::string payloadText(const PolicyPayload &payload)
{
    JsonValue out{JsonValue::Object()};
    out.set("format", std::string(kPolicyFormat));
    out.set("source", payload.source);
    out.set("revision", payload.revision);
    out.set("issued_at", formatRfc3339(payload.issuedAt));
    out.set("scope", scopeJson(payload.scope));
    out.set("require", strings(payload.require));
    out.set("rollback_of", payload.rollbackOf ? JsonValue(*payload.rollbackOf) : JsonValue());
    out.set("timezone", payload.timezone);
    JsonValue::Array tiers;
    for (const Tier &tier : payload.tiers)
        tiers.push_back(SchemaWriter::write(tier));
    out.set("tiers", std::move(tiers));
    out.set("rates", payload.rates);
    out.set("policy", toJson(payload.policy));
    return out.compact();
}

Result<PolicyPayload> readPayload(std::string_view text, std::vector<std::string> *unknown)
{
    const Result<JsonValue> value = JsonValue::parse(text);
    if (!value || !value->object())
        return malformed("is not a JSON object");
    const JsonValue &json = *value;
    if (!json.find("format") || *json.find("format") != JsonValue(std::string(kPolicyFormat)))
        return malformed("is of another format");
    Head head;
    PolicyPayload payload;
    Findings findings = readHead(json, head);
    const auto issued = head.issuedAt ? parseRfc3339(*head.issuedAt) : std::nullopt;
    if (!findings.empty() || !head.source || !head.revision || !issued || !json.find("policy"))
        return malformed("lacks a member or has one of the wrong type");
    if (!readScope(json.find("scope"), payload.scope) || !readStrings(json.find("require"), payload.require))
        return malformed("has a scope or a list of requirements of the wrong type");
    auto policy = readBody(*json.find("policy"), "", findings);
    if (!policy)
        return Error{ErrorCode::InvalidArgument, findings.front().path + ": " + findings.front().message};
    payload.source = *head.source;
    payload.revision = *head.revision;
    payload.issuedAt = *issued;
    payload.rollbackOf = head.rollbackOf;
    payload.timezone = head.timezone.value_or("UTC");
    payload.tiers = head.tiers.value_or(std::vector<Tier>{});
    payload.rates = json.find("rates") ? *json.find("rates") : JsonValue(JsonValue::Object());
    payload.policy = std::move(*policy);
    for (const auto &[name, member] : *json.object()) {
        if (unknown && std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end())
            unknown->push_back(pointerAt("", name));
    }
    return payload;
}

std::string sealEnvelope(std::string_view payload, std::string_view key)
{
    JsonValue out{JsonValue::Object()};
    out.set("payload", std::string(payload));
    out.set("sig", hmacSha256Hex(key, payload));
    return out.compact();
}

Result<std::string> openEnvelope(std::string_view envelope, std::string_view key)
{
    const Result<JsonValue> value = JsonValue::parse(envelope);
    const JsonValue *payload = value ? value->find("payload") : nullptr;
    const JsonValue *signature = value ? value->find("sig") : nullptr;
    if (!payload || !signature || !payload->string() || !signature->string())
        return Error{ErrorCode::Malformed, "not a policy envelope"};
    if (key.empty() || !sameSecret(*signature->string(), hmacSha256Hex(key, *payload->string())))
        return Error{ErrorCode::Corrupt, "bad_signature: the policy was not signed with this key"};
    return *payload->string();
}

} // namespace flyball
