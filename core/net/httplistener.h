// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/serverconnection.h"
#include "core/net/tls.h"

#include <QTimer>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace flyball {

/// Listens on an address and keeps the connections: how many, how slow, by which names they may call us. What a
/// request means is for the callbacks. Lives and works in the thread that made it.
class HttpListener : public QObject {
public:
    /// `what` names the server in messages: "the policy channel".
    HttpListener(std::string what, const HttpLimits &limits, ServerConnection::Callbacks callbacks);
    ~HttpListener() override;

    /// Without `tls` loopback addresses only: what travels is not encrypted. Port 0: any free one.
    /// InvalidArgument: no such address; Locked: somebody has the port.
    [[nodiscard]] Result<> listen(const std::string &address, std::uint16_t port,
                                  const std::optional<TlsIdentity> &tls = std::nullopt);
    [[nodiscard]] const std::string &url() const { return m_url; }
    [[nodiscard]] const HttpCounters &counters() const { return m_counters; }
    /// Whether it is still there: answering one connection may close another (a full socket buffer).
    [[nodiscard]] bool has(ServerConnection *connection) const { return m_connections.contains(connection); }

private:
    void takeConnections();
    void checkTimes();
    void nameHosts(const std::string &address, const std::optional<TlsIdentity> &tls);
    void drop(ServerConnection &connection);
    [[nodiscard]] bool makeRoom(const ServerConnection &newcomer);
    void shedBody();

    std::string m_what;
    HttpLimits m_limits;
    ServerConnection::Callbacks m_callbacks;
    TlsTcpServer m_server;
    QTimer m_second; ///< slow clients
    std::string m_url;
    std::vector<std::string> m_hosts;
    HttpCounters m_counters;
    std::unordered_map<ServerConnection *, std::unique_ptr<ServerConnection>> m_connections;
};

} // namespace flyball
