// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/ledger/ledger.h"
#include "core/policy/backtest.h"
#include "core/policy/proposal.h"
#include "core/policy/route.h"

namespace flyball {

/// What is asked of the ledger: runs that began and ended in [since, until).
struct EvidenceQuestion {
    std::string workflow; ///< empty: all
    TimeNs since = 0, until = 0;
    std::int64_t mostRuns = 4000;
    std::int64_t mostCalls = 60'000;
};

/// Calls that look the same to routing rules as far as the ledger records it.
struct TaskGroup {
    std::string taskType, agent, segment, tier; ///< empty: not recorded
    std::int64_t calls = 0;
};

/// Values of one quantity over runs or calls, with what a chart of it needs.
struct Spread {
    std::int64_t n = 0, unknown = 0;
    double low = 0, high = 0; ///< bounds of the bins; equal when there is nothing to show
    std::vector<std::int64_t> bins;
    std::optional<double> p50, p95, p99; ///< over all values; P95 from 59 on, P99 from 300 on
};
enum class Metric { RunUsd, RunTokens, CallTokens, Output, Iterations, Input };
inline constexpr std::size_t kMetrics = 6;

/// Immutable once made; shared between threads.
struct PolicyEvidence {
    EvidenceQuestion question;
    std::vector<RunSample> runs;    ///< oldest first
    std::vector<std::string> flows; ///< the workflow of each run
    std::int64_t runsSeen = 0;      ///< closed runs of the window; more than `runs` when cut
    std::int64_t passed = 0;        ///< runs whose outcome is success
    std::int64_t callsRead = 0;     ///< of the window, runs that are open included
    bool callsCut = false;          ///< there were more calls than were read
    std::vector<TaskGroup> tasks;   ///< of all calls read, most calls first
    std::array<Spread, kMetrics> spreads;
    BudgetProposal proposal;
    std::string error; ///< not empty: the ledger could not be read, nothing is known

    [[nodiscard]] const Spread &spread(Metric metric) const { return spreads[static_cast<std::size_t>(metric)]; }
};

/// Reads and sums it up; for the query thread. Newest calls first, so that what is cut is the oldest part;
/// a run is given only when all its calls are there.
[[nodiscard]] std::shared_ptr<const PolicyEvidence> readEvidence(Ledger &ledger, const Snapshot &snapshot,
                                                                 const EvidenceQuestion &question);
/// Logarithmic bins over the positive values, percentiles of type 7 over all.
[[nodiscard]] Spread spreadOf(std::vector<double> values, std::int64_t unknown, std::size_t bins);

/// How many calls each rule of an ordered list takes; rules test facts that no trace records (document
/// tokens, flags, confidence, words), so a call may be one of this rule's or of a later one's.
struct RuleCount {
    std::int64_t sure = 0;  ///< match for certain
    std::int64_t maybe = 0; ///< would match if the facts that are not recorded allow it
};
[[nodiscard]] std::vector<RuleCount> countByRule(const std::vector<Rule> &rules, const std::vector<TaskGroup> &tasks);

/// backTest() of a document: each workflow by its own effective policy, summed. Overrides are left out: a
/// trace does not say to which calls an agent applied them.
[[nodiscard]] BackTest backTestAll(const PolicyDocument &document, const PolicyEvidence &evidence);

} // namespace flyball
