// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/clock.h"

#include <ctime>

namespace flyball::agentsim {

StopSignals::StopSignals()
{
    sigemptyset(&m_set);
    sigaddset(&m_set, SIGTERM);
    sigaddset(&m_set, SIGINT);
    sigprocmask(SIG_BLOCK, &m_set, nullptr);
}

bool StopSignals::wait(TimeNs timeout)
{
    if (m_seen)
        return true;
    const timespec ts{static_cast<std::time_t>(timeout / kSecond), static_cast<long>(timeout % kSecond)};
    m_seen = sigtimedwait(&m_set, nullptr, &ts) > 0;
    return m_seen;
}

bool VirtualClock::waitUntil(TimeNs t, StopSignals &signals) const
{
    if (m_speed <= 0.0)
        return !signals.seen();
    for (;;) {
        const double ahead = static_cast<double>(t - now()) / m_speed;
        if (ahead < 1000.0) // a microsecond early is on time
            return !signals.seen();
        // Short naps: the conversion to wall time stays exact even for a wait of hours.
        constexpr double kNap = 250e6;
        if (signals.wait(static_cast<TimeNs>(ahead < kNap ? ahead : kNap)))
            return false;
    }
}

TimeNs VirtualClock::now() const
{
    if (m_speed <= 0.0)
        return kNoTime;
    return m_anchor + static_cast<TimeNs>(static_cast<double>(monotonicNow() - m_began) * m_speed);
}

} // namespace flyball::agentsim
