// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/uniquefd.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace flyball::agentsim {

/// Ends every wait of every client at once; for all threads.
class StopEvent {
public:
    StopEvent();
    void raise();
    [[nodiscard]] bool raised() const { return wait(0); }
    /// True as soon as it is raised, at the latest after `timeout`.
    [[nodiscard]] bool wait(TimeNs timeout) const;
    [[nodiscard]] int fd() const { return m_fd.get(); }

private:
    UniqueFd m_fd;
};

struct HttpAnswer {
    int status = 0;
    std::string etag; ///< without quotes
    std::string nonce;
    std::string body;
};

/// HTTP/1.1 to one server on this machine over one connection that is kept open. One thread; ended by the
/// stop event. Bodies need a Content-Length and at most 8 MiB. Redirects are answers like any other.
class HttpClient {
public:
    /// "http://127.0.0.1:PORT", [::1] or localhost: without TLS the channel is spoken on this machine only.
    [[nodiscard]] static Result<HttpClient> open(std::string_view url, std::string token, const StopEvent &stop);

    /// Asks again on a new connection when the one that was kept turns out to be closed: every request of
    /// the channel may be sent twice. Cancelled: the stop event; Unreadable: no whole answer in time.
    [[nodiscard]] Result<HttpAnswer> request(std::string_view method, std::string_view target, std::string_view body,
                                             std::string_view etag, TimeNs timeout);

private:
    HttpClient(std::string host, std::uint16_t port, std::string token, const StopEvent &stop)
        : m_host(std::move(host)), m_port(port), m_token(std::move(token)), m_stop(&stop)
    {}
    Result<> connect(TimeNs deadline);
    Result<> awaitSocket(short events, TimeNs deadline) const;
    Result<> send(std::string_view text, TimeNs deadline) const;
    Result<HttpAnswer> receive(TimeNs deadline);
    Result<HttpAnswer> exchange(std::string_view text, TimeNs deadline);

    std::string m_host;
    std::uint16_t m_port;
    std::string m_token;
    const StopEvent *m_stop;
    UniqueFd m_socket;
};

} // namespace flyball::agentsim
