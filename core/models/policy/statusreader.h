// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/channel/channel.h"

namespace flyball {

/// What `GET /v1/status` says of the revision and the agents (statusJson): states, verified, payloads. Members it
/// does not know are left alone; an agent without an id or with a state of no name is left out.
[[nodiscard]] ChannelSnapshot readStatus(const JsonValue &status);
/// Completes the agents of a status from their records of the store.
void fillRecords(ChannelSnapshot &snapshot, const std::vector<AgentRecord> &records);

} // namespace flyball
