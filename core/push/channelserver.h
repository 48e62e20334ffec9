// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/httplistener.h"
#include "core/push/channel/channel.h"

#include <QHash>
#include <QTimer>

#include <deque>
#include <unordered_map>

namespace flyball {

/// Serves a PolicyChannel on a loopback address, or on any with TLS. Requests that arrive together are handled in one
/// batch of the store and answered when it is durable. Lives and works in the thread that made it.
class ChannelServer : public QObject {
public:
    /// `changed` is called after each batch that may have changed what a snapshot shows.
    ChannelServer(PolicyStore &store, PolicyChannel &channel, const HttpLimits &limits, std::function<void()> changed);

    /// Without `tls` loopback addresses only: what travels is not encrypted. Port 0: any free one.
    [[nodiscard]] Result<> listen(const std::string &address, std::uint16_t port,
                                  const std::optional<TlsIdentity> &tls = std::nullopt)
    {
        return m_listener.listen(address, port, tls);
    }
    [[nodiscard]] std::string url() const { return m_listener.url(); }
    [[nodiscard]] const HttpCounters &counters() const { return m_listener.counters(); }
    /// Looks whether a waiting poll has an answer now; after changes from elsewhere.
    void wake();

private:
    struct Waiting {
        ServerConnection *connection;
        HttpRequest request;
    };
    struct Answered {
        ServerConnection *connection;
        HttpResponse response;
    };

    void forget(ServerConnection &connection);
    void runBatch();
    void deliver(std::vector<Answered> answers);
    void unpark(bool all);
    void setAlarm();

    PolicyStore &m_store;
    PolicyChannel &m_channel;
    std::function<void()> m_changed;
    HttpListener m_listener;
    QTimer m_batch; ///< fires once what is at hand was read
    QTimer m_alarm; ///< a poll has waited long enough, or an order ended
    std::deque<Waiting> m_queue;
    std::unordered_map<ServerConnection *, std::pair<HttpRequest, TimeNs>> m_parked; ///< until when
    std::uint64_t m_seen = 0; ///< generation of the store that the parked ones know
    TimeNs m_orderEnds = kNoTime;
};

} // namespace flyball
