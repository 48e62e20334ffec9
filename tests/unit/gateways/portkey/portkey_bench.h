// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/net/eventstream.h"
#include "tests/unit/gateways/spend/spend_bench.h"

namespace flyball::test {

/// What the gateway sent when it was captured, as a whole.
[[nodiscard]] const std::string &capturedStream();
/// The requests in it.
[[nodiscard]] std::vector<nlohmann::json> capturedLogs();

/// Events of a text, handed over in pieces of `piece` bytes.
[[nodiscard]] std::vector<StreamEvent> eventsOf(std::string_view text, std::size_t piece = 1 << 20,
                                                std::size_t most = 1 << 24);
/// An event as the gateway writes it.
[[nodiscard]] std::string logEvent(const nlohmann::json &request, std::int64_t number);
/// A request that one attempt answered; its parts are there to be changed.
[[nodiscard]] nlohmann::json logged(const std::string &id);

/// A stream that stays open, in the thread that reads it.
class StreamServer {
public:
    StreamServer();
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(m_server.serverPort()); }
    /// To who is connected.
    void send(const std::string &bytes);
    void hangUp();
    [[nodiscard]] bool isConnected() const { return !m_open.isNull(); }

    /// Head and first bytes for who connects.
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    std::string greeting = "event: connected\ndata: 1795294308714\n\n";
    bool hangsUp = false;           ///< behind the greeting
    std::vector<std::string> asked; ///< request heads

private:
    void serve(QTcpSocket &socket);
    QTcpServer m_server;
    QPointer<QTcpSocket> m_open;
};

} // namespace flyball::test
