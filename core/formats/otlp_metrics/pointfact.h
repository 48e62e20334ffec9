// SPDX-License-Identifier: GPL-3.0-or-later
// A data point as a fact: which fields of CallFact hold what. Nothing but this folder knows.
#pragma once

#include "core/base/time.h"
#include "core/domain/callfact.h"
#include "core/formats/meters/meanings.h"

namespace flyball::otlp {

/// What a fact says. Of several with one identity the one with the larger precedence (origin.offset) counts.
enum class PointRole : std::uint8_t {
    Delta,    ///< what was spent until its time
    Value,    ///< a value that was told, and when first
    Opening,  ///< lowest (without a start: first) value of a window
    Closing,  ///< highest (without a start: last) value of a window
    Baseline, ///< the same of the block of windows before
};

struct PointKind {
    PointRole role = PointRole::Delta;
    MeterColumn column = MeterColumn::None;
    Meter meter = Meter::GenAi;
    std::uint8_t rank = 0;
    friend bool operator==(const PointKind &, const PointKind &) = default;
};

[[nodiscard]] inline std::uint16_t packed(const PointKind &kind)
{
    return static_cast<std::uint16_t>(static_cast<unsigned>(kind.role) | static_cast<unsigned>(kind.column) << 3U
                                      | static_cast<unsigned>(kind.meter) << 7U | unsigned{kind.rank} << 11U);
}
[[nodiscard]] inline PointKind kindOf(const CallFact &fact)
{
    const unsigned bits = fact.attempt;
    return {static_cast<PointRole>(bits & 7U), static_cast<MeterColumn>(bits >> 3U & 15U),
            static_cast<Meter>(bits >> 7U & 15U), static_cast<std::uint8_t>(bits >> 11U & 7U)};
}
[[nodiscard]] inline std::uint64_t streamOf(const CallFact &fact) { return fact.parentSpan; }
/// When the stream began at 0; 0: not told.
[[nodiscard]] inline TimeNs startOf(const CallFact &fact) { return fact.latencyNs; }
/// Rows that only others are subtracted from outlive those of their time: by `time` a ledger forgets.
[[nodiscard]] inline TimeNs toldAt(const CallFact &fact) { return fact.raw[TokenClass::CacheRead] * kSecond; }
inline void setToldAt(CallFact &fact, TimeNs time) { fact.raw[TokenClass::CacheRead] = time / kSecond; }
[[nodiscard]] inline std::int64_t valueOf(const CallFact &fact) { return fact.raw[TokenClass::InFresh]; }
inline void setValue(CallFact &fact, std::int64_t value) { fact.raw[TokenClass::InFresh] = value; }

} // namespace flyball::otlp
