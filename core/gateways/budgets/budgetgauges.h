// SPDX-License-Identifier: GPL-3.0-or-later
// Budgets as gauges of a metrics page or of a Prometheus server tell them: a data table of families, like the meanings
// of meters beside it. Sources: the metric reference of LiteLLM; Bifrost, Kong and Envoy have no such gauge.
#pragma once

#include "core/domain/gatewaybudget.h"
#include "core/gateways/meters/meterbook.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

enum class GaugeColumn : std::uint8_t { Left, Cap, Hours };

struct BudgetGauge {
    std::string_view family;
    BudgetScope scope = BudgetScope::Other;
    GaugeColumn column = GaugeColumn::Left;
    std::string_view id;     ///< label of the holder
    std::string_view name{}; ///< label with its name
};
/// Null: no gauge of a budget.
[[nodiscard]] const BudgetGauge *budgetGauge(std::string_view series);
[[nodiscard]] std::span<const BudgetGauge> budgetGauges();

/// Gathers the gauges of one reading after the other. Gauges are never added up: what several workers, replicas or
/// instances tell of one budget are views of it, of which the one with the least left counts. +Inf and the largest
/// integer of Python are no cap; NaN is nothing. What is not in the last reading is gone. One thread.
class BudgetGauges {
public:
    void begin();
    void read(std::string_view series, std::span<const MeterLabel> labels, std::string_view value, TimeNs at);
    /// The reading is whole. `at`: when it was told.
    [[nodiscard]] GatewayBudgets end(TimeNs at, TimeNs staleAfter);

private:
    struct View {
        std::string left, cap, hours; ///< as written; empty: not told
        TimeNs at = kNoTime;          ///< of hours
    };
    struct Holder {
        const BudgetGauge *gauge = nullptr;
        std::string id, name;
        std::map<std::string, View> views; ///< by who tells
    };
    struct Reset {
        std::string hours;
        TimeNs at = kNoTime;
        std::uint64_t reading = 0;
    };
    void takeView(const std::string &key, const Holder &holder, GatewayBudget &budget);

    std::map<std::string, Holder> m_holders;
    std::map<std::string, Reset> m_resets; ///< of the last readings: a gauge that stands still was told earlier
    std::int64_t m_left = 0;               ///< holders there was no room for
    std::int64_t m_bad = 0;
    std::int64_t m_apart = 0; ///< budgets of which two views differ
    std::uint64_t m_reading = 0;
    std::string m_lastName; ///< series come in a row
    const BudgetGauge *m_lastGauge = nullptr;
};

} // namespace flyball
