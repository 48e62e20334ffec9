// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/policyclient.h"

#include "app/flyballctl/qtprocess.h"
#include "app/flyballctl/sourcelist.h"
#include "core/engine/paths.h"
#include "core/keys/secretfile.h"
#include "core/net/httpclient.h"
#include "core/push/channel/channel.h"
#include "core/push/rates.h"

namespace flyball::ctl {

namespace {

constexpr std::size_t kMostAnswer = std::size_t{64} << 20U;

std::string pathOf(const HttpRequest &request)
{
    std::string path = request.path;
    for (const auto &[name, value] : request.query)
        path += (path.find('?') == std::string::npos ? '?' : '&') + urlEncoded(name) + '=' + urlEncoded(value);
    return path;
}

struct Server {
    std::string url;
    std::string token;
    std::string caFile;
};

Result<HttpResponse> askServer(const Server &server, const HttpRequest &request)
{
    const QtProcess qt;
    HttpConnection connection;
    connection.url = server.url;
    connection.caFile = server.caFile;
    connection.headers = {{"Authorization", "Bearer " + server.token}};
    connection.mostBytes = kMostAnswer;
    connection.retry.attempts = 1;
    const auto client = HttpClient::open(std::move(connection));
    if (!client)
        return Error{client.error().code, server.url + ": " + client.error().message};
    std::vector<std::pair<std::string, std::string>> headers;
    if (!request.ifMatch.empty())
        headers.emplace_back("If-Match", request.ifMatch);
    if (!request.ifNoneMatch.empty())
        headers.emplace_back("If-None-Match", request.ifNoneMatch);
    const Result<HttpReply> reply = (*client)->send(request.method, pathOf(request), request.body, headers);
    if (!reply)
        return Error{ErrorCode::Unreadable, "no answer from " + server.url + ": " + reply.error().message};
    HttpResponse response;
    response.status = reply->status;
    response.body = reply->body;
    if (const std::string etag = reply->header("etag"); !etag.empty())
        response.headers.emplace_back("ETag", etag);
    return response;
}

Result<std::string> tokenFrom(const std::string &path)
{
    Result<std::string> token = readSecretFile(path);
    while (token && !token->empty() && (token->back() == '\n' || token->back() == '\r'))
        token->pop_back();
    return token;
}

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
    const JsonValue *ca = json->find("ca_file");
    return Server{*url->string(), *token, arguments.value("--ca-file", ca && ca->string() ? *ca->string() : "")};
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
        server = {arguments.value("--server"), *token, arguments.value("--ca-file")};
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
            client.m_ask = [store, channel, token](HttpRequest request) -> Result<HttpResponse> {
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
    client.m_ask = [server](const HttpRequest &request) { return askServer(server, request); };
    return client;
}

} // namespace flyball::ctl
