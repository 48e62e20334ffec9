// SPDX-License-Identifier: GPL-3.0-or-later
// What a gateway holds against what our policy says. Pure.
#pragma once

#include <QString>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/domain/gatewaybudget.h"
#include "core/models/text/formatter.h"
#include "core/policy/effective.h"
#include "core/push/types.h"

namespace flyball {

/// The window of the policy that a gateway's period is: "1h", "24h", "7d", "1mo", "1M", "30d" ...; nothing for others.
[[nodiscard]] std::optional<PeriodWindow> windowOfPeriod(const std::string &period);

/// "per month", "per 90d"; empty for none.
[[nodiscard]] QString periodText(const std::string &period);
[[nodiscard]] QString windowText(PeriodWindow window);

/// The workflow a budget belongs to: that of the target that sets it, else the one its holder is named after.
/// `known`: workflows of the policy and of the ledger. Empty: it cannot be told.
[[nodiscard]] std::string workflowOf(const GatewayBudget &budget, const std::vector<TargetScope> &targets,
                                     const std::set<std::string> &known);

/// What the policy says of it, as a sentence with its tone; `cap` is what stands beside the gateway's.
struct BudgetVerdict {
    QString cap;  ///< "$40.00 per month"; empty: nothing to compare with
    QString text; ///< "the gateway holds $50.00, the policy says $40.00"
    QString tone; ///< "ok", "warn" or "" where there is nothing to say
};
/// `policy`: effective for the workflow; null: there is none. `workflow` empty: none is known.
[[nodiscard]] BudgetVerdict compareBudget(const GatewayBudget &budget, const std::string &workflow,
                                          const EffectivePolicy *policy, const Formatter &format);

} // namespace flyball
