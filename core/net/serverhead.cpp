// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked of the head of a request before its body is taken.
#include "core/net/httptext.h"
#include "core/net/serverparser.h"

#include <algorithm>

namespace flyball {

namespace http = boost::beast::http;

bool ServerConnection::headerIsClean()
{
    // Line ends before a request are ignored (RFC 9112, 2.2), but not for ever.
    const std::size_t begin = std::min(m_buffer.find_first_not_of("\r\n"), m_buffer.size());
    m_buffer.erase(0, begin);
    const std::size_t end = m_buffer.find("\r\n\r\n");
    if (end == std::string::npos) {
        if (m_buffer.size() > m_limits.header)
            refuse(431, "header_too_large");
        return false;
    }
    if (end > m_limits.header) {
        refuse(431, "header_too_large");
        return false;
    }
    const std::string_view problem = headerProblem(std::string_view(m_buffer).substr(0, end));
    if (!problem.empty()) {
        refuse(400, "malformed", std::string(problem));
        return false;
    }
    m_headerSeen = true;
    return true;
}

bool ServerConnection::isForUs()
{
    const auto &message = m_parser->get();
    const std::string host = lowerCase(fieldOf(message, http::field::host));
    if (message.version() != 11)
        refuse(505, "version", "HTTP/1.1 only");
    else if (message.count(http::field::host) != 1)
        refuse(m_limits.wrongHost == 421 ? 400 : m_limits.wrongHost, "malformed", "exactly one Host is needed");
    else if (!hostAllowed(m_hosts, host))
        refuse(m_limits.wrongHost, "wrong_host", "this server does not answer for that Host");
    // Agents and flyballctl send no Origin; a web page does, and has no business here.
    else if (message.count(http::field::origin) != 0)
        refuse(403, "origin", "requests of web pages are refused");
    // Of a coding we do not undo the parser takes no notice, and what follows would be the next request.
    else if (message.count(http::field::transfer_encoding) != 0
             && lowerCase(fieldOf(message, http::field::transfer_encoding)) != "chunked")
        refuse(400, "malformed", "a transfer coding other than chunked");
    else
        return true;
    return false;
}

bool ServerConnection::accept()
{
    const auto &message = m_parser->get();
    m_keepAlive = message.keep_alive();
    if (!isForUs())
        return false;
    m_request = {};
    m_request.method = std::string(message.method_string());
    if (m_request.method == "HEAD") {
        refuse(405, "method_not_allowed");
        return false;
    }
    if (!splitTarget(std::string_view(message.target().data(), message.target().size()), m_request.path,
                     m_request.query)) {
        refuse(400, "malformed", "the target is no path");
        return false;
    }
    m_request.token = bearerToken(fieldOf(message, http::field::authorization));
    m_request.ifMatch = fieldOf(message, http::field::if_match);
    m_request.ifNoneMatch = fieldOf(message, http::field::if_none_match);
    m_request.contentType = fieldOf(message, http::field::content_type);
    m_request.contentEncoding = lowerCase(fieldOf(message, http::field::content_encoding));
    m_request.framed = m_parser->chunked() || m_parser->content_length().has_value();
    if (const auto no = m_callbacks.head ? m_callbacks.head(m_request) : std::nullopt) {
        ++m_counters.refused;
        send(*no, true);
        return false;
    }
    m_accepted = true;
    return true;
}

} // namespace flyball
