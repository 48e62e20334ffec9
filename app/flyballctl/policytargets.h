// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/flyballctl/policyclient.h"

namespace flyball::ctl {

/// After a push or a rollback: gives the revision in force to the configured targets, or waits until the server
/// that holds the store did. The names of those that did not take it; empty: all did.
[[nodiscard]] Result<std::vector<std::string>> pushToTargets(const PolicyClient &client, const Arguments &arguments);
/// policy targets set-key, move-key and forget-key.
int policyKey(const std::string &action, const std::string &id, bool json);

} // namespace flyball::ctl
