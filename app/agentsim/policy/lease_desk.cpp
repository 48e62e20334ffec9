// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/lease_desk.h"

#include "app/agentsim/policy/json.h"
#include "app/agentsim/policy/sha256.h"

#include <array>
#include <sys/random.h>

namespace flyball::agentsim {

namespace {

constexpr TimeNs kPatience = kSecond;
constexpr TimeNs kAway = 2 * kSecond;
constexpr int kTtlSeconds = 180; ///< a call of two minutes at most, and a minute for one whose owner died

LeaseAnswer read(const HttpAnswer &answer)
{
    LeaseAnswer out;
    const Result<Json> json = Json::parse(answer.body);
    if (!json)
        return out;
    if (answer.status == 200) {
        out.lease = json->textOf("lease");
        out.kind = out.lease.empty() ? LeaseAnswer::Kind::Unreachable : LeaseAnswer::Kind::Granted;
        if (const Json *soft = json->find("soft"))
            for (const Json &cap : soft->items)
                if (const Json *actions = cap.find("actions"))
                    for (const Json &action : actions->items)
                        out.wider = static_cast<SoftSteps>(out.wider | softStepOf(action.text));
        return out;
    }
    const std::string error = json->textOf("error");
    if (answer.status == 409)
        out.kind = error == "cap_reached"       ? LeaseAnswer::Kind::Capped
                   : error == "run_stopped"     ? LeaseAnswer::Kind::Stopped
                   : error == "workflow_paused" ? LeaseAnswer::Kind::Paused
                                                : LeaseAnswer::Kind::Unreachable;
    return out;
}

} // namespace

LeaseDesk::LeaseDesk(std::string agent, HttpClient http) : m_agent(std::move(agent)), m_http(std::move(http))
{
    std::array<char, 16> bytes{};
    (void)::getrandom(bytes.data(), bytes.size(), 0);
    m_keyHead = hmacSha256(std::string_view(bytes.data(), bytes.size()), m_agent).substr(0, 24);
}

LeaseDesk::~LeaseDesk()
{
    for (const std::set<std::string> open = m_open; const std::string &lease : open)
        release(lease);
    sendWaiting();
}

Result<HttpAnswer> LeaseDesk::post(const std::string &path, const std::string &body)
{
    if (monotonicNow() < m_downUntil)
        return Error{ErrorCode::Unreadable, "the policy channel was away a moment ago"};
    Result<HttpAnswer> answer = m_http.request("POST", path, body, {}, kPatience);
    if (!answer)
        m_downUntil = monotonicNow() + kAway;
    return answer;
}

LeaseAnswer LeaseDesk::reserve(const std::string &run, std::string_view workflow, std::int64_t nanoUsd)
{
    sendWaiting();
    // The key makes a second try after a lost answer give the same lease.
    const std::string body = "{\"agent\":" + jsonText(m_agent) + ",\"run\":" + jsonText(run)
                             + ",\"workflow\":" + jsonText(workflow) + ",\"max_nusd\":" + std::to_string(nanoUsd)
                             + ",\"ttl_s\":" + std::to_string(kTtlSeconds) + ",\"key\":\"" + m_keyHead + "-"
                             + std::to_string(++m_keys) + "\"}";
    Result<HttpAnswer> answer = post("/v1/reserve", body);
    if (!answer) {
        m_downUntil = 0;
        answer = post("/v1/reserve", body);
    }
    if (!answer)
        return {};
    LeaseAnswer out = read(*answer);
    if (out.kind == LeaseAnswer::Kind::Granted)
        m_open.insert(out.lease);
    return out;
}

void LeaseDesk::settle(const std::string &lease, std::int64_t nanoUsd)
{
    close(lease, {"/v1/settle", "{\"lease\":" + jsonText(lease) + ",\"actual_nusd\":" + std::to_string(nanoUsd) + "}"});
}

void LeaseDesk::release(const std::string &lease)
{
    close(lease, {"/v1/release", "{\"lease\":" + jsonText(lease) + "}"});
}

void LeaseDesk::close(const std::string &lease, Message message)
{
    m_open.erase(lease);
    m_waiting.push_back(std::move(message));
    sendWaiting();
}

void LeaseDesk::sendWaiting()
{
    while (!m_waiting.empty()) {
        const Result<HttpAnswer> answer = post(m_waiting.front().path, m_waiting.front().body);
        // An answer that is no success will not become one: the lease expired or is closed.
        if (!answer || answer->status >= 500)
            return;
        m_waiting.pop_front();
    }
}

} // namespace flyball::agentsim
