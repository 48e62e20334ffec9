// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/quality/row.h"

#include <algorithm>

namespace flyball::quality {

namespace {

/// Every name of a column; the first of each is the one of the README.
constexpr std::pair<std::string_view, Column> kNames[] = {
    {"run", Column::Run},          {"run_id", Column::Run},
    {"trace", Column::Trace},      {"trace_id", Column::Trace},
    {"session", Column::Session},  {"session_id", Column::Session},
    {"prompt", Column::Prompt},    {"prompt_id", Column::Prompt},
    {"request", Column::Request},  {"request_id", Column::Request},
    {"response", Column::Request}, {"response_id", Column::Request},
    {"call", Column::Call},        {"name", Column::Name},
    {"signal", Column::Name},      {"label", Column::Label},
    {"score", Column::Score},      {"threshold", Column::Threshold},
    {"time", Column::Time},        {"ts", Column::Time},
    {"timestamp", Column::Time},   {"comment", Column::Comment}};

} // namespace

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<Column> columnOf(std::string_view name)
{
    std::string lower(trimmed(name));
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == '-' ? '_' : c;
    });
    for (const auto &[known, column] : kNames)
        if (known == lower)
            return column;
    return std::nullopt;
}

Row rowOf(const JsonFields &fields)
{
    Row row;
    for (const auto &[key, column] : kNames) {
        std::string &into = row[column];
        if (!into.empty())
            continue;
        const std::string_view text = fields.text(key);
        into = !text.empty() ? text : fields.digits(key);
        if (into.empty())
            if (const auto flag = fields.flag(key))
                into = *flag ? "true" : "false";
    }
    return row;
}

bool isSignalRow(const std::array<bool, kColumns> &present)
{
    const auto has = [&](Column c) { return present[static_cast<std::size_t>(c)]; };
    const bool about =
        has(Column::Run) || has(Column::Trace) || has(Column::Session) || has(Column::Request) || has(Column::Call);
    return about && has(Column::Name) && (has(Column::Label) || has(Column::Score));
}

} // namespace flyball::quality
