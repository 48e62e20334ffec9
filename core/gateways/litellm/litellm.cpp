// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/litellm/litellm.h"

#include "core/gateways/litellm/spendrow.h"
#include "core/gateways/registry.h"
#include "core/gateways/rest/budgetsum.h"
#include "core/gateways/rest/logsource.h"
#include "core/gateways/rest/timetext.h"

#include <array>

namespace flyball {

namespace {

constexpr int kPageSize = 100; ///< the most it gives
constexpr std::string_view kPath = "/spend/logs/ui";

/// "2026-11-21 20:03:40", which it takes for UTC.
std::string dateText(TimeNs time, bool up)
{
    std::string text = secondText(time, up);
    text[10] = ' ';
    text.pop_back();
    return urlEncoded(text);
}

class LiteLlmSource final : public LogSource {
public:
    LiteLlmSource(Settings settings, SymbolTable &symbols) : LogSource(std::move(settings), symbols) {}

private:
    Result<LogPage> page(TimeNs begin, TimeNs end, int number) override;
    void take(const LogRow &row, FactBatch &out) override;
    void begin(TimeNs now) override
    {
        m_reader = makeLiteLlmReader({&m_symbols, m_source, m_settings.target, now, true});
    }
    std::string budgets() override;

    std::unique_ptr<LineReader> m_reader;
};

Result<LogPage> LiteLlmSource::page(TimeNs begin, TimeNs end, int number)
{
    auto body = get(std::string(kPath) + "?start_date=" + dateText(begin, false) + "&end_date=" + dateText(end, true)
                    + "&page=" + std::to_string(number + 1) + "&page_size=" + std::to_string(kPageSize));
    if (!body)
        return body.error();
    LogPage page;
    page.body = std::make_unique<const std::string>(std::move(*body));
    JsonFields answer;
    const bool listed = answer.parse(*page.body) && forEachElement(answer.raw("data"), [&](std::string_view text) {
                            LogRow row;
                            row.text = text;
                            JsonFields fields;
                            (void)fields.parse(text);
                            const std::string_view id = fields.id("request_id");
                            row.id = hash64(id.empty() ? text : id);
                            row.start = fields.time("startTime").value_or(kNoTime);
                            page.rows.push_back(row);
                        });
    if (!listed)
        return Error{ErrorCode::Malformed, "its answer is no page of spend logs: there is no list \"data\" in it"};
    std::int64_t value = 0;
    if (parseInt64(answer.digits("total"), value))
        page.total = value;
    if (parseInt64(answer.digits("total_pages"), value))
        page.pages = value;
    // Where the count is capped, only a page that is not full is the last one.
    page.last = page.rows.size() < kPageSize && (page.pages < 0 || number + 1 >= page.pages);
    return page;
}

void LiteLlmSource::take(const LogRow &row, FactBatch &out)
{
    const SpendRow read = readSpendRow(row.text, m_settings.label);
    if (!read.rejection.empty()) {
        reject(read.rejection, row, out);
        return;
    }
    const std::size_t before = out.calls.size();
    m_reader->read(read.payload, 0, out);
    if (!read.workflow.empty())
        for (std::size_t i = before; i < out.calls.size(); ++i)
            out.calls[i].names.workflow = m_symbols.internChecked(read.workflow);
}

std::string LiteLlmSource::budgets()
{
    const std::string body = tryGet("/key/list?page=1&size=100&return_full_object=true");
    JsonFields answer;
    BudgetSum sum;
    const bool listed = answer.parse(body) && forEachElement(answer.raw("keys"), [&](std::string_view text) {
                            JsonFields key;
                            (void)key.parse(text);
                            sum.add(key.digits("spend"), key.digits("max_budget"));
                        });
    std::int64_t total = 0;
    (void)parseInt64(answer.digits("total_count"), total);
    return listed ? sum.text("key", total) : std::string();
}

Result<std::unique_ptr<PolledSource>> openLiteLlm(const SourceConfig &config, SymbolTable &symbols)
{
    auto settings = LogSource::settings(
        config, kPath, {"key_alias", "key", "team", "user", "end_user", "model_group", "tag:", "metadata:"});
    if (!settings)
        return settings.error();
    return std::unique_ptr<PolledSource>(std::make_unique<LiteLlmSource>(std::move(*settings), symbols));
}

} // namespace

RemoteKind liteLlmKind()
{
    static constexpr std::array options{FLYBALL_LOG_OPTIONS("key_alias, team, user, tag:NAME, metadata:NAME"),
                                        FLYBALL_CONNECTION_OPTIONS};
    RemoteKind kind;
    kind.kind = "litellm";
    kind.label = "LiteLLM spend log";
    kind.about = "Every call of a LiteLLM proxy that has a database";
    kind.target = "https://litellm.example:4000";
    kind.options = options;
    kind.poll = openLiteLlm;
    return kind;
}

} // namespace flyball
