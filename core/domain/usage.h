// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace flyball {

/// Disjoint classes of billed tokens: every token of a call is in exactly one of them.
/// Which counts of a producer include which others is settled by its format's normaliser.
enum class TokenClass : std::uint8_t {
    InFresh,           ///< text input read at the full rate
    CacheRead,         ///< input served from the provider's prompt cache
    CacheWrite5m,      ///< input written to a 5-minute cache
    CacheWrite1h,      ///< input written to a 1-hour cache
    CacheWriteUntyped, ///< written, lifetime not told; priced at the 5-minute rate, flagged
    InAudio,
    OutText,
    OutReasoning, ///< billed output that is not shown
    OutAudio,
};
inline constexpr std::size_t kTokenClasses = 9;

/// How far the counts of a call can be trusted; must reach the reader of every total.
enum class UsageQuality : std::uint8_t {
    Exact,
    Estimate,    ///< a local tokenizer's guess, not what the provider billed
    Placeholder, ///< counts of the start of a stream; the final ones never came
    Partial,     ///< some class the producer knows of was not carried
    Missing,     ///< no counts at all: unknown, not zero
};

/// Token counts of one call. All totals are derived, never stored.
struct Usage {
    std::array<std::int64_t, kTokenClasses> tokens{};
    std::int64_t webSearches = 0; ///< billed per request
    UsageQuality quality = UsageQuality::Missing;

    [[nodiscard]] std::int64_t &operator[](TokenClass c) { return tokens[static_cast<std::size_t>(c)]; }
    [[nodiscard]] std::int64_t operator[](TokenClass c) const { return tokens[static_cast<std::size_t>(c)]; }
    [[nodiscard]] std::int64_t inTotal() const
    {
        return tokens[0] + tokens[1] + tokens[2] + tokens[3] + tokens[4] + tokens[5];
    }
    [[nodiscard]] std::int64_t outTotal() const { return tokens[6] + tokens[7] + tokens[8]; }
    [[nodiscard]] std::int64_t total() const { return inTotal() + outTotal(); }
    friend bool operator==(const Usage &, const Usage &) = default;
};

} // namespace flyball
