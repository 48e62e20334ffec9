// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QProcess>

#include "core/base/result.h"
#include "core/push/types.h"

#include <vector>

namespace flyball {

/// Where the fleet of the demo finds its policies, and as whom. An agent governs the workflow it is
/// registered for; none is told on the command line.
struct DemoChannel {
    std::string url;
    std::vector<AgentSecret> agents;
};

/// The simulated fleet of --demo: agentsim as a child process that writes its traces into a folder.
/// Nothing but that folder, and the policy channel where there is one, connects the two. Lives on the GUI thread; ends
/// the child when destroyed.
class DemoFleet : public QObject {
    Q_OBJECT

public:
    /// The agents of the fleet, each named as the workflow it runs.
    [[nodiscard]] static const std::vector<std::string> &agents();

    explicit DemoFleet(QObject *parent = nullptr);
    ~DemoFleet() override;

    /// Starts agentsim, found beside this executable, writing into `folder`. With a channel its agents obey
    /// what is pushed there; until something is, they do what they do without. The secrets travel in the
    /// child's environment.
    [[nodiscard]] Result<> start(const QString &folder, const DemoChannel &channel = {});

Q_SIGNALS:
    /// The child ended though nobody asked; `reason` is one line.
    void ended(const QString &reason);

private:
    void onFinished();

    QProcess m_process;
    bool m_stopping = false;
};

} // namespace flyball
