// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QProcess>

#include "core/base/result.h"

namespace flyball {

/// The simulated fleet of --demo: agentsim as a child process that writes its traces into a folder.
/// Nothing but that folder connects the two. Lives on the GUI thread; ends the child when destroyed.
class DemoFleet : public QObject {
    Q_OBJECT

public:
    explicit DemoFleet(QObject *parent = nullptr);
    ~DemoFleet() override;

    /// Starts agentsim, found beside this executable, writing into `folder`.
    [[nodiscard]] Result<> start(const QString &folder);

Q_SIGNALS:
    /// The child ended though nobody asked; `reason` is one line.
    void ended(const QString &reason);

private:
    void onFinished();

    QProcess m_process;
    bool m_stopping = false;
};

} // namespace flyball
