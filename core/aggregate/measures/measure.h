// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/aggregate/views/runstats.h"
#include "core/base/key128.h"
#include "core/base/time.h"

namespace flyball {

/// The numbers of metrics.md 3 that follow from the ledger alone, in the order they are shown. "Runs" are those of
/// the scope that ended in the window; "calls" are the calls of the scope in the window, without answers that were
/// served from a cache of the agent. The formula of each is in measureInfo().
enum class MeasureId : std::uint8_t {
    CostPerRun,
    CostPerSuccess,
    CostOfFailed,
    CostOfCapped,
    CostP50,
    CostP95,
    CostP99,
    SuccessRate,
    CappedRate,
    StructuredFailureRate,
    CallsPerRun,
    TokensInPerRun,
    TokensOutPerRun,
    TokensP50,
    TokensP95,
    TokensP99,
    TokenMultiplier,
    ResendFactor,
    CacheHitTokens,
    CacheHitCalls,
    CacheHitEligible,
    CacheSavings,
    ResponseCacheSteps,
    ResponseCacheEligible,
    ResponseCacheSavings,
    OutputShare,
    OutputCostShare,
    ReasoningShare,
    TruncationRate,
    NearLimitRate,
    TopStepsCost,
    TopStepsTokens,
    TopPlacesCost,
    TopPlacesTokens,
    Retries,
    RetryCost,
    FirstTryPass,
    PriceDrift,
    UnpricedShare,
};
inline constexpr std::size_t kMeasures = 39;

enum class MeasureUnit : std::uint8_t { Usd, Tokens, Calls, Share, Times };
enum class MeasureGroup : std::uint8_t { Cost, Quality, Tokens, Cache, Output, Steps, Retry, Price };

/// What does not change with the data. Texts are English, for the catalogue of translations.
struct MeasureInfo {
    MeasureId id;
    MeasureGroup group;
    MeasureUnit unit;
    const char *key;     ///< in exports, and for the window to refer to
    const char *name;    ///< "Cost per run"
    const char *formula; ///< metrics.md 3 in words
    const char *top;     ///< what is counted: "cost of the runs"
    const char *bottom;  ///< of what: "runs that ended"; empty for a plain sum
};
[[nodiscard]] const MeasureInfo &measureInfo(MeasureId id);

/// Why there is no value. A measure that is not known is never 0.
enum class Unknown : std::uint8_t {
    No, ///< it is known
    NoCalls,
    NoRuns,
    NoOutcome,      ///< runs ended, none said how
    NoSuccess,      ///< nothing to divide by
    FewRuns,        ///< n too small for this percentile (metrics.md 3: 59 and 300)
    NoPrice,        ///< not one call has a price
    NoUsage,        ///< no call reported tokens
    NoCacheCounts,  ///< no producer tells cache reads
    NoCacheMinimum, ///< the smallest prompt these models cache is not known, or no call reached it
    NoResponseCache,
    NoFinishReason,
    NoLimit,      ///< no call states the output limit it was sent with
    NoValidation, ///< no validation signal
    NoReported,   ///< no producer states a cost beside one of ours
    NoParts,      ///< the rule that priced the calls is no longer in force
    NoNames,      ///< no call names its step
    OutOfRange,   ///< the counts do not fit
};
[[nodiscard]] std::string_view unknownText(Unknown why);

/// An exact amount: money, or a whole number of tokens, calls or runs.
struct Amount {
    UsdSum usd;
    std::int64_t count = 0;
    bool money = false;

    [[nodiscard]] static Amount of(const UsdSum &sum) { return {sum, 0, true}; }
    [[nodiscard]] static Amount of(std::int64_t n) { return {{}, n, false}; }
    [[nodiscard]] bool isZero() const { return money ? usd.isZero() : count == 0; }
    /// For shares and formatters only.
    [[nodiscard]] double toDouble() const { return money ? usd.toDouble() : static_cast<double>(count); }
    friend bool operator==(const Amount &, const Amount &) = default;
};

/// The calls a measure came from, where that is not all calls of the scope.
struct MeasureCalls {
    std::optional<Key128> run; ///< the run that is the percentile
    TimeNs since = kNoTime;    ///< start of the first of `runs`, which may lie before the window
    std::shared_ptr<const std::unordered_set<Key128>> runs;
    std::shared_ptr<const std::unordered_set<Key128>> calls; ///< callKey()
};

struct Measure {
    MeasureId id = MeasureId::CostPerRun;
    Unknown why = Unknown::NoCalls;
    /// Usd: money. Tokens, Calls: a whole number, rounded half-even once. Share and Times: unused, see share().
    Amount value;
    Amount top, bottom; ///< value = top / bottom; bottom is 0 where the value is a plain sum or a percentile
    std::int64_t n = 0; ///< runs or calls it is of
    CostBound bound = CostBound::Exact;
    std::optional<Interval> interval;               ///< of a rate: Wilson, 90 %
    std::optional<std::pair<Amount, Amount>> order; ///< of a percentile: order statistics, 90 %
    MeasureCalls calls;

    [[nodiscard]] bool known() const { return why == Unknown::No; }
    /// top / bottom for Share and Times; PriceDrift is one less.
    [[nodiscard]] double share() const;
};

} // namespace flyball
