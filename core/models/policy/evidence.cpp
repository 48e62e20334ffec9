// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/evidence.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/policy/effective.h"
#include "core/policy/windows.h"

namespace flyball {

namespace {

constexpr std::size_t kRunBins = 32, kCallBins = 24;

std::string text(const SymbolTable &symbols, Symbol symbol)
{
    return symbol == 0 ? std::string() : std::string(symbols.text(symbol));
}

std::optional<PicoUsd> costOf(const Call &call)
{
    switch (call.costOrigin) {
    case CostOrigin::Computed:
    case CostOrigin::Reported:
        return call.cost;
    case CostOrigin::NoCharge:
        return PicoUsd(0);
    case CostOrigin::Unpriced:
    case CostOrigin::NoUsage:
        break;
    }
    return std::nullopt;
}

CallSample sampleOf(const Call &call, const SymbolTable &symbols)
{
    CallSample sample;
    sample.time = call.time;
    sample.step = text(symbols, call.names.step);
    sample.cost = costOf(call);
    if (call.hasUsage()) {
        sample.inputTokens = call.usage.inTotal();
        sample.outputTokens = call.usage.outTotal();
    } else if (call.costOrigin == CostOrigin::NoCharge) {
        sample.inputTokens = 0; // it never reached a model
        sample.outputTokens = 0;
    }
    return sample;
}

class Reader {
public:
    Reader(const Snapshot &snapshot, const EvidenceQuestion &question)
        : m_symbols(*snapshot.symbols), m_out(std::make_shared<PolicyEvidence>())
    {
        m_out->question = question;
        takeRuns(snapshot, question);
    }

    std::shared_ptr<const PolicyEvidence> read(Ledger &ledger, std::optional<Symbol> workflow)
    {
        const EvidenceQuestion &q = m_out->question;
        CallFilter filter;
        filter.since = q.since;
        filter.until = q.until;
        filter.workflow = workflow;
        const auto done =
            ledger.readCalls(filter, CallOrder::TimeDescending, q.mostCalls + 1, [this](const Call &call) {
                take(call);
                return true;
            });
        if (!done) {
            m_out->error = done.error().message;
            return m_out;
        }
        finish();
        return m_out;
    }

private:
    struct Known {
        RunInfo info;
        RunSample sample;
    };

    void takeRuns(const Snapshot &snapshot, const EvidenceQuestion &question)
    {
        std::vector<const RunRow *> rows;
        snapshot.runs.forEach([&](const RunRow &row) {
            const RunInfo &info = row.info;
            if (row.isRun() && info.closed && info.start >= question.since && info.end < question.until
                && (question.workflow.empty() || text(m_symbols, info.workflow) == question.workflow))
                rows.push_back(&row);
        });
        m_out->runsSeen = static_cast<std::int64_t>(rows.size());
        std::sort(rows.begin(), rows.end(),
                  [](const RunRow *a, const RunRow *b) { return a->info.start > b->info.start; });
        rows.resize(std::min(rows.size(), static_cast<std::size_t>(question.mostRuns)));
        for (const RunRow *row : rows)
            m_runs.emplace(row->info.run, Known{row->info, {toHex(row->info.run), row->info.outcome, {}}});
    }

    void take(const Call &call)
    {
        if (m_out->callsRead == m_out->question.mostCalls) {
            m_out->callsCut = true;
            return;
        }
        ++m_out->callsRead;
        m_oldest = call.time;
        const Attribution &names = call.names;
        ++m_tasks[{names.taskType, names.agent, names.segment, names.tier}];
        if (const auto run = m_runs.find(call.run); run != m_runs.end())
            run->second.sample.calls.push_back(sampleOf(call, m_symbols));
    }

