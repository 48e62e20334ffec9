// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/litellm/litellm.h"

#include "core/gateways/budgets/litellmbudgets.h"
#include "core/gateways/litellm/dailyactivity.h"
#include "core/gateways/litellm/spendrow.h"
#include "core/gateways/registry.h"
#include "core/gateways/rest/logsource.h"
#include "core/gateways/rest/timetext.h"

#include <array>
#include <set>
#include <utility>

namespace flyball {

namespace {

constexpr int kPageSize = 100;                ///< the most it gives
constexpr TimeNs kLongestList = 20 * kSecond; ///< of keys: the calls wait meanwhile
constexpr std::string_view kPath = "/spend/logs/ui";
constexpr std::int64_t kMostDays = 400;
constexpr int kMostDayPages = 1000;

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
    LiteLlmSource(Settings settings, SymbolTable &symbols, std::int64_t days)
        : LogSource(std::move(settings), symbols), m_days(days)
    {
        if (days > 0)
            m_tail.beginWithADay();
    }

private:
    Result<LogPage> page(TimeNs begin, TimeNs end, int number) override;
    void take(const LogRow &row, FactBatch &out) override;
    void begin(TimeNs now) override
    {
        m_reader = makeLiteLlmReader({&m_symbols, m_source, m_settings.target, now, true});
    }
    Result<> readBudgets(BudgetList &out) override;
    Result<> readKeys(BudgetList &out);
    void besides(Besides &besides, FactBatch &out) override;
    [[nodiscard]] Result<> readDay(TimeNs day, TimeNs now, FactBatch &out);

