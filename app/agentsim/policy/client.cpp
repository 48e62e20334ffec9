// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/client.h"

#include "core/base/wholefile.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <sys/random.h>
#include <unistd.h>

namespace flyball::agentsim {

namespace {

constexpr TimeNs kMillisecond = kSecond / 1000;
constexpr TimeNs kGrace = 10 * kSecond; ///< what an answer may take beyond the wait that was asked for
constexpr TimeNs kRetryRejected = 10 * kMinute;
constexpr TimeNs kStuckPause = kSecond;
constexpr std::string_view kEnforces =
    R"(["caps.tokens:reserve","caps.usd:reserve","caps.window:lease","caps.iterations","routing","cascade","retry",)"
    R"("circuit_breaker","output","prompt_cache","context","control"])";

std::string freshInstance()
{
    std::array<unsigned char, 16> bytes{};
    (void)::getrandom(bytes.data(), bytes.size(), 0);
    std::string out = "sim-";
    for (const unsigned char byte : bytes) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

} // namespace

AgentClient::AgentClient(AgentEntry entry, HttpClient http, const StopEvent &stop, AppliedLog &log,
                         ClientOptions options)
    : m_entry(std::move(entry)),
      m_http(std::move(http)),
      m_stop(stop),
      m_log(log),
      m_options(std::move(options)),
      m_instance(freshInstance())
{}

AgentClient::~AgentClient()
{
    if (m_thread.joinable())
        m_thread.join();
}

void AgentClient::start()
{
    loadLastGood();
    m_thread = std::thread(&AgentClient::work, this);
}

AgentClient::State AgentClient::state() const
{
    const std::scoped_lock lock(m_mutex);
    return m_state;
}

bool AgentClient::awaitFirst(TimeNs timeout) const
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, std::chrono::nanoseconds(timeout), [this] { return m_heard; });
}

void AgentClient::setHeard()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_heard = true;
    }
    m_changed.notify_all();
}

void AgentClient::set(Standing standing, std::shared_ptr<const AgentPolicy> policy)
{
    const std::scoped_lock lock(m_mutex);
    m_state = {standing, std::move(policy)};
}

std::string AgentClient::lastGoodPath() const { return m_options.folder + '/' + m_entry.id + ".policy.json"; }

void AgentClient::loadLastGood()
{
    if (m_options.folder.empty())
        return;
    const Result<std::string> envelope = readWholeFile(lastGoodPath());
    const std::optional<std::string> payload = envelope ? openSealed(*envelope, m_entry.key) : std::nullopt;
    auto policy = std::make_shared<AgentPolicy>();
    std::vector<std::string> unknown;
    if (!payload || readPayload(*payload, *policy, unknown))
        return;
    policy->etag = etagOfPayload(*payload);
    set(Standing::InForce, std::move(policy));
}

void AgentClient::work()
{
    for (bool first = true; !m_stop.raised(); first = false) {
        poll();
        if (first)
            setHeard();
    }
}

void AgentClient::poll()
{
    const State now = state();
    const bool again = monotonicNow() >= m_retryAt;
    const std::string held = !m_rejected.empty() && !again ? m_rejected : now.policy ? now.policy->etag : "";
    // The first answer must say at once whether there is a policy.
    const TimeNs wait = m_first || m_options.fault == Fault::Stuck ? 0 : m_options.wait;
    const std::string target = "/v1/policy?agent=" + m_entry.id + "&instance=" + m_instance
                               + "&active=" + std::to_string(now.policy ? now.policy->revision : 0)
                               + "&wait=" + std::to_string(wait / kSecond);
    const Result<HttpAnswer> answer = m_http.request("GET", target, {}, held, wait + kGrace);
    if (!answer || (answer->status != 200 && answer->status != 304 && answer->status != 404)) {
        if (!now.policy && now.standing != Standing::NoPolicy && !m_stop.raised())
            set(Standing::BuiltIn, nullptr);
        (void)m_stop.wait((100 * kMillisecond) << std::min(m_failures++, 4));
        return;
    }
    m_failures = 0;
    m_first = false;
    m_contact = monotonicNow();
    if (answer->status == 200)
        return take(*answer);
    if (again)
        m_retryAt = INT64_MAX;
    if (answer->status == 404 && !now.policy)
        set(Standing::NoPolicy, nullptr);
    if (m_options.fault == Fault::Stuck || (answer->status == 404 && wait == 0))
        (void)m_stop.wait(m_options.fault == Fault::Stuck ? kStuckPause : 10 * kMillisecond);
}

