// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/aggregate/report/report.h"

namespace flyball {

namespace {

using Json = nlohmann::ordered_json;

const char *boundName(CostBound bound)
{
    switch (bound) {
    case CostBound::Exact:
        return "exact";
    case CostBound::AtLeast:
        return "at_least";
    case CostBound::Estimate:
        return "estimate";
    }
    return "exact";
}

/// The fields of one group, in the order of the contract.
Json totalsJson(const Totals &t, std::int64_t runs, std::int64_t rejected)
{
    const auto hit = t.cacheHitRate();
    return Json{
        {"calls", t.calls},
        {"errors", t.errors},
        {"runs", runs},
        {"tokens",
         {{"in_fresh", t.token(TokenClass::InFresh)},
          {"cache_read", t.token(TokenClass::CacheRead)},
          {"cache_write_5m", t.token(TokenClass::CacheWrite5m)},
          {"cache_write_1h", t.token(TokenClass::CacheWrite1h)},
          {"cache_write_untyped", t.token(TokenClass::CacheWriteUntyped)},
          {"in_audio", t.token(TokenClass::InAudio)},
          {"out_text", t.token(TokenClass::OutText)},
          {"out_reasoning", t.token(TokenClass::OutReasoning)},
          {"out_audio", t.token(TokenClass::OutAudio)},
          {"in_total", t.inTotal()},
          {"out_total", t.outTotal()}}},
        {"cost_nusd", t.cost.nanoUsd()},
        {"cost_usd", t.cost.toDecimal()},
        {"cost_bound", boundName(t.bound(rejected))},
        {"cost_reported_nusd", t.callsReportingCost > 0 ? Json(t.costReported.nanoUsd()) : Json(nullptr)},
        {"cache_hit_rate", hit ? Json(*hit) : Json(nullptr)},
        {"response_cache_hits", t.responseCacheHits},
        {"calls_without_usage", t.callsWithoutUsage},
        {"calls_estimated", t.callsEstimated},
        {"calls_partial", t.callsPartial},
        {"calls_placeholder", t.callsPlaceholder},
        {"calls_unpriced", t.callsUnpriced},
        {"calls_cost_reported", t.callsCostReported},
        {"tokens_unpriced", t.tokensUnpriced},
    };
}

std::string dumpJson(const Json &json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Text for a CSV cell: quoted where needed, and never a formula (a leading =, +, -, @, TAB, CR or LF gets
/// a quote in front, also behind quotes; OWASP "CSV injection").
std::string csvCell(const std::string &text)
{
    std::string cell = text;
    const std::size_t first = cell.find_first_not_of("'\" ");
    bool formula =
        first != std::string::npos && std::string_view("=+-@\t\r\n").find(cell[first]) != std::string_view::npos;
    for (const std::string_view wide : {"＝", "＋", "－", "＠"}) // spreadsheets of East Asia take these as well
        formula = formula || (first != std::string::npos && cell.compare(first, wide.size(), wide) == 0);
    if (formula)
        cell.insert(0, 1, '\'');
    if (cell.find_first_of(",\"\r\n'") == std::string::npos)
        return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string boundMark(const Totals &totals, std::int64_t rejected)
{
    switch (totals.bound(rejected)) {
    case CostBound::Exact:
        return "";
    case CostBound::AtLeast:
        return "≥ ";
    case CostBound::Estimate:
        return "≈ ";
    }
    return "";
}

/// One line of text for a terminal: control characters (C1 ones as well), line separators and marks
/// that turn the writing direction made visible.
std::string printable(const std::string &text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(text[at]);
        const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
        const bool c1 = c == 0xC2 && next >= 0x80 && next <= 0x9F;
        out += c < 0x20 || c == 0x7F || c1 ? '?' : text[at];
        at += c1 ? 1 : 0;
    }
    for (const char *mark : {"\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA",
                             "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6",
                             "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9"})
        for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark))
            out.replace(at, 3, "?");
    return out;
}

std::size_t columnsOf(const std::string &text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

} // namespace

std::string totalsToJson(const Totals &totals, std::int64_t runs, std::int64_t rejected)
{
    return dumpJson(totalsJson(totals, runs, rejected));
}

std::string reportToJson(const Report &report)
{
    Json json;
    json["schema"] = "flyball.report/1";
    const auto when = [](TimeNs t) { return t == kNoTime ? Json(nullptr) : Json(formatRfc3339(t)); };
    const TimeNs since = report.options.since != kNoTime ? report.options.since : report.first;
    const TimeNs until = report.options.until != kNoTime ? report.options.until : report.last;
    json["window"] = {{"since", when(since)}, {"until", when(until)}, {"tz", report.options.zone.name()}};
    json["totals"] = totalsJson(report.totals, report.runs, report.rejected);
    Json rejects = Json::object();
    for (const auto &[reason, count] : report.rejects)
        rejects[reason] = count;
    json["coverage"] = {{"calls_without_usage", report.totals.callsWithoutUsage},
                        {"calls_unpriced", report.totals.callsUnpriced},
                        {"duplicates", report.duplicates},
                        {"ignored", report.ignored},
                        {"rejected", rejects},
                        {"unpriced_models", report.unpricedModels}};
    json["groups"] = Json::array();
    for (const ReportGroup &group : report.groups) {
        Json entry;
        Json key = Json::object();
        for (std::size_t i = 0; i < group.key.size(); ++i)
            key[std::string(reportKeyName(report.options.keys[i]))] = group.key[i];
        entry["key"] = key;
        entry.update(totalsJson(group.totals, group.runs, 0));
        json["groups"].push_back(std::move(entry));
    }
    return dumpJson(json) + "\n";
}

std::string reportToCsv(const Report &report)
{
    std::string out;
    for (const ReportKey key : report.options.keys)
        out += std::string(reportKeyName(key)) + ",";
    const Json names = totalsJson(report.totals, report.runs, report.rejected);
    std::string head;
    for (const auto &[name, value] : names.items()) {
        if (value.is_object())
            for (const auto &inner : value.items())
                head += (head.empty() ? "" : ",") + inner.key();
        else
            head += (head.empty() ? "" : ",") + name;
    }
    out += head + "\n";
    const auto row = [&](const std::vector<std::string> &key, const Json &totals) {
        for (const std::string &part : key)
            out += csvCell(part) + ",";
        std::string line;
        bool first = true;
        const auto put = [&](const Json &value) {
            line += first ? "" : ",";
            first = false;
            line += value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
        };
        for (const auto &item : totals.items()) {
            if (item.value().is_object())
                for (const auto &inner : item.value().items())
                    put(inner.value());
            else
                put(item.value());
        }
        out += line + "\n";
    };
    if (report.options.keys.empty())
        row({}, names);
    for (const ReportGroup &group : report.groups)
        row(group.key, totalsJson(group.totals, group.runs, 0));
    return out;
}

std::string reportToTable(const Report &report)
{
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> head;
    for (const ReportKey key : report.options.keys)
        head.emplace_back(reportKeyName(key));
    for (const char *name : {"calls", "errors", "runs", "input", "cache read", "output", "cost USD"})
        head.emplace_back(name);
    rows.push_back(head);
    const auto add = [&](std::vector<std::string> cells, const Totals &t, std::int64_t runs, std::int64_t rejected) {
        for (std::string &cell : cells)
            cell = printable(cell);
        for (const std::int64_t number :
             {t.calls, t.errors, runs, t.inTotal(), t.token(TokenClass::CacheRead), t.outTotal()})
            cells.push_back(std::to_string(number));
        const bool unknown = t.cost.isZero() && t.callsUnpriced > 0;
        cells.push_back(unknown ? "unknown" : boundMark(t, rejected) + t.cost.toDecimal());
        rows.push_back(std::move(cells));
    };
    for (const ReportGroup &group : report.groups)
        add(group.key, group.totals, group.runs, 0);
    std::vector<std::string> label(report.options.keys.size());
    if (!label.empty())
        label[0] = "total";
    add(label, report.totals, report.runs, report.rejected);
    std::vector<std::size_t> width(head.size(), 0);
    for (const auto &row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            width[i] = std::max(width[i], columnsOf(row[i]));
    std::string out;
    for (const auto &row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(width[i] - columnsOf(row[i]), ' ');
            const bool text = i < report.options.keys.size();
            out += (i == 0 ? "" : "  ") + (text ? row[i] + pad : pad + row[i]);
        }
        out += "\n";
    }
    for (const auto &[reason, count] : report.rejects)
        out += "rejected: " + std::to_string(count) + " " + reason + "\n";
    for (const std::string &model : report.unpricedModels)
        out += "no price: " + printable(model.empty() ? "(no model)" : model) + "\n";
    return out;
}

} // namespace flyball
