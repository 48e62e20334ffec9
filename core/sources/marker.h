// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flyball {

/// Length of the text before an offset that proves it is still the same text. The end is taken, not
/// the start: trace files of one producer share their first bytes, and a refilled file may too.
inline constexpr std::size_t kMarkerBytes = 4096;

/// Hash of at most kMarkerBytes bytes; 0 only for none. Not cryptographic; stored, so it never changes.
[[nodiscard]] std::uint64_t markerOf(std::string_view bytes);

/// The last kMarkerBytes of a stream.
class MarkerWindow {
public:
    void clear() { m_used = 0; }
    void append(std::string_view bytes);
    [[nodiscard]] std::uint64_t marker() const { return markerOf({m_bytes.data(), m_used}); }

private:
    std::array<char, kMarkerBytes> m_bytes{};
    std::size_t m_used = 0;
};

} // namespace flyball
