// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/audit.h"

#include "core/policy/digest.h"
#include "core/policy/json/value.h"

namespace flyball {

namespace {

JsonValue json(const AuditEntry &entry)
{
    JsonValue out{JsonValue::Object()};
    out.set("sequence", entry.sequence);
    out.set("time", formatRfc3339(entry.time));
    out.set("operator", entry.operatorName);
    out.set("action", entry.action);
    out.set("policy_id", entry.policyId);
    out.set("revision", entry.revision);
    out.set("from", entry.fromDigest);
    out.set("to", entry.toDigest);
    out.set("comment", entry.comment);
    out.set("diff", JsonValue::Array(entry.diff.begin(), entry.diff.end()));
    JsonValue::Array results;
    for (const AuditResult &result : entry.results) {
        JsonValue one{JsonValue::Object()};
        one.set("target", result.target);
        one.set("state", result.state);
        one.set("detail", result.detail);
        results.push_back(std::move(one));
    }
    out.set("results", std::move(results));
    out.set("previous", entry.previous);
    return out;
}

std::string hashOf(const AuditEntry &entry) { return sha256Hex(json(entry).compact()); }

/// Reads members of one object; remembers whether all were there and of their type.
class Members {
public:
    explicit Members(const JsonValue &object) : m_object(object) {}
    bool good = true;

    std::string text(const char *name)
    {
        const JsonValue *value = m_object.find(name);
        good = good && value && value->string();
        return good ? *value->string() : std::string();
    }
    std::int64_t number(const char *name)
    {
        const JsonValue *value = m_object.find(name);
        const auto read = value && value->number() ? value->number()->toInt64() : std::nullopt;
        good = good && read;
        return read.value_or(0);
    }
    const JsonValue::Array &list(const char *name)
    {
        static const JsonValue::Array kNone;
        const JsonValue *value = m_object.find(name);
        good = good && value && value->array();
        return good ? *value->array() : kNone;
    }

private:
    const JsonValue &m_object;
};

} // namespace

AuditEntry chained(AuditEntry entry, const AuditEntry *before)
{
    entry.sequence = before ? before->sequence + 1 : 1;
    entry.previous = before ? before->hash : std::string();
    entry.time = bucketOf(entry.time, 1'000'000) * 1'000'000;
    entry.hash = hashOf(entry);
    return entry;
}

std::string auditLine(const AuditEntry &entry)
{
    JsonValue out = json(entry);
    out.set("hash", entry.hash);
    return out.compact();
}

Result<AuditEntry> readAuditLine(std::string_view line)
{
    const Result<JsonValue> value = JsonValue::parse(line);
    if (!value || !value->object())
        return Error{ErrorCode::Malformed, "audit line is not a JSON object"};
    Members members(*value);
    AuditEntry entry;
    entry.sequence = members.number("sequence");
    const auto time = parseRfc3339(members.text("time"));
    entry.time = time.value_or(0);
    entry.operatorName = members.text("operator");
    entry.action = members.text("action");
    entry.policyId = members.text("policy_id");
    entry.revision = members.number("revision");
    entry.fromDigest = members.text("from");
    entry.toDigest = members.text("to");
    entry.comment = members.text("comment");
    for (const JsonValue &sentence : members.list("diff")) {
        members.good = members.good && sentence.string();
        entry.diff.push_back(sentence.string() ? *sentence.string() : std::string());
    }
    for (const JsonValue &one : members.list("results")) {
        Members result(one);
        entry.results.push_back({result.text("target"), result.text("state"), result.text("detail")});
        members.good = members.good && result.good;
    }
    entry.previous = members.text("previous");
    entry.hash = members.text("hash");
    if (!members.good || !time)
        return Error{ErrorCode::Malformed, "audit line lacks a member or has one of the wrong type"};
    return entry;
}

std::optional<std::size_t> firstBroken(const std::vector<AuditEntry> &entries)
{
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const AuditEntry *before = i ? &entries[i - 1] : nullptr;
        const AuditEntry &entry = entries[i];
        const bool follows = entry.sequence == (before ? before->sequence + 1 : 1)
                             && entry.previous == (before ? before->hash : std::string());
        if (!follows || hashOf(entry) != entry.hash)
            return i;
    }
    return std::nullopt;
}

} // namespace flyball
