// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateways/budgets/budgetgauges.h"
#include "core/gateways/promql/promserver.h"

#include <string>

namespace flyball {

/// The gauges of budgets that a Prometheus-compatible server has now, asked as an instant vector: what was not scraped
/// for five minutes, or is marked as stale, is not in it. One thread.
class PromBudgets {
public:
    /// `match`: checked. `interval`: between two questions to the server.
    PromBudgets(const std::string &match, TimeNs interval);
    /// Null: nothing new. A server that does not answer this question keeps what it told, with the problem.
    [[nodiscard]] GatewayBudgetsPtr ask(PromServer &server);

private:
    std::string m_selector;
    TimeNs m_every;
    TimeNs m_due = 0; ///< monotonic
    BudgetGauges m_gauges;
    GatewayBudgetsPtr m_last; ///< null: none were told yet
};

} // namespace flyball
