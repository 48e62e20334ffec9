// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/models/policy/policydesk.h"
#include "core/policy/check/rule_cover.h"

namespace flyball {

/// The ordered rules of the scope. The first edit of an inherited list makes a copy of it here, as the
/// document has it (lists are replaced whole). GUI thread.
class PolicyRules : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of PolicyModel")
    Q_PROPERTY(QVariantList rows READ rows NOTIFY changed)
    Q_PROPERTY(QString origin READ origin NOTIFY changed)
    Q_PROPERTY(QString note READ note NOTIFY changed)
    Q_PROPERTY(bool here READ isHere NOTIFY changed)
    Q_PROPERTY(QVariantList offers READ offers NOTIFY changed)
    Q_PROPERTY(int current READ current WRITE setCurrent NOTIFY changed)
    Q_PROPERTY(QString error READ error NOTIFY changed)

public:
    explicit PolicyRules(PolicyDesk &desk, QObject *parent = nullptr);

    /// {id, tasks, when, tier, tierIndex, wasTier, changed, cascade, reason, calls, callsTone, problem, plus one
    /// entry per field of the editor}.
    [[nodiscard]] QVariantList rows() const { return m_rows; }
    [[nodiscard]] QString origin() const { return m_origin; }
    /// How the calls were counted.
    [[nodiscard]] QString note() const { return m_note; }
    [[nodiscard]] bool isHere() const { return m_here; }
    /// Task types seen that no rule names: {key, text, sub}.
    [[nodiscard]] QVariantList offers() const { return m_offers; }
    /// The rule whose editor is open; -1: none.
    [[nodiscard]] int current() const { return m_current; }
    void setCurrent(int index);
    [[nodiscard]] QString error() const { return m_error; }

    /// At the end; empty: a rule for every task, to be narrowed.
    Q_INVOKABLE void add(const QString &taskType);
    Q_INVOKABLE void remove(int index);
    Q_INVOKABLE void move(int from, int to);
    /// `field`: id, tier, task_type, doc_from, doc_below, security_sensitive, multi_step_reasoning, confidence,
    /// agent, user_segment, keywords, allow_cascade, reason. False: error() says why.
    Q_INVOKABLE bool set(int index, const QString &field, const QString &text);
    /// Takes the rules away here, so that those of the layer above hold again.
    Q_INVOKABLE void inherit();

    void draftChanged();
    void scopeChanged();

Q_SIGNALS:
    void changed();

private:
    using RuleEdit = std::function<void(std::vector<Rule> &)>;
    bool edit(const QString &label, const RuleEdit &change);
    [[nodiscard]] QVariantMap row(std::size_t i, const std::vector<Rule> &former) const;
    void describeCalls(std::size_t i, QVariantMap &out) const;
    void showOffers();

    PolicyDesk &m_desk;
    std::vector<Rule> m_rules;
    std::vector<RuleProblem> m_problems;
    std::vector<RuleCount> m_counts;
    QVariantList m_rows, m_offers;
    QString m_origin, m_note, m_error;
    bool m_here = false;
    int m_current = -1;
};

/// A condition as the table shows it, without task types; "always" when there is none.
[[nodiscard]] QString conditionText(const Condition &when, const Formatter &format);
/// Sets one field of a rule from text; what is wrong with it, or nothing.
[[nodiscard]] QString setRuleField(Rule &rule, const QString &field, const QString &text);
[[nodiscard]] QVariantMap ruleFields(const Rule &rule, const Formatter &format);

} // namespace flyball
