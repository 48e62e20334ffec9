// SPDX-License-Identifier: GPL-3.0-or-later
// What each number of a workflow is, from the calls.
#include <set>

#include "tests/unit/aggregate/measure_brute.h"

namespace flyball::test::brute {

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

} // namespace flyball::test::brute
