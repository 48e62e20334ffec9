// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/rest/restclient.h"

#include "core/base/time.h"
#include "core/formats/jsonfields.h"
#include "core/gateways/browse/rawpage.h"

#include <QRandomGenerator>

#include <algorithm>

namespace flyball {

namespace {

constexpr TimeNs kRefused = 15 * kMinute;
constexpr std::size_t kMostWords = 200;
const RetryPolicy kPatience{1, Milliseconds(1000), Milliseconds(300'000)};

std::string oneLine(std::string_view text)
{
    std::string clean;
    sanitiseUtf8(text.substr(0, 4 * kMostWords), clean);
    maskKeys(clean);
    for (char &c : clean)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    if (clean.size() <= kMostWords)
        return clean;
    std::size_t end = kMostWords;
    while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xC0U) == 0x80U)
        --end;
    return clean.substr(0, end) + "...";
}

bool isPage(std::string_view body, std::string_view type)
{
    const std::size_t first = body.find_first_not_of(" \t\r\n");
    return type.find("html") != std::string_view::npos || (first != std::string_view::npos && body[first] == '<');
}

bool isJson(std::string_view body)
{
    const std::size_t first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

} // namespace

std::string serverWords(std::string_view body)
{
    if (isPage(body, {}))
        return {};
    JsonFields answer;
    if (!answer.parse(body))
        return isJson(body) ? std::string() : oneLine(body);
    for (const std::string_view key : {"error", "detail"}) {
        const JsonFields inner = answer.object(key);
        for (const std::string_view name : {"message", "error"}) {
            const JsonFields innermost = inner.object(name);
            const std::string_view text = innermost.empty() ? inner.text(name) : innermost.text("message");
            if (!text.empty())
                return oneLine(text);
        }
        if (const std::string_view text = answer.text(key); !text.empty())
            return oneLine(text);
    }
    return oneLine(answer.text("message"));
}

Result<> RestClient::begin()
{
    m_status = 0;
    m_retryAfter.clear();
    auto client = HttpClient::open(m_connection);
    if (!client)
        return client.error();
    const std::lock_guard lock(m_mutex);
    m_client = std::move(*client);
    return {};
}

void RestClient::end()
{
    const std::lock_guard lock(m_mutex);
    m_client.reset();
}

void RestClient::stop()
{
    const std::lock_guard lock(m_mutex);
    if (m_client)
        m_client->stop();
}

Result<HttpReply> RestClient::ask(const std::string &path)
{
    if (!m_client) // only this thread changes it
        return Error{ErrorCode::Cancelled, "stopped"};
    return m_client->get(path);
}

Error RestClient::refusal(const HttpReply &reply)
{
    const std::string words = serverWords(reply.body);
    const std::string said = words.empty() ? std::string() : ": " + words;
    const bool refused = reply.status == 401 || reply.status == 403;
    return {reply.status == 404 ? ErrorCode::NotFound : ErrorCode::Unreadable,
            (refused ? "it refuses the key, status " : "it answers with status ") + std::to_string(reply.status)
                + said};
}

void RestClient::remember(const HttpReply &reply)
{
    m_status = reply.status;
    m_retryAfter = reply.header("retry-after");
}

Result<std::unique_ptr<HttpStream>> RestClient::stream(const std::string &path, Milliseconds silence)
{
    if (!m_client)
        return Error{ErrorCode::Cancelled, "stopped"};
    std::unique_ptr<HttpStream> stream;
    const Result<HttpReply> reply = m_client->stream(path, silence, stream);
    if (!reply)
        return reply.error();
    if (reply->status != 200) {
        remember(*reply);
        return refusal(*reply);
    }
    if (!reply->contentType.starts_with("text/event-stream"))
        return Error{ErrorCode::Malformed,
                     "it answers, but not with a stream of events: something stands in front of it?"};
    return stream;
}

Result<std::string> RestClient::get(const std::string &path)
{
    Result<HttpReply> reply = ask(path);
    if (reply && reply->status != 200)
        remember(*reply);
    return bodyOf(std::move(reply));
}

Result<std::string> RestClient::tryGet(const std::string &path, int &status)
{
    Result<HttpReply> reply = ask(path);
    status = m_tried = reply ? reply->status : 0;
    m_triedRetryAfter = reply ? reply->header("retry-after") : std::string();
    return bodyOf(std::move(reply));
}

Result<std::string> RestClient::bodyOf(Result<HttpReply> reply)
{
    if (!reply)
        return reply.error();
    if (reply->status != 200)
        return refusal(*reply);
    if (isPage(reply->body, reply->contentType))
        return Error{ErrorCode::Malformed, "it answers with a web page, not with JSON: a login stands in front of it?"};
    if (!isJson(reply->body))
        return Error{ErrorCode::Malformed, "its answer is not JSON"};
    return std::move(reply->body);
}

RemoteHealth RestClient::failed(const Error &error, TimeNs now)
{
    m_failures = std::min(m_failures + 1, 32);
    RemoteHealth health;
    health.at = now;
    health.error = oneLine(error.message);
    health.nextAt = monotonicNow() + waitAfter(m_status, m_retryAfter, m_failures, now);
    return health;
}

TimeNs RestClient::waitAfter(int status, const std::string &retryAfter, int failures, TimeNs now)
{
    if (status == 401 || status == 403)
        return kRefused;
    const bool told = status == 429 || status == 503;
    return retryDelay(kPatience, failures + 1, told ? retryAfter : std::string(), now / kSecond,
                      QRandomGenerator::global()->generateDouble())
               .count()
           * (kSecond / 1000);
}

RemoteHealth RestClient::good(TimeNs now, TimeNs interval)
{
    m_failures = 0;
    RemoteHealth health;
    health.at = now;
    health.nextAt = monotonicNow() + interval;
    health.staleAfter = 3 * interval + kMinute;
    return health;
}

} // namespace flyball
