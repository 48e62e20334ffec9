// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/key128.h"

#include <array>
#include <cstring>

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

/// Value of a hex digit, or 0xFF. A table: ids are a fifth of the text of a span.
constexpr std::array<std::uint8_t, 256> kHexValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(0xFF);
    for (unsigned i = 0; i < 10; ++i)
        values['0' + i] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0; i < 6; ++i)
        values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
    return values;
}();

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
