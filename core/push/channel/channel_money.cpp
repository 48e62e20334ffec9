// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channel/channel.h"

#include "core/policy/budget.h"
#include "core/policy/effective.h"
#include "core/policy/windows.h"

namespace flyball {

namespace {

constexpr std::int64_t kUsualTtl = 120;
constexpr std::int64_t kLongestTtl = 3600;

constexpr std::size_t kLongestKey = 100;

HttpResponse storeAnswer(const Error &error)
{
    if (error.code == ErrorCode::NotFound)
        return errorAnswer(404, "no_lease", error.message);
    if (error.code == ErrorCode::InvalidArgument)
        return errorAnswer(409, "lease_closed", error.message);
    return errorAnswer(error.code == ErrorCode::OutOfRange ? 400 : 503, "store", error.message);
}

struct Judged {
    std::optional<BudgetDecision> hard; ///< the first cap that refuses
    bool fleet = false;                 ///< that cap is the fleet's
    std::vector<BudgetDecision> soft;
};

/// Judges the caps of one scope one by one, so that each crossing is noted under its own window. `note`
/// false: for an answer that is given again, nothing new happened.
Result<> judge(PolicyStore &store, const std::vector<PeriodCap> &caps, const std::string &workflow,
               const Budget &budget, const Zone &zone, NanoUsd amount, TimeNs now, bool note, Judged &out)
{
    const bool fleet = workflow.empty();
    for (const PeriodCap &cap : caps) {
        const WindowSpan span = windowAt(zone, cap.window, now);
        const Result<WindowSpend> spend = store.spend(workflow, span.start, span.end);
        if (!spend)
            return spend.error();
        const PeriodSpend so{cap.window, usdOfNano(spend->spent), usdOfNano(spend->held)};
        BudgetDecision decision =
            checkPeriods({cap}, {so}, usdOfNano(amount), budget, fleet ? "/fleet/periods" : "/budget/periods");
        if (decision.verdict == BudgetDecision::Verdict::Allow)
            continue;
        const bool hard = decision.verdict == BudgetDecision::Verdict::Hard;
        const PolicyRevision *head = store.revisions().head();
        const std::string whose = fleet ? "fleet: " : workflow + ": ";
        const CapCrossing crossing{
            now, workflow, cap.window, span.start, hard, head ? head->number : 0, whose + decision.reason};
        if (Result<> r = note ? store.noteCrossing(crossing) : Result<>(); !r)
            return r;
        if (!hard) {
            out.soft.push_back(std::move(decision));
        } else if (!out.hard) {
            out.hard = std::move(decision);
            out.fleet = fleet;
        }
    }
    return {};
}

/// All caps a reservation counts in. `again`: what it asks for is held already, and its own hold is no
/// reason to refuse it.
Result<Judged> judgeAll(PolicyStore &store, const PolicyDocument &document, const Lease &wanted, bool again)
{
    const Result<Zone> zone = policyZone(document);
    if (!zone)
        return zone.error();
    PolicyScope scope;
    scope.workflow = wanted.workflow;
    scope.agent = wanted.agent;
    const PolicyBody effective = effectivePolicy(document, scope).body;
    const Budget budget = effective.budget.value_or(Budget());
    const NanoUsd amount = again ? 0 : wanted.granted;
    Judged judged;
    Result<> done;
    if (!wanted.workflow.empty() && effective.enabled.value_or(true) && budget.periods)
        done = judge(store, *budget.periods, wanted.workflow, budget, *zone, amount, wanted.grantedAt, !again, judged);
    if (done && document.fleet && document.fleet->periods)
        done = judge(store, *document.fleet->periods, "", budget, *zone, amount, wanted.grantedAt, !again, judged);
    return done ? Result<Judged>(std::move(judged)) : Result<Judged>(done.error());
}

/// Why an earlier lease of the same key is no answer to this request.
std::optional<HttpResponse> problemOf(const Result<Lease> &earlier, const Lease &wanted)
{
    if (!earlier)
        return earlier.error().code == ErrorCode::NotFound
                   ? std::nullopt
                   : std::optional(errorAnswer(503, "store", earlier.error().message));
    if (earlier->run != wanted.run || earlier->workflow != wanted.workflow || earlier->granted != wanted.granted)
        return errorAnswer(409, "key_reused", "the key belongs to another reservation");
    if (earlier->state != Lease::State::Held)
        return errorAnswer(409, "lease_closed", "the lease of this key is settled, released or expired");
    return std::nullopt;
}

std::optional<HttpResponse> forbidden(const std::vector<ControlItem> &controls, const Lease &wanted)
{
    for (const ControlItem &item : controls) {
        const bool stop = item.action == ControlItem::Action::StopRun;
        if (item.target == (stop ? wanted.run : wanted.workflow))
            return errorAnswer(409, stop ? "run_stopped" : "workflow_paused", "the operator ordered it");
    }
    return std::nullopt;
}

HttpResponse refusal(const Judged &judged)
{
    JsonValue json{JsonValue::Object()};
    json.set("error", "cap_reached");
    json.set("cap", judged.hard->cap);
    json.set("scope", judged.fleet ? "fleet" : "workflow");
    json.set("action", std::string(nameOf(judged.hard->hardAction)));
    json.set("message", judged.hard->reason);
    return jsonAnswer(std::move(json), 409);
}

HttpResponse grant(const Lease &lease, std::int64_t ttl, const Judged &judged)
{
    JsonValue json{JsonValue::Object()};
    json.set("lease", lease.id);
    json.set("granted_nusd", lease.granted);
    json.set("ttl_s", ttl);
    JsonValue::Array soft;
    for (const BudgetDecision &decision : judged.soft) {
        JsonValue one{JsonValue::Object()};
        one.set("cap", decision.cap);
        JsonValue::Array actions;
        for (const SoftAction action : decision.actions)
            actions.emplace_back(std::string(nameOf(action)));
        one.set("actions", std::move(actions));
        one.set("message", decision.reason);
        soft.push_back(std::move(one));
    }
    json.set("soft", std::move(soft));
    return jsonAnswer(std::move(json));
}

} // namespace

HttpResponse PolicyChannel::reserve(const HttpRequest &request, const std::string &id, const JsonValue &body)
{
    const Result<AgentRecord> agent = m_store.agent(id);
    if (!agent)
        return errorAnswer(503, "store", agent.error().message);
    JsonMembers members(body);
    const std::string run = members.text("run");
    const std::string workflow = members.textOr("workflow");
    const NanoUsd amount = members.number("max_nusd", 0, kMostNano);
    const std::int64_t ttl = members.numberOr("ttl_s", 1, kLongestTtl).value_or(kUsualTtl);
    const std::string key = members.textOr("key", kLongestKey);
    if (!members.problem().empty())
        return errorAnswer(400, "malformed", members.problem());
    Lease wanted;
    wanted.key = key;
    wanted.agent = id;
    wanted.run = run;
    wanted.workflow = workflow.empty() ? agent->workflow : workflow;
    wanted.granted = amount;
    wanted.grantedAt = request.now;
    wanted.expiresAt = request.now + ttl * kSecond;
    refresh(request.now);
    if (!m_document)
        return errorAnswer(409, "no_policy", "no policy was pushed yet");
    if (const auto freed = m_store.expireLeases(request.now); !freed)
        return errorAnswer(503, "store", freed.error().message);
    const Result<Lease> earlier = m_store.leaseOfKey(id, key);
    if (const auto problem = problemOf(earlier, wanted))
        return *problem;
    if (const auto stopped = forbidden(m_controls, wanted)) {
        if (const Result<Lease> freed = earlier ? m_store.release(earlier->id) : earlier; earlier && !freed)
            return storeAnswer(freed.error());
        return *stopped;
    }
    const Result<Judged> judged = judgeAll(m_store, *m_document, wanted, earlier.ok());
    if (!judged)
        return errorAnswer(503, "store", judged.error().message);
    if (earlier)
        return grant(*earlier, (earlier->expiresAt - request.now + kSecond - 1) / kSecond, *judged);
    if (judged->hard)
        return refusal(*judged);
    const Result<Lease> lease = m_store.addLease(std::move(wanted));
    return lease ? grant(*lease, ttl, *judged) : storeAnswer(lease.error());
}

HttpResponse PolicyChannel::settle(const HttpRequest &, const std::string &agent, const JsonValue &body, bool release)
{
    JsonMembers members(body);
    const std::string id = members.text("lease");
    const NanoUsd actual = release ? 0 : members.number("actual_nusd", 0, kMostNano);
    if (!members.problem().empty())
        return errorAnswer(400, "malformed", members.problem());
    Result<Lease> lease = m_store.lease(id);
    if (lease && lease->agent != agent)
        return errorAnswer(404, "no_lease", "there is no such lease");
    if (lease)
        lease = release ? m_store.release(id) : m_store.settle(id, actual);
    if (!lease)
        return storeAnswer(lease.error());
    JsonValue json{JsonValue::Object()};
    json.set("lease", id);
    if (release)
        json.set("released", true);
    else
        json.set("settled_nusd", actual);
    return jsonAnswer(std::move(json));
}

} // namespace flyball
