// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/rest/logsource.h"

#include "core/base/jsoncursor.h"
#include "core/formats/jsonfields.h"
#include "core/gateways/browse/rawrecord.h"
#include "core/gateways/rest/timetext.h"

namespace flyball {

namespace {

constexpr Milliseconds kDeadline{30'000};
constexpr TimeNs kBudgetsEvery = kMinute;
constexpr TimeNs kBudgetsNone = 15 * kMinute; ///< where this version has none
constexpr int kBudgetsRest = 50;              ///< asking for them takes one part in so many of the time at most
constexpr std::size_t kMostBytes = std::size_t{32} << 20U; ///< of a page: some versions put prompts into it

/// Seconds, or a number of them with s, m, h or d behind.
TimeNs lengthOf(SourceOptions &options, const std::string &name, std::int64_t otherwise, std::int64_t most)
{
    std::string text = options.text(name);
    std::int64_t unit = 1;
    if (!text.empty())
        for (const auto &[letter, seconds] : {std::pair{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}})
            if (text.back() == letter) {
                unit = seconds;
                text.pop_back();
                break;
            }
    std::int64_t number = 0;
    if (options.text(name).empty())
        return otherwise * kSecond;
    if (!parseInt64(text, number) || number < 0 || number > most / unit) {
        options.complain('"' + name + "\" is a number of seconds, or one with m, h or d behind, up to "
                         + std::to_string(most) + " seconds");
        return otherwise * kSecond;
    }
    return number * unit * kSecond;
}

} // namespace

Result<LogSource::Settings> LogSource::settings(const SourceConfig &config, std::string_view ownPath,
                                                const std::vector<std::string_view> &labels)
{
    SourceOptions options(config);
    Settings out;
    out.connection = options.connection(kDeadline, kMostBytes);
    out.interval = options.seconds("interval_s", 10, 1, 3600);
    out.since = lengthOf(options, "since", 86'400, 400 * 86'400);
    out.late = lengthOf(options, "late_s", 900, 86'400);
    out.target = config.target;
    if (const auto split = splitUrl(config.target)) {
        out.base = split->path;
        if (out.base.find('?') != std::string::npos)
            options.complain("the target has no query behind its path");
        while (out.base.ends_with('/'))
            out.base.pop_back();
        if (out.base.ends_with(ownPath))
            out.base.resize(out.base.size() - ownPath.size());
    }
    if (auto label = WorkflowLabel::parse(options.list("workflow_label", ""), labels))
        out.label = std::move(*label);
    else
        options.complain(label.error().message);
    if (const Result<> done = options.done(); !done)
        return done.error();
    return out;
}

LogSource::LogSource(Settings settings, SymbolTable &symbols)
    : m_settings(std::move(settings)),
      m_symbols(symbols),
      m_source(m_symbols.intern(m_settings.target)),
      m_client(m_settings.connection),
      m_tail(m_settings.since, m_settings.late)
{}

void LogSource::reject(std::string_view reason, const LogRow &row, FactBatch &out)
{
    ++out.lines;
    out.rejects.push_back({m_symbols.intern(reason), m_source, 0, static_cast<std::int64_t>(row.text.size())});
}

Delivery LogSource::poll(const std::string &state, TimeNs now)
{
    Delivery out;
    out.hasHealth = true;
    begin(now);
    if (const Result<> begun = m_client.begin(); !begun)
        out.health = m_client.failed(begun.error(), now);
    else
        readOn(state, now, out);
    m_client.end();
    return out;
}

Result<RawPage> LogSource::browse(TimeNs now)
{
    begin(now);
    if (const Result<> begun = m_client.begin(); !begun)
        return begun.error();
    const TimeNs since = now - std::max(m_settings.since, kDay);
    auto newest = page(since, now + kMinute, 0);
    m_client.end();
    if (!newest)
        return newest.error();
    RawPageMaker out({"Began", "Bytes", "Fields"}, secretsOf(m_settings.connection));
    FactBatch batch;
    for (const LogRow &row : newest->rows) {
        batch.clear();
        if (!row.open)
            take(row, batch);
        RawMeaning meaning = row.open ? RawMeaning{"not finished: it is taken when it is", RawTone::Known}
                                      : meaningOf(batch, m_symbols.table());
        out.add({row.start == kNoTime ? std::string() : formatRfc3339(row.start), std::to_string(row.text.size()),
                 fieldsOf(row.text)},
                std::move(meaning.text), meaning.tone);
    }
    out.read(newest->body ? newest->body->size() : 0);
    if (newest->total > static_cast<std::int64_t>(newest->rows.size()))
        out.note("the newest " + std::to_string(newest->rows.size()) + " of " + std::to_string(newest->total)
                 + " rows since " + secondText(since, false));
    else
        out.note("rows since " + secondText(since, false));
    return out.finish();
}

Result<RawPage> browseLog(Result<std::unique_ptr<PolledSource>> (*open)(const SourceConfig &, SymbolTable &),
                          const SourceConfig &config)
{
    SymbolTable symbols; // of its own: what is looked at is not to stay in memory
    auto source = open(config, symbols);
    if (!source)
        return source.error();
    return static_cast<LogSource &>(**source).browse(wallClockNow());
}

void LogSource::readOn(const std::string &state, TimeNs now, Delivery &out)
{
    const std::string &tailState = state == m_state ? m_tailState : state;
    auto read = m_tail.read(
        tailState, now, [this](TimeNs begin, TimeNs end, int number) { return page(begin, end, number); },
        [&](const LogRow &row) { take(row, out.batch); });
    if (!read) {
        out.batch.clear();
        out.health = m_client.failed(read.error(), now);
        return;
    }
    m_rows += out.batch.lines;
    askForBudgets(now, out);
    if (state != m_state) {
        JsonFields fields;
        (void)fields.parse(state);
        m_kept = fields.text("besides");
    }
    Besides besides{m_kept, m_tail.first(), now, false, {}, {}};
    if (!read->more)
        this->besides(besides, out.batch);
    m_kept = besides.kept;
    m_tailState = std::move(read->state);
    m_state = m_tailState;
    if (!m_kept.empty())
        m_state.insert(m_state.size() - 1, ",\"besides\":\"" + m_kept + '"');
    out.state = m_state;
    out.health = m_client.good(now, read->more || besides.more ? 0 : m_settings.interval);
    const auto warn = [&out](const std::string &what) {
        if (!what.empty())
            out.health.warning += (out.health.warning.empty() ? "" : "; ") + what;
    };
    warn(m_tail.warning());
    warn(besides.warning);
    if (!m_budgets->problem.empty() && m_budgetsMissed)
        warn("budgets cannot be read: " + m_budgets->problem);
    out.health.detail = std::to_string(m_rows) + (m_rows == 1 ? " call read" : " calls read");
    if (!read->progress.empty())
        out.health.detail += ", " + read->progress;
    else if (m_tail.newest() != kNoTime)
        out.health.detail += ", the newest began at " + secondText(m_tail.newest(), false);
    if (!besides.detail.empty())
        out.health.detail += ", " + besides.detail;
}

/// What was told last stays while it cannot be read again; it says how old it is.
void LogSource::askForBudgets(TimeNs now, Delivery &out)
{
    const TimeNs begun = monotonicNow();
    if (m_budgets && begun < m_budgetsDue)
        return;
    BudgetList list;
    const Result<> read = readBudgets(list);
    const TimeNs took = monotonicNow() - begun;
    m_budgetsFailures = read ? 0 : std::min(m_budgetsFailures + 1, 32);
    const bool none = !read && read.error().code == ErrorCode::NotFound;
    const TimeNs wait = std::max(kBudgetsEvery, read   ? kBudgetsRest * took
                                                : none ? kBudgetsNone
                                                       : m_client.waitAfterTry(m_budgetsFailures));
    m_budgetsDue = monotonicNow() + wait;
    if (read) {
        m_budgets = std::make_shared<const GatewayBudgets>(list.finish(now, 3 * std::max(wait, m_settings.interval)));
    } else {
        GatewayBudgets before = m_budgets ? *m_budgets : GatewayBudgets();
        before.problem = read.error().message;
        m_budgetsMissed = !none; // one that has none is whole without them
        m_budgets = std::make_shared<const GatewayBudgets>(std::move(before));
    }
    out.budgets = m_budgets;
}

} // namespace flyball
