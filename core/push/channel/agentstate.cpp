// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channel/agentstate.h"

#include <algorithm>
#include <array>

namespace flyball {

namespace {

constexpr TimeNs kGrace = 5 * kSecond;
constexpr TimeNs kUsualInterval = 30 * kSecond; ///< of an agent that never came
constexpr std::int64_t kPollsToTakeUp = 2;

bool isSilent(const AgentRecord &agent, TimeNs now, TimeNs upSince)
{
    const bool seen = agent.lastSeen != kNoTime;
    const TimeNs since = std::max(seen ? agent.lastSeen : agent.registeredAt, upSince);
    const TimeNs interval = seen ? std::max(agent.interval, kSecond) : kUsualInterval;
    return now - since > 2 * interval + kGrace;
}

} // namespace

std::string_view agentStateName(AgentState state)
{
    static constexpr std::array<std::string_view, 5> kNames{"pending", "in_sync", "rejected", "drifted", "silent"};
    return kNames[static_cast<std::size_t>(state)];
}

AgentState agentState(const AgentRecord &agent, const std::string &etag, TimeNs now, TimeNs upSince)
{
    if (isSilent(agent, now, upSince))
        return AgentState::Silent;
    if (etag.empty())
        return AgentState::Pending;
    if (agent.errorEtag == etag)
        return AgentState::Rejected;
    if (agent.offeredEtag == etag && agent.pollsSinceOffer >= kPollsToTakeUp)
        return AgentState::Drifted;
    return agent.ackedEtag == etag || agent.confirmedEtag == etag ? AgentState::InSync : AgentState::Pending;
}

std::string_view capStateName(CapState state)
{
    static constexpr std::array<std::string_view, 6> kNames{"draft",    "saved",   "applied",
                                                            "verified", "drifted", "contradicted"};
    return kNames[static_cast<std::size_t>(state)];
}

CapState capState(const CapProof &proof)
{
    const bool past = proof.spend && *proof.spend > proof.cap + proof.overshoot;
    return proof.pushed == CapState::Verified && past ? CapState::Contradicted : proof.pushed;
}

} // namespace flyball
