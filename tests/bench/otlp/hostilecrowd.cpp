// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/otlp/hostilecrowd.h"

#include <list>
#include <vector>

#include "tests/unit/gateways/otlp_client.h"

namespace flyball::bench {

namespace {

constexpr auto kPause = std::chrono::milliseconds(20);

struct Slow {
    test::Client client;
    std::string said;
    std::size_t at = 0;
};

} // namespace

HostileCrowd::HostileCrowd(const std::string &url, std::size_t connections)
{
    // Heads by the byte, bodies by the byte, and no word at all.
    const std::string head = "POST /v1/traces HTTP/1.1\r\nHost: " + test::hostOf(url) + "\r\nX-Slow: ";
    const std::string body = test::post(url, "/v1/traces", {}, {{"Content-Length", "20000000"}});
    const std::string words[] = {head, body, {}};
    m_thread = std::thread([this, url, connections, words = std::vector<std::string>(words, words + 3)] {
        std::list<Slow> crowd;
        for (std::size_t i = 0; !m_stop; ++i) {
            if (crowd.size() < connections) {
                crowd.push_back({test::Client(url), words[i % words.size()], 0});
                continue;
            }
            for (Slow &slow : crowd) {
                const char byte = slow.at < slow.said.size() ? slow.said[slow.at] : 'a';
                if (!slow.said.empty() && slow.at % 16 == 0)
                    (void)slow.client.send({&byte, 1});
                ++slow.at;
            }
            std::erase_if(crowd, [](const Slow &slow) { return !slow.client.isOpen(); });
            std::this_thread::sleep_for(kPause);
        }
    });
}

HostileCrowd::~HostileCrowd()
{
    m_stop = true;
    m_thread.join();
}

} // namespace flyball::bench
