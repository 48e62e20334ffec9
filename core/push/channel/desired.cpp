// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channel/channel.h"

#include "core/policy/digest.h"
#include "core/policy/document/text.h"
#include "core/policy/envelope.h"

#include <algorithm>

namespace flyball {

namespace {

/// What an agent must be able to do or else refuse: whatever stops or routes calls.
std::vector<std::string> requirements(const PolicyBody &body)
{
    std::vector<std::string> out;
    const auto need = [&](bool set, const char *path) {
        if (set)
            out.emplace_back(path);
    };
    if (body.budget) {
        const Budget &budget = *body.budget;
        need(budget.runHard.has_value(), "/budget/run_hard");
        need(budget.maxIterations.has_value(), "/budget/max_iterations");
        need(budget.periods
                 && std::any_of(budget.periods->begin(), budget.periods->end(),
                                [](const PeriodCap &cap) { return cap.hardUsd.has_value(); }),
             "/budget/periods");
    }
    need(body.routing.has_value(), "/routing");
    return out;
}

/// Overrides that depend on what only the agent knows of a call. From the first such one on, all that
/// may concern this agent, so that applying the fitting ones in order gives the effective policy.
JsonValue overridesFor(const PolicyDocument &document, const AgentRecord &agent)
{
    JsonValue::Array out;
    const Workflow *workflow = document.workflow(agent.workflow);
    if (!workflow || !workflow->overrides)
        return out;
    for (const Override &override : *workflow->overrides) {
        const Match &match = override.match;
        if (match.agent && *match.agent != agent.id)
            continue;
        const bool late = match.userSegment || match.step || match.tag;
        if (!late && out.empty())
            continue;
        JsonValue one{JsonValue::Object()};
        one.set("match", toJson(match));
        one.set("set", toJson(override.set));
        out.push_back(std::move(one));
    }
    return out;
}

JsonValue controlsFor(const std::vector<ControlItem> &controls, const AgentRecord &agent)
{
    JsonValue::Array out;
    for (const ControlItem &item : controls) {
        const bool stop = item.action == ControlItem::Action::StopRun;
        // A run may be anywhere; a workflow is not at an agent that is registered for another.
        if (!stop && !agent.workflow.empty() && agent.workflow != item.target)
            continue;
        JsonValue one{JsonValue::Object()};
        one.set("id", item.id);
        one.set("action", stop ? "stop_run" : "pause_workflow");
        one.set(stop ? "run" : "workflow", item.target);
        one.set("until", item.until == kNoTime ? JsonValue() : JsonValue(formatRfc3339(item.until)));
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace

void PolicyChannel::refresh(TimeNs now)
{
    if (m_generation == m_store.generation() && (m_freshUntil == kNoTime || now < m_freshUntil))
        return;
    if (m_generation != m_store.generation()) {
        const PolicyRevision *head = m_store.revisions().head();
        m_document = head ? readPolicy(head->text).document : std::nullopt;
        m_rates = m_document && m_ratesOf ? m_ratesOf(*m_document) : JsonValue(JsonValue::Object());
    }
    m_contents.clear();
    m_freshUntil = kNoTime;
    if (auto controls = m_store.controls(now))
        m_controls = std::move(*controls);
    for (const ControlItem &item : m_controls)
        if (item.until != kNoTime)
            m_freshUntil = m_freshUntil == kNoTime ? item.until : std::min(m_freshUntil, item.until);
    m_generation = m_store.generation();
}

TimeNs PolicyChannel::nextChange(TimeNs now)
{
    refresh(now);
    return m_freshUntil;
}

JsonValue PolicyChannel::contentFor(const AgentRecord &agent) const
{
    const PolicyRevision &head = *m_store.revisions().head();
    PolicyPayload payload;
    payload.source = m_store.source();
    payload.revision = head.number;
    payload.scope.workflow = agent.workflow;
    payload.scope.agent = agent.id;
    payload.rollbackOf = head.rollbackOf;
    payload.rates = m_rates;
    payload.tiers = m_document->tiers;
    payload.timezone = m_document->timezone.value_or("UTC");
    payload.policy = effectivePolicy(*m_document, payload.scope).body;
    payload.require = requirements(payload.policy);
    JsonValue json = JsonValue::parse(payloadText(payload)).value();
    json.set("overrides", overridesFor(*m_document, agent));
    if (m_document->fleet && m_document->fleet->periods) {
        JsonValue::Array periods;
        for (const PeriodCap &cap : *m_document->fleet->periods)
            periods.push_back(toJson(cap));
        JsonValue fleet{JsonValue::Object()};
        fleet.set("periods", std::move(periods));
        json.set("fleet", std::move(fleet));
    }
    json.set("control", controlsFor(m_controls, agent));
    return json;
}

Result<PolicyChannel::Desired> PolicyChannel::desiredFor(AgentRecord &agent, TimeNs now)
{
    refresh(now);
    if (!m_document)
        return Error{ErrorCode::NotFound, "no policy was pushed yet"};
    auto known = m_contents.find(agent.id);
    if (known == m_contents.end()) {
        Cached made;
        made.content = contentFor(agent);
        made.digest = sha256Hex(made.content.compact());
        known = m_contents.emplace(agent.id, std::move(made)).first;
    }
    const Cached &cached = known->second;
    if (agent.digest != cached.digest) {
        agent.digest = cached.digest;
        ++agent.issue;
        if (Result<> r = m_store.saveAgent(agent); !r)
            return r.error();
    }
    const std::string mark = sha256Hex(agent.digest + '#' + std::to_string(agent.issue)).substr(0, 8);
    return Desired{std::to_string(m_store.revisions().head()->number) + '-' + mark, cached.content};
}

Result<std::string> PolicyChannel::sealed(const AgentRecord &agent, const Desired &desired, TimeNs now) const
{
    const std::string key = m_store.signingKey(agent.id);
    if (key.empty())
        return Error{ErrorCode::Unreadable, "the signing key of this agent is gone; renew it"};
    JsonValue payload = desired.content;
    payload.set("issued_at", formatRfc3339(now));
    payload.set("issue", agent.issue);
    payload.set("etag", desired.etag); // for agents that get it as a file
    return sealEnvelope(payload.compact(), key);
}

Result<std::string> PolicyChannel::envelopeFor(const std::string &id, TimeNs now)
{
    Result<AgentRecord> agent = m_store.agent(id);
    if (!agent)
        return agent.error();
    const Result<Desired> desired = desiredFor(*agent, now);
    if (!desired)
        return desired.error();
    return sealed(*agent, *desired, now);
}

} // namespace flyball
