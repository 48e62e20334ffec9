// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/pricing/book/rates.h"
#include "tests/unit/aggregate/measure_fleet.h"

namespace flyball::test {

namespace {

using Wide = __int128;
using Pico = Wide;

/// Money as a plain 128-bit number of pico-USD.
Pico picoOf(const Call &c)
{
    return c.costOrigin == CostOrigin::Computed || c.costOrigin == CostOrigin::Reported ? Pico{c.cost} : Pico{0};
}

bool isCall(const Call &c) { return c.responseCache == ResponseCache::None; }

Wide roundHalfEven(Wide top, Wide bottom)
{
    Wide down = top / bottom;
    if (down * bottom > top)
        --down;
    const Wide rest = top - down * bottom;
    if (rest * 2 == bottom)
        return down % 2 == 0 ? down : down + 1;
    return rest * 2 > bottom ? down + 1 : down;
}

/// Type-7 percentile of sorted numbers.
Wide percentile(std::vector<Wide> v, int percent)
{
    std::sort(v.begin(), v.end());
    const Wide h = static_cast<Wide>(v.size() - 1) * percent;
    const auto at = static_cast<std::size_t>(h / 100);
    const Wide next = at + 1 < v.size() ? v[at + 1] : v[at];
    return roundHalfEven(v[at] * (100 - h % 100) + next * (h % 100), 100);
}

std::string plain(Wide n) { return std::to_string(static_cast<long long>(n)); }
std::string usd(Pico n)
{
    return words(Amount::of(
        UsdSum::fromParts(static_cast<std::int64_t>(n / kPicoPerUsd), static_cast<std::int64_t>(n % kPicoPerUsd))));
}

class Brute {
public:
    Brute(const std::vector<Call> &calls, const std::vector<RunRow> &runs, const MeasureQuestion &question,
          const std::shared_ptr<const PriceCatalog> &prices, const SymbolTable &symbols);
    std::vector<std::string> lines();

private:
    struct Seen {
        const Call *call;
        Wide resent = 0;
        int position = 0;
        bool retry = false, inWindow = false, parts = false;
        Pico outputCost = 0, saved = 0;
    };
    struct Run {
        const RunRow *row;
        std::vector<Seen> own;
        Pico cost = 0;
        Wide in = 0, out = 0, calls = 0, missing = 0, errors = 0, withoutUsage = 0;
    };
    void look(const Call &c, const std::vector<const Call *> &before, Seen &s) const;
    void split(const Call &c, Seen &s) const;
    void makeRuns(const std::vector<RunRow> &runs, const std::vector<Call> &calls);
    void put(MeasureId id, const std::string &text) { m_lines[id] = std::string(measureInfo(id).key) + " " + text; }
    void unknown(MeasureId id, Unknown why) { put(id, "unknown: " + std::string(unknownText(why))); }
    void ratio(MeasureId id, Wide top, Wide bottom, Unknown why, bool money = false);
    void each(MeasureId id, Wide top, Wide count, Unknown why, bool money);
    void runLines();
    void percentiles(bool money, Unknown why);
    void cacheLines();
    void outputLines();
    void topLines(bool byStep);
    void retryLines();