    void finish()
    {
        std::vector<Known *> whole;
        for (auto &[key, known] : m_runs)
            if (!known.sample.calls.empty() && !(m_out->callsCut && known.info.start <= m_oldest))
                whole.push_back(&known);
        std::sort(whole.begin(), whole.end(), [](const Known *a, const Known *b) {
            return std::tie(a->info.start, a->sample.id) < std::tie(b->info.start, b->sample.id);
        });
        for (Known *known : whole) {
            std::reverse(known->sample.calls.begin(), known->sample.calls.end());
            m_out->passed += known->sample.outcome == Outcome::Success ? 1 : 0;
            m_out->flows.push_back(text(m_symbols, known->info.workflow));
            m_out->runs.push_back(std::move(known->sample));
        }
        for (const auto &[key, calls] : m_tasks)
            m_out->tasks.push_back({text(m_symbols, std::get<0>(key)), text(m_symbols, std::get<1>(key)),
                                    text(m_symbols, std::get<2>(key)), text(m_symbols, std::get<3>(key)), calls});
        std::stable_sort(m_out->tasks.begin(), m_out->tasks.end(),
                         [](const TaskGroup &a, const TaskGroup &b) { return a.calls > b.calls; });
        spread();
        m_out->proposal = proposeBudget(m_out->runs);
    }

    void spread()
    {
        std::array<std::vector<double>, kMetrics> values;
        std::array<std::int64_t, kMetrics> unknown{};
        const auto add = [&](Metric metric, std::optional<double> value) {
            const auto i = static_cast<std::size_t>(metric);
            value ? values[i].push_back(*value) : void(++unknown[i]);
        };
        const auto number = [](auto value) {
            return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
        };
        for (const RunSample &run : m_out->runs) {
            const auto usd = run.cost();
            add(Metric::RunUsd, usd ? std::optional(usd->toDouble()) : std::nullopt);
            add(Metric::RunTokens, number(run.tokens()));
            add(Metric::Iterations, static_cast<double>(run.calls.size()));
            for (const CallSample &call : run.calls) {
                add(Metric::Input, number(call.inputTokens));
                add(Metric::Output, number(call.outputTokens));
                add(Metric::CallTokens, call.inputTokens && call.outputTokens
                                            ? std::optional(static_cast<double>(*call.inputTokens + *call.outputTokens))
                                            : std::nullopt);
            }
        }
        for (std::size_t i = 0; i < kMetrics; ++i)
            m_out->spreads[i] = spreadOf(std::move(values[i]), unknown[i], i < 2 ? kRunBins : kCallBins);
    }

