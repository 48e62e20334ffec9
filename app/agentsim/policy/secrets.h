// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace flyball::agentsim {

/// A registered agent with its secrets, which never travel on a command line.
struct AgentEntry {
    std::string id;
    std::string token;    ///< proves the agent to the server
    std::string key;      ///< proves the policy to the agent
    std::string workflow; ///< whose runs it governs; empty: the policy's scope tells
};

struct ChannelSettings {
    std::string url;
    std::vector<AgentEntry> agents;
};

/// What `flyballctl policy serve` prints, as a file of this user that nobody else may read.
[[nodiscard]] Result<ChannelSettings> settingsFromFile(const std::string &path);
/// One agent: FLYBALL_POLICY_AGENT, FLYBALL_POLICY_TOKEN, FLYBALL_POLICY_KEY; or several: FLYBALL_POLICY_AGENTS,
/// the list `agents` of such a file.
[[nodiscard]] Result<ChannelSettings> settingsFromEnvironment(const std::string &url);

} // namespace flyball::agentsim
