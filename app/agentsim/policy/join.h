// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/orders.h"

namespace flyball::agentsim {

/// What the command line says about the policy channel.
struct PolicyOptions {
    std::string url;    ///< --policy; the secrets are in the environment
    std::string file;   ///< --policy-file
    std::string folder; ///< of last good policies
    std::string log;    ///< of revisions taken up
    TimeNs wait = 30 * kSecond;
    TimeNs faultDelay = kMinute;
    int agents = 0; ///< only so many of the file; 0: all
    struct Misbehaviour {
        Fault fault = Fault::None;
        std::string agent; ///< empty: the first
    };
    std::vector<Misbehaviour> faults;

    [[nodiscard]] bool asked() const { return !url.empty() || !file.empty(); }
};

/// Sets one option by its name; false: it is none of these. `problem` says what is expected of a bad value.
[[nodiscard]] bool setPolicyOption(PolicyOptions &options, std::string_view name, std::string_view value,
                                   std::string &problem);
[[nodiscard]] std::string_view policyHelp();

/// The fleet's agents at the channel. Destroyed after the world whose runs it governs.
class PolicySide {
public:
    PolicySide() = default;
    ~PolicySide();
    PolicySide(const PolicySide &) = delete;
    PolicySide &operator=(const PolicySide &) = delete;

    /// Starts every agent and waits, at most three seconds, until each knows whether there is a policy.
    [[nodiscard]] Result<> join(const PolicyOptions &options, const Scenario &scenario,
                                const std::vector<Workflow> &fleet, TimeNs live);
    [[nodiscard]] PolicyView &view() { return *m_view; }

private:
    StopEvent m_stop;
    StopEvent m_never; ///< of the desks: they give their leases back after the agents were stopped
    AppliedLog m_log;
    std::unique_ptr<PolicyOrders> m_view;
};

} // namespace flyball::agentsim
