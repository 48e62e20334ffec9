// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/statusreader.h"

#include <algorithm>

#include "core/push/channel/agentstate.h"

namespace flyball {

namespace {

std::string textOf(const JsonValue &object, const char *name)
{
    const JsonValue *value = object.find(name);
    return value && value->string() ? *value->string() : std::string();
}

std::optional<AgentState> stateOf(const std::string &name)
{
    for (const AgentState state :
         {AgentState::Pending, AgentState::InSync, AgentState::Rejected, AgentState::Drifted, AgentState::Silent})
        if (name == agentStateName(state))
            return state;
    return std::nullopt;
}

} // namespace

ChannelSnapshot readStatus(const JsonValue &status)
{
    ChannelSnapshot out;
    const JsonValue *revision = status.find("revision");
    out.revision = revision && revision->number() ? revision->number()->toInt64().value_or(0) : 0;
    out.etag = textOf(status, "etag");
    if (const JsonValue *rates = status.find("rates"); rates && rates->object())
        out.rates = *rates;
    const JsonValue *list = status.find("agent_list");
    if (!list || !list->array())
        return out;
    for (const JsonValue &item : *list->array()) {
        const auto state = stateOf(textOf(item, "state"));
        AgentStatus agent;
        agent.record.id = textOf(item, "id");
        if (!state || agent.record.id.empty())
            continue;
        const JsonValue *verified = item.find("verified");
        agent.state = *state;
        agent.etag = textOf(item, "desired");
        agent.verified = verified && verified->boolean() && *verified->boolean();
        out.agents.push_back(std::move(agent));
    }
    return out;
}

void fillRecords(ChannelSnapshot &snapshot, const std::vector<AgentRecord> &records)
{
    for (AgentStatus &agent : snapshot.agents) {
        const auto found =
            std::find_if(records.begin(), records.end(), [&](const AgentRecord &r) { return r.id == agent.record.id; });
        if (found != records.end())
            agent.record = *found;
    }
}

} // namespace flyball
