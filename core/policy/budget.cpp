// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/budget.h"

#include "core/policy/words.h"

#include <algorithm>
#include <limits>

namespace flyball {

namespace {

using Verdict = BudgetDecision::Verdict;
constexpr std::int64_t kPicosPerRate = 1'000'000;

BudgetDecision hard(const Budget &budget, std::string cap, std::string reason)
{
    BudgetDecision d;
    d.verdict = Verdict::Hard;
    d.hardAction = budget.onHard.value_or(HardAction::Abort);
    d.cap = std::move(cap);
    d.reason = std::move(reason);
    return d;
}

BudgetDecision soft(const Budget &budget, std::string cap, std::string reason)
{
    BudgetDecision d;
    d.verdict = Verdict::Soft;
    d.actions = budget.onSoft.value_or(std::vector<SoftAction>{});
    d.cap = std::move(cap);
    d.reason = std::move(reason);
    return d;
}

/// A policy may hold any int64; sums of such numbers stop at the largest.
std::int64_t plus(std::int64_t a, std::int64_t b)
{
    std::int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

std::string tokensText(std::int64_t tokens) { return countText(tokens) + " tokens"; }

/// S2's order: hard before soft, tokens before money.
BudgetDecision standing(const Budget &budget, const Consumed &used, bool closing)
{
    const Limit high = budget.runHard.value_or(Limit{});
    const Limit low = budget.runSoft.value_or(Limit{});
    if (high.tokens && used.tokens >= *high.tokens)
        return hard(budget, "/budget/run_hard/tokens",
                    tokensText(used.tokens) + " used, the run's hard cap is " + tokensText(*high.tokens));
    if (high.usd && !used.usd)
        return hard(budget, "/budget/run_hard/usd", "what the run has cost is unknown, and it has a hard cap in USD");
    if (high.usd && *used.usd >= *high.usd)
        return hard(budget, "/budget/run_hard/usd",
                    moneyText(*used.usd) + " spent, the run's hard cap is " + moneyText(*high.usd));
    if (!closing && budget.maxIterations && used.calls >= *budget.maxIterations)
        return hard(budget, "/budget/max_iterations",
                    countText(used.calls) + " calls made, the run may make " + countText(*budget.maxIterations));
    if (low.tokens && used.tokens >= *low.tokens)
        return soft(budget, "/budget/run_soft/tokens",
                    tokensText(used.tokens) + " used, the run's soft cap is " + tokensText(*low.tokens));
    if (low.usd && !used.usd)
        return soft(budget, "/budget/run_soft/usd", "what the run has cost is unknown, and it has a soft cap in USD");
    if (low.usd && *used.usd >= *low.usd)
        return soft(budget, "/budget/run_soft/usd",
                    moneyText(*used.usd) + " spent, the run's soft cap is " + moneyText(*low.usd));
    return {};
}

void lower(std::optional<std::int64_t> &limit, std::int64_t to) { limit = std::min(limit.value_or(to), to); }

std::optional<std::int64_t> outputLimit(const Budget &budget, const CallEstimate &call, const BudgetDecision &standing,
                                        std::int64_t input)
{
    std::optional<std::int64_t> limit = call.maxOutputTokens;
    if (budget.callMaxOutputTokens)
        lower(limit, *budget.callMaxOutputTokens);
    const auto &actions = standing.actions;
    if (limit && std::find(actions.begin(), actions.end(), SoftAction::HalveOutput) != actions.end())
        lower(limit, std::max<std::int64_t>(1, budget.callMaxOutputTokens.value_or(*limit) / 2));
    if (budget.callMaxTokens)
        lower(limit, std::max<std::int64_t>(1, *budget.callMaxTokens - input));
    return limit;
}

/// What the hard caps leave for the output when nobody names a limit; nothing when no cap binds.
std::optional<std::int64_t> outputLeft(const Limit &high, const CallEstimate &call, std::int64_t tokensBefore,
                                       const UsdSum &usdBefore)
{
    std::optional<std::int64_t> left;
    if (high.tokens)
        lower(left, std::max<std::int64_t>(1, *high.tokens - tokensBefore - call.inputTokens));
    if (high.usd && call.rates && call.rates->outputPerMTok > 0) {
        const UsdSum room = *high.usd - usdBefore - worstCost(*call.rates, call.inputTokens, 0);
        const __int128 pico = static_cast<__int128>(room.usd()) * kPicoPerUsd + room.picoRemainder();
        const __int128 tokens = pico * kPicosPerRate / call.rates->outputPerMTok;
        lower(left,
              static_cast<std::int64_t>(std::clamp<__int128>(tokens, 1, std::numeric_limits<std::int32_t>::max())));
    }
    return left;
}

/// Leaves room in the input for at least one token of output.
void trim(const Budget &budget, const CallEstimate &call, BudgetDecision &decision)
{
    if (budget.callMaxTokens && call.inputTokens > *budget.callMaxTokens)
        decision.trimInputTo = *budget.callMaxTokens;
}

} // namespace

UsdSum worstCost(const CallRates &rates, std::int64_t inputTokens, std::int64_t outputTokens)
{
    const __int128 sum = static_cast<__int128>(rates.inputPerMTok) * inputTokens
                         + static_cast<__int128>(rates.outputPerMTok) * outputTokens;
    const __int128 pico = (sum + kPicosPerRate - 1) / kPicosPerRate;
    return UsdSum::fromParts(static_cast<std::int64_t>(pico / kPicoPerUsd),
                             static_cast<std::int64_t>(pico % kPicoPerUsd));
}

BudgetDecision check(const PolicyBody &body, const Consumed &consumed)
{
    if (!body.enabled.value_or(true) || !body.budget)
        return {};
    return standing(*body.budget, consumed, false);
}

BudgetDecision reserve(const PolicyBody &body, const Consumed &consumed, const CallEstimate &estimate,
                       const ClosingAllowance &closing)
{
    const Budget budget = body.enabled.value_or(true) ? body.budget.value_or(Budget{}) : Budget{};
    BudgetDecision decision = standing(budget, consumed, estimate.closing);
    if (decision.verdict == Verdict::Hard)
        return decision;
    if (estimate.closing)
        decision = {};
    const Limit high = budget.runHard.value_or(Limit{});
    const bool keepsRoom = budget.onHard == HardAction::SummarizeAndClose && !estimate.closing;
    const std::int64_t tokensBefore =
        plus(plus(consumed.tokens, consumed.reservedTokens), keepsRoom ? closing.tokens : 0);
    const UsdSum usdBefore =
        consumed.usd.value_or(UsdSum()) + consumed.reservedUsd + (keepsRoom ? closing.usd : UsdSum());
    trim(budget, estimate, decision);
    const std::int64_t input = decision.trimInputTo.value_or(estimate.inputTokens);
    decision.outputLimit = outputLimit(budget, estimate, decision, input);
    if (!decision.outputLimit)
        decision.outputLimit = outputLeft(high, estimate, tokensBefore, usdBefore);
    const std::int64_t output = decision.outputLimit.value_or(0);
    const std::int64_t asked = plus(estimate.inputTokens, output);
    if (high.tokens && plus(tokensBefore, asked) > *high.tokens)
        return hard(budget, "/budget/run_hard/tokens",
                    tokensText(tokensBefore) + " used or held and up to " + tokensText(asked)
                        + " for this call pass the run's hard cap of " + tokensText(*high.tokens));
    if (high.usd && !estimate.rates)
        return hard(budget, "/budget/run_hard/usd",
                    "the price of this call is unknown, and the run has a hard cap in USD");
    const UsdSum cost = estimate.rates ? worstCost(*estimate.rates, estimate.inputTokens, output) : UsdSum();
    if (high.usd && usdBefore + cost > *high.usd)
        return hard(budget, "/budget/run_hard/usd",
                    moneyText(usdBefore) + " spent or held and up to " + moneyText(cost)
                        + " for this call pass the run's hard cap of " + moneyText(*high.usd));
    decision.reserveTokens = plus(input, output);
    if (estimate.rates)
        decision.reserveUsd = worstCost(*estimate.rates, input, output);
    return decision;
}

BudgetDecision checkPeriods(const std::vector<PeriodCap> &caps, const std::vector<PeriodSpend> &spend,
                            const std::optional<UsdSum> &estimate, const Budget &budget, const std::string &path)
{
    BudgetDecision worst;
    for (const PeriodCap &cap : caps) {
        const std::string window(nameOf(cap.window));
        const std::string at = path + '/' + window;
        const auto found =
            std::find_if(spend.begin(), spend.end(), [&](const PeriodSpend &s) { return s.window == cap.window; });
        const bool known = found != spend.end() && found->spent;
        const UsdSum used = known ? *found->spent + found->reserved : UsdSum();
        const std::string text = moneyText(used) + " spent or held this " + window;
        if (cap.hardUsd && (!known || !estimate))
            return hard(budget, at,
                        std::string(known ? "the price of this call" : "the spend of this " + window)
                            + " is unknown, and there is a hard cap per " + window);
        if (cap.hardUsd && (used >= *cap.hardUsd || used + *estimate > *cap.hardUsd))
            return hard(budget, at, text + ", the hard cap is " + moneyText(*cap.hardUsd));
        if (cap.softUsd && (!known || used >= *cap.softUsd))
            worst = graver(std::move(worst), soft(budget, at,
                                                  known ? text + ", the soft cap is " + moneyText(*cap.softUsd)
                                                        : "the spend of this " + window + " is unknown"));
    }
    return worst;
}

UsdSum overshootBound(std::int64_t callsInFlight, const UsdSum &dearestCall, const UsdSum &spendPerHour, TimeNs lag)
{
    const auto picos = [](const UsdSum &usd) {
        return static_cast<__int128>(usd.usd()) * kPicoPerUsd + usd.picoRemainder();
    };
    // Seconds, because pico-USD times nanoseconds of a day would leave no room for large rates.
    const __int128 seconds = (static_cast<__int128>(lag) + kSecond - 1) / kSecond;
    const __int128 late = (picos(spendPerHour) * seconds + 3599) / 3600;
    const __int128 sum = picos(dearestCall) * callsInFlight + late;
    return UsdSum::fromParts(static_cast<std::int64_t>(sum / kPicoPerUsd),
                             static_cast<std::int64_t>(sum % kPicoPerUsd));
}

BudgetDecision graver(BudgetDecision a, BudgetDecision b) { return b.verdict > a.verdict ? b : a; }

} // namespace flyball
