// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/domain/gatewaybudget.h"
#include "core/formats/jsonfields.h"

#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// Budgets while they are read: at most kMostBudgets are kept, all are counted. Their texts are cut to kMostName bytes.
class BudgetList {
public:
    static constexpr std::size_t kMostName = 256;

    void add(GatewayBudget budget);
    /// Money of a member: null and absent are nothing; what is no amount, or below 0, is nothing and counted.
    [[nodiscard]] std::optional<PicoUsd> money(const JsonFields &fields, std::string_view key);
    void badFigure() { ++m_bad; }
    /// An entry of a list that is no object.
    void badEntry() { ++m_broken; }
    /// More than were read are there, as the gateway says.
    void setTotal(std::int64_t total) { m_told = total; }
    void note(const std::string &what);

    [[nodiscard]] std::int64_t count() const { return m_count; }
    /// `at`: when they were told.
    [[nodiscard]] GatewayBudgets finish(TimeNs at, TimeNs staleAfter);

private:
    std::vector<GatewayBudget> m_list;
    std::int64_t m_count = 0;
    std::int64_t m_told = 0;
    std::int64_t m_bad = 0;
    std::int64_t m_broken = 0;
    std::string m_note;
};

/// "2026-12-01T00:00:00Z" and the other forms of JsonFields::time; kNoTime when it is none.
[[nodiscard]] TimeNs budgetTime(const JsonFields &fields, std::string_view key);

} // namespace flyball
