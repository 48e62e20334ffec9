// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/httpclient.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QHostAddress>
#include <QLocale>
#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QRandomGenerator>
#include <QSslConfiguration>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <charconv>

namespace flyball {

namespace {

constexpr int kMostRedirects = 3;
constexpr int kStopLookMs = 50;
constexpr qint64 kReadBuffer = qint64{1} << 20U;

bool isLoopback(const QUrl &url)
{
    return url.host() == QStringLiteral("localhost") || QHostAddress(url.host()).isLoopback();
}

bool sameOrigin(const QUrl &a, const QUrl &b)
{
    const int fallback = a.scheme() == QStringLiteral("https") ? 443 : 80;
    return a.scheme() == b.scheme() && a.host() == b.host() && a.port(fallback) == b.port(fallback);
}

/// Errors that stand for an HTTP status: the answer itself is whole.
bool isAnswer(QNetworkReply::NetworkError error)
{
    return error == QNetworkReply::NoError || error == QNetworkReply::AuthenticationRequiredError
           || error == QNetworkReply::ProtocolInvalidOperationError // what Qt makes of 400
           || error == QNetworkReply::ContentAccessDenied
           || (error > QNetworkReply::ContentAccessDenied && error <= QNetworkReply::UnknownContentError)
           || (error >= QNetworkReply::InternalServerError && error <= QNetworkReply::UnknownServerError);
}

/// Servers like to repeat the key they refuse, and what they say is shown and kept.
void takeOut(std::string &text, std::string_view secret)
{
    secret.remove_prefix(std::min(secret.size(), secret.rfind(' ') + 1)); // "Bearer x"
    constexpr std::size_t kShortest = 6;
    if (secret.size() < kShortest)
        return;
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
        text.replace(at, secret.size(), "***");
}

Result<HttpReply> headOf(const QNetworkReply &from, int status)
{
    HttpReply reply;
    reply.status = status;
    for (const auto &[name, value] : from.rawHeaderPairs())
        reply.headers.emplace_back(name.toLower().toStdString(), value.toStdString());
    reply.contentType = reply.header("content-type");
    if (const std::string coding = reply.header("content-encoding"); !coding.empty() && coding != "identity")
        return Error{ErrorCode::Malformed, "it sent an encoding that was not asked for"};
    return reply;
}

bool worthAgain(const Result<HttpReply> &answer)
{
    if (!answer)
        return answer.error().code == ErrorCode::Unreadable;
    return answer->status == 429 || (answer->status >= 502 && answer->status <= 504);
}

} // namespace

Milliseconds retryDelay(const RetryPolicy &policy, int next, std::string_view retryAfter, std::int64_t now, double unit)
{
    std::int64_t wait = policy.first.count();
    for (int i = 2; i < next && wait < policy.most.count(); ++i)
        wait *= 2;
    wait = std::min<std::int64_t>(wait, policy.most.count());
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(retryAfter.data(), retryAfter.data() + retryAfter.size(), seconds);
    const bool isNumber =
        !retryAfter.empty() && error == std::errc() && end == retryAfter.data() + retryAfter.size() && seconds >= 0;
    QDateTime date;
    if (!isNumber && !retryAfter.empty())
        date = QLocale::c().toDateTime(QString::fromUtf8(retryAfter.data(), static_cast<qsizetype>(retryAfter.size())),
                                       QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    date.setTimeSpec(Qt::UTC);
    if (date.isValid())
        seconds = date.toSecsSinceEpoch() - now;
    if (isNumber || date.isValid())
        wait = std::clamp<std::int64_t>(seconds, 1, 3600) * 1000;
    return Milliseconds(static_cast<std::int64_t>(static_cast<double>(wait) * (0.8 + 0.4 * unit)));
}

std::string urlEncoded(const std::string &text)
{
    return QUrl::toPercentEncoding(QString::fromStdString(text)).toStdString();
}

struct HttpClient::Network {
    QNetworkAccessManager manager;
    QSslConfiguration ssl = QSslConfiguration::defaultConfiguration();
    QUrl base;
};

struct HttpClient::Request {
    std::string method;
    std::string path;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    Milliseconds silence{0};                       ///< longest, in a stream
    std::unique_ptr<HttpStream> *stream = nullptr; ///< where one is wanted
};

HttpClient::HttpClient(HttpConnection connection)
    : m_connection(std::move(connection)), m_network(std::make_unique<Network>())
{}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::open(HttpConnection connection)
{
    const QUrl url(QString::fromStdString(connection.url), QUrl::StrictMode);
    const bool tls = url.scheme() == QStringLiteral("https");
    if (!url.isValid() || url.host().isEmpty() || (!tls && url.scheme() != QStringLiteral("http")))
        return Error{ErrorCode::InvalidArgument, "a URL begins with http:// or https:// and names a host"};
    if (!url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
        return Error{ErrorCode::InvalidArgument, "a URL with a user, a password, a query or a fragment is refused"};
    if (!tls && !isLoopback(url) && !connection.headers.empty() && !connection.plainAllowed)
        return Error{ErrorCode::InvalidArgument, "a key would cross the network without TLS: use https"};
    std::unique_ptr<HttpClient> client(new HttpClient(std::move(connection)));
    Network &network = *client->m_network;
    network.base = url;
    network.manager.setProxy(QNetworkProxy::NoProxy);
    if (!isLoopback(url)) {
        const QList<QNetworkProxy> proxies = QNetworkProxyFactory::systemProxyForQuery(QNetworkProxyQuery(url));
        if (!proxies.isEmpty())
            network.manager.setProxy(proxies.first());
    }
    if (!client->m_connection.caFile.empty()) {
        const QList<QSslCertificate> trusted =
            QSslCertificate::fromPath(QString::fromStdString(client->m_connection.caFile), QSsl::Pem);
        if (trusted.isEmpty())
            return Error{ErrorCode::Unreadable, "no certificate in " + client->m_connection.caFile};
        network.ssl.addCaCertificates(trusted);
    }
    network.ssl.setPeerVerifyMode(QSslSocket::VerifyPeer);
    return client;
}

/// One request on the wire and what came of it, as far as the limits let it.
class HttpClient::Exchange {
public:
    Exchange(QNetworkReply *reply, std::size_t most) : m_reply(reply), m_most(most) {}

    Result<HttpReply> wait(Milliseconds left, const std::atomic<bool> &stopped)
    {
        QEventLoop loop;
        QTimer deadline;
        deadline.setSingleShot(true);
        QTimer look;
        QObject::connect(&deadline, &QTimer::timeout, &loop, [&] { give(ErrorCode::OutOfRange, "it took too long"); });
        QObject::connect(&look, &QTimer::timeout, &loop, [&] {
            if (stopped)
                give(ErrorCode::Cancelled, "stopped");
        });
        QObject::connect(m_reply.get(), &QNetworkReply::readyRead, &loop, [&] { take(); });
        QObject::connect(m_reply.get(), &QNetworkReply::finished, &loop, &QEventLoop::quit);
        deadline.start(static_cast<int>(left.count()));
        look.start(kStopLookMs);
        if (!m_reply->isFinished())
            loop.exec();
        take();
        return answer();
    }

private:
    void give(ErrorCode code, const char *why)
    {
        if (!m_failure)
            m_failure = Error{code, why};
        m_reply->abort();
    }

    void take()
    {
        if (m_failure)
            return;
        QByteArray part = m_reply->readAll();
        m_size += static_cast<std::size_t>(part.size());
        if (!part.isEmpty())
            m_parts.push_back(std::move(part));
        if (m_size > m_most)
            give(ErrorCode::OutOfRange, "its answer is too large");
    }

    Result<HttpReply> answer()
    {
        if (m_failure)
            return *m_failure;
        const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (!isAnswer(m_reply->error()) || status == 0)
            return Error{ErrorCode::Unreadable, m_reply->errorString().toStdString()};
        Result<HttpReply> reply = headOf(*m_reply, status);
        if (!reply)
            return reply;
        reply->body.reserve(m_size);
        for (const QByteArray &part : m_parts)
            reply->body.append(part.constData(), static_cast<std::size_t>(part.size()));
        return reply;
    }

    struct Later {
        void operator()(QNetworkReply *reply) const { reply->deleteLater(); }
    };
    std::unique_ptr<QNetworkReply, Later> m_reply;
    std::size_t m_most;
    std::vector<QByteArray> m_parts; ///< one that grows would take up to twice what came, and leave holes
    std::size_t m_size = 0;
    std::optional<Error> m_failure;
};

QNetworkReply *HttpClient::begun(const Request &request, const std::string &url)
{
    QNetworkRequest wire(QUrl(QString::fromStdString(url), QUrl::StrictMode));
    wire.setSslConfiguration(m_network->ssl);
    wire.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    wire.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    wire.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    wire.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    wire.setRawHeader("Accept", request.stream ? "text/event-stream" : "application/json");
    wire.setRawHeader("Accept-Encoding", "identity"); // a compressed body could grow past the limit
    if (!request.body.empty())
        wire.setRawHeader("Content-Type", "application/json");
    const auto add = [&](const std::vector<std::pair<std::string, std::string>> &headers) {
        for (const auto &[name, value] : headers)
            wire.setRawHeader(QByteArray::fromStdString(name), QByteArray::fromStdString(value));
    };
    add(m_connection.headers);
    add(request.headers);
    QNetworkReply *reply = m_network->manager.sendCustomRequest(wire, QByteArray::fromStdString(request.method),
                                                                QByteArray::fromStdString(request.body));
    reply->setReadBufferSize(kReadBuffer); // what comes faster than it is taken waits in the network
    return reply;
}

Result<HttpReply> HttpClient::once(const Request &request, const std::string &url, Milliseconds left)
{
    QElapsedTimer clock;
    clock.start();
    QNetworkReply *reply = begun(request, url);
    if (request.stream) {
        HttpStream::awaitHead(*reply, left, m_stopped);
        const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (status == 200 && !m_stopped) {
            request.stream->reset(new HttpStream(reply, request.silence, m_stopped));
            return headOf(*reply, status);
        }
    }
    return Exchange(reply, m_connection.mostBytes)
        .wait(std::max(left - Milliseconds(clock.elapsed()), Milliseconds(1)), m_stopped);
}

Result<HttpReply> HttpClient::attempt(const Request &request, Milliseconds left)
{
    QElapsedTimer clock;
    clock.start();
    const std::string root = m_network->base.toString(QUrl::StripTrailingSlash | QUrl::FullyEncoded).toStdString();
    std::string url = root + request.path;
    for (int hop = 0;; ++hop) {
        const Milliseconds rest = left - Milliseconds(clock.elapsed());
        if (rest.count() <= 0)
            return Error{ErrorCode::OutOfRange, "it took too long"};
        Result<HttpReply> reply = once(request, url, rest);
        if (reply && reply->status >= 400)
            for (const auto &[name, value] : m_connection.headers)
                takeOut(reply->body, value);
        if (!reply || reply->status < 300 || reply->status > 399 || reply->header("location").empty())
            return reply;
        const QUrl next = QUrl(QString::fromStdString(url))
                              .resolved(QUrl(QString::fromStdString(reply->header("location")), QUrl::StrictMode));
        if (request.method != "GET" || hop == kMostRedirects || !next.isValid() || !next.userInfo().isEmpty()
            || !sameOrigin(next, m_network->base))
            return Error{ErrorCode::Malformed, "it redirects elsewhere, which is not followed"};
        url = next.toString(QUrl::FullyEncoded).toStdString();
    }
}

Result<HttpReply> HttpClient::get(const std::string &path)
{
    const Request request{"GET", path, {}, {}, {}, nullptr};
    QElapsedTimer clock;
    clock.start();
    for (int next = 2;; ++next) {
        if (m_stopped)
            return Error{ErrorCode::Cancelled, "stopped"};
        Result<HttpReply> answer = attempt(request, m_connection.deadline - Milliseconds(clock.elapsed()));
        if (!worthAgain(answer) || next > m_connection.retry.attempts)
            return answer;
        const Milliseconds wait =
            retryDelay(m_connection.retry, next, answer ? answer->header("retry-after") : std::string(),
                       QDateTime::currentSecsSinceEpoch(), QRandomGenerator::global()->generateDouble());
        if (Milliseconds(clock.elapsed()) + wait >= m_connection.deadline)
            return answer;
        for (Milliseconds slept{0}; slept < wait && !m_stopped; slept += Milliseconds(kStopLookMs))
            QThread::msleep(static_cast<unsigned long>(std::min<std::int64_t>(kStopLookMs, (wait - slept).count())));
    }
}

Result<HttpReply> HttpClient::stream(const std::string &path, Milliseconds silence, std::unique_ptr<HttpStream> &stream)
{
    stream.reset();
    if (m_stopped)
        return Error{ErrorCode::Cancelled, "stopped"};
    const Request request{"GET", path, {}, {}, silence, &stream};
    Result<HttpReply> answer = attempt(request, m_connection.deadline);
    if (!answer)
        stream.reset();
    return answer;
}

Result<HttpReply> HttpClient::send(const std::string &method, const std::string &path, const std::string &body,
                                   const std::vector<std::pair<std::string, std::string>> &headers)
{
    if (m_stopped)
        return Error{ErrorCode::Cancelled, "stopped"};
    return attempt({method, path, body, headers, {}, nullptr}, m_connection.deadline);
}

} // namespace flyball
