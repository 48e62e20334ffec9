// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/output/truth.h"

#include <algorithm>

namespace flyball::agentsim {

void Truth::add(CallSums &sums, const CallFact &fact)
{
    ++sums.calls;
    if (fact.usage == nullptr) {
        ++sums.errors;
        return;
    }
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        sums.tokens[i] += fact.usage->tokens[i];
    sums.cost.add(fact.cost);
    if (!fact.priced) {
        ++sums.callsUnpriced;
        sums.tokensUnpriced += fact.usage->total();
    }
}

void Truth::addCall(const CallFact &fact)
{
    add(m_total, fact);
    const std::array<std::string_view, kDimensions> keys{fact.workflow, fact.model, fact.provider, fact.tier,
                                                         fact.taskType, fact.step,  fact.agent,    fact.segment};
    for (std::size_t i = 0; i < kDimensions; ++i)
        add(m_by[i][keys[i]], fact);
    MinuteSums &minute = m_minutes[{bucketOf(fact.end, kMinute), fact.workflow}];
    ++minute.calls;
    minute.cost.add(fact.cost);
    if (fact.revision == 0)
        return;
    RevisionSums &revision = m_revisions[{fact.workflow, fact.revision}];
    ++revision.calls;
    revision.cost.add(fact.cost);
    ++revision.tiers[fact.tier];
    ++revision.models[fact.model];
}

void Truth::addRun(const RunFact &fact)
{
    WorkflowRuns &runs = m_runs[fact.workflow];
    ++runs.outcomes[static_cast<std::size_t>(fact.outcome)];
    if (fact.revision > 0) {
        RevisionSums &revision = m_revisions[{fact.workflow, fact.revision}];
        ++revision.runs;
        revision.capped += fact.outcome == Outcome::Capped;
        revision.runCost += fact.cost;
        revision.dearestRun = std::max(revision.dearestRun, fact.cost);
    }
    if (!fact.judged)
        return;
    ++(fact.judgedPass ? runs.pass : runs.fail);
    runs.scoreMilli += fact.scoreMilli;
}

void Truth::addUnattributable(std::string_view workflow, const CallSums &sums)
{
    CallSums &s = m_unattributable[workflow];
    s.calls += sums.calls;
    s.errors += sums.errors;
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        s.tokens[i] += sums.tokens[i];
    s.cost += sums.cost;
    s.callsUnpriced += sums.callsUnpriced;
    s.tokensUnpriced += sums.tokensUnpriced;
}

} // namespace flyball::agentsim
