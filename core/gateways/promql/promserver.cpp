// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promserver.h"

namespace flyball {

namespace {

PromReply failed(PromFault fault, std::string error)
{
    PromReply out;
    out.answer.fault = fault;
    out.answer.error = std::move(error);
    return out;
}

} // namespace

PromServer::PromServer(HttpConnection connection, std::string base)
    : m_connection(std::move(connection)), m_base(std::move(base) + "/api/v1/")
{}

void PromServer::open()
{
    auto client = HttpClient::open(m_connection);
    const std::lock_guard lock(m_mutex);
    m_stopped = false; // of the thread before this one
    m_client = client ? std::move(*client) : nullptr;
}

void PromServer::close()
{
    const std::lock_guard lock(m_mutex);
    m_client.reset();
}

void PromServer::stop()
{
    const std::lock_guard lock(m_mutex);
    m_stopped = true;
    if (m_client)
        m_client->stop();
}

PromReply PromServer::ask(const std::string &what, const PromFields &fields)
{
    const std::string form = promForm(fields);
    PromReply reply = askOnce(what, form);
    if (m_post && reply.answer.fault == PromFault::Method) {
        m_post = false;
        reply = askOnce(what, form);
    }
    return reply;
}

PromReply PromServer::askOnce(const std::string &what, const std::string &form)
{
    if (!m_client)
        return failed(PromFault::Later, "the CA file cannot be read");
    const std::string path = m_base + what;
    const Result<HttpReply> reply =
        m_post ? m_client->send("POST", path, form, {{"Content-Type", "application/x-www-form-urlencoded"}})
               : m_client->send("GET", path + '?' + form, {});
    if (!reply) {
        // An answer that is too large or too late may be neither for a shorter window.
        const ErrorCode code = reply.error().code;
        const PromFault fault = code == ErrorCode::OutOfRange            ? PromFault::TooMuch
                                : m_post && code == ErrorCode::Malformed ? PromFault::Method
                                                                         : PromFault::Later;
        return failed(fault, reply.error().message);
    }
    PromReply out;
    out.answer = readPromAnswer(reply->status, reply->contentType, reply->body);
    out.bytes = reply->body.size();
    out.retryAfter = reply->header("retry-after");
    return out;
}

} // namespace flyball
