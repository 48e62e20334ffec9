// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/stopsignals.h"

#include <QCoreApplication>
#include <array>
#include <csignal>
#include <sys/eventfd.h>
#include <unistd.h>

namespace flyball {

namespace {

constexpr std::array kSignals{SIGTERM, SIGINT, SIGHUP};
int s_wake = -1;

/// Nothing but write() is safe here.
void onSignal(int)
{
    const std::uint64_t one = 1;
    (void)!::write(s_wake, &one, sizeof one);
}

int openWake()
{
    s_wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return s_wake;
}

} // namespace

StopSignals::StopSignals(QObject *parent) : QObject(parent), m_notifier(openWake(), QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &StopSignals::quit);
    struct sigaction action {};
    action.sa_handler = onSignal;
    // The second one does what it does by default: nobody waits for a program that hangs.
    action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    for (const int signal : kSignals)
        sigaction(signal, &action, nullptr);
}

void StopSignals::quit()
{
    m_notifier.setEnabled(false);
    QCoreApplication::quit();
}

} // namespace flyball
