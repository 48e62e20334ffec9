// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace flyball::otlp {

/// Values of the protobuf form as the JSON form has them, appended to `out`.
void appendText(std::string_view text, std::string &out); ///< byte for byte, escaped where JSON asks for it
/// Hex. An id of the wrong length is no id; it must not pass for one, nor for none.
void appendId(std::string_view bytes, std::size_t length, std::string &out);
void appendBase64(std::string_view bytes, std::string &out);
void appendDouble(double value, std::string &out); ///< the shortest text that reads back as the same number

template <typename Number>
void appendNumber(Number value, std::string &out)
{
    std::array<char, 40> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    out.append(text.data(), end);
}

/// 64-bit numbers are texts in the JSON form.
template <typename Number>
void appendQuoted(Number value, std::string &out)
{
    out += '"';
    appendNumber(value, out);
    out += '"';
}

} // namespace flyball::otlp
