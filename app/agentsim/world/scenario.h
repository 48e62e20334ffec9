// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace flyball::agentsim {

/// What can be switched off, one mechanism each, and the fleet that runs.
struct Scenario {
    std::string name = "baseline";
    bool micro = false;    ///< one workflow of constant sizes instead of the fleet
    bool cache = true;     ///< agents ask for prompt caching
    bool loop = true;      ///< agents can get stuck on a repeated tool call
    bool retry = true;     ///< a rejected answer is asked for again
    bool downgrade = true; ///< simple steps go to cheaper tiers; off: everything is frontier
    bool errors = true;    ///< providers fail now and then
    bool spike = true;     ///< the incidents of the last hours: loops, broken prefix, cheap drafts
    bool evals = true;     ///< runs are judged
};

/// Named scenarios: baseline, no-cache, no-loop, no-retry, no-downgrade, no-errors, calm, no-evals, micro.
[[nodiscard]] Result<Scenario> scenarioByName(std::string_view name);
/// Switches mechanisms off by a comma list of: cache loop retry downgrade errors spike evals.
[[nodiscard]] Result<> switchOff(Scenario &scenario, std::string_view list);
/// Names and one-line meanings for --help.
[[nodiscard]] std::string_view scenarioHelp();

} // namespace flyball::agentsim