    const SymbolTable &m_symbols;
    std::shared_ptr<PolicyEvidence> m_out;
    std::map<Key128, Known> m_runs;
    std::map<std::tuple<Symbol, Symbol, Symbol, Symbol>, std::int64_t> m_tasks;
    TimeNs m_oldest = 0;
};

double percentile(const std::vector<double> &sorted, double p)
{
    const double at = p * static_cast<double>(sorted.size() - 1);
    const auto i = static_cast<std::size_t>(at);
    const double part = at - static_cast<double>(i);
    return i + 1 < sorted.size() ? sorted[i] + part * (sorted[i + 1] - sorted[i]) : sorted[i];
}

enum class Match3 { No, Maybe, Yes };

Match3 match(const Condition &when, const TaskGroup &task)
{
    if (when.taskTypes
        && std::find(when.taskTypes->begin(), when.taskTypes->end(), task.taskType) == when.taskTypes->end())
        return task.taskType.empty() ? Match3::Maybe : Match3::No;
    if (when.agent && *when.agent != task.agent)
        return task.agent.empty() ? Match3::Maybe : Match3::No;
    if (when.userSegment && *when.userSegment != task.segment)
        return task.segment.empty() ? Match3::Maybe : Match3::No;
    const bool unseen = when.docTokens || when.securitySensitive || when.multiStepReasoning || when.requiredConfidenceGt
                        || (when.keywordsAny && !when.keywordsAny->empty());
    return unseen ? Match3::Maybe : Match3::Yes;
}

void sum(BackTest &total, BackTest part)
{
    total.runs += part.runs;
    total.stoppedSuccessful += part.stoppedSuccessful;
    total.stoppedFailed += part.stoppedFailed;
    total.stoppedUnknown += part.stoppedUnknown;
    total.softReached += part.softReached;
    total.notJudged += part.notJudged;
    total.callsOverOutputLimit += part.callsOverOutputLimit;
    total.callsOverCallLimit += part.callsOverCallLimit;
    total.spent += part.spent;
    total.saved += part.saved;
    total.savedOnSuccessful += part.savedOnSuccessful;
    total.tokensSaved += part.tokensSaved;
    for (const auto &[cap, runs] : part.byCap)
        total.byCap[cap] += runs;
    for (StoppedRun &run : part.stopped)
        total.stopped.push_back(std::move(run));
}

} // namespace

std::shared_ptr<const PolicyEvidence> readEvidence(Ledger &ledger, const Snapshot &snapshot,
                                                   const EvidenceQuestion &question)
{
    Reader reader(snapshot, question);
    std::optional<Symbol> workflow;
    if (!question.workflow.empty() && snapshot.series) {
        workflow = Symbol(0);
        for (const SeriesKey &key : *snapshot.series)
            if (key.workflow != 0 && snapshot.symbols->text(key.workflow) == question.workflow)
                workflow = key.workflow;
        if (*workflow == 0) { // nobody has called yet in its name
            auto none = std::make_shared<PolicyEvidence>();
            none->question = question;
            none->proposal = proposeBudget({});
            return none;
        }
    }
    return reader.read(ledger, workflow);
}

Spread spreadOf(std::vector<double> values, std::int64_t unknown, std::size_t bins)
{
    Spread out;
    out.n = static_cast<std::int64_t>(values.size());
    out.unknown = unknown;
    std::sort(values.begin(), values.end());
    const auto positive = std::upper_bound(values.begin(), values.end(), 0.0);
    if (positive == values.end())
        return out;
    out.p50 = percentile(values, 0.50);
    if (out.n >= kMinForP95)
        out.p95 = percentile(values, 0.95);
    if (out.n >= kMinForP99)
        out.p99 = percentile(values, 0.99);
    // Room at both sides, so that a cap can be drawn past what was seen.
    out.low = *positive / 1.25;
    out.high = values.back() * 1.6;
    out.bins.assign(bins, 0);
    const double width = std::log(out.high / out.low) / static_cast<double>(bins);
    for (auto value = positive; value != values.end(); ++value)
        ++out.bins[std::min(bins - 1, static_cast<std::size_t>(std::log(*value / out.low) / width))];
    return out;
}

std::vector<RuleCount> countByRule(const std::vector<Rule> &rules, const std::vector<TaskGroup> &tasks)
{
    std::vector<RuleCount> out(rules.size());
    for (const TaskGroup &task : tasks) {
        bool sure = true; // no earlier rule may have taken it
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const Match3 m = match(rules[i].when, task);
            if (m == Match3::No)
                continue;
            (m == Match3::Yes && sure ? out[i].sure : out[i].maybe) += task.calls;
            sure = false;
            if (m == Match3::Yes)
                break;
        }
    }
    return out;
}

BackTest backTestAll(const PolicyDocument &document, const PolicyEvidence &evidence)
{
    const auto named = policyZone(document);
    const Zone zone = named ? *named : Zone();
    std::map<std::string, std::vector<RunSample>> byFlow;
    for (std::size_t i = 0; i < evidence.runs.size(); ++i)
        byFlow[evidence.flows[i]].push_back(evidence.runs[i]);
    BackTest total;
    for (const auto &[workflow, runs] : byFlow)
        sum(total, backTest(effectivePolicy(document, workflow, {}).body, runs, zone));
    return total;
}

} // namespace flyball
