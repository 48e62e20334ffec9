// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/otlp_proto/jsontext.h"

#include <cmath>

namespace flyball::otlp {

void appendText(std::string_view text, std::string &out)
{
    static constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        out.append(text, from, i - from);
        from = i + 1;
        if (c >= 0x20) {
            out += '\\';
            out += static_cast<char>(c);
        } else {
            out += "\\u00";
            out += kHex[c >> 4];
            out += kHex[c & 15];
        }
    }
    out.append(text, from);
    out += '"';
}

void appendId(std::string_view bytes, std::size_t length, std::string &out)
{
    static constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    if (bytes.size() == length) {
        for (const char c : bytes) {
            out += kHex[static_cast<unsigned char>(c) >> 4];
            out += kHex[static_cast<unsigned char>(c) & 15];
        }
    } else if (!bytes.empty()) {
        out += '!';
    }
    out += '"';
}

void appendBase64(std::string_view bytes, std::string &out)
{
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out += '"';
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            out += i + j <= bytes.size() ? kDigits[group >> (18 - 6 * j) & 63] : '=';
    }
    out += '"';
}

void appendDouble(double value, std::string &out)
{
    if (std::isfinite(value))
        appendNumber(value, out);
    else
        out += std::isnan(value) ? R"("NaN")" : value > 0 ? R"("Infinity")" : R"("-Infinity")";
}

} // namespace flyball::otlp
