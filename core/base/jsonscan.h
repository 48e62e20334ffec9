// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace flyball {

/// Trace lines are mostly strings, so these loops decide the speed of every reader.

/// Next '"' or '\\' in [at, end), or end.
[[nodiscard]] inline const char *findQuoteOrBackslash(const char *at, const char *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    while (end - at >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
        const int mask = _mm_movemask_epi8(hit);
        if (mask != 0)
            return at + __builtin_ctz(static_cast<unsigned>(mask));
        at += 16;
    }
#endif
    while (at < end && *at != '"' && *at != '\\')
        ++at;
    return at;
}

/// Behind the JSON string whose contents begin at `first`, or nullptr if it does not end before `end`.
[[nodiscard]] const char *behindLongString(const char *first, const char *end);
[[nodiscard]] inline const char *behindString(const char *first, const char *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const char *at = first;
    for (int blocks = 0; blocks < 3 && end - at >= 16; ++blocks, at += 16) {
        const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(text, quote));
        if (mask == 0)
            continue;
        const char *close = at + __builtin_ctz(static_cast<unsigned>(mask));
        if (close[-1] != '\\') // of an empty string this is the opening quote
            return close + 1;
        break;
    }
#endif
    return behindLongString(first, end);
}

/// Behind the ASCII string without escapes whose contents begin at `first`; nullptr if it is not one.
[[nodiscard]] inline const char *behindPlainString(const char *first, const char *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    for (const char *at = first; end - at >= 16; at += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
        const auto foreign = static_cast<unsigned>(_mm_movemask_epi8(block)); // the top bit of each
        if (mask == 0 && foreign == 0)
            continue;
        const char *close = at + (mask == 0 ? 0 : __builtin_ctz(mask));
        const bool plain = mask != 0 && *close == '"' && (foreign & ((mask & (~mask + 1U)) - 1U)) == 0;
        return plain ? close + 1 : nullptr;
    }
#else
    for (const char *at = first; at < end && *at != '\\' && (static_cast<unsigned char>(*at) & 0x80U) == 0; ++at)
        if (*at == '"')
            return at + 1;
#endif
    return nullptr;
}

} // namespace flyball
