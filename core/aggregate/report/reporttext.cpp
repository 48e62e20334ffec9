// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/aggregate/report/report.h"
#include "core/aggregate/report/totalsfields.h"

namespace flyball {

namespace {

using Json = nlohmann::ordered_json;

/// Fields as members of the JSON object that is open at the end of `out`. Written directly: a report by
/// minute has tens of thousands of groups, and a tree of them costs more than summing them.
class JsonFields {
public:
    explicit JsonFields(std::string &out) : m_out(out) {}
    void number(std::string_view name, std::int64_t value)
    {
        key(name);
        appendNumber(m_out, value);
    }
    /// Of our own making: nothing in it needs an escape.
    void text(std::string_view name, std::string_view value)
    {
        key(name);
        m_out.append("\"").append(value) += '"';
    }
    void rate(std::string_view name, double value)
    {
        key(name);
        m_out += Json(value).dump();
    }
    void nothing(std::string_view name)
    {
        key(name);
        m_out += "null";
    }
    void open(std::string_view name)
    {
        key(name);
        m_out += '{';
    }
    void close() { m_out += '}'; }

private:
    void key(std::string_view name)
    {
        if (m_out.back() != '{')
            m_out += ',';
        m_out.append("\"").append(name).append("\":");
    }
    std::string &m_out;
};

/// Fields as the cells of a line, or their names as its head.
struct CsvFields {
    std::string &out;
    bool names = false;
    bool first = true;

    void cell(std::string_view name, std::string_view value)
    {
        if (!first)
            out += ',';
        first = false;
        out += names ? name : value;
    }
    void number(std::string_view name, std::int64_t value)
    {
        cell(name, {});
        if (!names)
            appendNumber(out, value);
    }
    void text(std::string_view name, std::string_view value) { cell(name, value); }
    void rate(std::string_view name, double value) { cell(name, Json(value).dump()); }
    void nothing(std::string_view name) { cell(name, {}); }
    void open(std::string_view) {}
    void close() {}
};

void appendTotals(std::string &out, const Totals &totals, std::int64_t runs, std::int64_t rejected)
{
    JsonFields fields(out);
    visitReportFields(totals, runs, rejected, fields);
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
    std::string out = "{";
    appendTotals(out, totals, runs, rejected);
    return out + "}";
}

std::string reportToJson(const Report &report)
{
    const auto when = [](TimeNs t) { return t == kNoTime ? Json(nullptr) : Json(formatRfc3339(t)); };
    const TimeNs since = report.options.since != kNoTime ? report.options.since : report.first;
    const TimeNs until = report.options.until != kNoTime ? report.options.until : report.last;
    const Json window = {{"since", when(since)}, {"until", when(until)}, {"tz", report.options.zone.name()}};
    Json rejects = Json::object();
    for (const auto &[reason, count] : report.rejects)
        rejects[reason] = count;
    Json coverage = {{"calls_without_usage", report.totals.callsWithoutUsage},
                     {"calls_unpriced", report.totals.callsUnpriced},
                     {"duplicates", report.duplicates},
                     {"ignored", report.ignored},
                     {"rejected", rejects},
                     {"unpriced_models", report.unpricedModels}};
    if (report.metrics > 0)
        coverage["ignored_metrics"] = report.metrics;
    std::string out = R"({"schema":"flyball.report/1","window":)" + dumpJson(window) + R"(,"totals":)"
                      + totalsToJson(report.totals, report.runs, report.rejected) + R"(,"coverage":)"
                      + dumpJson(coverage) + R"(,"groups":[)";
    constexpr std::size_t kGroupText = 800; // about what one group takes
    out.reserve(out.size() + report.groups.size() * kGroupText);
    for (const ReportGroup &group : report.groups) {
        out += out.back() == '[' ? R"({"key":{)" : R"(,{"key":{)";
        for (std::size_t i = 0; i < group.key.size(); ++i) {
            out += i == 0 ? "\"" : ",\"";
            out.append(reportKeyName(report.options.keys[i])).append("\":");
            out += dumpJson(group.key[i]);
        }
        out += '}';
        appendTotals(out, group.totals, group.runs, 0);
        out += '}';
    }
    return out + "]}\n";
}

std::string reportToCsv(const Report &report)
{
    std::string out;
    const auto line = [&](const std::vector<std::string> &key, const Totals &totals, std::int64_t runs,
                          std::int64_t rejected, bool names) {
        std::string text;
        CsvFields fields{text, names};
        visitReportFields(totals, runs, rejected, fields);
        for (const std::string &part : key)
            out += csvCell(part) + ",";
        out += text + "\n";
    };
    std::vector<std::string> head;
    for (const ReportKey key : report.options.keys)
        head.emplace_back(reportKeyName(key));
    line(head, report.totals, report.runs, report.rejected, true);
    if (report.options.keys.empty())
        line({}, report.totals, report.runs, report.rejected, false);
    for (const ReportGroup &group : report.groups)
        line(group.key, group.totals, group.runs, 0, false);
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
