// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes on a connection to the receiver: it ends the connection, answers as HTTP or not at all, never with an error
// of its own, promises nothing that was not delivered, and goes on to serve others. "flyball.host" in an input stands
// for the receiver's own address.
#include <QCoreApplication>

#include <arpa/inet.h>
#include <atomic>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/gateways/otlp/receiver.h"
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

namespace {

constexpr int kPatienceMs = 20'000;
constexpr std::string_view kHostWord = "flyball.host";
constexpr std::string_view kExport =
    R"({"resourceSpans":[{"scopeSpans":[{"scope":{"name":"x"},"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",)"
    R"("spanId":"b7ad6b7169203331","name":"chat","startTimeUnixNano":"1795255200000000000",)"
    R"("endTimeUnixNano":"1795255201000000000","attributes":[{"key":"gen_ai.operation.name",)"
    R"("value":{"stringValue":"chat"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"7"}}]}]}]}]})";

/// Stores at once.
class StoringInbox final : public Inbox {
public:
    bool deliver(Delivery &&delivery) override
    {
        m_calls += static_cast<std::int64_t>(delivery.batch.calls.size());
        if (!delivery.stored)
            return true;
        ++m_promises;
        delivery.stored({});
        return true;
    }
    std::size_t waiting() const override { return 0; }
    [[nodiscard]] std::int64_t calls() const { return m_calls; }
    [[nodiscard]] std::int64_t promises() const { return m_promises; }

private:
    std::atomic<std::int64_t> m_calls = 0, m_promises = 0;
};

class World {
public:
    World()
    {
        otlp::ReceiverSettings settings;
        settings.target = "127.0.0.1:0";
        settings.address = "127.0.0.1";
        settings.port = 0;
        settings.clock = [] { return 1'800'000'000 * kSecond; };
        m_source = otlp::makeReceiver(std::move(settings), m_symbols);
        m_source->start({}, inbox);
        fuzz::require(!m_source->url().empty(), "it listens");
        host = m_source->url().substr(m_source->url().find("//") + 2);
    }
    ~World() { m_source->stop(); }

    /// What comes back until the other side ends it.
    std::string exchange(std::string_view bytes) const
    {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const linger gone{1, 0}; // thousands of connections a second leave no ports behind
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &gone, sizeof gone);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(host.substr(host.rfind(':') + 1))));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fuzz::require(::connect(fd, reinterpret_cast<sockaddr *>(&to), sizeof to) == 0, "it takes connections");
        const std::size_t cut = bytes.size() / 3;
        for (const std::string_view part : {bytes.substr(0, cut), bytes.substr(cut)})
            (void)!::send(fd, part.data(), part.size(), MSG_NOSIGNAL);
        ::shutdown(fd, SHUT_WR);
        std::string answer;
        for (;;) {
            pollfd one{fd, POLLIN, 0};
            fuzz::require(::poll(&one, 1, kPatienceMs) > 0, "it ends a connection that says no more");
            char buffer[16 * 1024];
            const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
            if (count <= 0)
                break;
            answer.append(buffer, static_cast<std::size_t>(count));
        }
        ::close(fd);
        return answer;
    }

    StoringInbox inbox;
    std::string host;

private:
    SymbolTable m_symbols;
    std::unique_ptr<RemoteSource> m_source;
};

World &world()
{
    static int argc = 1;
    static char name[] = "fuzz_otlp_http";
    static char *argv[] = {name, nullptr};
    static const QCoreApplication app(argc, argv);
    static World one;
    return one;
}

void checkAnswers(std::string_view answers, std::int64_t promised)
{
    std::int64_t good = 0;
    while (!answers.empty()) {
        fuzz::require(answers.starts_with("HTTP/1.1 ") && answers.size() > 12, "an answer is HTTP");
        const std::string_view status = answers.substr(9, 3);
        static constexpr std::string_view known[] = {"100", "200", "400", "401", "403", "404", "405", "408",
                                                     "411", "413", "415", "429", "431", "501", "503", "505"};
        fuzz::require(std::find(std::begin(known), std::end(known), status) != std::end(known), "a known status");
        good += status == "200" ? 1 : 0;
        const std::size_t end = answers.find("\r\n\r\n");
        fuzz::require(end != std::string_view::npos, "a whole head");
        const std::string_view head = answers.substr(0, end);
        fuzz::require(head.find("Access-Control") == std::string_view::npos, "no web page may read it");
        const std::size_t at = head.find("Content-Length: ");
        const std::size_t size = at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + 16)));
        answers.remove_prefix(std::min(answers.size(), end + 4 + size));
    }
    fuzz::require(good <= promised, "200 is said of what was delivered");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static std::int64_t runs = 0;
    World &w = world();
    std::string text(reinterpret_cast<const char *>(data), size);
    for (std::size_t at = text.find(kHostWord); at != std::string::npos; at = text.find(kHostWord, at))
        text.replace(at, kHostWord.size(), w.host);
    const std::int64_t before = w.inbox.promises();
    const std::string answers = w.exchange(text);
    checkAnswers(answers, w.inbox.promises() - before);
    if (runs++ % 64 != 0)
        return 0;
    const std::int64_t calls = w.inbox.calls();
    const std::string honest =
        w.exchange("POST /v1/traces HTTP/1.1\r\nHost: " + w.host
                   + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                   + std::to_string(kExport.size()) + "\r\n\r\n" + std::string(kExport));
    fuzz::require(w.inbox.calls() == calls + 1, "who comes next is served");
    fuzz::require(honest.starts_with("HTTP/1.1 200 "), "and told so");
    return 0;
}
