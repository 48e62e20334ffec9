// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/channel/channel.h"
#include "core/push/http/serverconnection.h"
#include "core/push/http/tls.h"

#include <QHash>
#include <QTimer>

#include <deque>
#include <unordered_map>

namespace flyball {

/// Serves a PolicyChannel on a loopback address, or on any with TLS. Requests that arrive together are handled in one
/// batch of the store and answered when it is durable. Lives and works in the thread that made it.
class HttpServer : public QObject {
public:
    /// `changed` is called after each batch that may have changed what a snapshot shows.
    HttpServer(PolicyStore &store, PolicyChannel &channel, const HttpLimits &limits, std::function<void()> changed);
    ~HttpServer() override;

    /// Without `tls` loopback addresses only: what travels is not encrypted. Port 0: any free one.
    [[nodiscard]] Result<> listen(const std::string &address, std::uint16_t port,
                                  const std::optional<TlsIdentity> &tls = std::nullopt);
    [[nodiscard]] std::string url() const { return m_url; }
    [[nodiscard]] const HttpCounters &counters() const { return m_counters; }
    /// Looks whether a waiting poll has an answer now; after changes from elsewhere.
    void wake();

private:
    struct Waiting {
        ServerConnection *connection;
        ChannelRequest request;
    };
    struct Answered {
        ServerConnection *connection;
        ChannelResponse response;
    };

    void takeConnections();
    void nameHosts(const std::string &address, const std::optional<TlsIdentity> &tls);
    void drop(ServerConnection &connection);
    void runBatch();
    void deliver(std::vector<Answered> answers);
    void unpark(bool all);
    void setAlarm();

    PolicyStore &m_store;
    PolicyChannel &m_channel;
    HttpLimits m_limits;
    std::function<void()> m_changed;
    ChannelListener m_server;
    QTimer m_batch;  ///< fires once what is at hand was read
    QTimer m_alarm;  ///< a poll has waited long enough, or an order ended
    QTimer m_second; ///< slow clients
    std::string m_url;
    std::vector<std::string> m_hosts;
    HttpCounters m_counters;
    std::unordered_map<ServerConnection *, std::unique_ptr<ServerConnection>> m_connections;
    std::deque<Waiting> m_queue;
    std::unordered_map<ServerConnection *, std::pair<ChannelRequest, TimeNs>> m_parked; ///< until when
    std::uint64_t m_seen = 0; ///< generation of the store that the parked ones know
    TimeNs m_orderEnds = kNoTime;
};

} // namespace flyball
