// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/http.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace flyball::agentsim {

namespace {

constexpr std::size_t kMostHeader = 16 * 1024;
constexpr std::size_t kMostBody = std::size_t{8} << 20;
constexpr TimeNs kMillisecond = kSecond / 1000;

Error broken(std::string what) { return {ErrorCode::Unreadable, "policy channel: " + std::move(what)}; }

int milliseconds(TimeNs left)
{
    return static_cast<int>(std::clamp<TimeNs>((left + kMillisecond - 1) / kMillisecond, 0, 3'600'000));
}

bool sameWord(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return a.size() == b.size()
           && std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// The header block without its last empty line; the length of the body goes into `length`.
Result<HttpAnswer> readHead(std::string_view head, std::optional<std::size_t> &length, bool &keep)
{
    HttpAnswer out;
    const std::size_t firstEnd = std::min(head.find("\r\n"), head.size());
    const std::string_view first = head.substr(0, firstEnd);
    if (!first.starts_with("HTTP/1.1 ") || first.size() < 12
        || std::from_chars(first.data() + 9, first.data() + 12, out.status).ec != std::errc())
        return broken("the answer is no HTTP/1.1");
    for (std::size_t at = firstEnd + 2; at < head.size();) {
        const std::size_t end = std::min(head.find("\r\n", at), head.size());
        const std::string_view line = head.substr(at, end - at);
        at = end + 2;
        const std::size_t colon = std::min(line.find(':'), line.size());
        const std::string_view name = line.substr(0, colon);
        const std::string_view value = trimmed(line.substr(std::min(colon + 1, line.size())));
        if (sameWord(name, "content-length")) {
            std::size_t n = 0;
            if (std::from_chars(value.data(), value.data() + value.size(), n).ec != std::errc() || n > kMostBody)
                return broken("an unusable Content-Length");
            length = n;
        } else if (sameWord(name, "transfer-encoding")) {
            return broken("a transfer encoding nobody asked for");
        } else if (sameWord(name, "connection")) {
            keep = !sameWord(value, "close");
        } else if (sameWord(name, "etag")) {
            out.etag = value.size() > 1 && value.front() == '"' && value.back() == '"'
                           ? value.substr(1, value.size() - 2)
                           : value;
        } else if (sameWord(name, "x-nonce")) {
            out.nonce = value;
        }
    }
    return out;
}

} // namespace

StopEvent::StopEvent() : m_fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StopEvent::raise() { eventfd_write(m_fd.get(), 1); }

bool StopEvent::wait(TimeNs timeout) const
{
    pollfd one{m_fd.get(), POLLIN, 0};
    return ::poll(&one, 1, milliseconds(timeout)) > 0;
}

Result<HttpClient> HttpClient::open(std::string_view url, std::string token, const StopEvent &stop)
{
    const Error bad{ErrorCode::InvalidArgument,
                    "the policy channel is http://127.0.0.1:PORT, not '" + std::string(url) + "'"};
    constexpr std::string_view kScheme = "http://";
    std::string_view rest = url.starts_with(kScheme) ? url.substr(kScheme.size()) : std::string_view();
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    const std::size_t colon = rest.rfind(':');
    std::uint16_t port = 0;
    const std::string_view host = rest.substr(0, std::min(colon, rest.size()));
    const std::string_view digits = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0
        || (host != "127.0.0.1" && host != "localhost" && host != "[::1]"))
        return bad;
    return HttpClient(std::string(host), port, std::move(token), stop);
}

Result<> HttpClient::awaitSocket(short events, TimeNs deadline) const
{
    std::array<pollfd, 2> both{{{m_socket.get(), events, 0}, {m_stop->fd(), POLLIN, 0}}};
    const int ready = ::poll(both.data(), both.size(), milliseconds(deadline - monotonicNow()));
    if (both[1].revents != 0)
        return Error{ErrorCode::Cancelled, "stopped"};
    return ready > 0 ? Result<>() : broken(ready == 0 ? "no answer in time" : std::strerror(errno));
}

