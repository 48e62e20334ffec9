// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// A 128-bit identity: a trace id as it is, or a hash of the text that identifies something.
/// Two different identities of one ledger never share a key in practice (2^-64 at a billion rows).
struct Key128 {
    std::uint64_t hi = 0;
    std::uint64_t lo = 0;

    friend constexpr auto operator<=>(const Key128 &, const Key128 &) = default;
    [[nodiscard]] constexpr bool isNull() const { return hi == 0 && lo == 0; }
};

/// Stable across runs and machines (it is stored): MurmurHash3 x64 128, seed chosen by the caller
/// to keep kinds of identity apart.
[[nodiscard]] Key128 hashKey(std::string_view bytes, std::uint64_t seed = 0);
[[nodiscard]] std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// 32 lower-case hex digits, and back (any case); a 64-bit id has 16.
[[nodiscard]] std::string toHex(const Key128 &key);
[[nodiscard]] std::string toHex64(std::uint64_t value);
[[nodiscard]] std::optional<Key128> key128FromHex(std::string_view hex);
[[nodiscard]] std::optional<std::uint64_t> key64FromHex(std::string_view hex);

} // namespace flyball

template <>
struct std::hash<flyball::Key128> {
    std::size_t operator()(const flyball::Key128 &k) const noexcept
    {
        // Trace ids of some producers are low in entropy in one half, so both are mixed.
        std::uint64_t x = k.hi ^ (k.lo * 0x9e3779b97f4a7c15ULL);
        x ^= x >> 32;
        x *= 0xd6e8feb86659fd93ULL;
        x ^= x >> 32;
        return static_cast<std::size_t>(x);
    }
};
