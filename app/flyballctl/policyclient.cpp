// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/policyclient.h"

#include "app/flyballctl/sourcelist.h"
#include "core/engine/paths.h"
#include "core/push/channel/channel.h"
#include "core/push/rates.h"
#include "core/push/secretfile.h"

#include <QHostAddress>
#include <QTcpSocket>
#include <QUrl>

#include <charconv>

namespace flyball::ctl {

namespace {

constexpr int kTimeoutMs = 10'000;
constexpr qint64 kMostAnswer = 64 << 20;

Error noAnswer(const std::string &url, const std::string &why)
{
    return {ErrorCode::Unreadable, "no answer from " + url + ": " + why};
}

std::string encoded(const std::string &text)
{
    return QUrl::toPercentEncoding(QString::fromStdString(text)).toStdString();
}

std::string requestText(const ChannelRequest &request, const std::string &host)
{
    std::string target = request.path;
    for (const auto &[name, value] : request.query)
        target += (target.find('?') == std::string::npos ? '?' : '&') + encoded(name) + '=' + encoded(value);
    std::string text = request.method + ' ' + target + " HTTP/1.1\r\nHost: " + host
                       + "\r\nConnection: close\r\nAuthorization: Bearer " + request.token + "\r\n";
    if (!request.ifMatch.empty())
        text += "If-Match: " + request.ifMatch + "\r\n";
    if (!request.ifNoneMatch.empty())
        text += "If-None-Match: " + request.ifNoneMatch + "\r\n";
    return text + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
}

/// The status and the body of an answer that ended with its connection; the length must be whole.
Result<ChannelResponse> readAnswer(const std::string &text, const std::string &url)
{
    const std::size_t end = text.find("\r\n\r\n");
    const std::string head = text.substr(0, end);
    ChannelResponse response;
    if (end == std::string::npos || !head.starts_with("HTTP/1.1 ") || head.size() < 12
        || std::from_chars(head.data() + 9, head.data() + 12, response.status).ec != std::errc())
        return noAnswer(url, "it does not speak HTTP");
    response.body = text.substr(end + 4);
    const std::size_t length = head.find("\r\nContent-Length: ");
    if (length != std::string::npos
        && head.substr(length + 18, head.find("\r\n", length + 18) - length - 18)
               != std::to_string(response.body.size()))
        return noAnswer(url, "the answer was cut off");
    const std::size_t etag = head.find("\r\nETag: ");
    if (etag != std::string::npos)
        response.headers.emplace_back("ETag", head.substr(etag + 8, head.find("\r\n", etag + 8) - etag - 8));
    return response;
}

Result<ChannelResponse> askServer(const std::string &url, const ChannelRequest &request)
{
    const QUrl parsed(QString::fromStdString(url));
    const QHostAddress address(parsed.host() == QStringLiteral("localhost") ? QStringLiteral("127.0.0.1")
                                                                            : parsed.host());
    if (parsed.scheme() != QStringLiteral("http") || !address.isLoopback() || parsed.port() <= 0)
        return Error{ErrorCode::InvalidArgument, "--server is http://127.0.0.1:PORT, not '" + url + "'"};
    QTcpSocket socket;
    socket.connectToHost(address, static_cast<quint16>(parsed.port()));
    if (!socket.waitForConnected(kTimeoutMs))
        return noAnswer(url, socket.errorString().toStdString());
    const std::string host = url.substr(std::string("http://").size());
    const std::string text = requestText(request, host.substr(0, host.find('/')));
    socket.write(text.data(), static_cast<qint64>(text.size()));
    QByteArray answer;
    while (socket.waitForReadyRead(kTimeoutMs) && answer.size() < kMostAnswer)
        answer += socket.readAll();
    if (socket.state() == QAbstractSocket::ConnectedState)
        return noAnswer(url, "it took too long");
    answer += socket.readAll();
    return readAnswer(answer.toStdString(), url);
}

Result<std::string> tokenFrom(const std::string &path)
{
    Result<std::string> token = readSecretFile(path);
    while (token && !token->empty() && (token->back() == '\n' || token->back() == '\r'))
        token->pop_back();
    return token;
}

struct Server {
    std::string url;
    std::string token;
};

/// Who holds the store says where it listens.
Result<Server> runningServer(const std::string &folder, const Arguments &arguments)
{
    const Result<std::string> note = readSecretFile(folder + "/channel.json");
    if (!note)
        return Error{ErrorCode::Locked,
                     "another process holds the policy store in " + folder + " and does not say where it listens"};
    const Result<JsonValue> json = JsonValue::parse(*note);
    const JsonValue *url = json ? json->find("url") : nullptr;
    const JsonValue *file = json ? json->find("token_file") : nullptr;
    if (!url || !url->string() || !file || !file->string())
        return Error{ErrorCode::Malformed, folder + "/channel.json is damaged"};
    const Result<std::string> token = tokenFrom(arguments.value("--token-file", *file->string()));
    if (!token)
        return token.error();
    return Server{*url->string(), *token};
}

} // namespace

Result<PolicyClient> PolicyClient::open(const Arguments &arguments, bool readOnly)
{
    PolicyClient client;
    const std::string folder = Paths::fromEnvironment().data;
    Server server;
    if (arguments.has("--server")) {
        if (!arguments.has("--token-file"))
            return Error{ErrorCode::InvalidArgument, "--server needs --token-file"};
        const Result<std::string> token = tokenFrom(arguments.value("--token-file"));
        if (!token)
            return token.error();
        server = {arguments.value("--server"), *token};
    } else {
        if (readOnly && !PolicyStore::exists(folder)) // asking must not make one
            return Error{ErrorCode::NotFound,
                         "there is no policy store in " + folder + "; push or serve a policy first"};
        auto opened = PolicyStore::open(folder, PolicyStore::Access::ReadWrite);
        if (!opened && readOnly && opened.error().code != ErrorCode::Locked)
            opened = PolicyStore::open(folder, PolicyStore::Access::ReadOnly);
        if (opened) {
            const auto catalog = loadCatalog(arguments.value("--prices"));
            if (!catalog)
                return catalog.error();
            const std::shared_ptr<PolicyStore> store = std::move(*opened);
            const std::string token = randomHex();
            // Nobody listens, so nobody was silent: the time counts from now.
            const auto channel = std::make_shared<PolicyChannel>(
                *store, token,
                [prices = *catalog](const PolicyDocument &of) { return ratesFor(of, *prices, wallClockNow()); },
                wallClockNow());
            client.m_store = store;
            client.m_ask = [store, channel, token](ChannelRequest request) -> Result<ChannelResponse> {
                request.token = token;
                request.arrived = request.now = wallClockNow();
                return channel->handle(request);
            };
            return client;
        }
        if (opened.error().code != ErrorCode::Locked)
            return opened.error();
        Result<Server> running = runningServer(folder, arguments);
        if (!running)
            return running.error();
        server = std::move(*running);
    }
    client.m_ask = [server](ChannelRequest request) {
        request.token = server.token;
        return askServer(server.url, request);
    };
    return client;
}

} // namespace flyball::ctl
