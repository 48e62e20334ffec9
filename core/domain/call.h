// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "core/base/money.h"
#include "core/domain/facts.h"

namespace flyball {

/// Where the summed cost of a call comes from (design rule 3a.2).
enum class CostOrigin : std::uint8_t {
    Unpriced, ///< unknown, never 0
    Computed, ///< tokens times rates
    Reported, ///< no rate, but the producer stated a plausible cost
    NoCharge, ///< failed without usage, or never sent to a model
    NoUsage,  ///< no counts to price: unknown, never 0
};

/// One request to a model: resolved, attributed and priced. Symbols belong to the pipeline's table.
struct Call {
    Key128 group;
    std::uint64_t sub = 0;
    Key128 run; ///< trace, or hash of (session, prompt)
    TimeNs time = 0;
    std::int64_t latencyNs = -1;
    std::int64_t firstTokenNs = -1;
    std::int64_t reportedPico = -1;
    PicoUsd cost = 0; ///< meaningless when costOrigin is Unpriced
    Symbol format = 0;
    Symbol source = 0;
    Symbol producer = 0;
    Symbol request = 0;
    Symbol prompt = 0;
    Symbol provider = 0; ///< as the book names it when known, else as the producer does
    Symbol model = 0;    ///< as served, else as requested, else empty
    Symbol modelRequested = 0;
    Symbol serviceTier = 0;
    Symbol geo = 0;
    Symbol errorType = 0;
    Symbol finishReason = 0;
    Symbol parentAgent = 0;
    Attribution names;            ///< after inheritance from the run's spans
    Usage usage;                  ///< disjoint
    std::uint32_t flags = 0;      ///< CallFlag
    std::uint32_t priceRule = 0;  ///< PriceCatalog::describeRule
    std::uint32_t priceFlags = 0; ///< core/pricing PriceFlag
    CostOrigin costOrigin = CostOrigin::Unpriced;
    ResponseCache responseCache = ResponseCache::None;
    std::uint16_t attempt = 0;
    std::uint32_t outputLimit = 0; ///< most output tokens the request allowed; 0 = not told

    friend bool operator==(const Call &, const Call &) = default;
    [[nodiscard]] bool failed() const { return (flags & CallFailed) != 0; }
    [[nodiscard]] bool metered() const { return (flags & CallMetered) != 0; }
    [[nodiscard]] bool hasUsage() const { return usage.quality != UsageQuality::Missing; }
};

/// One number for a call, for sets of them.
[[nodiscard]] inline std::uint64_t callKey(const Key128 &group, std::uint64_t sub)
{
    return std::hash<Key128>{}(group) ^ (sub * 0x9e3779b97f4a7c15ULL);
}

enum class Outcome : std::uint8_t { Unknown, Success, Failure, Capped, Timeout };

/// Who said how a run went (design rule 3a.11).
enum class OutcomeOrigin : std::uint8_t { None, Stated, Signal, Status };

/// What the signals of a run amount to. Merging is commutative, associative and idempotent.
struct Judgement {
    static constexpr std::uint8_t kNoRank = 255;
    Verdict verdict = Verdict::None;
    std::uint8_t rank = kNoRank; ///< of the signal's name, 0 = the most trusted

    void merge(const Judgement &other)
    {
        if (other.verdict == Verdict::None || (verdict != Verdict::None && other.rank > rank))
            return;
        if (verdict == Verdict::None || other.rank < rank || other.verdict == Verdict::Fail)
            *this = other;
    }
    friend bool operator==(const Judgement &, const Judgement &) = default;
};

/// One execution of a workflow: what is known of it beside its calls.
struct RunInfo {
    Key128 run;
    Symbol format = 0;
    Symbol workflow = 0;
    Symbol session = 0;
    Symbol prompt = 0;
    TimeNs start = 0;
    TimeNs end = 0;
    Outcome outcome = Outcome::Unknown; ///< decided from the four below: decideOutcome()
    Outcome stated = Outcome::Unknown;  ///< by the agent itself (flyball.outcome)
    Outcome status = Outcome::Unknown;  ///< by its end: a budget that stopped it, an error
    Judgement judged;                   ///< by the signals of its own group
    OutcomeOrigin origin = OutcomeOrigin::None;
    bool closed = false; ///< its root span has ended; formats without an end mark close when idle
};

} // namespace flyball
