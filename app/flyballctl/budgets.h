// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/domain/gatewaybudget.h"

namespace flyball::ctl {

/// {"at", "stale", "problem", "note", "total", "list": [{"scope", "id", "name", "workflow", "model", "spent_usd",
/// "cap_usd", "soft_usd", "left_usd", "uncapped", "period", "reset_at", "reset_about"}]}: money as exact decimal text,
/// null where it is not known.
[[nodiscard]] nlohmann::ordered_json budgetsJson(const GatewayBudgets &budgets, TimeNs now);
/// A table; empty when there are none.
[[nodiscard]] std::string budgetsText(const GatewayBudgets &budgets);

} // namespace flyball::ctl
