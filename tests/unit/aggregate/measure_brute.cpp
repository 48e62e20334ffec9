// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/aggregate/measure_brute.h"

#include "core/pricing/book/rates.h"

namespace flyball::test {

namespace brute {

namespace {

bool within(const MeasureQuestion &q, const Call &c) { return c.time >= q.window.since && c.time < q.window.until; }

bool inScope(const MeasureScope &s, const Call &c)
{
    return (!s.workflow || c.names.workflow == *s.workflow) && (!s.step || c.names.step == *s.step)
           && (!s.agent || c.names.agent == *s.agent) && (!s.model || c.model == *s.model)
           && (!s.tier || c.names.tier == *s.tier) && (!s.segment || c.names.segment == *s.segment)
           && (!s.promptVersion || c.names.promptVersion == *s.promptVersion)
           && (!s.taskType || c.names.taskType == *s.taskType);
}

bool narrow(const MeasureScope &s)
{
    return s.step || s.agent || s.model || s.tier || s.segment || s.promptVersion || s.taskType;
}

} // namespace

/// `before`: the calls of the same run that came earlier, in order.
void Brute::look(const Call &c, const std::vector<const Call *> &before, Seen &s) const
{
    s.call = &c;
    s.inWindow = within(m_q, c);
    s.position =
        1 + static_cast<int>(std::count_if(before.begin(), before.end(), [](const Call *b) { return isCall(*b); }));
    s.retry = c.attempt > 1;
    for (auto b = before.rbegin(); b != before.rend(); ++b)
        if (isCall(**b) && (*b)->names.agent == c.names.agent && (*b)->names.step == c.names.step) {
            s.retry = s.retry || (*b)->failed();
            break;
        }
    for (auto b = before.rbegin(); b != before.rend(); ++b)
        if (isCall(**b) && (*b)->names.agent == c.names.agent && (*b)->hasUsage()) {
            s.resent = std::min<Wide>(c.usage.inTotal(), (*b)->usage.inTotal() + (*b)->usage.outTotal());
            break;
        }
    split(c, s);
}

/// From the rates themselves: tokens times rate, no tier, no factor (these books have none).
void Brute::split(const Call &c, Seen &s) const
{
    s.parts = c.costOrigin == CostOrigin::Computed || c.costOrigin == CostOrigin::NoCharge;
    if (c.costOrigin != CostOrigin::Computed)
        return;
    const PriceMatch match = m_prices->match(m_symbols.text(c.provider), m_symbols.text(c.model));
    const Rates &rates = match.lists.front()->rows.front().rates.standard;
    Wide output = 0, cached = 0, asInput = 0;
    for (std::size_t i = 0; i < kTokenClasses; ++i) {
        const auto k = static_cast<TokenClass>(i);
        const Wide atto = Wide{c.usage.tokens[i]} * effectiveRate(rates, k).atto;
        if (k >= TokenClass::OutText)
            output += atto;
        if (k >= TokenClass::CacheRead && k <= TokenClass::CacheWriteUntyped) {
            cached += atto;
            asInput += Wide{c.usage.tokens[i]} * rates[RateKey::Input];
        }
    }
    s.outputCost = output / kAttoPerPico; // whole pico-USD at these rates
    s.saved = (asInput - cached) / kAttoPerPico;
}

Brute::Brute(const std::vector<Call> &all, const std::vector<RunRow> &runs, const MeasureQuestion &question,
             const std::shared_ptr<const PriceCatalog> &prices, const SymbolTable &symbols)
    : m_q(question), m_prices(prices), m_symbols(symbols)
{
    std::vector<Call> calls;
    for (const Call &c : all)
        if (!question.scope.workflow || c.names.workflow == *question.scope.workflow)
            calls.push_back(c);
    std::stable_sort(calls.begin(), calls.end(), [](const Call &a, const Call &b) { return a.time < b.time; });
    m_kept = std::move(calls);
    std::map<Key128, std::vector<const Call *>> before;
    for (const Call &c : m_kept) {
        Seen s;
        look(c, before[c.run], s);
        before[c.run].push_back(&c);
        if (!inScope(question.scope, c))
            continue;
        if (s.inWindow) {
            m_seen.push_back(s);
            if (isCall(c))
                m_calls.push_back(s);
            m_cost += picoOf(c);
        }
    }
    makeRuns(runs, m_kept);
    Wide missing = 0, errors = 0;
    for (const Seen &s : m_calls) {
        missing += s.call->costOrigin == CostOrigin::Unpriced ? 1 : 0;
        missing += !s.call->failed() && !s.call->hasUsage() ? 1 : 0;
        errors += s.call->failed() ? 1 : 0;
    }
    m_priceless = missing > 0 && m_cost == 0 && missing >= static_cast<Wide>(m_calls.size()) - errors;
}

void Brute::makeRuns(const std::vector<RunRow> &runs, const std::vector<Call> &calls)
{
    for (const RunRow &row : runs) {
        if (!row.info.closed || row.info.end < m_q.window.since || row.info.end >= m_q.window.until)
            continue;
        if (m_q.scope.workflow && row.info.workflow != *m_q.scope.workflow)
            continue;
        Run run{&row, {}};
        for (const Call &c : calls) {
            if (!(c.run == row.info.run) || !inScope(m_q.scope, c) || c.time >= m_q.window.until)
                continue;
            run.own.push_back({&c});
            if (!isCall(c))
                continue;
            run.cost += picoOf(c);
            run.in += c.usage.inTotal();
            run.out += c.usage.outTotal();
            run.calls += 1;
            run.errors += c.failed() ? 1 : 0;
            run.withoutUsage += !c.failed() && !c.hasUsage() ? 1 : 0;
            run.missing += (c.costOrigin == CostOrigin::Unpriced ? 1 : 0) + (!c.failed() && !c.hasUsage() ? 1 : 0);
        }
        if (!run.own.empty() || !narrow(m_q.scope))
            m_runs.push_back(run);
    }
}

void Brute::ratio(MeasureId id, Wide top, Wide bottom, Unknown why, bool money)
{
    if (why != Unknown::No)
        return unknown(id, why);
    put(id, (money ? usd(top) : plain(top)) + "/" + (money ? usd(bottom) : plain(bottom)));
}

void Brute::each(MeasureId id, Wide top, Wide count, Unknown why, bool money)
{
    if (why != Unknown::No)
        return unknown(id, why);
    const Wide value = roundHalfEven(top, count);
    put(id, (money ? usd(value) + " = " + usd(top) : plain(value) + " = " + plain(top)) + "/" + plain(count));
}

void Brute::percentiles(bool money, Unknown why)
{
    const MeasureId ids[] = {money ? MeasureId::CostP50 : MeasureId::TokensP50,
                             money ? MeasureId::CostP95 : MeasureId::TokensP95,
                             money ? MeasureId::CostP99 : MeasureId::TokensP99};
    const std::size_t fewest[] = {1, 59, 300};
    const int percents[] = {50, 95, 99};
    std::vector<Wide> values;
    for (const Run &run : m_runs)
        values.push_back(money ? run.cost : run.in + run.out);
    for (int i = 0; i < 3; ++i) {
        if (why != Unknown::No || values.size() < fewest[i])
            unknown(ids[i], why != Unknown::No ? why : Unknown::FewRuns);
        else
            put(ids[i], money ? usd(percentile(values, percents[i])) : plain(percentile(values, percents[i])));
    }
}

std::vector<std::string> Brute::lines()
{
    runLines();
    cacheLines();
    outputLines();
    topLines(true);
    topLines(false);
    retryLines();
    std::vector<std::string> out;
    for (const auto &[id, line] : m_lines)
        out.push_back(line);
    return out;
}

} // namespace brute

std::vector<std::string> bruteForce(const std::vector<Call> &calls, const std::vector<RunRow> &runs,
                                    const MeasureQuestion &question, const std::shared_ptr<const PriceCatalog> &prices,
                                    const SymbolTable &symbols)
{
    return brute::Brute(calls, runs, question, prices, symbols).lines();
}

} // namespace flyball::test
