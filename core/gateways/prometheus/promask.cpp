// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/prometheus/promask.h"

#include "core/gateways/browse/rawseries.h"
#include "core/gateways/options.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::int64_t kInterval = 15;
constexpr TimeNs kLongestWait = 10 * kSecond;
constexpr std::size_t kMostBytes = std::size_t{16} << 20U;
constexpr const char *kAccept = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5";

class PromToRaw final : public PromSink {
public:
    explicit PromToRaw(RawSeries &rows) : m_rows(rows) {}
    void sample(const PromSample &s) override { m_rows.add(s.name, s.labels, s.value); }

private:
    RawSeries &m_rows;
};

} // namespace

Result<PromAsk> promAskOf(const SourceConfig &config)
{
    SourceOptions options(config);
    PromAsk ask;
    ask.interval = options.seconds("interval_s", kInterval, 1, 3600);
    ask.workflowLabels = options.list("workflow_label", {});
    ask.connection = options.connection(Milliseconds(std::min(ask.interval, kLongestWait) / 1'000'000), kMostBytes);
    if (const Result<> done = options.done(ask.connection); !done)
        return done.error();
    ask.path = splitUrl(config.target)->path;
    return ask;
}

Result<HttpReply> askForPage(HttpClient &client, const std::string &path)
{
    return client.send("GET", path, {}, {{"Accept", kAccept}});
}

Result<> checkPage(const HttpReply &reply, bool keyed)
{
    if (reply.status == 401 || reply.status == 403)
        return Error{ErrorCode::Unreadable, (keyed ? "it refuses the key (HTTP " : "it asks for a key (HTTP ")
                                                + std::to_string(reply.status) + ")"};
    if (reply.status == 429 || reply.status == 503)
        return Error{ErrorCode::Unreadable, "it is busy (HTTP " + std::to_string(reply.status) + ")"};
    if (reply.status != 200)
        return Error{ErrorCode::Unreadable, "it answered HTTP " + std::to_string(reply.status)};
    if (reply.contentType.starts_with("text/html"))
        return Error{ErrorCode::Malformed, "it answered with a web page, not with metrics"};
    // Where nobody said how long it is, a page that stops inside a line was cut off; a number cut short would be
    // taken for a counter that began again.
    if (reply.header("content-length").empty() && !reply.body.empty() && reply.body.back() != '\n')
        return Error{ErrorCode::Malformed, "its page ends within a line: it was cut off"};
    return {};
}

PromText::Flavour flavourOf(const HttpReply &reply)
{
    return reply.contentType.starts_with("application/openmetrics-text") ? PromText::Flavour::OpenMetrics
                                                                         : PromText::Flavour::Text;
}

Result<RawPage> browsePrometheus(const SourceConfig &config)
{
    Result<PromAsk> ask = promAskOf(config);
    if (!ask)
        return ask.error();
    ask->connection.deadline = Milliseconds(kLongestWait / 1'000'000); // somebody waits, however often it is polled
    const Result<std::unique_ptr<HttpClient>> client = HttpClient::open(ask->connection);
    if (!client)
        return client.error();
    const Result<HttpReply> reply = askForPage(**client, ask->path);
    if (!reply)
        return reply.error();
    if (const Result<> is = checkPage(*reply, !ask->connection.headers.empty()); !is)
        return is.error();
    RawSeries rows(ask->workflowLabels, secretsOf(ask->connection));
    PromToRaw sink(rows);
    PromText text(sink, flavourOf(*reply), wallClockNow());
    Result<> read = text.feed(reply->body);
    if (read)
        read = text.finish();
    if (!read)
        return read.error();
    if (text.duplicates() > 0)
        rows.page().note(std::to_string(text.duplicates()) + " series stand there twice: the first of each is shown");
    return rows.finish(reply->body.size());
}

} // namespace flyball
