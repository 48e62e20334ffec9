// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keys/secretfile.h"
#include "core/push/channel/channel.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace flyball {

namespace {

constexpr std::int64_t kLongestWait = 60;
constexpr TimeNs kLongestInterval = 60 * kSecond;

std::optional<std::int64_t> wholeNumber(const std::string &text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

std::string withoutQuotes(std::string etag)
{
    if (etag.starts_with("W/"))
        etag.erase(0, 2);
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
        return etag.substr(1, etag.size() - 2);
    return etag.size() <= 100 ? etag : std::string();
}

std::int64_t revisionOf(const std::string &etag) { return wholeNumber(etag.substr(0, etag.find('-'))).value_or(0); }

Error unreadable(const std::string &what) { return {ErrorCode::InvalidArgument, what}; }

struct Poll {
    std::int64_t wait = 0;
    std::optional<std::int64_t> active;
    std::string held;
};

Result<Poll> readPoll(const HttpRequest &request)
{
    Poll poll;
    if (const std::string text = request.parameter("wait"); !text.empty()) {
        const auto wait = wholeNumber(text);
        if (!wait)
            return unreadable("wait is a number of seconds");
        poll.wait = std::min(*wait, kLongestWait);
    }
    if (const std::string text = request.parameter("active"); !text.empty()) {
        poll.active = wholeNumber(text);
        if (!poll.active)
            return unreadable("active is a revision number");
    }
    poll.held = withoutQuotes(request.ifNoneMatch);
    return poll;
}

/// What a poll says about its agent, whatever it is answered.
void notePoll(AgentRecord &agent, const Poll &poll, const HttpRequest &request)
{
    if (poll.wait > 0)
        agent.interval = poll.wait * kSecond;
    else if (agent.lastSeen != kNoTime)
        agent.interval = std::clamp(request.now - agent.lastSeen, kSecond, kLongestInterval);
    agent.lastSeen = request.now;
    agent.activeRevision = poll.active;
    agent.heldEtag = poll.held;
    if (const std::string instance = request.parameter("instance"); instance.size() <= 200)
        agent.instance = instance;
}

} // namespace

HttpResponse PolicyChannel::poll(const HttpRequest &request, const std::string &id)
{
    if (const std::string named = request.parameter("agent"); !named.empty() && named != id)
        return errorAnswer(403, "other_agent", "the token is that of another agent");
    const Result<Poll> poll = readPoll(request);
    if (!poll)
        return errorAnswer(400, "malformed", poll.error().message);
    Result<AgentRecord> agent = m_store.agent(id);
    if (!agent)
        return errorAnswer(agent.error().code == ErrorCode::NotFound ? 401 : 503, "store", agent.error().message);
    const TimeNs until = request.arrived + poll->wait * kSecond;
    const Result<Desired> desired = desiredFor(*agent, request.now);
    if (!desired && desired.error().code != ErrorCode::NotFound)
        return errorAnswer(503, "store", desired.error().message);
    const bool same = desired && poll->held == desired->etag;
    if (!request.parked) {
        notePoll(*agent, *poll, request);
        if (same && poll->active == revisionOf(desired->etag)) {
            const bool news = agent->confirmedEtag != desired->etag;
            agent->confirmedEtag = desired->etag;
            agent->pollsSinceOffer = 0;
            if (news)
                if (Result<> r = noteResult(*agent, "verified", desired->etag, request.now); !r)
                    return errorAnswer(503, "store", r.error().message);
        } else if (desired && agent->offeredEtag == desired->etag) {
            ++agent->pollsSinceOffer;
        }
        if (Result<> r = m_store.saveAgent(*agent); !r)
            return errorAnswer(503, "store", r.error().message);
    }
    if (desired && !same)
        return offer(*agent, *desired, request.now);
    if (request.now < until) {
        HttpResponse later;
        later.waitUntil = until;
        return later;
    }
    if (!desired)
        return errorAnswer(404, "no_policy", "no policy was pushed yet");
    HttpResponse unchanged;
    unchanged.status = 304;
    unchanged.headers.emplace_back("ETag", '"' + desired->etag + '"');
    return unchanged;
}

HttpResponse PolicyChannel::offer(AgentRecord &agent, const Desired &desired, TimeNs now)
{
    Result<std::string> envelope = sealed(agent, desired, now);
    if (!envelope)
        return errorAnswer(503, "no_key", envelope.error().message);
    if (agent.offeredEtag != desired.etag) {
        agent.offeredEtag = desired.etag;
        agent.offeredAt = now;
        agent.pollsSinceOffer = 0;
    }
    agent.offeredNonce = randomHex(16);
    if (agent.offeredNonce.empty())
        return errorAnswer(503, "random", "the system gives no random numbers");
    if (Result<> r = m_store.saveAgent(agent); !r)
        return errorAnswer(503, "store", r.error().message);
    HttpResponse response;
    response.body = std::move(*envelope);
    response.headers.emplace_back("ETag", '"' + desired.etag + '"');
    response.headers.emplace_back("X-Nonce", agent.offeredNonce);
    return response;
}

Result<> PolicyChannel::noteResult(const AgentRecord &agent, const char *state, const std::string &detail, TimeNs now)
{
    AuditEntry entry;
    entry.time = now;
    entry.action = "result";
    entry.policyId = m_document ? m_document->policyId : "";
    entry.revision = revisionOf(agent.offeredEtag);
    entry.results.push_back({agent.id, state, detail});
    const Result<AuditEntry> line = m_store.addAudit(std::move(entry));
    return line ? Result<>() : Result<>(line.error());
}

HttpResponse PolicyChannel::acknowledge(const std::string &id, const JsonValue &body, TimeNs now)
{
    static constexpr std::array<std::string_view, 5> kCodes{"invalid", "unsupported", "stale_revision", "bad_signature",
                                                            "internal"};
    Result<AgentRecord> agent = m_store.agent(id);
    if (!agent)
        return errorAnswer(503, "store", agent.error().message);
    JsonMembers members(body);
    const std::string nonce = members.text("nonce");
    const std::string offered = withoutQuotes(members.text("offered"));
    const auto active = members.numberOr("active", 0, kMostNano);
    const std::string instance = members.textOr("instance");
    std::vector<std::string> enforces = members.texts("enforces");
    AgentError error;
    const JsonValue *told = body.find("error");
    const bool refused = told && !told->isNull();
    if (refused) {
        JsonMembers parts(*told);
        error = {parts.text("code"), parts.textOr("path", 500), parts.textOr("message", 2000)};
        if (!told->object() || std::find(kCodes.begin(), kCodes.end(), error.code) == kCodes.end())
            return errorAnswer(400, "malformed", "/error/code is none of the five");
        if (!parts.problem().empty())
            return errorAnswer(400, "malformed", "/error" + parts.problem());
    }
    if (!members.problem().empty())
        return errorAnswer(400, "malformed", members.problem());
    const bool current = !agent->offeredNonce.empty() && nonce == agent->offeredNonce && offered == agent->offeredEtag;
    agent->lastSeen = now;
    Result<> noted;
    if (!current) {
        ++agent->oldNonces;
    } else {
        const bool again = refused ? agent->errorEtag == offered : agent->ackedEtag == offered;
        agent->instance = instance;
        agent->enforces = std::move(enforces);
        agent->activeRevision = active;
        if (refused) {
            agent->errorEtag = offered;
            agent->error = error;
            noted = again ? Result<>() : noteResult(*agent, "rejected", error.code + ' ' + error.path, now);
        } else if (active == revisionOf(offered)) {
            agent->ackedEtag = offered;
            agent->ackedAt = now;
            agent->errorEtag.clear();
            agent->error = {};
            agent->pollsSinceOffer = 0;
            noted = again ? Result<>() : noteResult(*agent, "applied", offered, now);
        }
    }
    if (noted)
        noted = m_store.saveAgent(*agent);
    if (!noted)
        return errorAnswer(503, "store", noted.error().message);
    const Result<Desired> desired = desiredFor(*agent, now);
    JsonValue answer{JsonValue::Object()};
    answer.set("state", std::string(agentStateName(agentState(*agent, desired ? desired->etag : "", now, m_upSince))));
    answer.set("nonce", current ? "current" : "old");
    return jsonAnswer(std::move(answer));
}

} // namespace flyball
