// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/config.h"
#include "core/push/targets/target.h"

#include <memory>

namespace flyball {

/// Bifrost's governance interface (gateways.md 2; tried against a stand-in only). Calendar caps become budgets of a
/// virtual key; with `routes` the policy's rules become routing rules of that key, named "flyball <rule>", and the
/// default tier one behind them all. A PUT of budgets replaces the list, so it is read, changed and written back;
/// whether an existing budget is calendar-aligned is left alone, as changing it zeroes what was spent.
/// Options: url, secret (Authorization: Bearer; none when its admin login is off), virtual_key (id), routes (true).
[[nodiscard]] Result<std::unique_ptr<PolicyTarget>> makeBifrostTarget(const TargetConfig &config);

} // namespace flyball
