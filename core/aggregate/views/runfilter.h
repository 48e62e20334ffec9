// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/aggregate/views/runstats.h"

namespace flyball {

/// One condition over a run. What it compares with is in `text` (names) or `number`.
struct RunCondition {
    enum class Test : std::uint8_t {
        Outcome,         ///< text: passed, failed, capped, timeout, unknown, running
        Workflow,        ///< text is part of the name as it is shown, in any case
        Text,            ///< text begins the run id, or is part of session or workflow
        CostOver,        ///< number: USD
        TokensOver,      ///< number
        DurationOver,    ///< number: seconds
        OutputHigh,      ///< output above the P95 of the workflow's closed runs in the window; needs 59 of them
        Costliest,       ///< number: per cent of the closed runs in the window that cost most, of which cost is known
        FailedCalls,     ///< number: at least so many
        WithoutUsage,    ///< a call whose tokens are not known
        Unpriced,        ///< a call without a price
        ReusedResponses, ///< a call answered from a response cache
        Model,           ///< text is part of the name of a model; reads calls
        Retries,         ///< number: at least so many (RunPicture::retries); reads calls
        Looping,         ///< a loop rule fires for one of its agents; reads calls
    };
    Test test = Test::Outcome;
    std::string text;
    double number = 0;
    friend bool operator==(const RunCondition &, const RunCondition &) = default;
};
[[nodiscard]] constexpr bool readsCalls(RunCondition::Test test) { return test >= RunCondition::Test::Model; }

/// What only a run's calls tell. The counts say which state of the run it was read from.
struct RunTraits {
    std::int64_t calls = 0, errors = 0, input = 0, output = 0, retries = 0;
    bool looping = false;
    std::vector<Symbol> models;
    [[nodiscard]] bool isOf(const RunRow &row) const
    {
        const Totals &t = row.totals;
        return calls == t.calls && errors == t.errors && input == t.inTotal() && output == t.outTotal();
    }
};
/// `calls` by time.
[[nodiscard]] RunTraits traitsOf(const RunRow &row, const std::vector<Call> &calls);

/// What conditions compare a run with, from all runs of a window.
struct RunBounds {
    std::unordered_map<Symbol, std::int64_t> outputP95;
    std::map<double, UsdSum> costliest; ///< per cent to the least cost that belongs to them

    [[nodiscard]] static RunBounds of(const std::vector<const RunRow *> &runs, const std::vector<double> &percents);
};

enum class RunVerdict : std::uint8_t { No, Yes, NeedsCalls };

/// Conditions joined by "and", ready to be put to many runs. Not thread-safe.
class RunMatcher {
public:
    using Contains = std::function<bool(Symbol name, const std::string &part)>;
    using TraitsOf = std::function<const RunTraits *(const RunRow &)>;
    /// `contains` compares a shown name with what the operator typed; `traits` gives null while calls are not read.
    RunMatcher(std::vector<RunCondition> conditions, const RunBounds &bounds, Contains contains, TraitsOf traits);
    /// NeedsCalls only when all that can be told without them fits.
    [[nodiscard]] RunVerdict judge(const RunRow &row) const;

private:
    [[nodiscard]] bool fits(const RunCondition &condition, const RunRow &row) const;
    [[nodiscard]] bool fits(const RunCondition &condition, const RunTraits &traits) const;
    std::vector<RunCondition> m_conditions;
    const RunBounds &m_bounds;
    Contains m_contains;
    TraitsOf m_traits;
};

/// "passed", "failed", "capped", "timeout", "unknown", or "running" while it is not closed.
[[nodiscard]] const char *runStateKey(const RunInfo &info);

} // namespace flyball
