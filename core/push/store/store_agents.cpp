// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wholefile.h"
#include "core/keys/secretfile.h"
#include "core/push/store/change.h"

#include "core/policy/digest.h"
#include "core/policy/json/value.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::size_t kLongestId = 120;
constexpr const char *kColumns =
    "SELECT id, workflow, registered, instance, last_seen, interval, active, held, offered,"
    " nonce, offered_at, polls, acked, acked_at, confirmed, error_etag, error_code,"
    " error_path, error_message, enforces, issue, digest, old_nonces FROM agent ";

/// Ids become file names and query values: letters, digits and a few marks, not beginning with a dot.
bool isAgentId(const std::string &id)
{
    return !id.empty() && id.size() <= kLongestId && id[0] != '.' && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
               || c == '.' || c == ':';
    });
}

std::optional<std::int64_t> orNull(TimeNs time)
{
    return time == kNoTime ? std::nullopt : std::optional<std::int64_t>(time);
}

std::vector<std::string> texts(const std::string &json)
{
    std::vector<std::string> out;
    const Result<JsonValue> value = JsonValue::parse(json);
    if (value && value->array())
        for (const JsonValue &item : *value->array())
            if (item.string())
                out.push_back(*item.string());
    return out;
}

AgentRecord recordOf(const Query &row)
{
    AgentRecord a;
    a.id = row.text(0);
    a.workflow = row.text(1);
    a.registeredAt = row.number(2);
    a.instance = row.text(3);
    a.lastSeen = row.optional(4).value_or(kNoTime);
    a.interval = row.number(5);
    a.activeRevision = row.optional(6);
    a.heldEtag = row.text(7);
    a.offeredEtag = row.text(8);
    a.offeredNonce = row.text(9);
    a.offeredAt = row.optional(10).value_or(kNoTime);
    a.pollsSinceOffer = row.number(11);
    a.ackedEtag = row.text(12);
    a.ackedAt = row.optional(13).value_or(kNoTime);
    a.confirmedEtag = row.text(14);
    a.errorEtag = row.text(15);
    a.error = {row.text(16), row.text(17), row.text(18)};
    a.enforces = texts(row.text(19));
    a.issue = row.number(20);
    a.digest = row.text(21);
    a.oldNonces = row.number(22);
    return a;
}

std::string keysText(const std::vector<std::pair<std::string, std::string>> &keys)
{
    JsonValue json{JsonValue::Object()};
    for (const auto &[agent, key] : keys)
        json.set(agent, key);
    return json.pretty();
}

void replaceKey(std::vector<std::pair<std::string, std::string>> &keys, const std::string &agent,
                const std::string &key)
{
    std::erase_if(keys, [&](const auto &entry) { return entry.first == agent; });
    if (!key.empty())
        keys.emplace_back(agent, key);
}

AuditEntry agentEntry(const std::string &action, const std::string &id, TimeNs now)
{
    AuditEntry entry;
    entry.time = now;
    entry.action = action;
    entry.comment = id;
    return entry;
}

} // namespace

Result<AgentSecret> PolicyStore::registerAgent(const std::string &id, const std::string &workflow, TimeNs now,
                                               bool renew)
{
    if (!isAgentId(id))
        return Error{ErrorCode::InvalidArgument,
                     "not an agent id (letters, digits, - _ . : up to 120): " + inQuotes(id)};
    const bool known = agent(id).ok();
    if (known && !renew)
        return Error{ErrorCode::InvalidArgument, "agent " + inQuotes(id) + " is registered already"};
    const AgentSecret secret{id, randomHex(), randomHex()};
    if (secret.token.empty() || secret.hmac.empty())
        return Error{ErrorCode::Internal, "the system gives no random numbers"};
    StoreChange change(*this);
    if (!change.begun())
        return change.begun().error();
    Result<> r = Query(*m_sql, "INSERT INTO agent(id, workflow, registered, token) VALUES(?, ?, ?, ?)"
                               " ON CONFLICT(id) DO UPDATE SET workflow = excluded.workflow, token = excluded.token")
                     .bind(id, workflow, now, sha256Hex(secret.token))
                     .run();
    if (!r)
        return r.error();
    if (const auto line = addAudit(agentEntry(known ? "renew_agent" : "register_agent", id, now)); !line)
        return line.error();
    auto keys = m_keys;
    replaceKey(keys, id, secret.hmac);
    if (r = writeFileAtomically(m_folder + "/policy-keys.json", keysText(keys)); !r)
        return r.error();
    if (r = change.done(); !r)
        return r.error();
    m_keys = std::move(keys);
    ++m_generation;
    return secret;
}

