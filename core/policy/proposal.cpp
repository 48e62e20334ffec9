// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/proposal.h"

#include "core/policy/words.h"

#include <algorithm>
#include <cmath>

namespace flyball {

namespace {

using Wide = __int128;
using Sorted = std::vector<Wide>;

std::int64_t fromWide(Wide value, std::int64_t) { return static_cast<std::int64_t>(value); }
UsdSum fromWide(Wide value, const UsdSum &)
{
    return UsdSum::fromParts(static_cast<std::int64_t>(value / kPicoPerUsd),
                             static_cast<std::int64_t>(value % kPicoPerUsd));
}
Wide toWide(const UsdSum &usd) { return static_cast<Wide>(usd.usd()) * kPicoPerUsd + usd.picoRemainder(); }

enum class Rounding { HalfEven, Up };

/// Type 7: the value at (n - 1) * p between order statistics, exactly.
Wide percentile(const Sorted &sorted, std::int64_t perMille, Rounding rounding)
{
    const Wide place = (static_cast<Wide>(sorted.size()) - 1) * perMille;
    const auto index = static_cast<std::size_t>(place / 1000);
    const Wide part = place % 1000;
    if (part == 0)
        return sorted[index];
    const Wide step = (sorted[index + 1] - sorted[index]) * part;
    return sorted[index] + (rounding == Rounding::Up ? (step + 999) / 1000 : Wide{divideHalfEven(step, 1000)});
}

template <typename T>
Distribution<T> distribution(const Sorted &sorted, std::int64_t unknown)
{
    Distribution<T> out;
    out.n = static_cast<std::int64_t>(sorted.size());
    out.unknown = unknown;
    const auto at = [&](std::int64_t perMille) {
        return fromWide(percentile(sorted, perMille, Rounding::HalfEven), T{});
    };
    if (out.n > 0)
        out.p50 = at(500);
    if (out.n >= kMinForP95)
        out.p95 = at(950);
    if (out.n >= kMinForP99) {
        out.p99 = at(990);
        if (const auto rank = upperBoundRank(out.n, 0.99))
            out.p99Upper = fromWide(sorted[static_cast<std::size_t>(*rank - 1)], T{});
    }
    return out;
}

Wide withMargin(Wide bound) { return (bound * 11 + 9) / 10; }

template <typename T>
void note(std::vector<std::string> &notes, const Distribution<T> &values, const char *what)
{
    if (values.n < kMinForP95)
        notes.push_back(std::string("not enough data for a soft cap in ") + what + ": n = " + countText(values.n)
                        + " of " + countText(kMinForP95));
    if (values.n < kMinForP99)
        notes.push_back(std::string("not enough data for a hard cap in ") + what + ": n = " + countText(values.n)
                        + " of " + countText(kMinForP99));
    if (values.unknown > 0)
        notes.push_back(countText(values.unknown) + " successful runs are left out: their " + what + " are unknown");
}

struct Collected {
    Sorted tokens, usd, iterations;
    std::int64_t noTokens = 0, noCost = 0;
    std::map<std::string, Sorted> outputs;
};

Collected collect(const std::vector<RunSample> &runs)
{
    Collected c;
    for (const RunSample &run : runs) {
        if (run.outcome != Outcome::Success)
            continue;
        const auto tokens = run.tokens();
        const auto cost = run.cost();
        tokens ? c.tokens.push_back(*tokens) : void(++c.noTokens);
        cost ? c.usd.push_back(toWide(*cost)) : void(++c.noCost);
        c.iterations.push_back(static_cast<Wide>(run.calls.size()));
        for (const CallSample &call : run.calls) {
            if (call.outputTokens)
                c.outputs[call.step].push_back(*call.outputTokens);
        }
    }
    for (Sorted *values : {&c.tokens, &c.usd, &c.iterations})
        std::sort(values->begin(), values->end());
    for (auto &[step, values] : c.outputs)
        std::sort(values.begin(), values.end());
    return c;
}

StepOutput stepOutput(const Sorted &sorted, std::optional<std::int64_t> limitNow)
{
    StepOutput out;
    out.n = static_cast<std::int64_t>(sorted.size());
    out.limitNow = limitNow;
    if (out.n >= kMinForP995)
        out.limit = static_cast<std::int64_t>(percentile(sorted, 995, Rounding::Up));
    if (limitNow) {
        const Wide near = (static_cast<Wide>(*limitNow) * 95 + 99) / 100; // 95 % of it, rounded up
        out.nearLimit = sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), near);
        out.crowded = out.nearLimit * 100 > out.n;
    }
    return out;
}

} // namespace

std::optional<std::int64_t> upperBoundRank(std::int64_t n, double p, double confidence)
{
    // Values above the percentile are Binomial(n, 1 - p); the k-th smallest of n is a bound unless at
    // most n - k of them lie above.
    const double q = 1 - p;
    const auto size = static_cast<double>(n);
    double below = 0;
    std::int64_t above = 0;
    for (; above <= n; ++above) {
        const auto k = static_cast<double>(above);
        below += std::exp(std::lgamma(size + 1) - std::lgamma(k + 1) - std::lgamma(size - k + 1) + k * std::log(q)
                          + (size - k) * std::log(p));
        if (below > 1 - confidence)
            break;
    }
    if (above == 0)
        return std::nullopt;
    return n - above + 1;
}

BudgetProposal proposeBudget(const std::vector<RunSample> &runs, const std::map<std::string, std::int64_t> &limits,
                             std::optional<std::int64_t> limit)
{
    const Collected seen = collect(runs);
    BudgetProposal out;
    out.tokens = distribution<std::int64_t>(seen.tokens, seen.noTokens);
    out.usd = distribution<UsdSum>(seen.usd, seen.noCost);
    out.iterations = distribution<std::int64_t>(seen.iterations, 0);
    out.softTokens = out.tokens.p95;
    out.softUsd = out.usd.p95;
    if (out.tokens.p99Upper)
        out.hardTokens = fromWide(withMargin(*out.tokens.p99Upper), std::int64_t{});
    if (out.usd.p99Upper)
        out.hardUsd = fromWide(withMargin(toWide(*out.usd.p99Upper)), UsdSum());
    if (out.iterations.n >= kMinForP99)
        out.maxIterations = static_cast<std::int64_t>(percentile(seen.iterations, 990, Rounding::Up)) + 1;
    for (const auto &[step, sorted] : seen.outputs) {
        const auto known = limits.find(step);
        out.steps[step] = stepOutput(sorted, known == limits.end() ? limit : std::optional(known->second));
    }
    note(out.notes, out.tokens, "tokens");
    note(out.notes, out.usd, "costs");
    return out;
}

} // namespace flyball
