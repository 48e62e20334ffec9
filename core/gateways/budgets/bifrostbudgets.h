// SPDX-License-Identifier: GPL-3.0-or-later
// What the governance API of Bifrost tells of budgets (docs/openapi/schemas/management of its source).
#pragma once

#include "core/gateways/budgets/budgetlist.h"

#include <map>
#include <string>

namespace flyball {

/// Names of holders by "virtual_key:ID", "team:ID" ...
using BifrostNames = std::map<std::string, std::string, std::less<>>;

/// Takes the names of a list {"virtual_keys": [{"id", "name"}]}; at most kMostBudgets.
void readBifrostNames(std::string_view body, std::string_view list, std::string_view kind, BifrostNames &names);
/// GET /api/governance/budgets. False: it is no such answer.
[[nodiscard]] bool readBifrostBudgets(std::string_view body, const BifrostNames &names, BudgetList &out);
/// GET /api/governance/virtual-keys/quota, which a virtual key asks about itself.
[[nodiscard]] bool readBifrostQuota(std::string_view body, BudgetList &out);

} // namespace flyball