    const MeasureQuestion &m_q;
    const std::shared_ptr<const PriceCatalog> &m_prices;
    const SymbolTable &m_symbols;
    std::vector<Call> m_kept;  ///< of the workflow, by time; what the rest points into
    std::vector<Seen> m_seen;  ///< of the scope, in the window, answers from cache too
    std::vector<Seen> m_calls; ///< of these, those that are calls
    std::vector<Run> m_runs;
    Pico m_cost = 0;
    bool m_priceless = false;
    std::map<MeasureId, std::string> m_lines;
};

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

void Brute::runLines()
{
    Pico cost = 0, failedCost = 0, cappedCost = 0;
    Wide known = 0, success = 0, capped = 0, failed = 0, in = 0, out = 0, calls = 0, missing = 0, errors = 0,
         without = 0, failedMissing = 0, failedCalls = 0, failedErrors = 0, cappedMissing = 0, cappedCalls = 0,
         cappedErrors = 0;
    std::vector<Wide> firsts;
    Wide multiplied = 0;
    for (const Run &run : m_runs) {
        const Outcome o = run.row->info.outcome;
        cost += run.cost;
        in += run.in;
        out += run.out;
        calls += run.calls;
        missing += run.missing;
        errors += run.errors;
        without += run.withoutUsage;
        known += o == Outcome::Unknown ? 0 : 1;
        success += o == Outcome::Success ? 1 : 0;
        if (o == Outcome::Capped) {
            capped += 1, cappedCost += run.cost, cappedMissing += run.missing, cappedCalls += run.calls;
            cappedErrors += run.errors;
        }
        if (o == Outcome::Failure || o == Outcome::Timeout) {
            failed += 1, failedCost += run.cost, failedMissing += run.missing, failedCalls += run.calls;
            failedErrors += run.errors;
        }
        const auto first = std::find_if(run.own.begin(), run.own.end(),
                                        [](const Seen &s) { return isCall(*s.call) && s.call->hasUsage(); });
        if (first != run.own.end()) {
            firsts.push_back(first->call->usage.total());
            multiplied += run.in + run.out;
        }
    }
    const auto n = static_cast<Wide>(m_runs.size());
    const auto priceless = [](Wide m, Pico c, Wide k, Wide e) {
        return m > 0 && c == 0 && m >= k - e ? Unknown::NoPrice : Unknown::No;
    };
    const Unknown none = n == 0 ? Unknown::NoRuns : Unknown::No;
    const Unknown price = none != Unknown::No ? none : priceless(missing, cost, calls, errors);
    const Unknown outcome = none != Unknown::No ? none : known == 0 ? Unknown::NoOutcome : Unknown::No;
    each(MeasureId::CostPerRun, cost, n, price, true);
    each(MeasureId::CostPerSuccess, cost, success,
         price != Unknown::No ? price
         : known == 0         ? Unknown::NoOutcome
         : success == 0       ? Unknown::NoSuccess
                              : Unknown::No,
         true);
    const auto part = [&](MeasureId id, Pico amount, Wide count, Unknown bad) {
        const Unknown why = count == 0 ? outcome : bad;
        why == Unknown::No ? put(id, usd(amount)) : unknown(id, why);
    };
    part(MeasureId::CostOfFailed, failedCost, failed, priceless(failedMissing, failedCost, failedCalls, failedErrors));
    part(MeasureId::CostOfCapped, cappedCost, capped, priceless(cappedMissing, cappedCost, cappedCalls, cappedErrors));
    percentiles(true, price);
    ratio(MeasureId::SuccessRate, success, known, outcome);
    ratio(MeasureId::CappedRate, capped, known, outcome);
    unknown(MeasureId::StructuredFailureRate, Unknown::NoValidation); // signals have tests of their own
    ratio(MeasureId::CallsPerRun, calls, n, none);
    const Unknown usage = none != Unknown::No                         ? none
                          : calls > 0 && in + out == 0 && without > 0 ? Unknown::NoUsage
                                                                      : Unknown::No;
    each(MeasureId::TokensInPerRun, in, n, usage, false);
    each(MeasureId::TokensOutPerRun, out, n, usage, false);
    percentiles(false, usage);
    const Wide single = firsts.empty() ? 0 : percentile(firsts, 50);
    ratio(MeasureId::TokenMultiplier, multiplied, single * static_cast<Wide>(firsts.size()),
          usage != Unknown::No ? usage
          : single == 0        ? Unknown::NoUsage
                               : Unknown::No);
}

void Brute::cacheLines()
{
    Wide input = 0, resent = 0, used = 0, knownIn = 0, read = 0, allRead = 0, written = 0, missed = 0, hits = 0,
         longs = 0, tokens = 0, without = 0, parts = 0;
    Pico saved = 0;
    for (const Seen &s : m_calls) {
        const Call &c = *s.call;
        tokens += c.usage.total();
        without += !c.failed() && !c.hasUsage() ? 1 : 0;
        allRead += c.usage[TokenClass::CacheRead];
        if (s.parts && c.costOrigin == CostOrigin::Computed) {
            parts += 1;
            saved += s.saved;
        }
        if ((c.flags & CallCacheKnown) != 0)
            knownIn += c.usage.inTotal();
        if (!c.hasUsage())
            continue;
        used += 1;
        input += c.usage.inTotal();
        resent += s.resent;
        if ((c.flags & CallCacheKnown) == 0)
            continue;
        const Wide r = c.usage[TokenClass::CacheRead];
        const Wide w = Wide{c.usage[TokenClass::CacheWrite5m]} + c.usage[TokenClass::CacheWrite1h]
                       + c.usage[TokenClass::CacheWriteUntyped];
        read += r;
        written += w;
        missed += s.resent > r + w ? s.resent - r - w : 0;
        const std::string model(m_symbols.text(c.model));
        const Wide fewest = m_symbols.text(c.provider) == "openai" ? 1024
                            : model.find("claude-opus-4-5") == 0   ? 4096
                            : model.find("claude-") == 0 ? 1024 // the only other one in these fleets is a Sonnet 4
                                                         : -1;
        if (fewest >= 0 && c.usage.inTotal() >= fewest) {
            longs += 1;
            hits += r > 0 ? 1 : 0;
        }
    }
    const Unknown calls = m_calls.empty()              ? Unknown::NoCalls
                          : tokens == 0 && without > 0 ? Unknown::NoUsage
                                                       : Unknown::No;
    ratio(MeasureId::ResendFactor, input, input - resent,
          used == 0              ? Unknown::NoUsage
          : calls != Unknown::No ? calls
          : input == resent      ? Unknown::NoCalls
                                 : Unknown::No);
    const Unknown cache = calls != Unknown::No ? calls : knownIn == 0 ? Unknown::NoCacheCounts : Unknown::No;
    ratio(MeasureId::CacheHitTokens, allRead, knownIn, cache);
    ratio(MeasureId::CacheHitCalls, hits, longs,
          cache != Unknown::No ? cache
          : longs == 0         ? Unknown::NoCacheMinimum
                               : Unknown::No);
    ratio(MeasureId::CacheHitEligible, read, read + written + missed,
          cache != Unknown::No           ? cache
          : read + written + missed == 0 ? Unknown::NoCalls
                                         : Unknown::No);
    const Unknown price = cache != Unknown::No ? cache
                          : parts > 0          ? Unknown::No
                          : m_priceless        ? Unknown::NoPrice
                                               : Unknown::NoParts;
    price == Unknown::No ? put(MeasureId::CacheSavings, usd(saved)) : unknown(MeasureId::CacheSavings, price);
}

void Brute::outputLines()
{
    Wide out = 0, all = 0, reasoning = 0, used = 0, told = 0, truncated = 0, limits = 0, near = 0, unpricedTokens = 0,
         parts = 0, notSplit = 0, drifts = 0;
    Pico outCost = 0, partCost = 0, reported = 0, ours = 0;
    Wide hits = 0;
    std::set<std::pair<Symbol, Symbol>> served;
    for (const Seen &s : m_seen)
        if (!isCall(*s.call)) {
            hits += 1;
            served.insert({s.call->names.workflow, s.call->names.taskType});
        }
    Wide eligible = hits;
    for (const Seen &s : m_calls) {
        const Call &c = *s.call;
        out += c.usage.outTotal();
        all += c.usage.total();
        reasoning += c.usage[TokenClass::OutReasoning];
        used += c.hasUsage() ? 1 : 0;
        const std::string reason(m_symbols.text(c.finishReason));
        told += reason.empty() ? 0 : 1;
        truncated += reason == "length" || reason == "max_tokens" ? 1 : 0;
        if (c.outputLimit > 0 && c.hasUsage()) {
            limits += 1;
            near += Wide{c.usage.outTotal()} * 20 >= Wide{c.outputLimit} * 19 ? 1 : 0;
        }
        unpricedTokens += c.costOrigin == CostOrigin::Unpriced ? c.usage.total() : 0;
        eligible += served.contains({c.names.workflow, c.names.taskType}) ? 1 : 0;
        if (c.costOrigin == CostOrigin::Computed) {
            parts += 1;
            outCost += s.outputCost;
            partCost += c.cost;
        }
        notSplit += c.costOrigin == CostOrigin::Reported ? 1 : 0;
        if (c.reportedPico >= 0 && c.costOrigin == CostOrigin::Computed) {
            drifts += 1;
            reported += c.reportedPico;
            ours += c.cost;
        }
    }
    const bool empty = m_calls.empty();
    const auto n = static_cast<Wide>(m_calls.size());
    const auto orNone = [&](bool bad, Unknown why) { return empty ? Unknown::NoCalls : bad ? why : Unknown::No; };
    ratio(MeasureId::OutputShare, out, all, orNone(used == 0 || all == 0, Unknown::NoUsage));
    ratio(MeasureId::ReasoningShare, reasoning, out, orNone(used == 0 || out == 0, Unknown::NoUsage));
    ratio(MeasureId::OutputCostShare, outCost, partCost,
          parts == 0 && notSplit > 0 && !empty ? Unknown::NoParts : orNone(partCost == 0, Unknown::NoPrice), true);
    ratio(MeasureId::TruncationRate, truncated, told, orNone(told == 0, Unknown::NoFinishReason));
    ratio(MeasureId::NearLimitRate, near, limits, orNone(limits == 0, Unknown::NoLimit));
    ratio(MeasureId::PriceDrift, reported, ours, orNone(drifts == 0 || ours == 0, Unknown::NoReported), true);
    ratio(MeasureId::UnpricedShare, unpricedTokens, all, orNone(all == 0, Unknown::NoUsage));
    const Unknown none = m_seen.empty() ? Unknown::NoCalls : Unknown::No;
    ratio(MeasureId::ResponseCacheSteps, hits, hits + n, none);
    ratio(MeasureId::ResponseCacheEligible, hits, eligible,
          none != Unknown::No ? none
          : hits == 0         ? Unknown::NoResponseCache
                              : Unknown::No);
    Pico saved = 0;
    Wide valued = 0;
    for (const Seen &s : m_seen) {
        if (isCall(*s.call))
            continue;
        std::vector<Wide> costs;
        for (const Seen &other : m_calls)
            if (other.call->names.step == s.call->names.step && other.call->names.workflow == s.call->names.workflow
                && !other.call->failed()
                && (other.call->costOrigin == CostOrigin::Computed || other.call->costOrigin == CostOrigin::Reported))
                costs.push_back(other.call->cost);
        if (costs.empty())
            continue;
        valued += 1;
        saved += percentile(costs, 50);
    }
    if (hits == 0 || valued == 0)
        unknown(MeasureId::ResponseCacheSavings, hits == 0 ? Unknown::NoResponseCache : Unknown::NoPrice);
    else
        put(MeasureId::ResponseCacheSavings, usd(saved));
}

void Brute::topLines(bool byStep)
{
    std::map<std::int64_t, std::pair<Pico, Wide>> items;
    bool named = false;
    Wide all = 0;
    for (const Seen &s : m_calls) {
        auto &item = items[byStep ? std::int64_t{s.call->names.step} : s.position];
        item.first += picoOf(*s.call);
        item.second += s.call->usage.total();
        named = named || s.call->names.step != 0;
        all += s.call->usage.total();
    }
    std::vector<Pico> costs;
    std::vector<Wide> tokens;
    for (const auto &[key, item] : items) {
        costs.push_back(item.first);
        tokens.push_back(item.second);
    }
    std::sort(costs.rbegin(), costs.rend());
    std::sort(tokens.rbegin(), tokens.rend());
    Wide cost = 0, count = 0;
    for (std::size_t i = 0; i < 3 && i < costs.size(); ++i) {
        cost += costs[i];
        count += tokens[i];
    }
    const Unknown none = m_calls.empty() ? Unknown::NoCalls : byStep && !named ? Unknown::NoNames : Unknown::No;
    ratio(byStep ? MeasureId::TopStepsCost : MeasureId::TopPlacesCost, cost, m_cost,
          none != Unknown::No ? none
          : m_cost == 0       ? Unknown::NoPrice
                              : Unknown::No,
          true);
    ratio(byStep ? MeasureId::TopStepsTokens : MeasureId::TopPlacesTokens, count, all,
          none != Unknown::No ? none
          : all == 0          ? Unknown::NoUsage
                              : Unknown::No);
}

void Brute::retryLines()
{
    Wide retries = 0, firsts = 0, passed = 0, missing = 0, errors = 0;
    Pico cost = 0;
    for (const Seen &s : m_calls) {
        if (!s.retry) {
            firsts += 1;
            passed += s.call->failed() ? 0 : 1;
            continue;
        }
        retries += 1;
        cost += picoOf(*s.call);
        errors += s.call->failed() ? 1 : 0;
        missing +=
            (s.call->costOrigin == CostOrigin::Unpriced ? 1 : 0) + (!s.call->failed() && !s.call->hasUsage() ? 1 : 0);
    }
    const Unknown none = m_calls.empty() ? Unknown::NoCalls : Unknown::No;
    none == Unknown::No ? put(MeasureId::Retries, plain(retries)) : unknown(MeasureId::Retries, none);
    const Unknown price = none != Unknown::No                                       ? none
                          : missing > 0 && cost == 0 && missing >= retries - errors ? Unknown::NoPrice
                                                                                    : Unknown::No;
    price == Unknown::No ? put(MeasureId::RetryCost, usd(cost)) : unknown(MeasureId::RetryCost, price);
    ratio(MeasureId::FirstTryPass, passed, firsts,
          none != Unknown::No ? none
          : firsts == 0       ? Unknown::NoCalls
                              : Unknown::No);
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

} // namespace

std::vector<std::string> bruteForce(const std::vector<Call> &calls, const std::vector<RunRow> &runs,
                                    const MeasureQuestion &question, const std::shared_ptr<const PriceCatalog> &prices,
                                    const SymbolTable &symbols)
{
    return Brute(calls, runs, question, prices, symbols).lines();
}

} // namespace flyball::test
