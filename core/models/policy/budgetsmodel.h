// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <QtQml/qqmlregistration.h>
#include <set>
#include <vector>

#include "core/models/policy/budgetrows.h"
#include "core/models/policy/policymodel.h"
#include "core/models/policy/policypush.h"

namespace flyball {

/// Budgets that gateways keep, beside what our policy says: those of the scope that is edited, and all of one source or
/// of every source. Shown as they were told last, never as ours. GUI thread.
class BudgetsModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(flyball::TableModel *here READ here CONSTANT)
    Q_PROPERTY(flyball::TableModel *all READ all CONSTANT)
    Q_PROPERTY(QString hereText READ hereText NOTIFY changed)
    Q_PROPERTY(QString allText READ allText NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
    Q_PROPERTY(QString allTitle READ allTitle NOTIFY changed)
    Q_PROPERTY(int total READ total NOTIFY changed)
    Q_PROPERTY(int differing READ differing NOTIFY changed)
    Q_PROPERTY(QString differences READ differences NOTIFY changed)
    Q_PROPERTY(QString source READ source WRITE setSource NOTIFY changed)

public:
    BudgetsModel(Services &services, PolicyModel &policy, PolicyPush &push, QObject *parent = nullptr);

    /// Of the scope's workflow; of all in the defaults.
    [[nodiscard]] TableModel *here() { return &m_here; }
    [[nodiscard]] TableModel *all() { return &m_all; }
    /// Why there is none here, or how many there are; never empty.
    [[nodiscard]] QString hereText() const { return m_hereText; }
    [[nodiscard]] QString allText() const { return m_allText; }
    /// What is not told or may not hold any more, source by source; empty when all is well.
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString allTitle() const { return m_allTitle; }
    [[nodiscard]] int total() const { return m_total; }         ///< of all sources
    [[nodiscard]] int differing() const { return m_differing; } ///< here, from the policy
    /// The first of them in words, a line each.
    [[nodiscard]] QString differences() const { return m_differences; }
    /// Id of the source `all` is of; empty: every one.
    [[nodiscard]] QString source() const { return m_source; }
    void setSource(const QString &id);

    void show(const View &view);

Q_SIGNALS:
    void changed();

private:
    /// What the rows are made of, besides the policy: while it stays, they do.
    struct Told {
        std::vector<GatewayBudgetsPtr> budgets; ///< by source
        std::vector<bool> stale;
        std::shared_ptr<const std::vector<SeriesKey>> series;
        std::int64_t minute = 0;
        friend bool operator==(const Told &, const Told &) = default;
    };
    void formSoon();
    void form();
    void tellHere(int here, const std::string &workflow);
    [[nodiscard]] std::set<std::string> seenWorkflows();

    Services &m_services;
    PolicyModel &m_policy;
    PolicyPush &m_push;
    TableModel m_here, m_all;
    QString m_hereText, m_allText, m_problem, m_allTitle, m_source, m_differences;
    int m_total = 0;
    int m_differing = 0;
    std::shared_ptr<const Snapshot> m_snapshot;
    TimeNs m_now = 0;
    Told m_told;
    QTimer m_later;
    std::shared_ptr<const std::vector<SeriesKey>> m_series; ///< that m_seen is of
    std::set<std::string> m_seen;
};

} // namespace flyball
