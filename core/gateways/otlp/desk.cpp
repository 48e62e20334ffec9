// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/otlp/desk.h"

#include <algorithm>
#include <mutex>
#include <set>

namespace flyball::otlp {

namespace {

constexpr std::size_t kMostWaiting = 256; ///< deliveries nobody has said a word about
constexpr TimeNs kTryAgain = 5 * kSecond;
constexpr int kSecondMs = 1000;

const char *const kStopped = "the receiver is stopping";

/// Where receivers of this process listen.
struct Places {
    std::mutex mutex;
    std::multiset<std::string> taken;
};
Places &places()
{
    static Places all;
    return all;
}
std::string placeText(const std::string &address, std::uint16_t port) { return address + ':' + std::to_string(port); }

} // namespace

bool listens(const std::string &address, std::uint16_t port)
{
    const std::lock_guard lock(places().mutex);
    return places().taken.contains(placeText(address, port));
}

HttpLimits receiverLimits()
{
    HttpLimits limits;
    limits.header = 16 * 1024;
    limits.head = 5 * kSecond;
    limits.body = kMostBody;
    limits.bodies = 3 * kMostBody;
    limits.request = 30 * kSecond;
    limits.connections = 64;
    limits.makeRoom = true;
    limits.wrongHost = 403;
    return limits;
}

Desk::Desk(const ReceiverSettings &settings, SymbolTable &symbols, Inbox &inbox, std::function<void(std::string)> atUrl,
           RequestLog &log)
    : m_settings(settings),
      m_inbox(inbox),
      m_atUrl(std::move(atUrl)),
      m_symbols(symbols),
      m_log(log),
      m_intake(symbols, settings.target),
      m_settlement(std::make_shared<Settlement>(this, [this] { settle(); })),
      m_second(this)
{
    connect(&m_second, &QTimer::timeout, this, [this] { everySecond(); });
    m_second.start(kSecondMs);
    tryToListen();
    tellHealth();
}

Desk::~Desk()
{
    m_stopping = true;
    m_settlement->close();
    for (const auto &[id, waiting] : m_waiting)
        if (waiting.connection)
            answerLater(waiting.connection, refused(waiting.encoding, 503, kStopped));
    sendAnswers();
    if (!m_listener)
        return;
    m_listener.reset();
    const std::lock_guard lock(places().mutex);
    if (const auto it = places().taken.find(placeText(m_settings.address, m_settings.port)); it != places().taken.end())
        places().taken.erase(it);
}

void Desk::tryToListen()
{
    m_nextTry = monotonicNow() + kTryAgain;
    std::optional<TlsIdentity> tls;
    if (!m_settings.tlsCertificate.empty()) {
        Result<TlsIdentity> identity = loadTls(m_settings.tlsCertificate, m_settings.tlsKey, wallClockNow());
        if (!identity) {
            m_problem = identity.error().message;
            return;
        }
        tls = std::move(*identity);
    }
    auto listener = std::make_unique<HttpListener>(
        "the receiver", m_settings.limits,
        ServerConnection::Callbacks{
            [this](const HttpRequest &head) -> std::optional<HttpResponse> {
                auto asked = askedOf(head, m_settings.token);
                if (auto *no = std::get_if<HttpResponse>(&asked)) {
                    note(head, nullptr, 0, no->status, {"refused before its body came", RawTone::Bad});
                    return std::move(*no);
                }
                return std::nullopt;
            },
            [this](ServerConnection &from, HttpRequest request) { receive(from, std::move(request)); },
            [this](ServerConnection &closed) { forget(closed); }});
    if (const Result<> listens = listener->listen(m_settings.address, m_settings.port, tls); !listens) {
        m_problem = listens.error().message;
        return;
    }
    m_listener = std::move(listener);
    m_problem.clear();
    {
        const std::lock_guard lock(places().mutex);
        places().taken.insert(placeText(m_settings.address, m_settings.port));
    }
    m_atUrl(m_listener->url());
}

/// For who looks at it: that it came, and what it was, and nothing of what it said.
void Desk::note(const HttpRequest &request, const Asked *asked, std::int64_t bytes, int status, RawMeaning meaning)
{
    ReceivedRequest entry;
    entry.at = m_settings.clock();
    entry.path = request.path;
    entry.encoding = !asked ? std::string() : asked->encoding == Encoding::Json ? "JSON" : "protobuf";
    if (asked && asked->packed)
        entry.encoding += ", gzip";
    entry.bytes = bytes;
    entry.status = status;
    entry.meaning = std::move(meaning.text);
    entry.counts = meaning.tone == RawTone::Counts;
    m_log.add(std::move(entry));
}

void Desk::receive(ServerConnection &from, HttpRequest request)
{
    if (m_stopping) // it came behind the one that was answered just now; nothing was promised
        return;
    const auto asked = askedOf(request, m_settings.token);
    if (const auto *no = std::get_if<HttpResponse>(&asked)) // it was asked before, and said yes
        return answerLater(&from, *no);
    const Encoding encoding = std::get<Asked>(asked).encoding;
    // While nothing can be stored one request at a time finds out whether that is over; the others need not wait.
    const bool crowded = m_waiting.size() >= (m_trouble.empty() ? kMostWaiting : 1);
    const auto size = static_cast<std::int64_t>(request.body.size());
    Taken taken;
    if (!crowded)
        taken = m_intake.take(std::get<Asked>(asked), std::move(request.body), m_settings.clock());
    const bool useless = taken.answer.status != 200;
    const std::uint64_t id = m_nextId++;
    RawMeaning meaning = meaningOf(taken.batch, m_symbols);
    Delivery delivery;
    delivery.batch = std::move(taken.batch);
    delivery.stored = m_settlement->tellOf(id);
    if (crowded || !m_inbox.deliver(std::move(delivery))) {
        ++m_putOff;
        const std::string why = m_trouble.empty() ? "too much is waiting to be stored" : m_trouble;
        note(request, &std::get<Asked>(asked), size, 503, {"put off: " + why, RawTone::Bad});
        return answerLater(&from, refused(encoding, 503, why));
    }
    m_refused += useless ? 1 : 0;
    note(request, &std::get<Asked>(asked), size, taken.answer.status, std::move(meaning));
    m_waiting.emplace(id, Waiting{&from, encoding, std::move(taken.answer), monotonicNow()});
}

void Desk::forget(ServerConnection &closed)
{
    for (auto &[id, waiting] : m_waiting)
        if (waiting.connection == &closed)
            waiting.connection = nullptr;
    std::erase_if(m_answers, [&](const Answer &answer) { return answer.connection == &closed; });
}

void Desk::settle()
{
    for (const Settlement::Settled &settled : m_settlement->take()) {
        m_trouble = settled.problem;
        const auto it = m_waiting.find(settled.id);
        if (it == m_waiting.end())
            continue;
        Waiting waiting = std::move(it->second);
        m_waiting.erase(it);
        if (!waiting.connection)
            continue;
        if (!settled.problem.empty())
            ++m_putOff;
        m_answers.push_back({waiting.connection, settled.problem.empty()
                                                     ? std::move(waiting.answer)
                                                     : refused(waiting.encoding, 503, settled.problem)});
    }
    sendAnswers();
}

void Desk::answerLater(ServerConnection *connection, HttpResponse response)
{
    m_answers.push_back({connection, std::move(response)});
    if (m_answers.size() == 1)
        QMetaObject::invokeMethod(
            this, [this] { sendAnswers(); }, Qt::QueuedConnection);
}

void Desk::sendAnswers()
{
    // One at a time: while one is sent others may be added, or their connections close.
    for (std::vector<Answer> answers = std::exchange(m_answers, {}); Answer & answer : answers)
        if (m_listener && m_listener->has(answer.connection))
            answer.connection->answer(answer.response);
}

void Desk::everySecond()
{
    const TimeNs now = monotonicNow();
    if (!m_listener && now >= m_nextTry)
        tryToListen();
    for (auto &[id, waiting] : m_waiting) {
        if (!waiting.connection || now - waiting.since < m_settings.patience)
            continue;
        ++m_putOff;
        answerLater(std::exchange(waiting.connection, nullptr),
                    refused(waiting.encoding, 503, "it takes too long to store it"));
    }
    tellHealth();
}

RemoteHealth Desk::health() const
{
    RemoteHealth health;
    health.at = wallClockNow();
    if (!m_listener) {
        health.error = m_problem;
        health.nextAt = m_nextTry;
        return health;
    }
    const HttpCounters &counters = m_listener->counters();
    const std::int64_t refusals = m_refused + counters.refused + counters.timedOut + counters.overCap;
    health.detail = "receiving on " + m_listener->url() + ", " + std::to_string(counters.requests)
                    + (counters.requests == 1 ? " request" : " requests");
    if (refusals > 0)
        health.detail += ", " + std::to_string(refusals) + " refused";
    if (m_putOff > 0)
        health.detail += ", " + std::to_string(m_putOff) + " put off";
    if (!m_trouble.empty())
        health.warning = "senders are told to come again: " + m_trouble;
    return health;
}

void Desk::tellHealth()
{
    RemoteHealth now = health();
    if (now.detail == m_told.detail && now.error == m_told.error && now.warning == m_told.warning)
        return;
    Delivery delivery;
    delivery.health = now;
    delivery.hasHealth = true;
    if (m_inbox.deliver(std::move(delivery)))
        m_told = std::move(now);
}

} // namespace flyball::otlp
