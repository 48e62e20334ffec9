// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/runpicture.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <unordered_map>

#include "core/aggregate/views/runtracker.h"

namespace flyball {

namespace {

using Spans = std::unordered_map<std::uint64_t, const SpanFact *>;
constexpr int kDeepest = 64; ///< parents of hostile spans may go round

/// The agent a span belongs to and the one above that, by names and by agent spans.
Symbol agentOf(const Spans &spans, std::uint64_t span, const std::unordered_map<std::uint64_t, Symbol> &callers)
{
    for (int i = 0; i < kDeepest; ++i) {
        const auto it = spans.find(span);
        if (it == spans.end()) {
            const auto call = callers.find(span);
            return call == callers.end() ? 0 : call->second;
        }
        const SpanFact &fact = *it->second;
        if (fact.names.agent != 0 || fact.role == SpanRole::Agent)
            return fact.names.agent != 0 ? fact.names.agent : fact.label;
        span = fact.parent;
    }
    return 0;
}

void addTools(RunPicture &run, const std::vector<SpanFact> &facts)
{
    Spans spans;
    for (const SpanFact &fact : facts)
        spans.emplace(fact.span, &fact);
    std::unordered_map<std::uint64_t, Symbol> callers;
    for (const Call &call : run.calls)
        callers.emplace(call.sub, call.names.agent);
    for (const SpanFact &fact : facts)
        if (fact.role == SpanRole::Tool)
            run.tools.push_back({fact.span, fact.label != 0 ? fact.label : fact.name,
                                 agentOf(spans, fact.span, callers), fact.errorType, fact.start, fact.end,
                                 fact.failed});
    std::sort(run.tools.begin(), run.tools.end(), [](const RunTool &a, const RunTool &b) {
        return a.start == b.start ? a.span < b.span : a.start < b.start;
    });
}

struct Family {
    std::map<Symbol, Symbol> parent; ///< first one that was told
    std::map<Symbol, TimeNs> first;
    void seen(Symbol agent, TimeNs at)
    {
        const auto [it, fresh] = first.try_emplace(agent, at);
        if (!fresh)
            it->second = std::min(it->second, at);
    }
    [[nodiscard]] bool above(Symbol agent, Symbol other) const ///< other is agent or above it
    {
        for (int i = 0; i < kDeepest; ++i) {
            if (agent == other)
                return true;
            const auto it = parent.find(agent);
            if (it == parent.end())
                return false;
            agent = it->second;
        }
        return true;
    }
};

Family familyOf(const RunPicture &run)
{
    Family family;
    for (const Call &call : run.calls)
        family.seen(call.names.agent, startOf(call));
    for (const RunTool &tool : run.tools)
        family.seen(tool.agent, tool.start);
    for (const Call &call : run.calls) {
        const Symbol agent = call.names.agent, parent = call.parentAgent;
        if (parent == 0 || agent == 0 || family.parent.contains(agent) || family.above(parent, agent))
            continue;
        family.parent.emplace(agent, parent);
        family.seen(parent, startOf(call));
    }
    return family;
}

/// Parents before children, children by their first call. Without recursion: a trace may nest agents as deep as it
/// likes.
void addLanes(RunPicture &run, const Family &family)
{
    using Agents = std::vector<std::pair<TimeNs, Symbol>>;
    Agents roots;
    std::unordered_map<Symbol, Agents> children;
    for (const auto &[agent, first] : family.first) {
        const auto it = family.parent.find(agent);
        (it == family.parent.end() ? roots : children[it->second]).emplace_back(first, agent);
    }
    struct Waiting {
        Symbol agent;
        int above, depth;
    };
    std::vector<Waiting> waiting;
    const auto push = [&](Agents &agents, int above, int depth) {
        std::sort(agents.begin(), agents.end(), std::greater<>()); // the last one is taken first
        for (const auto &[first, agent] : agents)
            waiting.push_back({agent, above, depth});
    };
    push(roots, -1, 0);
    while (!waiting.empty()) {
        const Waiting next = waiting.back();
        waiting.pop_back();
        RunLane &lane = run.lanes.emplace_back();
        lane.agent = next.agent;
        lane.parent = next.above;
        lane.depth = next.depth;
        if (const auto it = children.find(next.agent); it != children.end())
            push(it->second, static_cast<int>(run.lanes.size()) - 1, next.depth + 1);
    }
}

void fillLanes(RunPicture &run)
{
    std::unordered_map<Symbol, std::uint32_t> laneOf;
    for (std::size_t i = 0; i < run.lanes.size(); ++i)
        laneOf.emplace(run.lanes[i].agent, static_cast<std::uint32_t>(i));
    RunTracker tracker;
    for (std::size_t i = 0; i < run.calls.size(); ++i) {
        const Call &call = run.calls[i];
        PlacedCall &place = run.places[i];
        place.lane = laneOf.at(call.names.agent);
        RunLane &lane = run.lanes[place.lane];
        lane.calls.push_back(static_cast<std::uint32_t>(i));
        lane.totals.add(call);
        run.totals.add(call);
        const PlaceInRun inRun = tracker.place(call);
        place.resent = std::max<std::int64_t>(0, inRun.resent);
        place.retry = inRun.retry;
        if (place.retry)
            run.retryTotals.add(call);
        place.sum = run.totals.cost;
        place.bound = run.totals.bound();
        place.sumKnown = !run.totals.costUnknown();
        run.widest = std::max(run.widest, call.usage.total());
    }
    for (std::size_t i = 0; i < run.tools.size(); ++i)
        run.lanes[laneOf.at(run.tools[i].agent)].tools.push_back(static_cast<std::uint32_t>(i));
}

void judgeLane(RunPicture &run, RunLane &lane)
{
    std::vector<Symbol> steps;
    std::vector<StepCounts> counts;
    for (const std::uint32_t i : lane.calls) {
        const Call &call = run.calls[i];
        steps.push_back(call.names.step);
        counts.push_back(
            {call.names.step, call.usage.inTotal(), call.usage.outTotal(), !call.failed() && call.hasUsage()});
    }
    lane.repeats = findRepeats(steps);
    lane.loops = findLoops(counts);
    for (std::size_t r = 0; r < lane.repeats.size(); ++r)
        for (std::size_t at = lane.repeats[r].first; at < lane.repeats[r].end(); ++at) {
            PlacedCall &place = run.places[lane.calls[at]];
            place.repeat = static_cast<std::int32_t>(r);
            place.round = static_cast<std::uint32_t>((at - lane.repeats[r].first) / lane.repeats[r].period);
        }
    for (const LoopFinding &loop : lane.loops)
        for (std::size_t at = loop.first; at < loop.end; ++at)
            run.places[lane.calls[at]].loop = true;
    lane.slope = contextSlope(run.calls, lane.calls);
    lane.breaks = prefixBreaks(run.calls, lane.calls);
}

} // namespace

TimeNs startOf(const Call &call) { return call.time - std::max<std::int64_t>(0, call.latencyNs); }

bool RunPicture::anyCounts(const RunLane &lane, std::size_t begin, std::size_t end) const
{
    bool asked = false;
    for (std::size_t at = begin; at < end; ++at) {
        const Call &call = calls[lane.calls[at]];
        if (call.responseCache != ResponseCache::None)
            continue;
        if (call.hasUsage())
            return true;
        asked = true;
    }
    return !asked;
}

int RunPicture::mainLane() const
{
    int best = lanes.empty() ? -1 : 0;
    for (std::size_t i = 1; i < lanes.size(); ++i)
        if (lanes[i].parent < 0 && lanes[i].totals.inTotal() > lanes[static_cast<std::size_t>(best)].totals.inTotal())
            best = static_cast<int>(i);
    return best;
}

RunPicture pictureOf(std::vector<Call> calls, const std::vector<SpanFact> &spans)
{
    RunPicture run;
    run.calls = std::move(calls);
    run.places.resize(run.calls.size());
    addTools(run, spans);
    addLanes(run, familyOf(run));
    fillLanes(run);
    for (RunLane &lane : run.lanes)
        judgeLane(run, lane);
    run.first = std::numeric_limits<TimeNs>::max();
    run.last = std::numeric_limits<TimeNs>::min();
    for (const Call &call : run.calls) {
        run.first = std::min(run.first, startOf(call));
        run.last = std::max(run.last, call.time);
    }
    for (const RunTool &tool : run.tools) {
        run.first = std::min(run.first, tool.start);
        run.last = std::max(run.last, tool.end);
    }
    if (run.calls.empty() && run.tools.empty())
        run.first = run.last = 0;
    return run;
}

std::optional<ContextSlope> contextSlope(const std::vector<Call> &calls, const std::vector<std::uint32_t> &lane)
{
    std::vector<double> input;
    for (const std::uint32_t i : lane)
        if (calls[i].hasUsage() && calls[i].responseCache == ResponseCache::None)
            input.push_back(static_cast<double>(calls[i].usage.inTotal()));
    if (input.size() < 3)
        return std::nullopt;
    const auto n = static_cast<double>(input.size());
    const double meanK = (n + 1) / 2;
    double meanI = 0, products = 0, squares = 0;
    for (const double value : input)
        meanI += value / n;
    for (std::size_t i = 0; i < input.size(); ++i) {
        const double k = static_cast<double>(i + 1) - meanK;
        products += k * (input[i] - meanI);
        squares += k * k;
    }
    ContextSlope slope;
    slope.n = static_cast<std::int64_t>(input.size());
    slope.perCall = products / squares;
    slope.first = meanI - slope.perCall * (meanK - 1);
    slope.last = meanI + slope.perCall * (n - meanK);
    return slope;
}

std::vector<PrefixBreak> prefixBreaks(const std::vector<Call> &calls, const std::vector<std::uint32_t> &lane)
{
    constexpr std::int64_t kLeast = 1024; // providers cache no shorter prefix
    std::vector<PrefixBreak> found;
    std::unordered_map<Symbol, const Call *> last;
    for (const std::uint32_t i : lane) {
        const Call &call = calls[i];
        if (!call.hasUsage() || (call.flags & CallCacheKnown) == 0 || call.responseCache != ResponseCache::None)
            continue;
        const Call *&before = last[call.model];
        if (before != nullptr) {
            const std::int64_t was = before->usage[TokenClass::CacheRead], is = call.usage[TokenClass::CacheRead];
            if (was >= kLeast && is * 2 < was && call.usage.inTotal() * 10 >= before->usage.inTotal() * 9)
                found.push_back({i, was, is, std::max<TimeNs>(0, startOf(call) - before->time)});
        }
        before = &call;
    }
    return found;
}

} // namespace flyball