Result<> PolicyStore::forgetAgent(const std::string &id, TimeNs now)
{
    if (const auto known = agent(id); !known)
        return known.error();
    StoreChange change(*this);
    if (!change.begun())
        return change.begun();
    if (Result<> r = Query(*m_sql, "DELETE FROM agent WHERE id = ?").bind(id).run(); !r)
        return r;
    if (const auto line = addAudit(agentEntry("forget_agent", id, now)); !line)
        return line.error();
    if (Result<> r = change.done(); !r)
        return r;
    replaceKey(m_keys, id, "");
    ++m_generation;
    return writeFileAtomically(m_folder + "/policy-keys.json", keysText(m_keys));
}

Result<std::vector<AgentRecord>> PolicyStore::agents()
{
    std::vector<AgentRecord> out;
    Query query(*m_sql, std::string(kColumns) + "ORDER BY id");
    while (query.step())
        out.push_back(recordOf(query));
    if (Result<> r = query.finish(); !r)
        return r.error();
    return out;
}

Result<AgentRecord> PolicyStore::agent(const std::string &id)
{
    Query query(*m_sql, std::string(kColumns) + "WHERE id = ?");
    query.bind(id);
    if (query.step())
        return recordOf(query);
    if (Result<> r = query.finish(); !r)
        return r.error();
    return Error{ErrorCode::NotFound, "no agent of this name is registered"};
}

Result<> PolicyStore::saveAgent(const AgentRecord &a)
{
    const std::string enforces = JsonValue(JsonValue::Array(a.enforces.begin(), a.enforces.end())).compact();
    return Query(*m_sql,
                 "UPDATE agent SET instance = ?, last_seen = ?, interval = ?, active = ?, held = ?, offered = ?,"
                 " nonce = ?, offered_at = ?, polls = ?, acked = ?, acked_at = ?, confirmed = ?, error_etag = ?,"
                 " error_code = ?, error_path = ?, error_message = ?, enforces = ?, issue = ?, digest = ?,"
                 " old_nonces = ? WHERE id = ?")
        .bind(a.instance, orNull(a.lastSeen), a.interval, a.activeRevision, a.heldEtag, a.offeredEtag, a.offeredNonce,
              orNull(a.offeredAt), a.pollsSinceOffer, a.ackedEtag, orNull(a.ackedAt), a.confirmedEtag, a.errorEtag,
              a.error.code, a.error.path, a.error.message, enforces, a.issue, a.digest, a.oldNonces, a.id)
        .run();
}

Result<std::string> PolicyStore::agentOfToken(const std::string &token)
{
    // Looked up by its digest: how far a guess agrees with a token does not show in the time.
    Query query(*m_sql, "SELECT id FROM agent WHERE token = ?");
    query.bind(sha256Hex(token));
    if (query.step())
        return query.text(0);
    if (Result<> r = query.finish(); !r)
        return r.error();
    return Error{ErrorCode::NotFound, "no agent has this token"};
}

std::string PolicyStore::signingKey(const std::string &agent) const
{
    for (const auto &[name, key] : m_keys)
        if (name == agent)
            return key;
    return {};
}

} // namespace flyball
