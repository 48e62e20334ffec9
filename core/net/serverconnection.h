// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/net: one HTTP/1.1 connection with bounds on everything.
#pragma once

#include "core/net/httpmessage.h"

#include <QTcpSocket>

#include <functional>
#include <memory>
#include <string>

namespace flyball {

struct HttpLimits {
    std::size_t header = 16 * 1024;
    std::size_t body = std::size_t{4} << 20U;
    TimeNs head = 10 * kSecond;    ///< from the first byte of a request (or the connect) to the end of its header
    TimeNs request = 10 * kSecond; ///< likewise to its last byte; a TLS handshake as well
    TimeNs idle = 75 * kSecond;    ///< between two requests of one connection
    TimeNs write = 15 * kSecond;   ///< an answer nobody takes
    int connections = 1024;
    std::size_t bodies = 0; ///< bytes of unfinished bodies, all connections together; 0: no limit
    /// Who is too many takes the place of whoever keeps us waiting longest; false: who is too many is sent away.
    bool makeRoom = false;
    int wrongHost = 421; ///< the answer to a Host that is not ours
};

/// Counters of what was refused before it reached the protocol; copied into the snapshot.
struct HttpCounters {
    std::int64_t requests = 0;
    std::int64_t refused = 0;  ///< malformed, too large, wrong Host ...
    std::int64_t timedOut = 0; ///< slow requests and answers nobody took
    std::int64_t overCap = 0;  ///< connections beyond the cap, or ended to make room
    std::size_t held = 0;      ///< bytes of unfinished bodies at this moment
};

/// Reads one request at a time, hands it over and takes its answer; nothing more is read until then.
/// Owned by HttpListener, which deletes it when closed() says so. One thread.
class ServerConnection : public QObject {
public:
    using OnRequest = std::function<void(ServerConnection &, HttpRequest)>;
    /// Looks at a request whose body has not been read yet; an answer refuses it there and then.
    using OnHead = std::function<std::optional<HttpResponse>(const HttpRequest &)>;
    struct Callbacks {
        OnHead head; ///< may be empty
        OnRequest request;
        std::function<void(ServerConnection &)> closed;
        std::function<void()> crowded = {}; ///< the listener's: unfinished bodies are more than HttpLimits::bodies
    };
    ServerConnection(QTcpSocket *socket, const HttpLimits &limits, std::vector<std::string> hosts,
                     HttpCounters &counters, Callbacks callbacks);
    ~ServerConnection() override;

    void answer(const HttpResponse &response);
    /// Ends what took too long; called about once a second.
    void checkTime(TimeNs monotonic);
    void refuse(int status, const char *word, const std::string &message = {});
    /// Ends it without a word.
    void abandon();
    [[nodiscard]] bool waitsForUs() const { return m_busy; } ///< a request of its has no answer yet
    [[nodiscard]] bool wasAnswered() const { return m_answered; }
    [[nodiscard]] bool holdsBody() const { return m_held > 0; }
    [[nodiscard]] TimeNs since() const { return m_since; }

private:
    struct Parser;
    void read();
    void feed();
    [[nodiscard]] bool headerIsClean();
    void complete();
    [[nodiscard]] bool accept();
    [[nodiscard]] bool isForUs();
    void send(const HttpResponse &response, bool close);
    void reset();
    void hold(std::size_t bytes);
    [[nodiscard]] bool handshaking() const; ///< TLS, and not agreed on yet
    [[nodiscard]] qint64 unsent() const;

    QTcpSocket *m_socket;
    HttpLimits m_limits;
    std::vector<std::string> m_hosts; ///< accepted values of Host, lower case
    HttpCounters &m_counters;
    Callbacks m_callbacks;
    HttpRequest m_request; ///< its head, once it was accepted
    std::unique_ptr<Parser> m_parser;
    std::string m_buffer;
    std::size_t m_held = 0;    ///< bytes of the body so far
    bool m_begun = false;      ///< a byte of a request came
    bool m_headerSeen = false; ///< the header in the buffer was checked
    bool m_accepted = false;   ///< what it says was, too
    bool m_busy = false;       ///< a request waits for its answer
    bool m_answered = false;   ///< an earlier request was
    bool m_closing = false;
    bool m_keepAlive = true;
    TimeNs m_since; ///< connect, first byte of a request, or the last answer
};

} // namespace flyball