Result<> HttpClient::connect(TimeNs deadline)
{
    const bool six = m_host == "[::1]";
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(m_port);
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 sixth{};
    sixth.sin6_family = AF_INET6;
    sixth.sin6_port = htons(m_port);
    sixth.sin6_addr = in6addr_loopback;
    m_socket.reset(::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto *address = six ? reinterpret_cast<const sockaddr *>(&sixth) : reinterpret_cast<const sockaddr *>(&four);
    const socklen_t size = six ? sizeof sixth : sizeof four;
    if (m_socket && ::connect(m_socket.get(), address, size) != 0 && errno != EINPROGRESS)
        m_socket.reset();
    if (!m_socket)
        return broken(std::strerror(errno));
    if (auto ready = awaitSocket(POLLOUT, deadline); !ready)
        return ready;
    int problem = 0;
    socklen_t length = sizeof problem;
    ::getsockopt(m_socket.get(), SOL_SOCKET, SO_ERROR, &problem, &length);
    if (problem != 0)
        return broken(std::strerror(problem));
    const int on = 1;
    ::setsockopt(m_socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return {};
}

Result<> HttpClient::send(std::string_view text, TimeNs deadline) const
{
    while (!text.empty()) {
        const ssize_t n = ::send(m_socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (n > 0) {
            text.remove_prefix(static_cast<std::size_t>(n));
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            if (auto ready = awaitSocket(POLLOUT, deadline); !ready)
                return ready;
        } else {
            return broken(std::strerror(errno));
        }
    }
    return {};
}

Result<HttpAnswer> HttpClient::receive(TimeNs deadline)
{
    std::string text;
    std::optional<HttpAnswer> answer;
    std::size_t whole = 0;
    bool keep = true;
    for (;;) {
        if (!answer) {
            const std::size_t end = text.find("\r\n\r\n");
            if (end != std::string::npos) {
                std::optional<std::size_t> length;
                Result<HttpAnswer> head = readHead(std::string_view(text).substr(0, end), length, keep);
                if (!head)
                    return head;
                const bool empty = head->status == 304 || head->status == 204;
                if (!length && !empty)
                    return broken("an answer without a length");
                whole = end + 4 + (empty ? 0 : *length);
                answer = std::move(*head);
            } else if (text.size() > kMostHeader) {
                return broken("a header without an end");
            }
        }
        if (answer && text.size() >= whole) {
            const std::size_t head = text.find("\r\n\r\n") + 4;
            answer->body = text.substr(head, whole - head);
            if (!keep)
                m_socket.reset();
            return *answer;
        }
        if (auto ready = awaitSocket(POLLIN, deadline); !ready)
            return ready.error();
        std::array<char, 16384> buffer;
        const ssize_t n = ::recv(m_socket.get(), buffer.data(), buffer.size(), 0);
        if (n > 0)
            text.append(buffer.data(), static_cast<std::size_t>(n));
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            return broken("the connection was closed");
    }
}

Result<HttpAnswer> HttpClient::exchange(std::string_view text, TimeNs deadline)
{
    if (!m_socket)
        if (auto connected = connect(deadline); !connected)
            return connected.error();
    if (auto sent = send(text, deadline); !sent)
        return sent.error();
    return receive(deadline);
}

Result<HttpAnswer> HttpClient::request(std::string_view method, std::string_view target, std::string_view body,
                                       std::string_view etag, TimeNs timeout)
{
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(m_host).append(":");
    text += std::to_string(m_port) + "\r\nAuthorization: Bearer " + m_token + "\r\n";
    if (!etag.empty())
        text.append("If-None-Match: \"").append(etag).append("\"\r\n");
    if (!body.empty())
        text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    text.append("\r\n").append(body);

    const TimeNs deadline = monotonicNow() + timeout;
    const bool kept = static_cast<bool>(m_socket);
    Result<HttpAnswer> answer = exchange(text, deadline);
    if (!answer && kept && answer.error().code == ErrorCode::Unreadable && monotonicNow() < deadline) {
        m_socket.reset();
        answer = exchange(text, deadline);
    }
    if (!answer)
        m_socket.reset();
    return answer;
}

} // namespace flyball::agentsim
