// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace flyball {

/// SIGTERM, SIGINT and SIGHUP end the event loop as closing the window does, so that the ledger is
/// left checkpointed and temporary folders are removed. A second signal while that runs ends the
/// process at once. One per process; GUI thread.
class StopSignals : public QObject {
    Q_OBJECT

public:
    explicit StopSignals(QObject *parent = nullptr);

private:
    void quit();

    QSocketNotifier m_notifier;
};

} // namespace flyball
