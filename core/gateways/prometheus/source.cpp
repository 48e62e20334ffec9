// SPDX-License-Identifier: GPL-3.0-or-later
// A page of metrics in the Prometheus text format, asked for again and again.
#include <algorithm>
#include <mutex>
#include <random>

#include "core/gateways/options.h"
#include "core/gateways/prometheus/promask.h"
#include "core/gateways/registry.h"

namespace flyball {

namespace {

constexpr TimeNs kRefusedWait = 15 * kMinute;
constexpr RetryPolicy kBusy{.attempts = 1, .first = Milliseconds(1000), .most = Milliseconds(300'000)};

std::string counted(std::int64_t count, const char *one, const char *many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

std::string joined(const std::vector<std::string> &parts)
{
    std::string out;
    for (const std::string &part : parts)
        out += (out.empty() ? "" : "; ") + part;
    return out;
}

/// Families without a meaning here that may well tell of money.
std::string namesOfMoney(const std::vector<std::string> &families)
{
    constexpr std::size_t kMostNamed = 3;
    std::vector<std::string> named;
    for (const std::string &family : families)
        for (const char *word : {"cost", "spend", "usd", "dollar"})
            if (family.find(word) != std::string::npos) {
                named.push_back(family.substr(0, 80));
                break;
            }
    if (named.empty())
        return {};
    const std::size_t more = named.size() > kMostNamed ? named.size() - kMostNamed : 0;
    named.resize(named.size() - more);
    std::string out = "not counted, for what they mean is not known: ";
    for (const std::string &name : named)
        out += (&name == &named.front() ? "" : ", ") + name;
    return more > 0 ? out + " and " + std::to_string(more) + " more" : out;
}

class PrometheusSource final : public PolledSource {
public:
    PrometheusSource(HttpConnection connection, std::string path, TimeNs interval, MeterOptions meters,
                     SymbolTable &symbols)
        : m_connection(std::move(connection)),
          m_path(std::move(path)),
          m_interval(interval),
          m_symbols(symbols),
          m_book(std::move(meters), m_symbols)
    {}

    [[nodiscard]] Delivery poll(const std::string &state, TimeNs now) override
    {
        const TimeNs begun = monotonicNow();
        if (state != m_state) { // what was delivered last was not stored
            m_book.restore(state);
            m_state = state;
        }
        Delivery out;
        out.hasHealth = true;
        out.health.nextAt = begun + m_interval;
        out.health.staleAfter = m_interval * 5 / 2;
        const Result<HttpReply> reply = ask();
        out.health.at = std::max(now, wallClockNow());
        const Result<> taken = reply ? take(*reply, out) : Result<>(reply.error());
        m_failures = taken ? 0 : m_failures + 1;
        out.health.detail = m_detail;
        if (!taken)
            out.health.error = taken.error().message;
        if (reply && !taken)
            out.health.nextAt = monotonicNow() + waitAfter(*reply, out.health.nextAt - monotonicNow(), now);
        return out;
    }

    void stop() override
    {
        const std::lock_guard lock(m_mutex);
        m_stopped = true;
        if (m_client)
            m_client->stop();
    }

private:
    /// A client per answer: its thread and its objects end with it, whichever thread asks.
    Result<HttpReply> ask()
    {
        Result<std::unique_ptr<HttpClient>> client = HttpClient::open(m_connection);
        if (!client)
            return client.error();
        {
            const std::lock_guard lock(m_mutex);
            if (m_stopped)
                return Error{ErrorCode::Cancelled, "stopped"};
            m_client = client->get();
        }
        Result<HttpReply> reply = askForPage(**client, m_path);
        const std::lock_guard lock(m_mutex);
        m_client = nullptr;
        return reply;
    }

    [[nodiscard]] Result<> take(const HttpReply &reply, Delivery &out)
    {
        if (const Result<> is = checkPage(reply, !m_connection.headers.empty()); !is)
            return is;
        PromToBook sink(m_book, &m_gauges);
        PromText text(sink, flavourOf(reply), out.health.at);
        m_book.begin({}, out.health.at);
        m_gauges.begin();
        Result<> read = text.feed(reply.body);
        if (read)
            read = text.finish();
        if (!read) {
            m_book.abandon();
            return read;
        }
        const Result<MeterSummary> summary = m_book.end(out.batch);
        if (!summary)
            return summary.error();
        tellBudgets(out);
        out.batch.bytes = static_cast<std::int64_t>(reply.body.size());
        std::string state = m_book.save();
        if (state != m_state)
            out.state = m_state = std::move(state);
        tell(*summary, text, out);
        return {};
    }

    /// Gauges that are gone from the page are gone; of a page that never had one nothing is said.
    void tellBudgets(Delivery &out)
    {
        GatewayBudgets budgets = m_gauges.end(out.health.at, out.health.staleAfter);
        m_tellsBudgets = m_tellsBudgets || budgets.total > 0;
        if (m_tellsBudgets)
            out.budgets = std::make_shared<const GatewayBudgets>(std::move(budgets));
    }

    void tell(const MeterSummary &summary, const PromText &text, Delivery &out)
    {
        m_detail = counted(text.samples(), "series", "series");
        m_detail += ", " + counted(static_cast<std::int64_t>(summary.workflows.size()), "workflow", "workflows");
        if (summary.newest != kNoTime)
            m_detail += ", newest sample "
                        + std::to_string(std::max<TimeNs>(0, (wallClockNow() - summary.newest) / kSecond)) + " s ago";
        std::vector<std::string> notes = summary.trouble;
        if (summary.restarted)
            notes.insert(notes.begin(), "its counters began again");
        if (std::string money = namesOfMoney(summary.unknown); !money.empty())
            notes.push_back(std::move(money));
        if (summary.counted == 0)
            notes.emplace_back("none of its series tells of spend");
        if (text.duplicates() > 0)
            notes.push_back(counted(text.duplicates(), "series", "series") + " twice: the first counts");
        if (text.timesReplaced() > 0)
            notes.push_back(counted(text.timesReplaced(), "time", "times")
                            + " more than an hour off: the time of the answer stands in");
        out.health.warning = joined(notes);
    }

    /// Until the next attempt after an answer that could not be used.
    [[nodiscard]] TimeNs waitAfter(const HttpReply &reply, TimeNs usual, TimeNs now)
    {
        if (reply.status == 401 || reply.status == 403)
            return kRefusedWait;
        if (reply.status != 429 && reply.status != 503)
            return usual;
        const double unit = std::uniform_real_distribution<double>(0, 1)(m_random);
        const Milliseconds wait = retryDelay(kBusy, static_cast<int>(std::min<std::int64_t>(m_failures + 1, 30)),
                                             reply.header("retry-after"), now / kSecond, unit);
        return wait.count() * 1'000'000;
    }

    HttpConnection m_connection;
    std::string m_path;
    TimeNs m_interval;
    SymbolCache m_symbols;
    MeterBook m_book;
    BudgetGauges m_gauges;
    bool m_tellsBudgets = false;
    std::string m_state; ///< of m_book
    std::string m_detail;
    std::int64_t m_failures = 0; ///< in a row
    std::minstd_rand m_random{std::random_device{}()};
    std::mutex m_mutex; ///< guards the two below
    HttpClient *m_client = nullptr;
    bool m_stopped = false;
};

Result<std::unique_ptr<PolledSource>> openPrometheus(const SourceConfig &config, SymbolTable &symbols)
{
    Result<PromAsk> ask = promAskOf(config);
    if (!ask)
        return ask.error();
    MeterOptions meters;
    meters.source = symbols.intern(config.target);
    meters.workflowLabels = std::move(ask->workflowLabels);
    return std::unique_ptr<PolledSource>(std::make_unique<PrometheusSource>(
        std::move(ask->connection), std::move(ask->path), ask->interval, std::move(meters), symbols));
}

constexpr RemoteOption kOptions[] = {
    {"interval_s", "Seconds between two readings", "15", RemoteOption::Type::Seconds},
    {"workflow_label", "Labels that name the workflow", "workflow, workflow_name, api_key_alias ..."},
    FLYBALL_CONNECTION_OPTIONS,
};

} // namespace

RemoteKind prometheusKind()
{
    RemoteKind kind;
    kind.kind = "prometheus";
    kind.label = "Metrics page";
    kind.about = "Counters of LiteLLM, Bifrost, Envoy, Kong, Claude Code";
    kind.target = "http://127.0.0.1:4000/metrics";
    kind.options = kOptions;
    kind.meters = true;
    kind.poll = openPrometheus;
    kind.browse = browsePrometheus;
    return kind;
}

} // namespace flyball
