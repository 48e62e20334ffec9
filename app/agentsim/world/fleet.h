// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/engine/task.h"
#include "app/agentsim/world/policy_view.h"
#include "app/agentsim/world/rates.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::agentsim {

class Run;

/// A kind of run: its traffic, its agents, the models behind its tiers and how its process reports.
struct WorkflowSpec {
    std::string_view name;
    std::string_view service;
    std::string_view language;      ///< telemetry.sdk.language
    std::string_view promptVersion; ///< of its main prompt while nothing changes
    double runsPerMinute;
    double passRate;               ///< of runs whose steps all worked
    std::array<ModelId, 3> ladder; ///< model of the tiers cheap, mid, frontier
    bool tagsCalls;                ///< its calls carry flyball.workflow themselves
    bool traceloop;                ///< Anthropic calls come from OpenLLMetry JS: input excludes cache
    double judged;                 ///< share of runs with a task_success evaluation
    std::array<std::string_view, 5> agents;
    Task (*shape)(Run &);
};

/// The eight kinds of runs of the fleet, in the order of --workflows.
[[nodiscard]] const std::vector<WorkflowSpec> &fleetSpecs();
/// The single constant workflow of the micro scenario.
[[nodiscard]] const WorkflowSpec &microSpec();

/// A deployed workflow: its kind and, from the ninth on, a numbered copy of one.
struct Workflow {
    const WorkflowSpec *spec = nullptr;
    std::string name;
    std::string service;
};
[[nodiscard]] std::vector<Workflow> deploy(int count, bool micro);

} // namespace flyball::agentsim
