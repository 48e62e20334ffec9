// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/aggregate/views/window.h"
#include "core/models/text/formatter.h"

namespace flyball {

/// The time range of all pages: a preset that moves with the clock, or a fixed span from zooming.
/// It is aligned so that `flyballctl report` over exactText() gives the same numbers. GUI thread.
class RangeModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QVariantList options READ options CONSTANT)
    Q_PROPERTY(QString key READ key NOTIFY changed)
    Q_PROPERTY(QString text READ text NOTIFY resolved)
    Q_PROPERTY(QString shortText READ shortText NOTIFY resolved)
    Q_PROPERTY(QString exactText READ exactText NOTIFY resolved)
    Q_PROPERTY(double sinceMs READ sinceMs NOTIFY resolved)
    Q_PROPERTY(double untilMs READ untilMs NOTIFY resolved)
    Q_PROPERTY(bool canBack READ canBack NOTIFY changed)

public:
    explicit RangeModel(QString key, QObject *parent = nullptr);

    [[nodiscard]] QVariantList options() const;
    [[nodiscard]] QString key() const { return m_current.key; }
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] QString shortText() const { return m_shortText; }
    [[nodiscard]] QString exactText() const;
    [[nodiscard]] double sinceMs() const { return static_cast<double>(m_window.since / 1'000'000); }
    [[nodiscard]] double untilMs() const { return static_cast<double>(m_window.until / 1'000'000); }
    [[nodiscard]] bool canBack() const { return !m_history.empty(); }
    [[nodiscard]] int revision() const { return m_revision; }
    [[nodiscard]] Window window() const { return m_window; }
    /// Preset to store: the custom span of a zoom is not remembered.
    [[nodiscard]] QString presetKey() const;

    Q_INVOKABLE void setKey(const QString &key);
    Q_INVOKABLE void shorter() { step(-1); }
    Q_INVOKABLE void longer() { step(1); }
    Q_INVOKABLE void zoom(double fromMs, double toMs);
    Q_INVOKABLE void pan(double deltaMs);
    Q_INVOKABLE void back();
    Q_INVOKABLE void reset();
    void setCustom(TimeNs since, TimeNs until);

    /// Fixes the window for this refresh and returns it with its bin width.
    struct Resolved {
        Window window;
        TimeNs binWidth = kMinute;
    };
    Resolved resolve(const Snapshot &snapshot, TimeNs now, const Formatter &format);

Q_SIGNALS:
    void changed();  ///< by the operator
    void resolved(); ///< the aligned window moved

private:
    struct Choice {
        QString key;
        Window custom;
    };
    void choose(Choice choice, bool remember);
    void step(int by);
    [[nodiscard]] Window raw(const Snapshot &snapshot, TimeNs now, const Formatter &format) const;
    void describe(TimeNs now, const Formatter &format);

    Choice m_current;
    std::vector<Choice> m_history;
    Window m_window;
    QString m_text, m_shortText;
    int m_revision = 0;
};

} // namespace flyball
