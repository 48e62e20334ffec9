// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace flyball {

// SHA-256 and HMAC-SHA-256 of OpenSSL's libcrypto, as 64 small hexadecimal digits.
[[nodiscard]] std::string sha256Hex(std::string_view bytes);
[[nodiscard]] std::string hmacSha256Hex(std::string_view key, std::string_view bytes);
/// Compares in a time that depends on the lengths alone.
[[nodiscard]] bool sameSecret(std::string_view a, std::string_view b);

} // namespace flyball
