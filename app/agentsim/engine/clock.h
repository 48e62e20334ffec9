// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"

#include <csignal>

namespace flyball::agentsim {

/// SIGTERM and SIGINT as something to ask for: both are blocked from construction on, so no handler
/// runs and no write is interrupted. Construct it before anything else starts.
class StopSignals {
public:
    StopSignals();
    /// Waits at most `timeout` ns (0: only looks); true once a signal has come.
    bool wait(TimeNs timeout);
    [[nodiscard]] bool seen() const { return m_seen; }

private:
    sigset_t m_set{};
    bool m_seen = false;
};

/// Maps virtual time onto the monotonic clock from `anchor` on. Speed 0 never waits.
class VirtualClock {
public:
    VirtualClock(double speed, TimeNs anchor) : m_speed(speed), m_anchor(anchor), m_began(monotonicNow()) {}
    /// Waits until the wall has reached virtual time `t`; false when a stop signal came first.
    bool waitUntil(TimeNs t, StopSignals &signals) const;
    /// Virtual time now; kNoTime with speed 0.
    [[nodiscard]] TimeNs now() const;

private:
    double m_speed;
    TimeNs m_anchor;
    TimeNs m_began;
};

} // namespace flyball::agentsim
