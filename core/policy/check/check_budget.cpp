// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/check/scope_check.h"

namespace flyball {

namespace {

void checkRunCaps(ScopeCheck &scope, const Budget &budget)
{
    const Limit soft = budget.runSoft.value_or(Limit{});
    const Limit hard = budget.runHard.value_or(Limit{});
    if (soft.tokens && hard.tokens && *soft.tokens >= *hard.tokens)
        scope.add(Severity::Error, "soft_not_below_hard", "/budget/run_soft/tokens",
                  "soft cap " + countText(*soft.tokens) + " tokens is not below the hard cap " + countText(*hard.tokens)
                      + " tokens",
                  "/budget/run_hard/tokens");
    if (soft.usd && hard.usd && *soft.usd >= *hard.usd)
        scope.add(Severity::Error, "soft_not_below_hard", "/budget/run_soft/usd",
                  "soft cap " + moneyText(*soft.usd) + " is not below the hard cap " + moneyText(*hard.usd),
                  "/budget/run_hard/usd");
    const auto ordered = [&](const std::optional<std::int64_t> &small, const std::string &smallPath,
                             const char *smallName, const std::optional<std::int64_t> &large,
                             const std::string &largePath, const char *largeName) {
        if (small && large && *small > *large)
            scope.add(Severity::Error, "caps_out_of_order", smallPath,
                      std::string(smallName) + ' ' + countText(*small) + " is above " + largeName + ' '
                          + countText(*large),
                      largePath);
    };
    ordered(budget.callMaxOutputTokens, "/budget/call_max_output_tokens", "output limit per call", budget.callMaxTokens,
            "/budget/call_max_tokens", "the limit per call");
    ordered(budget.callMaxTokens, "/budget/call_max_tokens", "limit per call", hard.tokens, "/budget/run_hard/tokens",
            "the run's hard cap");
    ordered(budget.callMaxOutputTokens, "/budget/call_max_output_tokens", "output limit per call", hard.tokens,
            "/budget/run_hard/tokens", "the run's hard cap");
    constexpr std::int64_t kImplausible = 1'000'000;
    if (hard.usd && hard.usd->usd() >= kImplausible)
        scope.add(Severity::Warning, "huge_cap", "/budget/run_hard/usd",
                  "a cap of " + moneyText(*hard.usd) + " for one run protects nothing");
}

void checkObserved(ScopeCheck &scope, const Budget &budget)
{
    if (!scope.observation)
        return;
    const PolicyObservation &seen = *scope.observation;
    const std::string n = " (n = " + countText(seen.runs) + (seen.runs < 300 ? ", too few to be firm)" : ")");
    const auto below = [&](const char *path, const std::string &cap, const std::string &p99) {
        scope.add(Severity::Warning, "below_p99", path,
                  "the cap " + cap + " is below the P99 of successful runs, " + p99 + n);
    };
    const Limit hard = budget.runHard.value_or(Limit{});
    if (hard.tokens && seen.p99Tokens && *hard.tokens < *seen.p99Tokens)
        below("/budget/run_hard/tokens", countText(*hard.tokens) + " tokens", countText(*seen.p99Tokens) + " tokens");
    if (hard.usd && seen.p99Usd && *hard.usd < *seen.p99Usd)
        below("/budget/run_hard/usd", moneyText(*hard.usd), moneyText(*seen.p99Usd));
    if (budget.maxIterations && seen.p99Iterations && *budget.maxIterations < *seen.p99Iterations)
        below("/budget/max_iterations", countText(*budget.maxIterations) + " iterations",
              countText(*seen.p99Iterations) + " iterations");
}

/// "No limit" has to be said in words: a scope without any cap is pointed out (reliability P1).
void checkAnyCap(ScopeCheck &scope)
{
    const PolicyBody &body = scope.effective.body;
    const Budget budget = body.budget.value_or(Budget{});
    bool capped = budget.runHard || budget.maxIterations;
    for (const PeriodCap &period : budget.periods.value_or(std::vector<PeriodCap>{}))
        capped = capped || period.hardUsd;
    if (!capped && body.enabled.value_or(true))
        scope.add(Severity::Warning, "no_cap", "/budget",
                  "no hard cap on tokens, USD, iterations or a period: spending is unlimited");
}

} // namespace

void checkWindows(const std::vector<PeriodCap> &periods,
                  const std::function<void(const char *, const PeriodCap &, const std::string &)> &add)
{
    for (std::size_t i = 0; i < periods.size(); ++i) {
        const PeriodCap &cap = periods[i];
        const std::string window(nameOf(cap.window));
        if (cap.softUsd && cap.hardUsd && *cap.softUsd >= *cap.hardUsd)
            add("soft_not_below_hard", cap,
                "soft cap " + moneyText(*cap.softUsd) + " per " + window + " is not below the hard cap "
                    + moneyText(*cap.hardUsd));
        for (std::size_t j = 0; j < i; ++j) {
            if (periods[j].window == cap.window)
                add(kWindowTwice.data(), cap, "there are two caps per " + window);
        }
    }
}

void checkBudget(ScopeCheck &scope)
{
    checkAnyCap(scope);
    if (!scope.effective.body.budget)
        return;
    const Budget &budget = *scope.effective.body.budget;
    checkRunCaps(scope, budget);
    checkObserved(scope, budget);
    if (budget.periods)
        checkWindows(*budget.periods, [&](const char *code, const PeriodCap &cap, const std::string &message) {
            scope.add(Severity::Error, code, pointerAt("/budget/periods", nameOf(cap.window)), message);
        });
}

} // namespace flyball
