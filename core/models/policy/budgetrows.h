// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <map>
#include <set>

#include "core/aggregate/snapshot.h"
#include "core/models/policy/budgetcompare.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// Rows of the tables of budgets, as functions of what sources told and of the policy. GUI thread.
class BudgetRows {
public:
    static const QStringList kRoles, kSorts;

    BudgetRows(const Formatter &format, TimeNs now, std::vector<TargetScope> targets, std::set<std::string> known,
               const PolicyDocument *policy);

    struct Made {
        TableRow row;
        std::string workflow; ///< it belongs to; empty: not known
    };
    [[nodiscard]] std::vector<Made> of(const TableModel &table, const SourceHealth &source);

    /// "3, the fullest $474.90 of $500.00", and the tone of how full it is.
    struct Line {
        QString text, tone;
    };
    [[nodiscard]] static Line line(const GatewayBudgets &budgets, const Formatter &format, TimeNs now);

private:
    [[nodiscard]] TableRow rowOf(const TableModel &table, const QString &id, const GatewayBudget &budget,
                                 const SourceHealth &source, const std::string &workflow);
    [[nodiscard]] const EffectivePolicy *policyOf(const std::string &workflow);
    [[nodiscard]] QString resetText(const GatewayBudget &budget) const;

    const Formatter &m_format;
    TimeNs m_now;
    std::vector<TargetScope> m_targets;
    std::set<std::string> m_known;
    const PolicyDocument *m_policy;
    std::map<std::string, EffectivePolicy> m_effective; ///< by workflow
};

} // namespace flyball
