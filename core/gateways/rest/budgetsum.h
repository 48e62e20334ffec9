// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace flyball {

/// What caps there are and how much of them is spent, in words: "3 keys, 2 with a cap, $12.40 of $50.00". Those without
/// one count, their spend does not.
class BudgetSum {
public:
    /// The characters of numbers, as an answer has them.
    void add(std::string_view spent, std::string_view cap);
    /// `noun`: "key". `total`: as the answer says, where it is one page of more. Empty when there are none.
    [[nodiscard]] std::string text(const std::string &noun, std::int64_t total) const;
    /// For caps that hold each other, so that no sum says anything: "2 budgets, the fullest $474.90 of $500.00".
    [[nodiscard]] std::string fullest(const std::string &noun) const;

private:
    std::int64_t m_count = 0;
    std::int64_t m_capped = 0;
    UsdSum m_spent;
    UsdSum m_caps;
    PicoUsd m_fullestSpent = 0;
    PicoUsd m_fullestCap = 0; ///< 0: there is none yet
};

} // namespace flyball
