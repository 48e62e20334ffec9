// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateways/otlp_client.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

namespace flyball::test {

namespace {

bool readable(int fd, int milliseconds)
{
    pollfd one{fd, POLLIN, 0};
    return ::poll(&one, 1, milliseconds) > 0;
}

} // namespace

std::string hostOf(const std::string &url) { return url.substr(url.find("//") + 2); }

Client::Client(const std::string &url)
{
    const std::string host = hostOf(url);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(host.substr(host.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    m_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (m_fd < 0 || ::connect(m_fd, reinterpret_cast<sockaddr *>(&to), sizeof to) != 0) {
        std::perror("connect");
        std::abort();
    }
}

Client::~Client()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

bool Client::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

Client::Answer Client::read(int seconds)
{
    Answer answer;
    for (;;) {
        const std::size_t end = m_buffer.find("\r\n\r\n");
        if (end != std::string::npos) {
            answer.head = m_buffer.substr(0, end + 2);
            answer.status = std::stoi(answer.head.substr(9, 3));
            const std::string length = answer.field("Content-Length");
            const std::size_t size = length.empty() ? 0 : std::stoul(length);
            if (answer.status == 100) { // go on
                m_buffer.erase(0, end + 4);
                continue;
            }
            if (m_buffer.size() >= end + 4 + size) {
                answer.body = m_buffer.substr(end + 4, size);
                m_buffer.erase(0, end + 4 + size);
                return answer;
            }
        }
        char bytes[16 * 1024];
        if (!readable(m_fd, seconds * 1000))
            return {-1, {}, {}};
        const ssize_t count = ::recv(m_fd, bytes, sizeof bytes, 0);
        if (count <= 0)
            return {0, {}, {}};
        m_buffer.append(bytes, static_cast<std::size_t>(count));
    }
}

bool Client::hasAnswer() const { return !m_buffer.empty() || readable(m_fd, 0); }

bool Client::isOpen() const
{
    char byte = 0;
    return !readable(m_fd, 0) || ::recv(m_fd, &byte, 1, MSG_PEEK) > 0;
}

void Client::shutDownSending() { ::shutdown(m_fd, SHUT_WR); }

std::string Client::Answer::field(const std::string &name) const
{
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos)
        return {};
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string post(const std::string &url, const std::string &path, std::string_view body,
                 const std::map<std::string, std::string> &fields)
{
    std::map<std::string, std::string> all{
        {"Host", hostOf(url)}, {"Content-Type", "application/json"}, {"Content-Length", std::to_string(body.size())}};
    for (const auto &[name, value] : fields)
        all[name] = value;
    std::string out = "POST " + path + " HTTP/1.1\r\n";
    for (const auto &[name, value] : all)
        if (!value.empty())
            out += name + ": " + value + "\r\n";
    return out + "\r\n" + std::string(body);
}

Client::Answer ask(const std::string &url, const std::string &path, std::string_view body,
                   const std::map<std::string, std::string> &fields)
{
    Client client(url);
    client.send(post(url, path, body, fields));
    return client.read();
}

std::string gzipped(std::string_view text)
{
    z_stream z{};
    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        std::abort();
    std::string out(deflateBound(&z, text.size()), '\0');
    z.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef *>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        std::abort();
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

void FakeInbox::set(Mode mode)
{
    const std::lock_guard lock(m_mutex);
    m_mode = mode;
}

bool FakeInbox::deliver(Delivery &&delivery)
{
    std::function<void(const Result<> &)> tell;
    Result<> result;
    {
        const std::lock_guard lock(m_mutex);
        if (delivery.hasHealth)
            m_health.push_back(delivery.health);
        m_changed.notify_all();
        if (!delivery.stored)
            return true;
        if (m_mode == Mode::Full)
            return false;
        m_batches.push_back(std::move(delivery.batch));
        if (m_mode == Mode::Hold) {
            m_held.push_back(std::move(delivery.stored));
            return true;
        }
        if (m_mode == Mode::Fail)
            result = Error{ErrorCode::DiskFull, "no space left on the device"};
        tell = std::move(delivery.stored);
    }
    tell(result);
    return true;
}

bool FakeInbox::await(std::size_t count)
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, std::chrono::seconds(20), [&] { return m_batches.size() >= count; });
}

void FakeInbox::settle(const Result<> &stored)
{
    std::vector<std::function<void(const Result<> &)>> held;
    {
        const std::lock_guard lock(m_mutex);
        held.swap(m_held);
    }
    for (const auto &tell : held)
        tell(stored);
}

std::vector<FactBatch> FakeInbox::batches() const
{
    const std::lock_guard lock(m_mutex);
    return m_batches;
}

std::vector<RemoteHealth> FakeInbox::health() const
{
    const std::lock_guard lock(m_mutex);
    return m_health;
}

} // namespace flyball::test
