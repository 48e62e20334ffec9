// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QQmlListProperty>
#include <QtQml/qqmlregistration.h>
#include <functional>

namespace flyball {

/// The texts of one tile; finished, in the operator's language and zone.
struct KpiText {
    QString label;
    QString value;
    QString mark; ///< "", "≥", "≈"
    QString unit;
    QString sub;
    QString subTone;
    QString note;
    QString chipText;
    QString chipTone;
    QString chipMark;
    QString tileState = QStringLiteral("value"); ///< value|partial|stale|loading|nodata
    QString explained;                           ///< spoken instead of the single texts

    friend bool operator==(const KpiText &, const KpiText &) = default;
};

/// One number with its proof, as KpiTile shows it. GUI thread; owned by its page model.
class Kpi : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the page models")
    Q_PROPERTY(QString key READ key CONSTANT)
    Q_PROPERTY(QString label READ label NOTIFY changed)
    Q_PROPERTY(QString value READ value NOTIFY changed)
    Q_PROPERTY(QString mark READ mark NOTIFY changed)
    Q_PROPERTY(QString unit READ unit NOTIFY changed)
    Q_PROPERTY(QString sub READ sub NOTIFY changed)
    Q_PROPERTY(QString subTone READ subTone NOTIFY changed)
    Q_PROPERTY(QString note READ note NOTIFY changed)
    Q_PROPERTY(QString chipText READ chipText NOTIFY changed)
    Q_PROPERTY(QString chipTone READ chipTone NOTIFY changed)
    Q_PROPERTY(QString chipMark READ chipMark NOTIFY changed)
    Q_PROPERTY(QString tileState READ tileState NOTIFY changed)
    Q_PROPERTY(QString explained READ explained NOTIFY changed)
    Q_PROPERTY(bool clickable READ clickable NOTIFY changed)

public:
    explicit Kpi(QString key, QObject *parent = nullptr);

    [[nodiscard]] QString key() const { return m_key; }
    [[nodiscard]] QString label() const { return m_text.label; }
    [[nodiscard]] QString value() const { return m_text.value; }
    [[nodiscard]] QString mark() const { return m_text.mark; }
    [[nodiscard]] QString unit() const { return m_text.unit; }
    [[nodiscard]] QString sub() const { return m_text.sub; }
    [[nodiscard]] QString subTone() const { return m_text.subTone; }
    [[nodiscard]] QString note() const { return m_text.note; }
    [[nodiscard]] QString chipText() const { return m_text.chipText; }
    [[nodiscard]] QString chipTone() const { return m_text.chipTone; }
    [[nodiscard]] QString chipMark() const { return m_text.chipMark; }
    [[nodiscard]] QString tileState() const { return m_text.tileState; }
    [[nodiscard]] QString explained() const { return m_text.explained; }
    [[nodiscard]] bool clickable() const { return static_cast<bool>(m_open); }

    void set(KpiText text); ///< signals only when something differs
    void setOpen(std::function<void()> open) { m_open = std::move(open); }
    /// Shows the calls behind the number.
    Q_INVOKABLE void openCalls();

Q_SIGNALS:
    void changed();

private:
    QString m_key;
    KpiText m_text;
    std::function<void()> m_open;
};

/// A strip for Repeater: CONSTANT list, made once.
using KpiList = QList<Kpi *>;
[[nodiscard]] QQmlListProperty<Kpi> kpiProperty(QObject *owner, KpiList *list);

} // namespace flyball
