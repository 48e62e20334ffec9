// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace flyball::agentsim {

using Digest = std::array<std::uint8_t, 32>;

/// FIPS 180-4; written here so that a fault in the product's signatures cannot be on both sides.
[[nodiscard]] Digest sha256(std::string_view bytes);
/// RFC 2104, as 64 small hexadecimal digits.
[[nodiscard]] std::string hmacSha256(std::string_view key, std::string_view bytes);
/// Takes the same time wherever the two differ.
[[nodiscard]] bool sameSignature(std::string_view a, std::string_view b);

} // namespace flyball::agentsim
