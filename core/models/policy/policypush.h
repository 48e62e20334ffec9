// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/aggregate/views/window.h"
#include "core/models/chartdata.h"
#include "core/models/policy/policydraft.h"
#include "core/models/policy/policylink.h"
#include "core/models/policy/pushrows.h"
#include "core/models/session/services.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// The way of a draft to the agents and what came of it: push, roll back, orders, and the state of every
/// target and cap, proved by what agents answered and what the ledger shows. GUI thread.
class PolicyPush : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(bool available READ available CONSTANT)
    Q_PROPERTY(QString problem READ problem CONSTANT)
    Q_PROPERTY(int revision READ revision NOTIFY changed)
    Q_PROPERTY(int nextRevision READ nextRevision NOTIFY draftChanged)
    Q_PROPERTY(int changeCount READ changeCount NOTIFY draftChanged)
    Q_PROPERTY(bool canPush READ canPush NOTIFY draftChanged)
    Q_PROPERTY(QString blockedText READ blockedText NOTIFY draftChanged)
    Q_PROPERTY(bool busy READ busy NOTIFY draftChanged)
    Q_PROPERTY(QString url READ url NOTIFY changed)
    Q_PROPERTY(int agentsCurrent READ agentsCurrent NOTIFY changed)
    Q_PROPERTY(int agentsBehind READ agentsBehind NOTIFY changed)
    Q_PROPERTY(int agentsSilent READ agentsSilent NOTIFY changed)
    Q_PROPERTY(int agentsTotal READ agentsTotal NOTIFY changed)
    Q_PROPERTY(int contradicted READ contradicted NOTIFY changed)
    Q_PROPERTY(int rollbackTo READ rollbackTo NOTIFY changed)
    Q_PROPERTY(flyball::TableModel *changes READ changes CONSTANT)
    Q_PROPERTY(flyball::TableModel *targets READ targets CONSTANT)
    Q_PROPERTY(flyball::TableModel *agents READ agents CONSTANT)
    Q_PROPERTY(flyball::TableModel *revisions READ revisions CONSTANT)
    Q_PROPERTY(flyball::TableModel *caps READ caps CONSTANT)
    Q_PROPERTY(flyball::TableModel *crossings READ crossings CONSTANT)
    Q_PROPERTY(flyball::TableModel *orders READ orders CONSTANT)

public:
    /// `link` null: no channel, with `problem` saying why. Both outlive it.
    PolicyPush(Services &services, PolicyDraft &draft, PolicyLink *link, const QString &problem,
               QObject *parent = nullptr);
    ~PolicyPush() override;

    [[nodiscard]] bool available() const { return m_link != nullptr; }
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] int revision() const { return static_cast<int>(m_channel ? m_channel->revision : 0); }
    [[nodiscard]] int nextRevision() const { return static_cast<int>(m_draft.nextRevision()); }
    [[nodiscard]] int changeCount() const { return m_changes.count(); }
    [[nodiscard]] bool canPush() const { return blockedText().isEmpty(); }
    /// Why the draft cannot be pushed now; empty when it can.
    [[nodiscard]] QString blockedText() const;
    [[nodiscard]] bool busy() const { return m_busy; }
    [[nodiscard]] QString url() const;
    [[nodiscard]] int agentsCurrent() const { return count(AgentState::InSync); }
    [[nodiscard]] int agentsSilent() const { return count(AgentState::Silent); }
    [[nodiscard]] int agentsTotal() const { return m_channel ? static_cast<int>(m_channel->agents.size()) : 0; }
    [[nodiscard]] int agentsBehind() const { return agentsTotal() - agentsCurrent() - agentsSilent(); }
    [[nodiscard]] int contradicted() const;
    /// The revision before the head; 0: there is none.
    [[nodiscard]] int rollbackTo() const;
    [[nodiscard]] TableModel *changes() { return &m_changes; }
    [[nodiscard]] TableModel *targets() { return &m_targets; }
    [[nodiscard]] TableModel *agents() { return &m_agents; }
    [[nodiscard]] TableModel *revisions() { return &m_revisions; }
    [[nodiscard]] TableModel *caps() { return &m_caps; }
    [[nodiscard]] TableModel *crossings() { return &m_crossings; }
    [[nodiscard]] TableModel *orders() { return &m_orders; }

    Q_INVOKABLE void push(const QString &comment);
    Q_INVOKABLE void rollBack(int number, const QString &comment);
    /// What the review sheet says before a push, and before a roll back: {text, tone}.
    Q_INVOKABLE [[nodiscard]] QVariantList pushNotes() const;
    Q_INVOKABLE [[nodiscard]] QVariantList rollBackNotes(int number) const;
    /// Why nobody would obey an order about this workflow (as pages show its name); empty: somebody would.
    Q_INVOKABLE [[nodiscard]] QString orderRefusal(const QString &workflow) const;
    /// Orders travel like a revision. Runs are named by their trace, which agents know beside their own name.
    Q_INVOKABLE void stopRun(const QString &run, const QString &comment);
    Q_INVOKABLE void pauseWorkflow(const QString &workflow, int minutes, const QString &comment);
    Q_INVOKABLE void endOrder(qint64 order);

    /// Holds the caps against a newer ledger; crossings that are new are announced.
    void watch(std::shared_ptr<const Snapshot> ledger, TimeNs now);
    /// The revisions inside a window, for charts.
    [[nodiscard]] QVector<ChartMark> marks(const Window &window) const;
    [[nodiscard]] const CapReport &report() const { return m_report; }
    [[nodiscard]] std::shared_ptr<const ChannelSnapshot> channel() const { return m_channel; }
    /// The policy in force; nothing before the first push.
    [[nodiscard]] const std::optional<PolicyDocument> &head() const { return m_head; }
    [[nodiscard]] std::vector<TargetScope> targetScopes() const
    {
        return m_link ? m_link->targetScopes() : std::vector<TargetScope>();
    }

Q_SIGNALS:
    void changed();
    void draftChanged();
    /// A cap was crossed just now; plain text.
    void crossed(const QString &title, const QString &text);

private:
    static constexpr qint64 kLookRest = 60; ///< a look is followed by this many times its own cost at least
    void channelChanged();
    void showDraft();
    void showChannel();
    void announce();
    void contradictTargets(TimeNs now);
    void answered(const Result<PolicyRevision> &revision, const QString &doneText);
    [[nodiscard]] RevisionNote note(const QString &comment) const;
    [[nodiscard]] int count(AgentState state) const;
    void setBusy(bool busy);
    void order(ControlItem item, const QString &doneText);

    Services &m_services;
    PolicyDraft &m_draft;
    PolicyLink *m_link;
    QString m_problem;
    std::shared_ptr<const ChannelSnapshot> m_channel;
    std::shared_ptr<const Snapshot> m_ledger;
    std::optional<PolicyDocument> m_head; ///< of m_channel
    CapReport m_report;
    TableModel m_changes, m_targets, m_agents, m_revisions, m_caps, m_crossings, m_orders;
    QSet<QString> m_announced;
    QSet<QString> m_contradicted; ///< when it was verified, and which target
    QElapsedTimer m_sinceLook;
    qint64 m_lookNs = 0; ///< what showChannel() cost
    bool m_busy = false;
    bool m_watching = false; ///< crossings before the first look are history
};

} // namespace flyball
