// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QDBusPendingCallWatcher;
class QDBusVariant;

namespace flyball {

/// Whether the desktop asks for dark: org.freedesktop.appearance of the settings portal where there
/// is one, else the palette. Qt 6.4 has no colour scheme of its own. GUI thread.
class Appearance : public QObject {
    Q_OBJECT

public:
    explicit Appearance(QObject *parent = nullptr);

    [[nodiscard]] bool dark() const { return m_dark; }

Q_SIGNALS:
    void darkChanged(bool dark);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private Q_SLOTS:
    void onSettingChanged(const QString &group, const QString &key, const QDBusVariant &value);

private:
    void askPortal();
    void onAnswer(QDBusPendingCallWatcher *call);
    void update();

    uint m_portal = 0; ///< 0 no preference, 1 dark, 2 light
    bool m_dark = false;
};

} // namespace flyball
