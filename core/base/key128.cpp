// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/key128.h"

#include <array>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace flyball {

namespace {

constexpr std::uint64_t rotl(std::uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }

constexpr std::uint64_t finalMix(std::uint64_t k)
{
    k ^= k >> 33;
    k *= 0xff51afd7ed558ccdULL;
    k ^= k >> 33;
    k *= 0xc4ceb9fe1a85ec53ULL;
    k ^= k >> 33;
    return k;
}

#if !defined(__SSE2__)
/// Value of a hex digit, or 0xFF.
constexpr std::array<std::uint8_t, 256> kHexValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(0xFF);
    for (unsigned i = 0; i < 10; ++i)
        values['0' + i] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0; i < 6; ++i)
        values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
    return values;
}();
#endif

} // namespace

// Austin Appleby's MurmurHash3_x64_128 (public domain), reading the tail through a zeroed buffer.
Key128 hashKey(std::string_view bytes, std::uint64_t seed)
{
    constexpr std::uint64_t c1 = 0x87c37b91114253d5ULL;
    constexpr std::uint64_t c2 = 0x4cf5ad432745937fULL;
    std::uint64_t h1 = seed;
    std::uint64_t h2 = seed;
    const char *data = bytes.data();
    std::size_t left = bytes.size();
    while (left >= 16) {
        std::uint64_t k1 = 0;
        std::uint64_t k2 = 0;
        std::memcpy(&k1, data, 8);
        std::memcpy(&k2, data + 8, 8);
        h1 ^= rotl(k1 * c1, 31) * c2;
        h1 = (rotl(h1, 27) + h2) * 5 + 0x52dce729;
        h2 ^= rotl(k2 * c2, 33) * c1;
        h2 = (rotl(h2, 31) + h1) * 5 + 0x38495ab5;
        data += 16;
        left -= 16;
    }
    if (left > 0) {
        char tail[16] = {};
        std::memcpy(tail, data, left);
        std::uint64_t k1 = 0;
        std::uint64_t k2 = 0;
        std::memcpy(&k1, tail, 8);
        std::memcpy(&k2, tail + 8, 8);
        h2 ^= rotl(k2 * c2, 33) * c1;
        h1 ^= rotl(k1 * c1, 31) * c2;
    }
    h1 ^= bytes.size();
    h2 ^= bytes.size();
    h1 += h2;
    h2 += h1;
    h1 = finalMix(h1);
    h2 = finalMix(h2);
    h1 += h2;
    h2 += h1;
    return {h1, h2};
}

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) { return hashKey(bytes, seed).hi; }

std::string toHex64(std::uint64_t value)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string out(16, '0');
    for (std::size_t i = 16; i-- > 0; value >>= 4)
        out[i] = digits[value & 15];
    return out;
}

std::string toHex(const Key128 &key) { return toHex64(key.hi) + toHex64(key.lo); }

#if defined(__SSE2__)
std::optional<std::uint64_t> key64FromHex(std::string_view hex)
{
    if (hex.size() != 16)
        return std::nullopt;
    // Sixteen digits at once: ids are a fifth of the text of a span.
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i *>(hex.data()));
    const auto within = [](__m128i c, char low, char high) {
        return _mm_and_si128(_mm_cmpgt_epi8(c, _mm_set1_epi8(static_cast<char>(low - 1))),
                             _mm_cmplt_epi8(c, _mm_set1_epi8(static_cast<char>(high + 1))));
    };
    const __m128i isDigit = within(text, '0', '9');
    const __m128i isLetter = within(_mm_or_si128(text, _mm_set1_epi8(0x20)), 'a', 'f');
    if (_mm_movemask_epi8(_mm_or_si128(isDigit, isLetter)) != 0xFFFF)
        return std::nullopt;
    const __m128i nibbles =
        _mm_add_epi8(_mm_and_si128(text, _mm_set1_epi8(0x0F)), _mm_and_si128(isLetter, _mm_set1_epi8(9)));
    // The first digit of a pair is the low byte of its lane and the high half of the result.
    const __m128i pairs =
        _mm_and_si128(_mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8)), _mm_set1_epi16(0x00FF));
    return __builtin_bswap64(static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs))));
}
#else
std::optional<std::uint64_t> key64FromHex(std::string_view hex)
{
    if (hex.size() != 16)
        return std::nullopt;
    std::uint64_t value = 0;
    unsigned bad = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        const unsigned digit = kHexValues[static_cast<unsigned char>(hex[i])];
        bad |= digit;
        value = (value << 4) | digit;
    }
    if ((bad & 0xF0) != 0)
        return std::nullopt;
    return value;
}
#endif

std::optional<Key128> key128FromHex(std::string_view hex)
{
    if (hex.size() != 32)
        return std::nullopt;
    const auto hi = key64FromHex(hex.substr(0, 16));
    const auto lo = key64FromHex(hex.substr(16));
    if (!hi || !lo)
        return std::nullopt;
    return Key128{*hi, *lo};
}

} // namespace flyball
