// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QVariantMap>
#include <QtQml/qqmlregistration.h>

#include "core/models/policy/evidencemodel.h"
#include "core/models/policy/knobs.h"
#include "core/models/policy/policydesk.h"
#include "core/policy/windows.h"

namespace flyball {

/// The knobs of the scope as fields. What is typed and cannot be taken stays with its reason beside it; the
/// draft does not change. GUI thread.
class PolicyForm : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of PolicyModel")
    Q_PROPERTY(int revision READ revision NOTIFY changed)
    Q_PROPERTY(QVariantList techniques READ techniques NOTIFY changed)
    Q_PROPERTY(QVariantList windows READ windows NOTIFY windowsChanged)

public:
    static constexpr int kSpendEveryMs = 2000;

    PolicyForm(PolicyDesk &desk, EvidenceModel &evidence, QObject *parent = nullptr);

    [[nodiscard]] int revision() const { return m_revision; }
    /// {label, kind: text|choice|chips, unit, text, options, state: unset|inherited|set|changed|invalid, here,
    /// origin, was, error, tone, value, proposal, proposalText}. Empty for a place that is no knob.
    Q_INVOKABLE [[nodiscard]] QVariantMap field(const QString &pointer) const;
    /// Sections of plain fields, in the order of the form: {key, title, text, pointers, set}.
    [[nodiscard]] QVariantList techniques() const { return m_techniques; }
    /// Calendar windows of the scope: {key, title, resets, used, usedTone, soft, hard} (pointers).
    [[nodiscard]] QVariantList windows() const { return m_windows; }

    /// What a field was left with; empty removes the value, so that it is inherited. False: see the error.
    Q_INVOKABLE bool set(const QString &pointer, const QString &text);
    Q_INVOKABLE bool toggle(const QString &pointer, const QString &choice);
    /// Takes the value away here, whatever it is.
    Q_INVOKABLE void reset(const QString &pointer) { set(pointer, {}); }
    /// One step of a drag; all steps until endDrag() are undone together. Rounded to a number one would type.
    Q_INVOKABLE void drag(const QString &pointer, double value);
    Q_INVOKABLE void endDrag() { m_desk.draft.endDrag(); }
    Q_INVOKABLE void useProposal(const QString &pointer);

    void draftChanged();
    void scopeChanged();
    /// Spend of the running windows, from the snapshot.
    void show();

Q_SIGNALS:
    void changed();
    void windowsChanged();

private:
    struct Layered {
        EffectivePolicy now, former;
        JsonValue nowJson, formerJson, documentJson;
    };
    void refresh();
    [[nodiscard]] bool put(const QString &pointer, const Knob &knob, const std::optional<JsonValue> &value,
                           const QString &key);
    void completeParts(JsonValue &json, const std::string &at, bool added) const;
    void describeValue(const Knob &knob, QVariantMap &out) const;
    void describeOptions(const Knob &knob, QVariantMap &out) const;
    void describeProblem(const QString &pointer, QVariantMap &out) const;
    [[nodiscard]] const Totals &spentIn(const WindowSpan &span, bool fleet) const;
    [[nodiscard]] QVariantMap windowRow(const QString &prefix, PeriodWindow window, const QString &title) const;

    PolicyDesk &m_desk;
    EvidenceModel &m_evidence;
    Layered m_layered;
    struct Refused {
        QString text, error;
    };
    QHash<QString, Refused> m_refused;
    QVariantList m_techniques, m_windows;
    struct Spent {
        Totals totals;
        QElapsedTimer age;
    };
    mutable QHash<QString, Spent> m_spent; ///< by scope and window: a month is many cells, and a drag many edits
    int m_revision = 0;
};

} // namespace flyball
