// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/http/httpserver.h"

#include <QHostAddress>

#include <algorithm>

namespace flyball {

namespace {

/// One commit for many answers, but the first of them must not wait for hundreds.
constexpr std::size_t kMostPerBatch = 64;

constexpr std::uint16_t kTlsPort = 443;

std::string inUrl(const std::string &host) { return host.find(':') == std::string::npos ? host : '[' + host + ']'; }

std::string withPort(const std::string &host, std::uint16_t port) { return host + ':' + std::to_string(port); }

} // namespace

HttpServer::HttpServer(PolicyStore &store, PolicyChannel &channel, const HttpLimits &limits,
                       std::function<void()> changed)
    : m_store(store),
      m_channel(channel),
      m_limits(limits),
      m_changed(std::move(changed)),
      m_server(this),
      m_batch(this),
      m_alarm(this),
      m_second(this),
      m_seen(store.generation())
{
    m_batch.setSingleShot(true);
    m_alarm.setSingleShot(true);
    m_alarm.setTimerType(Qt::PreciseTimer);
    connect(&m_batch, &QTimer::timeout, this, [this] { runBatch(); });
    connect(&m_alarm, &QTimer::timeout, this, [this] { unpark(false); });
    connect(&m_second, &QTimer::timeout, this, [this] {
        const TimeNs now = monotonicNow();
        std::vector<ServerConnection *> all;
        for (const auto &[connection, owned] : m_connections)
            all.push_back(connection);
        for (ServerConnection *connection : all)
            connection->checkTime(now);
    });
    connect(&m_server, &QTcpServer::newConnection, this, [this] { takeConnections(); });
}

HttpServer::~HttpServer() { m_server.close(); }

Result<> HttpServer::listen(const std::string &address, std::uint16_t port, const std::optional<TlsIdentity> &tls)
{
    const QHostAddress host(QString::fromStdString(address));
    if (host.isNull())
        return Error{ErrorCode::InvalidArgument, "the policy channel listens on an address, not on '" + address + "'"};
    if (!tls && !host.isLoopback())
        return Error{ErrorCode::InvalidArgument,
                     "without TLS the policy channel listens on loopback addresses only (127.0.0.1, ::1); for others"
                     " give it a certificate (--tls-cert and --tls-key)"};
    if (tls)
        m_server.setIdentity(*tls);
    m_server.setListenBacklogSize(256);
    if (!m_server.listen(host, port))
        return Error{ErrorCode::Locked,
                     "cannot listen on " + withPort(address, port) + ": " + m_server.errorString().toStdString()};
    nameHosts(host.toString().toLower().toStdString(), tls);
    m_second.start(1000);
    return {};
}

/// Names a client may call us by: those it can verify, or loopback's.
void HttpServer::nameHosts(const std::string &address, const std::optional<TlsIdentity> &tls)
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

void HttpServer::takeConnections()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        auto connection = std::make_unique<ServerConnection>(
            socket, m_limits, m_hosts, m_counters,
            [this](ServerConnection &from, ChannelRequest request) {
                m_queue.push_back({&from, std::move(request)});
                if (!m_batch.isActive())
                    m_batch.start(0);
            },
            [this](ServerConnection &closed) { drop(closed); });
        ServerConnection *raw = connection.get();
        m_connections.emplace(raw, std::move(connection));
        if (m_connections.size() > static_cast<std::size_t>(m_limits.connections)) {
            ++m_counters.overCap;
            raw->refuse(503, "too_many_connections");
        }
    }
}

void HttpServer::drop(ServerConnection &connection)
{
    m_parked.erase(&connection);
    std::erase_if(m_queue, [&](const Waiting &waiting) { return waiting.connection == &connection; });
    const auto it = m_connections.find(&connection);
    if (it == m_connections.end())
        return;
    it->second.release()->deleteLater(); // it may be the sender of the signal that brought us here
    m_connections.erase(it);
}

void HttpServer::runBatch()
{
    std::vector<Answered> answers;
    std::vector<Waiting> taken;
    while (!m_queue.empty() && taken.size() < kMostPerBatch) {
        taken.push_back(std::move(m_queue.front()));
        m_queue.pop_front();
    }
    const TimeNs now = wallClockNow();
    Result<> stored = m_store.beginBatch();
    if (stored) {
        for (Waiting &waiting : taken) {
            waiting.request.now = now;
            answers.push_back({waiting.connection, m_channel.handle(waiting.request)});
        }
        stored = m_store.commitBatch();
    }
    std::vector<Answered> ready;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        if (!stored) {
            ready.push_back({taken[i].connection, errorAnswer(503, "store", stored.error().message)});
        } else if (answers[i].response.waitUntil) {
            taken[i].request.parked = true;
            const TimeNs until = *answers[i].response.waitUntil;
            m_parked.insert_or_assign(taken[i].connection, std::pair(std::move(taken[i].request), until));
        } else {
            ready.push_back(std::move(answers[i]));
        }
    }
    deliver(std::move(ready));
    if (!m_queue.empty())
        m_batch.start(0);
    wake();
    m_changed();
}

void HttpServer::deliver(std::vector<Answered> answers)
{
    for (Answered &answer : answers) {
        // Answering one may close another (a full socket buffer): each is looked up.
        if (m_connections.contains(answer.connection))
            answer.connection->answer(answer.response);
    }
}

void HttpServer::wake()
{
    if (m_store.generation() != m_seen) {
        m_seen = m_store.generation();
        unpark(true);
    } else {
        setAlarm();
    }
}

void HttpServer::unpark(bool all)
{
    const TimeNs now = wallClockNow();
    const TimeNs change = m_channel.nextChange(now);
    const bool orders = all || (m_orderEnds != kNoTime && now >= m_orderEnds);
    m_orderEnds = change;
    for (auto it = m_parked.begin(); it != m_parked.end();) {
        if (orders || now >= it->second.second) {
            m_queue.push_back({it->first, std::move(it->second.first)});
            it = m_parked.erase(it);
        } else {
            ++it;
        }
    }
    if (!m_queue.empty() && !m_batch.isActive())
        m_batch.start(0);
    setAlarm();
}

void HttpServer::setAlarm()
{
    const TimeNs now = wallClockNow();
    if (m_orderEnds != kNoTime && now >= m_orderEnds)
        return unpark(true);
    m_orderEnds = m_channel.nextChange(now);
    TimeNs next = m_orderEnds;
    for (const auto &[connection, parked] : m_parked)
        next = next == kNoTime ? parked.second : std::min(next, parked.second);
    if (next == kNoTime)
        return m_alarm.stop();
    const TimeNs wait = std::clamp<TimeNs>(next - now, 0, kHour) / 1'000'000 + 1;
    m_alarm.start(static_cast<int>(wait));
}

} // namespace flyball
