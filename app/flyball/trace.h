// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <cstdint>

class QQuickWindow;

namespace flyball {

class Engine;
class Session;

/// `FLYBALL_TRACE=1`: says on stderr when figures got where, one JSON object a line:
///   "trace"         "started": the window is made; "snapshot": a newer snapshot reached the window's
///                   thread; "shown": a frame formed from it was handed to the display
///   "ms"            since the process was started (to 10 ms, as /proc has it)
///   "monotonic_ns"  CLOCK_MONOTONIC
///   "calls", "runs" of the whole ledger in that snapshot; "complete" when all of it was loaded
///   "graphics"      what draws: "opengl", "software" ...; only with "shown"
/// Made and destroyed on the GUI thread, before the window is. Frames are reported where they are made.
class Trace : public QObject {
    Q_OBJECT

public:
    Trace(Engine &engine, Session &session, QQuickWindow &window, QObject *parent = nullptr);

    [[nodiscard]] static bool wanted();

private:
    struct Figures {
        std::uint64_t sequence = 0;
        std::int64_t calls = 0;
        std::int64_t runs = 0;
        bool complete = false;
    };
    void snapshotArrived();
    void refreshed();
    void frameShown();
    void say(const char *what, const Figures &figures, const char *graphics = nullptr) const;

    Engine &m_engine;
    Session &m_session;
    QQuickWindow &m_window;
    Figures m_arrived;
    Figures m_formed;  ///< what the items of the page say now
    Figures m_inFrame; ///< taken over while the GUI thread stands still
    std::uint64_t m_shown = 0;
};

} // namespace flyball
