// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateways/spend/spend_bench.h"

#include <QDateTime>
#include <QUrl>

#include <algorithm>
#include <fstream>

namespace flyball::test {

namespace {

constexpr const char *kDbForm = "yyyy-MM-ddTHH:mm:ss.zzz'Z'";

/// Of "2026-11-21T20:00:00.000Z" or "2026-11-21 20:00:00": comparable.
std::string comparable(std::string text)
{
    text[10] = 'T';
    return text.size() < 20 ? text + ".000Z" : text;
}

} // namespace

ScriptedServer::ScriptedServer(Script script_, std::unique_ptr<QTcpServer> server)
    : script(std::move(script_)), m_server(server ? std::move(server) : std::make_unique<QTcpServer>())
{
    if (!m_server->listen(QHostAddress::LocalHost))
        std::abort();
    QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, m_server.get(), [this] {
        while (QTcpSocket *socket = m_server->nextPendingConnection()) {
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { serve(*socket); });
            serve(*socket);
        }
    });
}

std::string ScriptedServer::url(const char *scheme) const
{
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(m_server->serverPort());
}

void ScriptedServer::serve(QTcpSocket &socket)
{
    const QByteArray head = socket.peek(1 << 16);
    if (!head.contains("\r\n\r\n"))
        return;
    (void)socket.readAll();
    const QByteArray target = head.mid(head.indexOf(' ') + 1).split(' ').front();
    const QUrl url(QString::fromLatin1(target));
    asked.push_back({url.path().toStdString(), QUrlQuery(url), head.toStdString()});
    const Answered reply = script(asked.back());
    socket.write(QByteArray::fromStdString(
        "HTTP/1.1 " + std::to_string(reply.status) + " Said\r\nContent-Type: " + reply.type + "\r\n" + reply.head
        + "Content-Length: " + std::to_string(reply.body.size()) + "\r\nConnection: close\r\n\r\n" + reply.body));
    socket.disconnectFromHost();
}

Answered SpendLogTable::answer(const Asked &asked) const
{
    if (asked.path != "/spend/logs/ui")
        return {404, R"({"detail":"Not Found"})"};
    const std::string from = comparable(asked.text("start_date"));
    const std::string to = comparable(asked.text("end_date"));
    std::vector<const nlohmann::json *> in;
    for (const nlohmann::json &row : m_rows) {
        const std::string start = comparable(row.at("startTime").get<std::string>());
        if (start >= from && start <= to)
            in.push_back(&row);
    }
    std::stable_sort(in.begin(), in.end(),
                     [](const auto *a, const auto *b) { return a->at("startTime") > b->at("startTime"); });
    const int size = asked.number("page_size");
    const int page = asked.number("page");
    nlohmann::json data = nlohmann::json::array();
    for (int i = (page - 1) * size; i < page * size && i < static_cast<int>(in.size()); ++i)
        data.push_back(*in[static_cast<std::size_t>(i)]);
    const int total = static_cast<int>(in.size());
    return {200, nlohmann::json{{"data", data},
                                {"total", total},
                                {"page", page},
                                {"page_size", size},
                                {"total_pages", (total + size - 1) / size}}
                     .dump()};
}

std::string dbTime(TimeNs time)
{
    return QDateTime::fromMSecsSinceEpoch(time / 1'000'000, Qt::UTC)
        .toString(QString::fromLatin1(kDbForm))
        .toStdString();
}

nlohmann::json spendRow(const std::string &id, double secondsAgo, double took, const std::string &workflow)
{
    const TimeNs start = kNow - static_cast<TimeNs>(secondsAgo * 1e9);
    return {{"request_id", id},
            {"call_type", "acompletion"},
            {"api_key", "88dc28"},
            {"spend", 0.0035},
            {"prompt_tokens", 1000},
            {"completion_tokens", 100},
            {"total_tokens", 1100},
            {"startTime", dbTime(start)},
            {"endTime", dbTime(start + static_cast<TimeNs>(took * 1e9))},
            {"model", "gpt-4o"},
            {"model_group", "smart"},
            {"custom_llm_provider", "openai"},
            {"metadata", {{"user_api_key_alias", workflow}, {"status", "success"}}},
            {"cache_hit", "None"},
            {"request_tags", nlohmann::json::array()},
            {"session_id", "s-" + id},
            {"status", "success"}};
}

nlohmann::json fixture(const std::string &name)
{
    std::ifstream file(std::string(FLYBALL_FIXTURES) + "/gateways/spend-apis-2026/" + name);
    return nlohmann::json::parse(file);
}

SourceBench::SourceBench(const std::string &kind, const std::string &target,
                         const std::map<std::string, std::string> &options)
{
    m_config.id = "gateway";
    m_config.kind = kind;
    m_config.target = target;
    for (const auto &[name, value] : options)
        m_config.options[name] = value;
    restart();
}

void SourceBench::restart()
{
    m_source.reset();
    auto source = remoteKind(m_config.kind)->poll(m_config, world.symbols);
    if (!source) {
        std::fprintf(stderr, "%s\n", source.error().message.c_str());
        std::abort();
    }
    m_source = std::move(*source);
}

Delivery SourceBench::poll(TimeNs now)
{
    Delivery delivery = m_source->poll(state, now);
    if (!delivery.state.empty())
        state = delivery.state;
    facts += static_cast<std::int64_t>(delivery.batch.calls.size());
    world.add(delivery.batch);
    return delivery;
}

int SourceBench::pollToEnd(TimeNs now)
{
    for (int polls = 1; polls <= 2000; ++polls) {
        const Delivery delivery = poll(now);
        if (!delivery.health.error.empty() || delivery.health.detail.find("reading back") == std::string::npos)
            return polls;
    }
    std::fprintf(stderr, "it never came to an end\n");
    std::abort();
}

} // namespace flyball::test