std::optional<Refusal> AgentClient::admit(const AgentPolicy &policy) const
{
    const State now = state();
    if (!now.policy)
        return std::nullopt;
    if (policy.source != now.policy->source)
        return Refusal{"stale_revision", "/source", "this agent follows " + now.policy->source};
    if (std::pair(policy.revision, policy.issue) < std::pair(now.policy->revision, now.policy->issue))
        return Refusal{"stale_revision", "/revision", "is older than " + std::to_string(now.policy->revision)};
    return std::nullopt;
}

std::optional<Refusal> AgentClient::persist(const std::string &envelope) const
{
    if (m_options.folder.empty())
        return std::nullopt;
    if (const Result<> saved = writeFileAtomically(lastGoodPath(), envelope); !saved)
        return Refusal{"internal", "", saved.error().message};
    return std::nullopt;
}

void AgentClient::take(const HttpAnswer &answer)
{
    const State now = state();
    if (m_options.fault == Fault::Stuck && now.policy) {
        (void)m_stop.wait(kStuckPause);
        return;
    }
    if (m_options.fault == Fault::Slow && m_stop.wait(m_options.delay))
        return;
    auto policy = std::make_shared<AgentPolicy>();
    std::vector<std::string> unknown;
    std::optional<Refusal> refusal;
    const std::optional<std::string> payload = openSealed(answer.body, m_entry.key);
    if (!payload)
        refusal = Refusal{"bad_signature", "", "the policy was not signed with this agent's key"};
    else
        refusal = readPayload(*payload, *policy, unknown);
    if (!refusal)
        refusal = admit(*policy);
    if (!refusal)
        refusal = persist(answer.body);
    if (!refusal) {
        policy->etag = answer.etag;
        m_rejected.clear();
        m_retryAt = INT64_MAX;
        m_log.note(m_entry.id, *policy);
        set(Standing::InForce, std::move(policy));
        if (m_options.fault == Fault::Crashed)
            return comeBack();
    } else {
        // Once more later, in case the cause was here; then not until it changes.
        m_retryAt = m_rejected == answer.etag ? INT64_MAX : monotonicNow() + kRetryRejected;
        m_rejected = answer.etag;
        if (!now.policy)
            set(Standing::BuiltIn, nullptr);
    }
    acknowledge(answer.nonce, answer.etag, refusal, unknown);
}

void AgentClient::acknowledge(const std::string &nonce, const std::string &offered,
                              const std::optional<Refusal> &refusal, const std::vector<std::string> &unknown)
{
    const State now = state();
    std::string body = "{\"agent\":" + jsonText(m_entry.id) + ",\"instance\":" + jsonText(m_instance)
                       + ",\"nonce\":" + jsonText(nonce) + ",\"offered\":" + jsonText(offered)
                       + ",\"active\":" + std::to_string(now.policy ? now.policy->revision : 0) + ",\"error\":";
    body += refusal ? "{\"code\":" + jsonText(refusal->code) + ",\"path\":" + jsonText(refusal->path)
                          + ",\"message\":" + jsonText(refusal->message) + "}"
                    : "null";
    body.append(",\"enforces\":").append(kEnforces).append(",\"unknown\":[");
    for (std::size_t i = 0; i < std::min<std::size_t>(unknown.size(), 100); ++i)
        body += (i == 0 ? "" : ",") + jsonText(unknown[i]);
    body += "],\"policy_age\":" + std::to_string((monotonicNow() - m_contact) / kSecond) + "}";
    // When it is lost, the next poll says what is active.
    (void)m_http.request("POST", "/v1/ack", body, {}, kGrace);
}

void AgentClient::comeBack()
{
    set(Standing::Dead, nullptr);
    if (m_stop.wait(m_options.delay))
        return;
    m_instance = freshInstance();
    m_rejected.clear();
    set(Standing::BuiltIn, nullptr);
    loadLastGood();
    m_first = true;
}

} // namespace flyball::agentsim
