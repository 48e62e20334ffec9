// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/httptext.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace flyball {

namespace {

constexpr std::size_t kMostParameters = 32;

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool decode(std::string_view text, std::string &out)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (text.size() - i < 3)
            return false;
        const int high = hexDigit(text[i + 1]);
        const int low = hexDigit(text[i + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return false;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return true;
}

const char *reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 421:
        return "Misdirected Request";
    case 422:
        return "Unprocessable Content";
    case 428:
        return "Precondition Required";
    case 431:
        return "Request Header Fields Too Large";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Error";
    }
}

} // namespace

std::string_view headerProblem(std::string_view header)
{
    for (std::size_t i = 0; i < header.size(); ++i) {
        const auto c = static_cast<unsigned char>(header[i]);
        const bool pair = c == '\r' && i + 1 < header.size() && header[i + 1] == '\n';
        if (pair) {
            if (i + 2 < header.size() && (header[i + 2] == ' ' || header[i + 2] == '\t'))
                return "folded header line";
            ++i;
        } else if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return "control character in the header";
        }
    }
    return {};
}

bool splitTarget(std::string_view target, std::string &path, std::vector<std::pair<std::string, std::string>> &query)
{
    if (target.empty() || target[0] != '/')
        return false;
    const std::size_t mark = target.find('?');
    if (!decode(target.substr(0, mark), path))
        return false;
    if (mark == std::string_view::npos)
        return true;
    std::string_view rest = target.substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view part = rest.substr(0, end);
        const std::size_t equals = std::min(part.find('='), part.size());
        std::pair<std::string, std::string> parameter;
        std::string value(part.substr(std::min(equals + 1, part.size())));
        std::replace(value.begin(), value.end(), '+', ' ');
        if (!decode(part.substr(0, equals), parameter.first) || !decode(value, parameter.second)
            || query.size() >= kMostParameters)
            return false;
        query.push_back(std::move(parameter));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return true;
}

bool hostAllowed(const std::vector<std::string> &hosts, std::string_view host)
{
    return std::any_of(hosts.begin(), hosts.end(), [&](const std::string &known) {
        if (!known.starts_with("*."))
            return host == known;
        const std::size_t dot = host.find('.');
        return dot != 0 && dot != std::string_view::npos && host.substr(dot) == std::string_view(known).substr(1);
    });
}

std::string bearerToken(std::string_view authorization)
{
    constexpr std::string_view kScheme = "bearer ";
    if (authorization.size() <= kScheme.size()
        || lowerCase(std::string(authorization.substr(0, kScheme.size()))) != kScheme)
        return {};
    return std::string(authorization.substr(kScheme.size()));
}

std::string responseHead(const HttpResponse &response, bool close)
{
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' + reason(response.status) + "\r\n";
    for (const auto &[name, value] : response.headers)
        head += name + ": " + value + "\r\n";
    const bool typed = std::any_of(response.headers.begin(), response.headers.end(),
                                   [](const auto &field) { return field.first == "Content-Type"; });
    if (response.status != 304 && !typed)
        head += "Content-Type: application/json\r\n";
    if (response.status != 304)
        head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    head += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
    head += close ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
    return head;
}

HttpResponse errorAnswer(int status, const char *word, const std::string &message)
{
    nlohmann::ordered_json json{{"error", word}};
    if (!message.empty())
        json["message"] = message;
    HttpResponse response;
    response.status = status;
    response.body = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    if (status == 401)
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (status == 503)
        response.headers.emplace_back("Retry-After", "2");
    return response;
}

std::string lowerCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

} // namespace flyball
