// SPDX-License-Identifier: GPL-3.0-or-later
// What a gateway says of the caps that it keeps itself: shown beside ours, never counted as spend.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/money.h"
#include "core/base/time.h"

namespace flyball {

/// Who is capped. Shared: a budget that several of them refer to, each with a spend of its own.
enum class BudgetScope : std::uint8_t { Key, VirtualKey, Team, User, Organization, Customer, Provider, Shared, Other };
/// "key", "virtual key" ...
[[nodiscard]] std::string_view nameOf(BudgetScope scope);

/// One cap. Money that was not told, or is no amount, is nothing: never 0.
struct GatewayBudget {
    BudgetScope scope = BudgetScope::Other;
    std::string id;       ///< as the gateway names the holder (a hash, an id), or else the budget
    std::string name;     ///< of the holder, for people; may be empty
    std::string workflow; ///< that the gateway's own data names for the holder; may be empty
    std::string model;    ///< this model of the holder alone; empty: all of them
    std::optional<PicoUsd> spent;
    std::optional<PicoUsd> cap;  ///< hard: calls beyond it are refused
    std::optional<PicoUsd> soft; ///< only told of
    std::optional<PicoUsd> left; ///< of `cap`; negative: it was overrun
    bool uncapped = false;       ///< told that there is no cap; without both it is not known whether there is one
    std::string period;          ///< as told: "30d", "1M"; empty: not told, or it is never reset
    TimeNs resetAt = kNoTime;    ///< the next one
    bool resetAbout = false;     ///< counted from hours left, as old as the gauge that told them
    TimeNs lastReset = kNoTime;
    friend bool operator==(const GatewayBudget &, const GatewayBudget &) = default;
};

inline constexpr std::size_t kMostBudgets = 2'000; ///< of one source

/// What one source knows of budgets. Immutable once it is shared.
struct GatewayBudgets {
    std::vector<GatewayBudget> list; ///< as told; at most kMostBudgets
    std::int64_t total = 0;          ///< there are, with those that `list` has no room for
    TimeNs at = kNoTime;             ///< of the answer, wall clock; kNoTime: none came yet
    TimeNs staleAfter = 0;           ///< from then on what is listed may not hold any more; 0: never
    std::string problem;             ///< why the last question was not answered: the list is older than that, or none
    std::string note;                ///< "2 figures are no amounts of money" and such

    [[nodiscard]] bool known() const { return at != kNoTime; }
    [[nodiscard]] bool stale(TimeNs now) const
    {
        return known() && (!problem.empty() || (staleAfter > 0 && now - at > staleAfter));
    }
    /// The one of which most of its cap is spent; null: of none both are known.
    [[nodiscard]] const GatewayBudget *fullest() const;
};
using GatewayBudgetsPtr = std::shared_ptr<const GatewayBudgets>;

/// One line in English: "3 budgets, the fullest $474.90 of $500.00"; empty when there are none.
[[nodiscard]] std::string budgetLine(const GatewayBudgets &budgets);

} // namespace flyball
