// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/notifier.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QFileInfo>
#include <QVariantMap>

#include "app/flyball/sessionbus.h"

namespace flyball {

namespace {

constexpr int kBurstMs = 5000;
constexpr qsizetype kMostTitle = 80, kMostBody = 240;

} // namespace

bool hasSessionBus()
{
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS")
           || QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus"));
}

Notifier::Notifier(QObject *parent) : QObject(parent) {}

void Notifier::show(const QString &title, const QString &text)
{
    if (!hasSessionBus())
        return;
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    const bool burst = m_since.isValid() && m_since.elapsed() < kBurstMs;
    m_since.start();
    QDBusMessage message = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("/org/freedesktop/Notifications"),
        QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("Notify"));
    message << QStringLiteral("Flyball") << (burst ? m_last : 0U) << QStringLiteral("flyball") << title.left(kMostTitle)
            << text.left(kMostBody).toHtmlEscaped() << QStringList()
            << QVariantMap{{QStringLiteral("desktop-entry"), QStringLiteral("flyball")}} << -1;
    auto *call = new QDBusPendingCallWatcher(bus.asyncCall(message), this);
    connect(call, &QDBusPendingCallWatcher::finished, this, [this, call] {
        const QDBusPendingReply<quint32> reply = *call;
        if (reply.isValid())
            m_last = reply.value();
        call->deleteLater();
    });
}

} // namespace flyball
