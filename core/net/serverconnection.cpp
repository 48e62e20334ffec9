// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/serverconnection.h"

#include "core/net/httptext.h"
#include "core/net/serverparser.h"

#include <QSslSocket>

#include <utility>

namespace flyball {

namespace http = boost::beast::http;

namespace {

constexpr qint64 kReadBuffer = 64 * 1024;

int statusOf(const boost::system::error_code &error)
{
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return 431;
    if (error == http::error::body_limit)
        return 413;
    return error == http::error::bad_version ? 505 : 400;
}

} // namespace

ServerConnection::ServerConnection(QTcpSocket *socket, const HttpLimits &limits, std::vector<std::string> hosts,
                                   HttpCounters &counters, Callbacks callbacks)
    : m_socket(socket),
      m_limits(limits),
      m_hosts(std::move(hosts)),
      m_counters(counters),
      m_callbacks(std::move(callbacks)),
      m_parser(std::make_unique<Parser>(limits)),
      m_since(monotonicNow())
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(kReadBuffer);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    connect(m_socket, &QTcpSocket::readyRead, this, [this] { read(); });
    connect(m_socket, &QTcpSocket::errorOccurred, this, [this](QAbstractSocket::SocketError error) {
        if (error == QAbstractSocket::SslHandshakeFailedError)
            ++m_counters.refused; // plain HTTP, another protocol, or a client that does not trust us
    });
    connect(m_socket, &QTcpSocket::disconnected, this, [this] {
        hold(0);
        m_callbacks.closed(*this);
    });
}

ServerConnection::~ServerConnection()
{
    m_socket->disconnect(this);
    hold(0);
    m_socket->flush(); // an answer given a moment ago
}

void ServerConnection::read()
{
    while (!m_busy && !m_closing && m_socket->bytesAvailable() > 0) {
        char bytes[16 * 1024];
        const qint64 count = m_socket->read(bytes, sizeof bytes);
        if (count <= 0)
            return;
        if (!std::exchange(m_begun, true))
            m_since = monotonicNow();
        m_buffer.append(bytes, static_cast<std::size_t>(count));
        feed();
    }
    if (m_closing)
        m_socket->readAll(); // what a refused client still sends
}

void ServerConnection::feed()
{
    if (!m_headerSeen && !headerIsClean())
        return;
    while (!m_parser->is_done() && !m_buffer.empty()) {
        boost::system::error_code error;
        const std::size_t used = m_parser->put(boost::asio::buffer(m_buffer.data(), m_buffer.size()), error);
        m_buffer.erase(0, used);
        const bool wantsMore = error == http::error::need_more;
        if (error && !wantsMore)
            return refuse(statusOf(error), "malformed", error.message());
        // Whoever is not for us is told so before a byte of the body is taken.
        if (m_parser->is_header_done() && !m_accepted && !accept())
            return;
        if (wantsMore || used == 0)
            break;
    }
    // What is left belongs to the head of a chunk or to the fields behind the last one.
    if (!m_parser->is_done() && m_buffer.size() > m_limits.header)
        return refuse(431, "header_too_large");
    hold(m_parser->get().body().size());
    if (m_closing)
        return;
    if (m_parser->is_done())
        return complete();
    if (m_parser->is_header_done() && !m_parser->continued
        && lowerCase(fieldOf(m_parser->get(), http::field::expect)) == "100-continue") {
        m_parser->continued = true;
        m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
    }
}

void ServerConnection::hold(std::size_t bytes)
{
    if (bytes == m_held) // one that was dropped may outlive the counters
        return;
    const bool more = bytes > m_held;
    m_counters.held += bytes - m_held;
    m_held = bytes;
    if (more && m_limits.bodies != 0 && m_counters.held > m_limits.bodies)
        m_callbacks.crowded();
}

void ServerConnection::abandon()
{
    ++m_counters.overCap;
    m_closing = true;
    m_socket->abort();
}

void ServerConnection::complete()
{
    HttpRequest request = std::move(m_request);
    request.body = std::move(m_parser->get().body());
    hold(0);
    request.arrived = request.now = wallClockNow();
    m_busy = true;
    ++m_counters.requests;
    m_callbacks.request(*this, std::move(request));
}

void ServerConnection::answer(const HttpResponse &response)
{
    send(response, !m_keepAlive);
    if (!m_closing) {
        reset();
        if (!m_buffer.empty())
            feed();
        read();
    }
}

void ServerConnection::reset()
{
    hold(0);
    m_answered = true;
    m_begun = !m_buffer.empty();
    m_busy = m_headerSeen = m_accepted = false;
    m_parser = std::make_unique<Parser>(m_limits);
    m_since = monotonicNow();
}

void ServerConnection::refuse(int status, const char *word, const std::string &message)
{
    ++m_counters.refused;
    if (handshaking())
        return m_socket->abort(); // nobody could read it
    send(errorAnswer(status, word, message), true);
}

void ServerConnection::send(const HttpResponse &response, bool close)
{
    const std::string head = responseHead(response, close);
    m_socket->write(head.data(), static_cast<qint64>(head.size()));
    if (response.status != 304)
        m_socket->write(response.body.data(), static_cast<qint64>(response.body.size()));
    m_since = monotonicNow();
    if (close) {
        m_closing = true;
        m_busy = false;
        m_buffer.clear();
        hold(0);
        m_socket->disconnectFromHost();
    }
}

bool ServerConnection::handshaking() const
{
    const auto *tls = qobject_cast<const QSslSocket *>(m_socket);
    return tls && !tls->isEncrypted();
}

qint64 ServerConnection::unsent() const
{
    const auto *tls = qobject_cast<const QSslSocket *>(m_socket);
    return m_socket->bytesToWrite() + (tls ? tls->encryptedBytesToWrite() : 0);
}

void ServerConnection::checkTime(TimeNs monotonic)
{
    const TimeNs age = monotonic - m_since;
    if (handshaking()) {
        if (age <= m_limits.request)
            return;
        ++m_counters.timedOut;
        m_socket->abort();
    } else if (m_closing || unsent() > 0) {
        if (age <= m_limits.write)
            return;
        ++m_counters.timedOut;
        m_socket->abort();
    } else if (!m_busy && m_begun) {
        if (age <= (m_headerSeen ? m_limits.request : m_limits.head))
            return;
        ++m_counters.timedOut;
        refuse(408, "timeout", "the request took too long");
    } else if (!m_busy && age > (m_answered ? m_limits.idle : m_limits.head)) {
        m_socket->disconnectFromHost();
    }
}

} // namespace flyball
