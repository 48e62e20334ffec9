// SPDX-License-Identifier: GPL-3.0-or-later
// What the management API of LiteLLM tells of budgets (gateways.md of its sources: UpdateKeyRequest,
// budget_management_endpoints, TeamListResponse, ProviderBudgetResponse).
#pragma once

#include "core/gateways/budgets/budgetlist.h"

namespace flyball {

/// One page of GET /key/list with full objects.
struct KeyPage {
    std::int64_t total = -1; ///< keys; -1: not told
    std::int64_t pages = -1;
    std::int64_t keys = 0;   ///< on this page
    std::uint64_t first = 0; ///< hash of the first one: a page that repeats
};

/// Each false: it is no such answer, and `out` got nothing of it. A key or team is one budget, with one more for each
/// of its models and of its further windows; one without a cap of its own has that of its budget table.
[[nodiscard]] bool readKeyList(std::string_view body, KeyPage &page, BudgetList &out);
[[nodiscard]] bool readKeyInfo(std::string_view body, BudgetList &out);         ///< GET /key/info
[[nodiscard]] bool readSharedBudgets(std::string_view body, BudgetList &out);   ///< GET /budget/list, POST /budget/info
[[nodiscard]] bool readTeamList(std::string_view body, BudgetList &out);        ///< GET /team/list
[[nodiscard]] bool readProviderBudgets(std::string_view body, BudgetList &out); ///< GET /provider/budgets

} // namespace flyball
