// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/textout.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace flyball::ctl {

namespace {

unsigned byteAt(const std::string &text, std::size_t at)
{
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

/// Length of a character that a terminal would act on or that hides what stands beside it; 0 = harmless.
std::size_t unsafeAt(const std::string &text, std::size_t at)
{
    const unsigned a = byteAt(text, at), b = byteAt(text, at + 1), c = byteAt(text, at + 2);
    if (a < 0x20 || a == 0x7F)
        return 1;
    if (a == 0xC2 && b >= 0x80 && b <= 0x9F) // C1 controls
        return 2;
    if (a == 0xD8 && b == 0x9C) // Arabic letter mark
        return 2;
    if (a == 0xE2 && b == 0x80 && ((c >= 0x8E && c <= 0x8F) || (c >= 0xA8 && c <= 0xAE)))
        return 3;
    if (a == 0xE2 && b == 0x81 && c >= 0xA6 && c <= 0xA9)
        return 3;
    return 0;
}

std::size_t columnsOf(const std::string &text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

} // namespace

std::string safeText(const std::string &text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = unsafeAt(text, at);
        if (length == 0)
            out += text[at++];
        else {
            out += '?';
            at += length;
        }
    }
    return out;
}

std::string TextTable::text() const
{
    std::vector<std::vector<std::string>> rows = m_rows;
    std::vector<std::size_t> width(rows.front().size(), 0);
    for (auto &row : rows)
        for (std::size_t i = 0; i < row.size() && i < width.size(); ++i) {
            row[i] = safeText(row[i]);
            width[i] = std::max(width[i], columnsOf(row[i]));
        }
    std::string out;
    for (const auto &row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size() && i < width.size(); ++i)
            line += (i == 0 ? "" : "  ") + row[i] + std::string(width[i] - columnsOf(row[i]), ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

void printJson(const nlohmann::ordered_json &json)
{
    print(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void print(const std::string &text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::string bytesText(std::int64_t bytes)
{
    static constexpr std::array<const char *, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    char text[40];
    std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
    return text;
}

} // namespace flyball::ctl
