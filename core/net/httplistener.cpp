// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/httplistener.h"

#include <QHostAddress>

namespace flyball {

namespace {

constexpr std::uint16_t kTlsPort = 443;

std::string inUrl(const std::string &host) { return host.find(':') == std::string::npos ? host : '[' + host + ']'; }

std::string withPort(const std::string &host, std::uint16_t port) { return host + ':' + std::to_string(port); }

} // namespace

HttpListener::HttpListener(std::string what, const HttpLimits &limits, ServerConnection::Callbacks callbacks)
    : m_what(std::move(what)), m_limits(limits), m_callbacks(std::move(callbacks)), m_server(this), m_second(this)
{
    connect(&m_second, &QTimer::timeout, this, [this] { checkTimes(); });
    connect(&m_server, &QTcpServer::newConnection, this, [this] { takeConnections(); });
}

HttpListener::~HttpListener() { m_server.close(); }

void HttpListener::checkTimes()
{
    const TimeNs now = monotonicNow();
    std::vector<ServerConnection *> all;
    for (const auto &[connection, owned] : m_connections)
        all.push_back(connection);
    for (ServerConnection *connection : all)
        if (has(connection))
            connection->checkTime(now);
}

Result<> HttpListener::listen(const std::string &address, std::uint16_t port, const std::optional<TlsIdentity> &tls)
{
    const QHostAddress host(QString::fromStdString(address));
    if (host.isNull())
        return Error{ErrorCode::InvalidArgument, m_what + " listens on an address, not on '" + address + "'"};
    if (!tls && !host.isLoopback())
        return Error{ErrorCode::InvalidArgument,
                     "without TLS " + m_what
                         + " listens on loopback addresses only (127.0.0.1, ::1); for others give it a certificate"
                           " (--tls-cert and --tls-key)"};
    if (tls)
        m_server.setIdentity(*tls);
    m_server.setListenBacklogSize(256);
    if (!m_server.listen(host, port) && m_server.serverError() == QAbstractSocket::AddressInUseError)
        return Error{ErrorCode::Locked, "cannot listen: " + withPort(address, port) + " is in use"};
    if (!m_server.isListening())
        return Error{ErrorCode::Locked,
                     "cannot listen on " + withPort(address, port) + ": " + m_server.errorString().toStdString()};
    nameHosts(host.toString().toLower().toStdString(), tls);
    m_second.start(1000);
    return {};
}

/// Names a client may call us by: those it can verify, or loopback's.
void HttpListener::nameHosts(const std::string &address, const std::optional<TlsIdentity> &tls)
{
    const std::uint16_t bound = m_server.serverPort();
    const std::vector<std::string> names =
        tls ? tls->names : std::vector<std::string>{address, "127.0.0.1", "localhost", "::1"};
    std::string shown;
    const bool local = m_server.serverAddress().isLoopback() || address == "0.0.0.0" || address == "::";
    for (const std::string &name : names) {
        const std::string host = inUrl(name);
        m_hosts.push_back(withPort(host, bound));
        if (tls && bound == kTlsPort)
            m_hosts.push_back(host);
        // The address itself, else this machine's own name for itself, else the first that is one.
        if (name == address || (shown.empty() && local && name == "localhost"))
            shown = host;
    }
    for (const std::string &name : names)
        if (shown.empty() && !name.starts_with("*."))
            shown = inUrl(name);
    m_url = (tls ? "https://" : "http://") + withPort(shown.empty() ? inUrl(address) : shown, bound);
}

void HttpListener::takeConnections()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        ServerConnection::Callbacks callbacks = m_callbacks;
        callbacks.closed = [this](ServerConnection &closed) { drop(closed); };
        callbacks.crowded = [this] { shedBody(); };
        auto connection =
            std::make_unique<ServerConnection>(socket, m_limits, m_hosts, m_counters, std::move(callbacks));
        ServerConnection *raw = connection.get();
        m_connections.emplace(raw, std::move(connection));
        if (m_connections.size() > static_cast<std::size_t>(m_limits.connections) && !makeRoom(*raw)) {
            ++m_counters.overCap;
            raw->refuse(503, "too_many_connections");
        }
    }
}

/// Whoever never brought a request to its end goes first, then whoever has been idle longest; nobody who waits for us.
bool HttpListener::makeRoom(const ServerConnection &newcomer)
{
    ServerConnection *victim = nullptr;
    const auto rank = [](const ServerConnection &c) { return std::pair(c.wasAnswered(), c.since()); };
    for (const auto &[connection, owned] : m_connections)
        if (connection != &newcomer && !connection->waitsForUs() && (!victim || rank(*connection) < rank(*victim)))
            victim = connection;
    if (!m_limits.makeRoom || !victim)
        return false;
    victim->abandon();
    return true;
}

/// The one that has been sending longest.
void HttpListener::shedBody()
{
    ServerConnection *victim = nullptr;
    for (const auto &[connection, owned] : m_connections)
        if (connection->holdsBody() && (!victim || connection->since() < victim->since()))
            victim = connection;
    if (victim)
        victim->abandon();
}

void HttpListener::drop(ServerConnection &connection)
{
    const auto it = m_connections.find(&connection);
    if (it == m_connections.end())
        return;
    if (m_callbacks.closed)
        m_callbacks.closed(connection);
    it->second.release()->deleteLater(); // it may be the sender of the signal that brought us here
    m_connections.erase(it);
}

} // namespace flyball
