// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/domain/usage.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// Price of one token or one request in atto-USD (1e-18 USD). One USD per million tokens is 1e12.
/// Twelve decimals per million tokens are exact, which is finer than any published price.
using AttoUsd = std::int64_t;

inline constexpr AttoUsd kNoRate = -1;
inline constexpr AttoUsd kAttoPerPico = 1'000'000;
/// 0.01 USD per token. A price per million tokens in a per-token field is far above it (reliability $2).
inline constexpr AttoUsd kMaxRate = 10'000'000'000'000'000;
/// 100 USD for one request; the bound of per-request fees.
inline constexpr AttoUsd kMaxFee = kMaxRate * 100;

enum class RateKey : std::uint8_t {
    Input,
    CacheRead,
    CacheWrite5m,
    CacheWrite1h,
    InputAudio,
    CacheReadAudio,
    Output,
    OutputReasoning,
    OutputAudio,
};
inline constexpr std::size_t kRateKeys = 9;
/// Names in price files, in the order of RateKey.
inline constexpr std::array<std::string_view, kRateKeys> kRateKeyNames = {
    "input",  "cache_read",       "cache_write_5m", "cache_write_1h", "input_audio", "cache_read_audio",
    "output", "output_reasoning", "output_audio",
};

/// Rates of one context tier; kNoRate means the list names none (not: free).
struct Rates {
    std::array<AttoUsd, kRateKeys> atto{kNoRate, kNoRate, kNoRate, kNoRate, kNoRate,
                                        kNoRate, kNoRate, kNoRate, kNoRate};

    [[nodiscard]] AttoUsd &operator[](RateKey k) { return atto[static_cast<std::size_t>(k)]; }
    [[nodiscard]] AttoUsd operator[](RateKey k) const { return atto[static_cast<std::size_t>(k)]; }
    [[nodiscard]] bool has(RateKey k) const { return (*this)[k] >= 0; }
    friend bool operator==(const Rates &, const Rates &) = default;
};

/// The rate a class is billed at and whether a documented fallback stood in (pricing.md 1.1).
struct EffectiveRate {
    AttoUsd atto = kNoRate;
    bool assumed = false;
};
[[nodiscard]] EffectiveRate effectiveRate(const Rates &rates, TokenClass tokenClass);

/// `text` times 10^scale, exactly: digits, an optional dot, nothing else; an optional leading '-'.
/// Nothing when it is not such a number, does not fit, or has more decimals than `scale` holds
/// (with `round`, further decimals are rounded half-even instead).
[[nodiscard]] std::optional<std::int64_t> parseDecimal(std::string_view text, int scale, bool round = false);

/// The shortest decimal for atto-USD at a scale: formatDecimal(3e12, 12) is "3".
[[nodiscard]] std::string formatDecimal(std::int64_t value, int scale);

} // namespace flyball
