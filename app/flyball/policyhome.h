// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>
#include <vector>

#include "core/engine/engine.h"
#include "core/models/policy/hostlink.h"
#include "core/models/policy/remotelink.h"

namespace flyball {

/// The policy channel of this window: its store lies beside the ledger. Where another process serves that store
/// already, this window speaks to it. Start it after the engine, whose
/// prices it hands out; end it before. A window without it still edits drafts.
class PolicyHome {
public:
    /// Where agents find the operator's own channel, unless something else listens there: the neighbour of
    /// OTLP's 4317 and 4318. Other homes take any free port.
    static constexpr std::uint16_t kPort = 4319;

    PolicyHome(const QString &folder, bool own, Engine &engine);

    [[nodiscard]] PolicyLink *link() const;
    [[nodiscard]] QString problem() const { return m_problem; } ///< why there is no link; one line
    [[nodiscard]] QString targetProblem() const;                ///< why targets are not pushed to; one line
    [[nodiscard]] QString url() const;
    /// Registers agents anew, each for the workflow of its name, and waits for it: the demo fleet.
    [[nodiscard]] Result<std::vector<AgentSecret>> registerAgents(const std::vector<std::string> &names);

private:
    std::unique_ptr<HostLink> m_host;
    std::unique_ptr<RemoteLink> m_remote; ///< when another process serves the folder
    QString m_problem;
};

} // namespace flyball
