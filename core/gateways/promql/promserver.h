// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateways/promql/promanswer.h"
#include "core/gateways/promql/promquery.h"
#include "core/net/httpclient.h"

#include <memory>
#include <mutex>
#include <string>

namespace flyball {

/// An answer and what its HTTP said.
struct PromReply {
    PromAnswer answer;
    std::size_t bytes = 0;
    std::string retryAfter;
};

/// The HTTP API of one server. Asked by one thread at a time; stop() is for any.
class PromServer {
public:
    /// `base`: the path before /api/v1.
    PromServer(HttpConnection connection, std::string base);

    /// Before the first question of a poll and behind the last one: one client serves one thread.
    void open();
    void close();
    /// `what`: "query" or "query_range". Posts; a server that will not be posted to is asked by GET from then on.
    [[nodiscard]] PromReply ask(const std::string &what, const PromFields &fields);
    void stop();

private:
    [[nodiscard]] PromReply askOnce(const std::string &what, const std::string &form);

    HttpConnection m_connection;
    std::string m_base;
    bool m_post = true;
    std::unique_ptr<HttpClient> m_client;
    std::mutex m_mutex; ///< guards the client against stop()
    bool m_stopped = false;
};

} // namespace flyball
