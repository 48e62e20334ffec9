// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace flyball::agentsim {

/// Smallest and largest value of a drawn quantity; lo == hi makes it a constant.
struct Range {
    std::int64_t lo = 0;
    std::int64_t hi = 0;
};

/// FNV-1a, 64 bits: names of draws, steps and workflows as numbers.
[[nodiscard]] constexpr std::uint64_t nameHash(std::string_view name)
{
    std::uint64_t h = 0xcbf29ce484222325ULL;
    for (const char c : name) {
        h ^= static_cast<unsigned char>(c);
        h *= 0x100000001b3ULL;
    }
    return h;
}

/// Finaliser of splitmix64: a bijection that spreads every input bit over all output bits.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/// Counter-based randomness: a value depends only on (seed, run, step, attempt, name), never on how
/// many values were drawn before. So two policies meet the same latent world, and the order in which
/// runs interleave changes nothing. Uses basic IEEE operations only: the same bits on every libm.
class Dice {
public:
    explicit constexpr Dice(std::uint64_t seed) : m_key(mix64(seed)) {}

    /// The dice of a place within this one: a run, a step, an attempt.
    [[nodiscard]] constexpr Dice at(std::uint64_t place) const
    {
        Dice d(0);
        d.m_key = mix64(m_key ^ (mix64(place) + 0x632be59bd9b4e019ULL));
        return d;
    }
    [[nodiscard]] constexpr Dice at(std::string_view place) const { return at(nameHash(place)); }

    [[nodiscard]] constexpr std::uint64_t bits(std::string_view name) const { return mix64(m_key ^ nameHash(name)); }
    /// Uniform in [0, 1).
    [[nodiscard]] constexpr double unit(std::string_view name) const
    {
        return static_cast<double>(bits(name) >> 11) * 0x1p-53;
    }
    [[nodiscard]] constexpr bool chance(double probability, std::string_view name) const
    {
        return unit(name) < probability;
    }
    /// Uniform in [lo, hi], both included.
    [[nodiscard]] std::int64_t uniform(Range r, std::string_view name) const;
    /// In [lo, hi] with a long right tail: lo + span * u^2, mean at a third of the span.
    [[nodiscard]] std::int64_t skewed(Range r, std::string_view name) const;
    /// exp(sigma * N(0,1)): the factor of a lognormal duration.
    [[nodiscard]] double lognormal(double sigma, std::string_view name) const;
    /// Exponentially distributed with mean 1.
    [[nodiscard]] double exponential(std::string_view name) const;

private:
    std::uint64_t m_key;
};

} // namespace flyball::agentsim
