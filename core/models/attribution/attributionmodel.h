// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/engine/ruletrial.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"

namespace flyball {

/// The operator's attribution rules being edited: an ordered list, tried on the newest calls at every change, and
/// applied to history as one action that can be undone. GUI thread.
class AttributionModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QVariantList rows READ rows NOTIFY changed)
    Q_PROPERTY(int current READ current WRITE setCurrent NOTIFY changed)
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString stateTone READ stateTone NOTIFY changed)
    Q_PROPERTY(bool edited READ edited NOTIFY changed)
    Q_PROPERTY(bool canApply READ canApply NOTIFY changed)
    Q_PROPERTY(QString trial READ trial NOTIFY trialChanged)
    Q_PROPERTY(bool busy READ busy NOTIFY progressChanged)
    Q_PROPERTY(double progress READ progress NOTIFY progressChanged)
    Q_PROPERTY(QString progressText READ progressText NOTIFY progressChanged)
    Q_PROPERTY(QVariantList fields READ fields CONSTANT)
    Q_PROPERTY(QVariantList tests READ tests CONSTANT)
    Q_PROPERTY(QVariantList targets READ targets CONSTANT)

public:
    static constexpr std::int64_t kTriedCalls = 1000;

    explicit AttributionModel(Services &services, QObject *parent = nullptr);

    /// {when, set, matched, problem, enabled, changed, conditions: [{field, is, text}], targets: {name: text}}.
    [[nodiscard]] QVariantList rows() const { return m_rows; }
    /// The rule whose editor is open; -1: none.
    [[nodiscard]] int current() const { return m_current; }
    void setCurrent(int index);
    [[nodiscard]] QString state() const;
    [[nodiscard]] QString stateTone() const;
    [[nodiscard]] bool edited() const { return m_draft != m_inForce; }
    [[nodiscard]] bool canApply() const { return edited() && !m_busy && problems() == 0; }
    [[nodiscard]] QString trial() const { return m_trial; }
    [[nodiscard]] bool busy() const { return m_busy; }
    [[nodiscard]] double progress() const { return m_progress; }
    [[nodiscard]] QString progressText() const { return m_progressText; }
    [[nodiscard]] QVariantList fields() const;
    [[nodiscard]] QVariantList tests() const;
    [[nodiscard]] QVariantList targets() const;

    /// At the end, with one open condition.
    Q_INVOKABLE void add();
    Q_INVOKABLE void remove(int rule);
    Q_INVOKABLE void move(int from, int to);
    Q_INVOKABLE void setEnabled(int rule, bool enabled);
    Q_INVOKABLE void addCondition(int rule);
    Q_INVOKABLE void removeCondition(int rule, int condition);
    /// `part`: "field", "is" or "text".
    Q_INVOKABLE void setCondition(int rule, int condition, const QString &part, const QString &value);
    Q_INVOKABLE void setTarget(int rule, const QString &target, const QString &text);
    Q_INVOKABLE void discard();
    /// Stores the list and applies it to history.
    Q_INVOKABLE void apply();
    /// Ends a running application; the former rules are put back.
    Q_INVOKABLE void stop();

    void show(const View &view);

Q_SIGNALS:
    void changed();
    void trialChanged();
    void progressChanged();

private:
    template <typename Edit>
    void edit(int rule, Edit &&change);
    void touched();
    void form();
    void startTrial();
    void showTrial(const RuleTrial &trial);
    void put(AttributionRules rules, const QString &done);
    void finished(const Result<> &result, const AttributionRules &former, const QString &done);
    void store(const AttributionRules &rules);
    [[nodiscard]] int problems() const;

    Services &m_services;
    QTimer m_soon;
    AttributionRules m_inForce, m_draft;
    std::vector<std::int64_t> m_matched; ///< by rule of the draft; empty until tried
    std::int64_t m_triedCalls = 0;
    QVariantList m_rows;
    QString m_trial, m_progressText;
    int m_current = -1, m_request = 0;
    bool m_busy = false, m_stopped = false, m_tried = false;
    double m_progress = 0;
};

/// A rule as its row says it: "Project starts with /srv/web and Step is act".
[[nodiscard]] QString whenText(const AttributionRule &rule);
/// "workflow billing, segment paid".
[[nodiscard]] QString setText(const AttributionRule &rule);
/// "Would change 312 of the last 1,000 calls: 290 to workflow billing, 22 to segment paid."
[[nodiscard]] QString trialText(const RuleTrial &trial, const Formatter &format);

} // namespace flyball
