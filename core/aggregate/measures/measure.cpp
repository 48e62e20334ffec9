// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/measures/measure.h"

#include <array>

namespace flyball {

namespace {

using I = MeasureId;
using G = MeasureGroup;
using U = MeasureUnit;

constexpr std::array<MeasureInfo, kMeasures> kInfos = {{
    {I::CostPerRun, G::Cost, U::Usd, "cost_per_run", "Cost per run",
     "Cost of the runs that ended, failed and capped ones included, by their number", "cost of the runs",
     "runs that ended"},
    {I::CostPerSuccess, G::Cost, U::Usd, "cost_per_success", "Cost per success",
     "Cost of all runs that ended by the number that succeeded", "cost of the runs", "successes"},
    {I::CostOfFailed, G::Cost, U::Usd, "cost_of_failed", "Cost of failed runs",
     "Cost of the runs that failed or timed out", "cost of failed runs", ""},
    {I::CostOfCapped, G::Cost, U::Usd, "cost_of_capped", "Cost of capped runs", "Cost of the runs that a cap ended",
     "cost of capped runs", ""},
    {I::CostP50, G::Cost, U::Usd, "cost_p50", "Cost per run, P50", "Median of the cost of the runs that ended", "", ""},
    {I::CostP95, G::Cost, U::Usd, "cost_p95", "Cost per run, P95",
     "95th percentile (type 7) of the cost of the runs that ended; from 59 runs on", "", ""},
    {I::CostP99, G::Cost, U::Usd, "cost_p99", "Cost per run, P99",
     "99th percentile (type 7) of the cost of the runs that ended; from 300 runs on", "", ""},
    {I::SuccessRate, G::Quality, U::Share, "success_rate", "Success rate",
     "Successes by runs whose outcome is known, with the Wilson interval", "successes", "runs with an outcome"},
    {I::CappedRate, G::Quality, U::Share, "capped_rate", "Capped rate",
     "Runs ended by a cap by runs whose outcome is known", "capped runs", "runs with an outcome"},
    {I::StructuredFailureRate, G::Quality, U::Share, "structured_failure_rate", "Structured output failures",
     "Failed validation signals by all that passed or failed", "failed validations", "validations"},
    {I::CallsPerRun, G::Tokens, U::Times, "calls_per_run", "Calls per run",
     "Calls of the runs that ended by their number", "calls of the runs", "runs that ended"},
    {I::TokensInPerRun, G::Tokens, U::Tokens, "tokens_in_per_run", "Input tokens per run",
     "Input of every class of the runs that ended by their number", "input tokens", "runs that ended"},
    {I::TokensOutPerRun, G::Tokens, U::Tokens, "tokens_out_per_run", "Output tokens per run",
     "Output of every class of the runs that ended by their number", "output tokens", "runs that ended"},
    {I::TokensP50, G::Tokens, U::Tokens, "tokens_p50", "Tokens per run, P50", "Median of input and output of the runs",
     "", ""},
    {I::TokensP95, G::Tokens, U::Tokens, "tokens_p95", "Tokens per run, P95",
     "95th percentile (type 7) of input and output of the runs; from 59 runs on", "", ""},
    {I::TokensP99, G::Tokens, U::Tokens, "tokens_p99", "Tokens per run, P99",
     "99th percentile (type 7) of input and output of the runs; from 300 runs on", "", ""},
    {I::TokenMultiplier, G::Tokens, U::Times, "token_multiplier", "Token multiplier",
     "Tokens of the runs by what they would be with one call each; one call is the median of the first calls",
     "tokens of the runs", "tokens of as many first calls"},
    {I::ResendFactor, G::Tokens, U::Times, "resend_factor", "Resend factor",
     "Input by fresh input; a call sends again at most what the call before it of the same agent sent and got",
     "input tokens", "fresh input tokens"},
    {I::CacheHitTokens, G::Cache, U::Share, "cache_hit_tokens", "Prompt cache hit rate",
     "Cache reads by input, of calls whose producer tells cache counts", "tokens read from the cache", "input tokens"},
    {I::CacheHitCalls, G::Cache, U::Share, "cache_hit_calls", "Hit rate by calls",
     "Calls with a cache read by calls at least as long as the smallest prompt their model caches",
     "calls with a cache read", "calls long enough"},
    {I::CacheHitEligible, G::Cache, U::Share, "cache_hit_eligible", "Hit rate of what could hit",
     "Cache reads by reads, writes and input that was sent again without either", "tokens read from the cache",
     "tokens that could have been"},
    {I::CacheSavings, G::Cache, U::Usd, "cache_savings", "Prompt cache savings",
     "What the calls would cost with all input at the input rate, less their cost; negative when writes are never read",
     "without a cache, less the cost", ""},
    {I::ResponseCacheSteps, G::Cache, U::Share, "response_cache_steps", "Answers from cache",
     "Steps answered from a cache by all steps", "answers from cache", "steps"},
    {I::ResponseCacheEligible, G::Cache, U::Share, "response_cache_eligible", "Answers from cache, eligible",
     "Steps answered from a cache by these and the calls of the same workflow and task type", "answers from cache",
     "steps of such tasks"},
    {I::ResponseCacheSavings, G::Cache, U::Usd, "response_cache_savings", "Saved by answers from cache",
     "Each answer at the median cost of the uncached calls of its workflow and step; embedding is not known",
     "median cost of the answers", ""},
    {I::OutputShare, G::Output, U::Share, "output_share", "Output share", "Output by all tokens", "output tokens",
     "tokens"},
    {I::OutputCostShare, G::Output, U::Share, "output_cost_share", "Output share of cost",
     "Cost of the output classes by cost, at the rule of each call", "cost of output", "cost"},
    {I::ReasoningShare, G::Output, U::Share, "reasoning_share", "Reasoning share", "Reasoning by output tokens",
     "reasoning tokens", "output tokens"},
    {I::TruncationRate, G::Output, U::Share, "truncation_rate", "Truncated outputs",
     "Calls that stopped at the length limit by calls that say why they stopped", "truncated calls",
     "calls with a reason"},
    {I::NearLimitRate, G::Output, U::Share, "near_limit_rate", "Outputs near the limit",
     "Calls whose output is within 5 % of the limit they state by calls that state one", "calls near the limit",
     "calls with a limit"},
    {I::TopStepsCost, G::Steps, U::Share, "top3_steps_cost", "Top three steps, cost",
     "Cost of the three dearest step names by cost of all", "cost of the three", "cost"},
    {I::TopStepsTokens, G::Steps, U::Share, "top3_steps_tokens", "Top three steps, tokens",
     "Tokens of the three largest step names by tokens of all", "tokens of the three", "tokens"},
    {I::TopPlacesCost, G::Steps, U::Share, "top3_places_cost", "Top three places, cost",
     "Cost of the three dearest places in a run (1st call, 2nd call ...) by cost of all", "cost of the three", "cost"},
    {I::TopPlacesTokens, G::Steps, U::Share, "top3_places_tokens", "Top three places, tokens",
     "Tokens of the three largest places in a run by tokens of all", "tokens of the three", "tokens"},
    {I::Retries, G::Retry, U::Calls, "retries", "Retries",
     "Calls of a step right after a failed call of it in the same run, and calls that state an attempt after the first",
     "retries", ""},
    {I::RetryCost, G::Retry, U::Usd, "retry_cost", "Cost of retries", "Cost of the retries", "cost of retries", ""},
    {I::FirstTryPass, G::Retry, U::Share, "first_try_pass", "First try pass rate",
     "First tries that did not fail by first tries", "first tries that passed", "first tries"},
    {I::PriceDrift, G::Price, U::Share, "price_drift", "Price drift",
     "Cost the producers state by ours, less one, of calls that have both", "stated cost", "our cost"},
    {I::UnpricedShare, G::Price, U::Share, "unpriced_share", "Unpriced share", "Tokens of calls without a price by all",
     "tokens without a price", "tokens"},
}};

constexpr bool inOrder()
{
    for (std::size_t i = 0; i < kMeasures; ++i)
        if (static_cast<std::size_t>(kInfos[i].id) != i)
            return false;
    return true;
}
static_assert(inOrder());

} // namespace

const MeasureInfo &measureInfo(MeasureId id) { return kInfos[static_cast<std::size_t>(id)]; }

std::string_view unknownText(Unknown why)
{
    switch (why) {
    case Unknown::No:
        return {};
    case Unknown::NoCalls:
        return "no calls";
    case Unknown::NoRuns:
        return "no run has ended";
    case Unknown::NoOutcome:
        return "no run says how it ended";
    case Unknown::NoSuccess:
        return "no success";
    case Unknown::FewRuns:
        return "n too small";
    case Unknown::NoPrice:
        return "no call has a price";
    case Unknown::NoUsage:
        return "no token counts";
    case Unknown::NoCacheCounts:
        return "no cache counts";
    case Unknown::NoCacheMinimum:
        return "smallest cached prompt not known";
    case Unknown::NoResponseCache:
        return "none from a cache";
    case Unknown::NoFinishReason:
        return "no call says why it stopped";
    case Unknown::NoLimit:
        return "no call states its limit";
    case Unknown::NoValidation:
        return "no validation signal";
    case Unknown::NoReported:
        return "no cost stated by a producer";
    case Unknown::NoParts:
        return "priced by an older rule";
    case Unknown::NoNames:
        return "no call names its step";
    case Unknown::OutOfRange:
        return "out of range";
    }
    return {};
}

double Measure::share() const
{
    const double of = bottom.toDouble();
    return top.toDouble() / of - (id == MeasureId::PriceDrift ? 1.0 : 0.0);
}

} // namespace flyball