    std::unique_ptr<LineReader> m_reader;
    std::int64_t m_days;   ///< before the log, of which totals are wanted
    TimeNs m_failedAt = 0; ///< monotonic, 0: they could be read
    std::string m_failure;
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

/// All keys, page by page, for who may see them; else the key that asks.
Result<> LiteLlmSource::readKeys(BudgetList &out)
{
    std::set<std::uint64_t> seen;
    std::int64_t keys = 0;
    const TimeNs begun = monotonicNow();
    for (int number = 1;; ++number) {
        int status = 0;
        const Result<std::string> body = tryGet("/key/list?page=" + std::to_string(number)
                                                    + "&size=" + std::to_string(kPageSize) + "&return_full_object=true",
                                                status);
        if (number == 1 && (status == 401 || status == 403)) {
            const Result<std::string> own = tryGet("/key/info", status);
            return own && readKeyInfo(*own, out) ? Result<>() : body.error();
        }
        KeyPage page;
        if (!body || !readKeyList(*body, page, out)) {
            const Error problem =
                body ? Error{ErrorCode::Malformed, "there is no list \"keys\" in its answer"} : body.error();
            if (number == 1)
                return problem;
            out.note("only " + std::to_string(keys) + " keys were read: " + problem.message);
            return {};
        }
        keys += page.keys;
        if (page.keys == 0 || number >= page.pages)
            return {};
        const bool again = !seen.insert(page.first).second;
        if (again || keys >= static_cast<std::int64_t>(kMostBudgets) || monotonicNow() - begun > kLongestList) {
            out.note(again ? "its pages of keys repeat"
                           : "only " + std::to_string(keys) + " of " + std::to_string(page.total) + " keys were read");
            return {};
        }
    }
}

Result<> LiteLlmSource::readBudgets(BudgetList &out)
{
    if (const Result<> keys = readKeys(out); !keys)
        return keys.error();
    // What a version does not have, or the key may not see, is not missed: keys have their caps above.
    int status = 0;
    if (const auto teams = tryGet("/team/list", status); teams && !readTeamList(*teams, out))
        out.note("its answer to /team/list is no list of teams");
    if (const auto shared = tryGet("/budget/list", status); shared && !readSharedBudgets(*shared, out))
        out.note("its answer to /budget/list is no list of budgets");
    if (const auto providers = tryGet("/provider/budgets", status); providers)
        (void)readProviderBudgets(*providers, out); // an object without any where there are none
    return {};
}

/// `kept`: the first day that is the log's, and the next one to be read, as days since 1970. Both stay as they are
/// whatever the log tells later, so that no day changes from one side to the other.
void LiteLlmSource::besides(Besides &besides, FactBatch &out)
{
    if (m_days == 0)
        return;
    std::int64_t logs = 0;
    std::int64_t next = 0;
    const std::size_t dot = besides.kept.find('.');
    const bool begun = dot != std::string::npos && parseInt64(besides.kept.substr(0, dot), logs)
                       && parseInt64(besides.kept.substr(dot + 1), next);
    if (!begun && besides.first == kNoTime) {
        besides.warning = "it is not known where its log began: daily totals are left out, they could repeat it";
        return;
    }
    if (!begun) {
        logs = bucketOf(besides.first, kDay);
        next = logs - 1;
    }
    m_tail.leaveBefore(logs * kDay);
    const auto dayText = [](std::int64_t day) { return secondText(day * kDay, false).substr(0, 10); };
    if (next >= logs - m_days && (m_failedAt == 0 || monotonicNow() - m_failedAt > kHour)) {
        const Result<> read = readDay(next * kDay, besides.now, out);
        m_failedAt = read ? 0 : monotonicNow();
        m_failure = read ? std::string() : "its daily totals cannot be read: " + read.error().message;
        if (read)
            besides.kept = std::to_string(logs) + '.' + std::to_string(--next);
        besides.more = read.ok() && next >= logs - m_days;
    }
    besides.warning = m_failure;
    if (next < logs - 1)
        besides.detail = "daily totals from " + dayText(next + 1) + " to " + dayText(logs - 1);
}

Result<> LiteLlmSource::readDay(TimeNs day, TimeNs now, FactBatch &out)
{
    const std::string date = secondText(day, false).substr(0, 10);
    DailyActivity activity;
    std::set<std::uint64_t> seen;
    for (int number = 1;; ++number) {
        const auto body = get("/user/daily/activity?start_date=" + date + "&end_date=" + date
                              + "&page_size=1000&page=" + std::to_string(number));
        if (!body)
            return body.error();
        const auto more = activity.add(*body, date);
        if (!more)
            return more.error();
        if (!*more)
            break;
        // Pages that repeat themselves would be added up again and again: then the day is not known.
        if (!seen.insert(hash64(*body)).second || number == kMostDayPages) {
            out.rejects.push_back({m_symbols.intern("no_end_of_pages"), m_source, day / kSecond, 0});
            return {};
        }
    }
    activity.tell({m_source, &m_symbols, &m_settings.label, day, now / kSecond}, out);
    return {};
}

Result<std::unique_ptr<PolledSource>> openLiteLlm(const SourceConfig &config, SymbolTable &symbols)
{
    SourceConfig log = config;
    const std::string days = std::exchange(log.options["backfill_days"], {});
    log.options.erase("backfill_days");
    std::int64_t number = 0;
    if (!days.empty() && (!parseInt64(days, number) || number < 0 || number > kMostDays))
        return Error{ErrorCode::InvalidArgument,
                     "\"backfill_days\" is a number of days up to " + std::to_string(kMostDays)};
    return openLogSource<LiteLlmSource>(
        log, symbols, kPath, {"key_alias", "key", "team", "user", "end_user", "model_group", "tag:", "metadata:"},
        number);
}

} // namespace

RemoteKind liteLlmKind()
{
    static constexpr std::array options{FLYBALL_LOG_OPTIONS("key_alias, team, user, tag:NAME, metadata:NAME"),
                                        RemoteOption{"backfill_days", "Daily totals before the log", "0 (days)"},
                                        FLYBALL_CONNECTION_OPTIONS};
    RemoteKind kind;
    kind.kind = "litellm";
    kind.label = "LiteLLM spend log";
    kind.about = "Every call of a LiteLLM proxy that has a database";
    kind.target = "https://litellm.example:4000";
    kind.options = options;
    kind.poll = openLiteLlm;
    kind.browse = [](const SourceConfig &config) { return browseLog(openLiteLlm, config); };
    return kind;
}

} // namespace flyball
