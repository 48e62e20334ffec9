// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/measures/measuresum.h"

#include <algorithm>
#include <string>

namespace flyball {

namespace {

std::string lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

template <std::size_t N>
bool holdsAny(std::string_view text, const std::string_view (&words)[N])
{
    const std::string name = lower(text);
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

} // namespace

bool MeasureScope::matches(const Call &call) const
{
    const Attribution &names = call.names;
    const auto equal = [](const std::optional<Symbol> &wanted, Symbol has) { return !wanted || *wanted == has; };
    return equal(workflow, names.workflow) && equal(agent, names.agent) && equal(step, names.step)
           && equal(model, call.model) && equal(tier, names.tier) && equal(segment, names.segment)
           && equal(promptVersion, names.promptVersion) && equal(taskType, names.taskType);
}

Key128 callKey(const Call &call) { return {call.group.hi * 0x9e3779b97f4a7c15ULL ^ call.group.lo, call.sub}; }

bool isTruncation(std::string_view finishReason)
{
    static constexpr std::string_view words[] = {"length", "max_tokens", "max_output_tokens", "maxtokens"};
    return holdsAny(finishReason, words);
}

bool isValidation(std::string_view signalName)
{
    static constexpr std::string_view words[] = {"valid", "schema", "structured", "json", "parse"};
    return holdsAny(signalName, words);
}

bool isNearLimit(const Call &call)
{
    // In whole numbers: output / limit >= 95 / 100.
    return call.outputLimit > 0 && call.hasUsage()
           && __int128{call.usage.outTotal()} * 100 >= __int128{call.outputLimit} * 95;
}

MeasureSum::MeasureSum(MeasureScope scope, const EndedRuns &ended, const SymbolTable &symbols)
    : m_scope(scope), m_ended(ended), m_symbols(symbols)
{}

void MeasureSum::add(const MeasuredCall &measured)
{
    const Call &call = measured.call;
    if (!m_scope.matches(call))
        return;
    addToRun(measured);
    if (!measured.inWindow)
        return;
    m_totals.add(call);
    if (call.responseCache != ResponseCache::None) {
        ++m_tasks[{call.names.workflow, call.names.taskType}].hits;
        ++m_served[{call.names.workflow, call.names.step}].hits;
        return;
    }
    ++m_tasks[{call.names.workflow, call.names.taskType}].calls;
    const UsdSum cost(call.cost);
    const bool priced = call.costOrigin == CostOrigin::Computed || call.costOrigin == CostOrigin::Reported;
    if (priced && !call.failed())
        m_served[{call.names.workflow, call.names.step}].costs.push_back(cost);
    const auto place = static_cast<std::size_t>(measured.place.position - 1);
    if (place >= m_places.size())
        m_places.resize(place + 1);
    for (Item *item : {&m_steps[call.names.step], &m_places[place]}) {
        item->tokens += call.usage.total();
        if (priced)
            item->cost += cost;
    }
    if (call.hasUsage()) {
        ++m_usedCalls;
        m_usedInput += call.usage.inTotal();
        m_resent += measured.place.resent;
    }
    addCache(measured);
    addParts(measured);
    addRetry(measured);
    addOutput(call);
}

void MeasureSum::addToRun(const MeasuredCall &measured)
{
    const auto ended = m_ended.find(measured.call.run);
    if (ended == m_ended.end())
        return;
    const Call &call = measured.call;
    RunPart &run = m_runs[call.run];
    run.totals.add(call);
    if (run.firstCall < 0 && call.responseCache == ResponseCache::None && call.hasUsage())
        run.firstCall = call.usage.total();
    if (call.failed())
        run.lastError = call.errorType;
    if (ended->second->signals > 0 && !m_scope.wholeRuns())
        run.spans.push_back(call.sub);
}

std::optional<std::int64_t> MeasureSum::minimumOf(const Call &call)
{
    const std::uint64_t key = (static_cast<std::uint64_t>(call.provider) << 32) | call.model;
    const auto it = m_minimums.find(key);
    if (it != m_minimums.end())
        return it->second;
    return m_minimums.emplace(key, cacheMinimum(m_symbols.text(call.provider), m_symbols.text(call.model)))
        .first->second;
}

void MeasureSum::addCache(const MeasuredCall &measured)
{
    const Call &call = measured.call;
    if ((call.flags & CallCacheKnown) == 0 || !call.hasUsage())
        return;
    const std::int64_t read = call.usage[TokenClass::CacheRead];
    const std::int64_t written = call.usage[TokenClass::CacheWrite5m] + call.usage[TokenClass::CacheWrite1h]
                                 + call.usage[TokenClass::CacheWriteUntyped];
    ++m_cacheCalls;
    m_cacheRead += read;
    m_cacheWritten += written;
    m_missed += std::max<std::int64_t>(0, measured.place.resent - read - written);
    if (const auto minimum = minimumOf(call); minimum && call.usage.inTotal() >= *minimum) {
        ++m_longCalls;
        m_hitCalls += read > 0 ? 1 : 0;
    }
}

void MeasureSum::addParts(const MeasuredCall &measured)
{
    const Call &call = measured.call;
    if (call.costOrigin != CostOrigin::Computed && call.costOrigin != CostOrigin::Reported)
        return;
    if (!measured.parts.known) {
        ++m_partsMissing;
        return;
    }
    ++m_partCalls;
    m_partCost += UsdSum(call.cost);
    m_outputCost += UsdSum(measured.parts.output);
    m_saved += UsdSum(measured.parts.saved);
}

void MeasureSum::addRetry(const MeasuredCall &measured)
{
    const Call &call = measured.call;
    if (measured.place.retry) {
        m_retries.insert(callKey(call));
        m_retryTotals.add(call);
        return;
    }
    ++m_firstTries;
    m_firstFailed += call.failed() ? 1 : 0;
}

void MeasureSum::addOutput(const Call &call)
{
    if (call.finishReason != 0) {
        auto known = m_truncations.find(call.finishReason);
        if (known == m_truncations.end())
            known = m_truncations.emplace(call.finishReason, isTruncation(m_symbols.text(call.finishReason))).first;
        ++m_stopTold;
        m_truncated += known->second ? 1 : 0;
    }
    if (call.outputLimit > 0 && call.hasUsage()) {
        ++m_limitTold;
        m_nearLimit += isNearLimit(call) ? 1 : 0;
    }
    if (call.reportedPico >= 0 && call.costOrigin == CostOrigin::Computed) {
        ++m_driftCalls;
        m_driftReported += UsdSum(call.reportedPico);
        m_driftComputed += UsdSum(call.cost);
    }
}

void MeasureSum::addSignals(const Key128 &run, const std::vector<SignalFact> &facts)
{
    const auto part = m_runs.find(run);
    if (!m_scope.wholeRuns() && part == m_runs.end())
        return;
    for (const SignalFact &fact : facts) {
        if (fact.verdict == Verdict::None || !isValidation(m_symbols.text(fact.name)))
            continue;
        if (!m_scope.wholeRuns()) {
            const auto &spans = part->second.spans;
            if (std::find(spans.begin(), spans.end(), fact.span) == spans.end())
                continue;
        }
        ++m_validated;
        m_invalid += fact.verdict == Verdict::Fail ? 1 : 0;
    }
}

std::vector<std::pair<Symbol, std::int64_t>> MeasureSum::cappedCauses() const
{
    std::map<Symbol, std::int64_t> counts;
    for (const auto &[id, row] : m_ended) {
        if (row->info.outcome != Outcome::Capped)
            continue;
        const auto part = m_runs.find(id);
        if (part != m_runs.end() || m_scope.wholeRuns())
            ++counts[part == m_runs.end() ? 0 : part->second.lastError];
    }
    std::vector<std::pair<Symbol, std::int64_t>> causes(counts.begin(), counts.end());
    std::stable_sort(causes.begin(), causes.end(), [](const auto &a, const auto &b) { return a.second > b.second; });
    return causes;
}

} // namespace flyball
