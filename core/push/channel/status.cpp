// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channel/channel.h"

#include <algorithm>

namespace flyball {

namespace {

JsonValue timeOrNull(TimeNs time) { return time == kNoTime ? JsonValue() : JsonValue(formatRfc3339(time)); }

constexpr std::string_view kOutcomes[] = {"applied", "approximated", "unsupported"};

JsonValue receiptsJson(const std::vector<KnobReceipt> &knobs)
{
    JsonValue::Array out;
    for (const KnobReceipt &knob : knobs) {
        JsonValue one{JsonValue::Object()};
        one.set("path", knob.path);
        one.set("result", std::string(kOutcomes[static_cast<std::size_t>(knob.outcome)]));
        one.set("how", knob.how);
        out.push_back(std::move(one));
    }
    return out;
}

JsonValue agentJson(const AgentStatus &agent)
{
    const AgentRecord &record = agent.record;
    JsonValue one{JsonValue::Object()};
    one.set("id", record.id);
    one.set("workflow", record.workflow);
    one.set("state", std::string(agentStateName(agent.state)));
    one.set("verified", agent.verified);
    one.set("active", record.activeRevision ? JsonValue(*record.activeRevision) : JsonValue());
    one.set("desired", agent.etag);
    one.set("offered", record.offeredEtag);
    one.set("acked", record.ackedEtag);
    one.set("last_seen", timeOrNull(record.lastSeen));
    one.set("offered_at", timeOrNull(record.offeredAt));
    one.set("acked_at", timeOrNull(record.ackedAt));
    one.set("instance", record.instance);
    one.set("enforces", JsonValue::Array(record.enforces.begin(), record.enforces.end()));
    one.set("old_nonces", record.oldNonces);
    JsonValue error;
    if (agent.state == AgentState::Rejected) {
        error.set("code", record.error.code);
        error.set("path", record.error.path);
        error.set("message", record.error.message);
    }
    one.set("error", std::move(error));
    return one;
}

JsonValue controlJson(const ControlItem &item)
{
    const bool stop = item.action == ControlItem::Action::StopRun;
    JsonValue one{JsonValue::Object()};
    one.set("id", item.id);
    one.set("action", stop ? "stop_run" : "pause_workflow");
    one.set(stop ? "run" : "workflow", item.target);
    one.set("until", timeOrNull(item.until));
    one.set("author", item.author);
    one.set("comment", item.comment);
    return one;
}

JsonValue crossingJson(const CapCrossing &crossing)
{
    JsonValue one{JsonValue::Object()};
    one.set("time", formatRfc3339(crossing.time));
    one.set("scope", crossing.workflow.empty() ? "fleet" : "workflow");
    one.set("workflow", crossing.workflow);
    one.set("window", std::string(nameOf(crossing.window)));
    one.set("cap", crossing.hard ? "hard" : "soft");
    one.set("revision", crossing.revision);
    one.set("message", crossing.reason);
    return one;
}

template <typename T>
JsonValue listOf(const std::vector<T> &values, JsonValue (*toJson)(const T &))
{
    JsonValue::Array out;
    for (const T &value : values)
        out.push_back(toJson(value));
    return out;
}

} // namespace

JsonValue targetJson(const TargetReceipt &receipt)
{
    JsonValue one{JsonValue::Object()};
    one.set("id", receipt.id);
    one.set("kind", receipt.kind);
    one.set("state", receipt.state);
    one.set("detail", receipt.detail);
    if (!receipt.key.empty())
        one.set("key", receipt.key);
    one.set("receipts", receiptsJson(receipt.knobs));
    return one;
}

std::string channelState(const ChannelSnapshot &snapshot)
{
    const auto any = [&](AgentState state) { return snapshot.count(state) > 0; };
    if (any(AgentState::Rejected))
        return "rejected";
    if (any(AgentState::Drifted))
        return "drifted";
    const auto all = [&](auto &&test) { return std::all_of(snapshot.agents.begin(), snapshot.agents.end(), test); };
    if (snapshot.agents.empty() || !all([](const AgentStatus &a) { return a.state == AgentState::InSync; }))
        return any(AgentState::Silent) ? "unreachable" : "saved";
    return all([](const AgentStatus &a) { return a.verified; }) ? "verified" : "applied";
}

JsonValue statusJson(const ChannelSnapshot &snapshot)
{
    JsonValue json{JsonValue::Object()};
    json.set("revision", snapshot.revision);
    json.set("etag", snapshot.etag);
    JsonValue targets = listOf(snapshot.receipts, targetJson);
    if (snapshot.revision > 0) {
        TargetReceipt channel;
        channel.id = "policy-channel";
        channel.kind = "flyball-policy/1";
        channel.state = channelState(snapshot);
        targets.array()->insert(targets.array()->begin(), targetJson(channel));
    }
    json.set("targets", std::move(targets));
    JsonValue counts{JsonValue::Object()};
    for (const AgentState state :
         {AgentState::InSync, AgentState::Pending, AgentState::Rejected, AgentState::Drifted, AgentState::Silent})
        counts.set(agentStateName(state), snapshot.count(state));
    json.set("agents", std::move(counts));
    json.set("rates", snapshot.rates);
    json.set("agent_list", listOf(snapshot.agents, agentJson));
    json.set("controls", listOf(snapshot.controls, controlJson));
    json.set("crossings", listOf(snapshot.crossings, crossingJson));
    return json;
}

} // namespace flyball
