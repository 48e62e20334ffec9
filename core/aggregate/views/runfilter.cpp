// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/runfilter.h"

#include <algorithm>
#include <cmath>

#include "core/aggregate/views/runpicture.h"

namespace flyball {

namespace {

using Test = RunCondition::Test;

bool costKnown(const Totals &totals) { return totals.calls > 0 && !totals.costUnknown(); }

bool startsWith(const Key128 &run, const std::string &text)
{
    const std::string id = toHex(run);
    return text.size() <= id.size() && std::equal(text.begin(), text.end(), id.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'F' ? static_cast<char>(a + 32) : a) == b;
           });
}

} // namespace

const char *runStateKey(const RunInfo &info)
{
    if (!info.closed)
        return "running";
    switch (info.outcome) {
    case Outcome::Success:
        return "passed";
    case Outcome::Failure:
        return "failed";
    case Outcome::Capped:
        return "capped";
    case Outcome::Timeout:
        return "timeout";
    case Outcome::Unknown:
        break;
    }
    return "unknown";
}

RunTraits traitsOf(const RunRow &row, const std::vector<Call> &calls)
{
    RunTraits traits;
    traits.calls = row.totals.calls;
    traits.errors = row.totals.errors;
    traits.input = row.totals.inTotal();
    traits.output = row.totals.outTotal();
    for (const Call &call : calls)
        if (call.model != 0 && std::find(traits.models.begin(), traits.models.end(), call.model) == traits.models.end())
            traits.models.push_back(call.model);
    const RunPicture picture = pictureOf(calls, {});
    traits.retries = picture.retries();
    traits.looping = std::any_of(picture.lanes.begin(), picture.lanes.end(),
                                 [](const RunLane &lane) { return !lane.loops.empty(); });
    return traits;
}

RunBounds RunBounds::of(const std::vector<const RunRow *> &runs, const std::vector<double> &percents)
{
    RunBounds bounds;
    std::unordered_map<Symbol, std::vector<std::int64_t>> outputs;
    std::vector<UsdSum> costs;
    for (const RunRow *run : runs) {
        if (!run->info.closed)
            continue;
        outputs[run->info.workflow].push_back(run->totals.outTotal());
        if (costKnown(run->totals))
            costs.push_back(run->totals.cost);
    }
    for (auto &[workflow, values] : outputs)
        if (static_cast<std::int64_t>(values.size()) >= RunQuantiles::kMinP95)
            bounds.outputP95.emplace(workflow, *quantile(values, 95));
    for (const double percent : percents) {
        const auto share = std::clamp(percent, 0.0, 100.0) / 100;
        const auto n = static_cast<std::size_t>(std::floor(static_cast<double>(costs.size()) * share));
        if (n == 0)
            continue;
        const auto at = costs.begin() + static_cast<std::ptrdiff_t>(n - 1);
        std::nth_element(costs.begin(), at, costs.end(), [](const UsdSum &a, const UsdSum &b) { return b < a; });
        bounds.costliest.emplace(percent, *at);
    }
    return bounds;
}

RunMatcher::RunMatcher(std::vector<RunCondition> conditions, const RunBounds &bounds, Contains contains,
                       TraitsOf traits)
    : m_conditions(std::move(conditions)),
      m_bounds(bounds),
      m_contains(std::move(contains)),
      m_traits(std::move(traits))
{}

bool RunMatcher::fits(const RunCondition &c, const RunRow &row) const
{
    const Totals &t = row.totals;
    switch (c.test) {
    case Test::Outcome:
        return c.text == runStateKey(row.info);
    case Test::Workflow:
        return m_contains(row.info.workflow, c.text);
    case Test::Text:
        return startsWith(row.info.run, c.text) || m_contains(row.info.workflow, c.text)
               || (row.info.session != 0 && m_contains(row.info.session, c.text));
    case Test::CostOver:
        return costKnown(t) && t.cost.toDouble() > c.number;
    case Test::TokensOver:
        return static_cast<double>(t.allTokens()) > c.number;
    case Test::DurationOver:
        return static_cast<double>(row.info.end - row.info.start) / 1e9 > c.number;
    case Test::OutputHigh: {
        const auto it = m_bounds.outputP95.find(row.info.workflow);
        return it != m_bounds.outputP95.end() && t.outTotal() > it->second;
    }
    case Test::Costliest: {
        const auto it = m_bounds.costliest.find(c.number);
        return it != m_bounds.costliest.end() && row.info.closed && costKnown(t) && !(t.cost < it->second);
    }
    case Test::FailedCalls:
        return static_cast<double>(t.errors) >= std::max(1.0, c.number);
    case Test::WithoutUsage:
        return t.callsWithoutUsage > 0;
    case Test::Unpriced:
        return t.callsUnpriced > 0;
    case Test::ReusedResponses:
        return t.responseCacheHits > 0;
    case Test::Model:
    case Test::Retries:
    case Test::Looping:
        break;
    }
    return false;
}

bool RunMatcher::fits(const RunCondition &c, const RunTraits &traits) const
{
    if (c.test == Test::Looping)
        return traits.looping;
    if (c.test == Test::Retries)
        return static_cast<double>(traits.retries) >= std::max(1.0, c.number);
    return std::any_of(traits.models.begin(), traits.models.end(), [&](Symbol m) { return m_contains(m, c.text); });
}

RunVerdict RunMatcher::judge(const RunRow &row) const
{
    bool asksCalls = false;
    for (const RunCondition &condition : m_conditions) {
        if (readsCalls(condition.test))
            asksCalls = true;
        else if (!fits(condition, row))
            return RunVerdict::No;
    }
    if (!asksCalls)
        return RunVerdict::Yes;
    // Neither rule nor model can be met by a run without enough calls to meet it.
    for (const RunCondition &condition : m_conditions)
        if ((condition.test == Test::Looping && row.totals.calls < static_cast<std::int64_t>(Repeat::kMinTimes))
            || (condition.test == Test::Retries && row.totals.calls < 2))
            return RunVerdict::No;
    const RunTraits *traits = m_traits(row);
    if (traits == nullptr)
        return RunVerdict::NeedsCalls;
    for (const RunCondition &condition : m_conditions)
        if (readsCalls(condition.test) && !fits(condition, *traits))
            return RunVerdict::No;
    return RunVerdict::Yes;
}

} // namespace flyball
