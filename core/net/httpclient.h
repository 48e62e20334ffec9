// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/net/httpstream.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flyball {

using Milliseconds = std::chrono::milliseconds;

/// How often and how fast a request is asked again. One value per connection.
struct RetryPolicy {
    int attempts = 3; ///< all together, the first included
    Milliseconds first{500};
    Milliseconds most{10'000};
};
/// The wait before attempt `next` (2, 3, ...): `first` doubled each time up to `most`, or what Retry-After says
/// (seconds or an HTTP date, 1 s to 1 h; anything else is ignored); then 80 to 120 % of it. `unit` is 0 .. 1,
/// `now` in seconds since 1970 for a date. Pure.
[[nodiscard]] Milliseconds retryDelay(const RetryPolicy &policy, int next, std::string_view retryAfter,
                                      std::int64_t now, double unit);

/// One server. Credentials are headers of the connection: they go to this origin and to no other.
struct HttpConnection {
    std::string url;                                          ///< scheme, host, port and a path before all others
    std::vector<std::pair<std::string, std::string>> headers; ///< sent with each request
    std::string caFile;                                       ///< PEM file trusted besides the system's; empty: none
    Milliseconds deadline{10'000};                            ///< of a request with all its attempts and redirects
    std::size_t mostBytes = std::size_t{4} << 20U;            ///< of a body
    RetryPolicy retry;
    bool plainAllowed = false; ///< headers may cross a network without TLS; loopback always may
};

struct HttpReply {
    int status = 0;
    std::string body;
    std::string contentType;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in small letters
    [[nodiscard]] std::string header(std::string_view name) const
    {
        for (const auto &[key, value] : headers)
            if (key == name)
                return value;
        return {};
    }
};

/// Synchronous requests to one server over Qt Network: own total deadline, size limit, redirects only within the
/// origin (at most 3, GET only), TLS always verified, proxies of the environment honoured except towards loopback,
/// jittered retries of GET alone (what may have changed something is never sent twice). Needs a QCoreApplication;
/// each object belongs to one thread, stop() is for any. Messages never hold headers
/// or bodies, and the body of a refusal never a credential of the connection.
class HttpClient {
public:
    /// InvalidArgument: a URL that is none, with user information, not http or https, or credentials over a
    /// network without TLS. Unreadable: the CA file.
    [[nodiscard]] static Result<std::unique_ptr<HttpClient>> open(HttpConnection connection);
    ~HttpClient();

    /// A whole answer of any status. Unreadable: no connection, TLS refused, cut off; OutOfRange: too large or
    /// too late; Malformed: a redirect elsewhere; Cancelled: stop() was called.
    [[nodiscard]] Result<HttpReply> get(const std::string &path);
    [[nodiscard]] Result<HttpReply> send(const std::string &method, const std::string &path, const std::string &body,
                                         const std::vector<std::pair<std::string, std::string>> &headers = {});
    /// An answer that goes on and on (text/event-stream). Of status 200 it is `stream`, to be destroyed before this
    /// object, and the reply has no body; any other is whole and there is no stream. The deadline is that of its head;
    /// later a silence longer than `silence` ends it. Errors as of get(); never tried again.
    [[nodiscard]] Result<HttpReply> stream(const std::string &path, Milliseconds silence,
                                           std::unique_ptr<HttpStream> &stream);
    /// Ends what runs and refuses what comes; for another thread.
    void stop() { m_stopped = true; }

private:
    explicit HttpClient(HttpConnection connection);
    class Exchange;
    struct Request;
    [[nodiscard]] Result<HttpReply> attempt(const Request &request, Milliseconds left);
    [[nodiscard]] Result<HttpReply> once(const Request &request, const std::string &url, Milliseconds left);
    [[nodiscard]] QNetworkReply *begun(const Request &request, const std::string &url);

    struct Network;
    HttpConnection m_connection;
    std::unique_ptr<Network> m_network;
    std::atomic<bool> m_stopped = false;
};

/// Percent-encoded for a path segment or a query value.
[[nodiscard]] std::string urlEncoded(const std::string &text);

} // namespace flyball
