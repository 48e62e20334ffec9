// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/marker.h"

#include <bit>
#include <cstring>

namespace flyball {

namespace {
constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15ULL;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) { return (std::rotl(hash, 29) ^ word) * kPrime; }
} // namespace

std::uint64_t markerOf(std::string_view bytes)
{
    if (bytes.empty()) {
        return 0;
    }
    std::uint64_t hash = kPrime ^ bytes.size();
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, 8);
        hash = mix(hash, word);
    }
    std::uint64_t rest = 0;
    std::memcpy(&rest, bytes.data() + i, bytes.size() - i);
    hash = mix(hash, rest);
    hash ^= hash >> 32;
    hash *= kPrime;
    hash ^= hash >> 29;
    return hash == 0 ? 1 : hash;
}

void MarkerWindow::append(std::string_view bytes)
{
    if (bytes.size() >= kMarkerBytes) {
        std::memcpy(m_bytes.data(), bytes.data() + (bytes.size() - kMarkerBytes), kMarkerBytes);
        m_used = kMarkerBytes;
        return;
    }
    const std::size_t keep = m_used + bytes.size() > kMarkerBytes ? kMarkerBytes - bytes.size() : m_used;
    std::memmove(m_bytes.data(), m_bytes.data() + (m_used - keep), keep);
    if (!bytes.empty()) {
        std::memcpy(m_bytes.data() + keep, bytes.data(), bytes.size());
    }
    m_used = keep + bytes.size();
}

} // namespace flyball
