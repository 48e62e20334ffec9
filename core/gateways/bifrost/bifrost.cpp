// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/bifrost/bifrost.h"

#include "core/formats/jsonfields.h"
#include "core/gateways/budgets/bifrostbudgets.h"
#include "core/gateways/registry.h"
#include "core/gateways/rest/logsource.h"
#include "core/gateways/rest/timetext.h"

#include <algorithm>
#include <array>

namespace flyball {

namespace {

constexpr int kPageSize = 200; ///< of the 1,000 it would give: some versions put whole conversations into a row
constexpr int kLeastPageSize = 5;
constexpr std::string_view kPath = "/api/logs";

class BifrostSource final : public LogSource {
public:
    BifrostSource(Settings settings, SymbolTable &symbols) : LogSource(std::move(settings), symbols) {}

private:
    Result<LogPage> page(TimeNs begin, TimeNs end, int number) override;
    void take(const LogRow &row, FactBatch &out) override;
    void begin(TimeNs now) override
    {
        m_reader = makeBifrostReader({&m_symbols, m_source, m_settings.target, now, true});
    }
    Result<> readBudgets(BudgetList &out) override;
    [[nodiscard]] std::string workflowOf(const JsonFields &row) const;

    std::unique_ptr<LineReader> m_reader;
    int m_pageSize = kPageSize;
};

LogRow rowOf(std::string_view text)
{
    JsonFields fields;
    (void)fields.parse(text);
    const std::string_view id = fields.id("id");
    LogRow row;
    row.text = text;
    row.id = hash64(id.empty() ? text : id);
    row.start = fields.time("timestamp").value_or(kNoTime);
    row.open = fields.text("status") == "processing";
    return row;
}

Result<LogPage> BifrostSource::page(TimeNs begin, TimeNs end, int number)
{
    auto body =
        get(std::string(kPath) + "?limit=" + std::to_string(m_pageSize) + "&offset="
            + std::to_string(std::int64_t{number} * m_pageSize) + "&start_time=" + urlEncoded(secondText(begin, false))
            + "&end_time=" + urlEncoded(secondText(end, true)) + "&sort_by=timestamp&order=desc&roots_only=false");
    if (!body) {
        if (body.error().code == ErrorCode::OutOfRange) // too much of it, or too slow
            m_pageSize = std::max(kLeastPageSize, m_pageSize / 4);
        return body.error();
    }
    LogPage page;
    page.body = std::make_unique<const std::string>(std::move(*body));
    JsonFields answer;
    const bool listed =
        answer.parse(*page.body)
        && (answer.raw("logs") == "null"
            || forEachElement(answer.raw("logs"), [&](std::string_view text) { page.rows.push_back(rowOf(text)); }));
    if (!listed)
        return Error{ErrorCode::Malformed, "its answer is no page of logs: there is no list \"logs\" in it"};
    std::int64_t total = 0;
    const JsonFields pagination = answer.object("pagination");
    if (parseInt64((pagination.has("total_count") ? pagination : answer)
                       .digits(pagination.has("total_count") ? "total_count" : "total"),
                   total)
        && total >= 0) {
        page.total = total;
        page.pages = total / m_pageSize + (total % m_pageSize != 0 ? 1 : 0);
    }
    page.last = page.rows.size() < static_cast<std::size_t>(m_pageSize) && (page.pages < 0 || number + 1 >= page.pages);
    return page;
}

std::string BifrostSource::workflowOf(const JsonFields &row) const
{
    const JsonFields metadata = row.object("metadata");
    return m_settings.label.of([&](const WorkflowLabel::Part &part) {
        if (part.kind == "metadata")
            return std::string(metadata.id(part.name));
        const std::string stem = part.kind == "key" ? "virtual_key" : part.kind;
        const std::string_view text = row.id(stem + "_name");
        return std::string(text.empty() ? row.id(stem + "_id") : text);
    });
}

void BifrostSource::take(const LogRow &row, FactBatch &out)
{
    std::string line(row.text);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    const std::size_t before = out.calls.size();
    m_reader->read(line, 0, out);
    if (m_settings.label.empty() || out.calls.size() == before)
        return;
    JsonFields fields;
    (void)fields.parse(line);
    if (const std::string workflow = workflowOf(fields); !workflow.empty())
        out.calls.back().names.workflow = m_symbols.internChecked(workflow);
}

/// All of them, for who may govern; else those of the virtual key that asks, which is told to nobody else.
Result<> BifrostSource::readBudgets(BudgetList &out)
{
    int status = 0;
    const Result<std::string> all = tryGet("/api/governance/budgets", status);
    if (!all) {
        const bool may = status != 401 && status != 403 && status != 404;
        const Result<std::string> quota =
            may ? Result<std::string>(all.error()) : tryGet("/api/governance/virtual-keys/quota", status);
        return quota && readBifrostQuota(*quota, out) ? Result<>() : all.error();
    }
    BifrostNames names;
    for (const auto &[path, list, kind] :
         {std::array<std::string_view, 3>{"virtual-keys?limit=1000", "virtual_keys", "virtual_key"},
          {"teams?limit=100", "teams", "team"},
          {"customers?limit=100", "customers", "customer"}})
        if (const auto body = tryGet("/api/governance/" + std::string(path), status))
            readBifrostNames(*body, list, kind, names);
    if (!readBifrostBudgets(*all, names, out))
        return Error{ErrorCode::Malformed, "there is no list \"budgets\" in its answer"};
    return {};
}

Result<std::unique_ptr<PolledSource>> openBifrost(const SourceConfig &config, SymbolTable &symbols)
{
    return openLogSource<BifrostSource>(
        config, symbols, kPath,
        {"key", "team", "customer", "user", "business_unit", "project", "routing_rule", "metadata:"});
}

} // namespace

RemoteKind bifrostKind()
{
    static constexpr std::array options{FLYBALL_LOG_OPTIONS("key, team, customer, routing_rule, metadata:NAME"),
                                        FLYBALL_CONNECTION_OPTIONS};
    RemoteKind kind;
    kind.kind = "bifrost";
    kind.label = "Bifrost log";
    kind.about = "Every call of a Bifrost gateway, as its log tells it";
    kind.target = "http://127.0.0.1:8080";
    kind.options = options;
    kind.poll = openBifrost;
    kind.browse = [](const SourceConfig &config) { return browseLog(openBifrost, config); };
    return kind;
}

} // namespace flyball
