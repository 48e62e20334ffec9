// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateways/portkey/portkey_bench.h"

#include <fstream>
#include <iterator>

namespace flyball::test {

const std::string &capturedStream()
{
    static const std::string text = [] {
        std::ifstream file(std::string(FLYBALL_FIXTURES) + "/gateways/portkey-1.15.2/log_stream.sse");
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return text;
}

std::vector<nlohmann::json> capturedLogs()
{
    std::vector<nlohmann::json> out;
    const std::string &text = capturedStream();
    const std::string mark = "\ndata: {";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        const std::size_t begin = at + mark.size() - 1;
        out.push_back(nlohmann::json::parse(text.substr(begin, text.find('\n', begin) - begin)));
    }
    return out;
}

std::vector<StreamEvent> eventsOf(std::string_view text, std::size_t piece, std::size_t most)
{
    EventStreamReader reader(most);
    std::vector<StreamEvent> out;
    for (std::size_t at = 0; at < text.size(); at += piece)
        reader.read(text.substr(at, piece), [&](StreamEvent &&event) { out.push_back(std::move(event)); });
    return out;
}

std::string logEvent(const nlohmann::json &request, std::int64_t number)
{
    return "event: log\ndata: " + request.dump() + "\nid: " + std::to_string(number) + "\n\n";
}

nlohmann::json logged(const std::string &id)
{
    const nlohmann::json asked{{"model", "gpt-4o"}, {"messages", nlohmann::json::array()}};
    return {{"time", "22.11.2026, 16:00:00"},
            {"method", "POST"},
            {"status", 200},
            {"duration", 1200},
            {"requestOptions",
             {{{"providerOptions", {{"provider", "openai"}, {"rubeusURL", "chatComplete"}}},
               {"finalUntransformedRequest", {{"body", asked}}},
               {"transformedRequest", {{"body", asked}, {"headers", {{"authorization", "Bearer sk-fake"}}}}},
               {"createdAt", "2026-11-22T15:59:58.000Z"},
               {"executionTime", 1000},
               {"cacheStatus", "DISABLED"},
               {"hookSpanId", "span-" + id},
               {"originalResponse",
                {{"body",
                  {{"id", id},
                   {"object", "chat.completion"},
                   {"model", "gpt-4o-2024-08-06"},
                   {"usage", {{"prompt_tokens", 1000}, {"completion_tokens", 100}, {"total_tokens", 1100}}}}}}}}}}};
}

StreamServer::StreamServer()
{
    if (!m_server.listen(QHostAddress::LocalHost))
        std::abort();
    QObject::connect(&m_server, &QTcpServer::pendingConnectionAvailable, &m_server, [this] {
        while (QTcpSocket *socket = m_server.nextPendingConnection()) {
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { serve(*socket); });
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            serve(*socket);
        }
    });
}

void StreamServer::serve(QTcpSocket &socket)
{
    const QByteArray request = socket.peek(1 << 16);
    if (!request.contains("\r\n\r\n"))
        return;
    (void)socket.readAll();
    asked.push_back(request.toStdString());
    m_open = &socket;
    socket.write(QByteArray::fromStdString(head + greeting));
    if (hangsUp || !head.starts_with("HTTP/1.1 200"))
        socket.disconnectFromHost();
}

void StreamServer::send(const std::string &bytes)
{
    if (m_open)
        m_open->write(QByteArray::fromStdString(bytes));
}

void StreamServer::hangUp()
{
    if (m_open)
        m_open->disconnectFromHost();
}

} // namespace flyball::test
