// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/usage.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace flyball::agentsim {

enum class Outcome : std::uint8_t { Success, Failure, Capped, Timeout };
inline constexpr std::size_t kOutcomeCount = 4;
[[nodiscard]] constexpr std::string_view outcomeName(Outcome o)
{
    constexpr std::array<std::string_view, kOutcomeCount> names{"success", "failure", "capped", "timeout"};
    return names[static_cast<std::size_t>(o)];
}

/// Sums over calls. A failed call has no tokens and costs nothing; an unpriced one has tokens only.
struct CallSums {
    std::int64_t calls = 0;
    std::int64_t errors = 0;
    std::array<std::int64_t, kTokenClasses> tokens{};
    UsdSum cost;
    std::int64_t callsUnpriced = 0;
    std::int64_t tokensUnpriced = 0;
};

/// What an observer can see of one call, and what it truly cost.
struct CallFact {
    std::string_view workflow, model, provider, tier, taskType, step, agent, segment;
    TimeNs end = 0;
    const Usage *usage = nullptr; ///< null: the call failed
    PicoUsd cost = 0;
    bool priced = true;
    std::int64_t revision = 0; ///< of the policy it was sent under; 0: none
};

struct RunFact {
    std::string_view workflow;
    Outcome outcome = Outcome::Success;
    bool judged = false;
    bool judgedPass = false;
    std::int64_t scoreMilli = 0;
    std::int64_t revision = 0; ///< of the policy it began under; 0: none
    UsdSum cost;
};

/// A run that repeated one tool call: the answer key of loop detectors.
struct LoopFact {
    std::string workflow, run, trace, tool;
    TimeNs begin = 0;
    TimeNs end = 0;
    int repeats = 0;
    bool capped = false;
};

/// The true sums of everything written, computed beside the writer. Nothing in the product reads it.
class Truth {
public:
    void addCall(const CallFact &fact);
    void addRun(const RunFact &fact);
    void addLoop(LoopFact fact) { m_loops.push_back(std::move(fact)); }
    void addRetry() { ++m_retries; }
    /// A run that the operator's pause kept from starting.
    void addNotStarted(std::string_view workflow) { ++m_notStarted[workflow]; }
    /// Sums of a run that was cut off before its root span: calls no observer can put in a workflow.
    void addUnattributable(std::string_view workflow, const CallSums &sums);

    [[nodiscard]] const CallSums &total() const { return m_total; }
    /// The whole truth as JSON; `head` holds further members, each ended by a comma.
    [[nodiscard]] std::string toJson(std::string_view head) const;
    [[nodiscard]] static Result<> save(const std::string &path, std::string_view json);

    static void add(CallSums &sums, const CallFact &fact);

private:
    void appendRuns(std::string &out) const;
    void appendPolicy(std::string &out) const;

    struct MinuteSums {
        std::int64_t calls = 0;
        UsdSum cost;
    };
    struct WorkflowRuns {
        std::array<std::int64_t, kOutcomeCount> outcomes{};
        std::int64_t pass = 0;
        std::int64_t fail = 0;
        std::int64_t scoreMilli = 0;
    };
    struct RevisionSums {
        std::int64_t calls = 0;
        UsdSum cost;                                    ///< of its calls
        std::map<std::string_view, std::int64_t> tiers; ///< calls by tier
        std::map<std::string_view, std::int64_t> models;
        std::int64_t runs = 0; ///< that began under it and have ended
        std::int64_t capped = 0;
        UsdSum runCost;
        UsdSum dearestRun;
    };
    static constexpr std::size_t kDimensions = 8;
    static const std::array<std::string_view, kDimensions> kDimensionNames;

    CallSums m_total;
    std::array<std::unordered_map<std::string_view, CallSums>, kDimensions> m_by;
    std::map<std::pair<std::int64_t, std::string_view>, MinuteSums> m_minutes;
    std::map<std::string_view, WorkflowRuns> m_runs;
    std::map<std::string_view, CallSums> m_unattributable;
    std::map<std::pair<std::string_view, std::int64_t>, RevisionSums> m_revisions;
    std::map<std::string_view, std::int64_t> m_notStarted;
    std::vector<LoopFact> m_loops;
    std::int64_t m_retries = 0;
};

} // namespace flyball::agentsim
