// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

class QQuickWindow;

namespace flyball {

class Engine;
class Session;

/// `--screenshot`: waits until what was there at the start has been read, then `afterMs` longer, saves
/// the window as PNG, prints the headline figures and ends the program. Takes at most kPatienceMs for
/// the reading; a longer one is pictured as it is, and said on stderr. GUI thread.
class Screenshot : public QObject {
    Q_OBJECT

public:
    static constexpr int kPatienceMs = 120'000;

    Screenshot(Engine &engine, Session &session, QQuickWindow &window, QString file, int afterMs,
               QObject *parent = nullptr);

private:
    void poll();
    [[nodiscard]] bool everythingRead() const;
    void take();
    void printHeadline() const;

    Engine &m_engine;
    Session &m_session;
    QQuickWindow &m_window;
    QString m_file;
    int m_afterMs;
    QTimer m_poll;
    QElapsedTimer m_waiting;
};

} // namespace flyball
