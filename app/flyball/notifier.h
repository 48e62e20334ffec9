// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>

namespace flyball {

/// Desktop notifications (org.freedesktop.Notifications on the session bus). Without a bus or a server
/// nothing happens: the window shows the same. GUI thread; never waits.
class Notifier : public QObject {
    Q_OBJECT

public:
    explicit Notifier(QObject *parent = nullptr);

    /// Plain text, whatever it holds: a server may read markup in a body, so none gets through. A burst is
    /// one notification that is replaced.
    void show(const QString &title, const QString &text);

private:
    quint32 m_last = 0; ///< id of the newest one
    QElapsedTimer m_since;
};

} // namespace flyball
