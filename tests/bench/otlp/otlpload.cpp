// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/otlp/otlpload.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <protozero/pbf_writer.hpp>
#include <thread>

#include "tests/unit/formats/format_world.h"
#include "tests/unit/gateways/otlp_client.h"

namespace flyball::bench {

namespace {

using protozero::pbf_writer;

const std::vector<std::pair<std::string, std::string>> kAttributes{
    {"gen_ai.operation.name", "chat"},     {"gen_ai.provider.name", "openai"},
    {"gen_ai.request.model", "gpt-4o"},    {"gen_ai.response.model", "gpt-4o-2024-08-06"},
    {"gen_ai.usage.input_tokens", "1000"}, {"gen_ai.usage.output_tokens", "500"},
    {"flyball.workflow", "bench"},         {"server.address", "api.openai.com"},
    {"gen_ai.request.temperature", "warm"}};

std::string bigEndian(std::uint64_t number, std::size_t bytes)
{
    std::string out(bytes, '\0');
    for (std::size_t i = 0; i < 8 && i < bytes; ++i)
        out[bytes - 1 - i] = static_cast<char>(number >> (8 * i) & 0xFFU);
    return out;
}

std::string attribute(const std::string &key, const std::string &text)
{
    std::string value;
    if (text.find_first_not_of("0123456789") == std::string::npos)
        pbf_writer(value).add_int64(3, std::stoll(text));
    else
        pbf_writer(value).add_string(1, text);
    std::string out;
    pbf_writer pair(out);
    pair.add_string(1, key);
    pair.add_message(2, value);
    return out;
}

std::string spanBytes(unsigned trace)
{
    std::string out;
    pbf_writer span(out);
    span.add_bytes(1, bigEndian(trace, 16));
    span.add_bytes(2, bigEndian(1, 8));
    span.add_string(5, "chat");
    span.add_enum(6, 3);
    span.add_fixed64(7, static_cast<std::uint64_t>(test::kOtlpEpoch + kSecond));
    span.add_fixed64(8, static_cast<std::uint64_t>(test::kOtlpEpoch + 2 * kSecond));
    for (const auto &[key, value] : kAttributes)
        span.add_message(9, attribute(key, value));
    return out;
}

/// As an exporter does: over the connection it has, and over a new one when that was closed.
bool deliver(std::optional<test::Client> &client, const std::string &url, const std::string &request)
{
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!client)
            client.emplace(url);
        client->send(request);
        if (const int status = client->read().status; status > 0)
            return status == 200;
        client.reset();
    }
    return false;
}

double percentile(std::vector<double> &sorted, double share)
{
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

} // namespace

std::string jsonExport(unsigned first, unsigned count)
{
    std::vector<test::OtlpSpan> spans;
    for (unsigned i = 0; i < count; ++i)
        spans.push_back({.trace = first + i, .id = 1, .attributes = kAttributes});
    return test::exportLine("bench", spans);
}

std::string protobufExport(unsigned first, unsigned count)
{
    std::string scope;
    pbf_writer scopeSpans(scope);
    for (unsigned i = 0; i < count; ++i)
        scopeSpans.add_message(2, spanBytes(first + i));
    std::string resource;
    pbf_writer(resource).add_message(2, scope);
    std::string out;
    pbf_writer(out).add_message(1, resource);
    return out;
}

Figures run(const Load &load, std::atomic<unsigned> &nextTrace)
{
    Figures figures;
    std::vector<double> all;
    std::mutex mutex;
    const TimeNs begin = monotonicNow();
    const double gap = load.spansPerSecond > 0 ? 1e9 * load.spans * load.senders / load.spansPerSecond : 0;
    std::vector<std::thread> senders;
    for (unsigned s = 0; s < load.senders; ++s)
        senders.emplace_back([&, s] {
            std::optional<test::Client> client;
            std::vector<double> times;
            std::int64_t notTaken = 0;
            for (unsigned i = 0; i < load.bodies; ++i) {
                const unsigned first = nextTrace.fetch_add(load.spans);
                const std::string request =
                    test::post(load.url, "/v1/traces",
                               load.protobuf ? protobufExport(first, load.spans) : jsonExport(first, load.spans),
                               {{"Content-Type", load.protobuf ? test::kProtobuf : "application/json"}});
                // By the clock, not by the answers: a slow answer does not make the next request late as well.
                TimeNs due = begin + static_cast<TimeNs>(gap * (i + static_cast<double>(s) / load.senders));
                if (const TimeNs now = monotonicNow(); due > now)
                    std::this_thread::sleep_for(std::chrono::nanoseconds(due - now));
                else if (load.spansPerSecond <= 0)
                    due = now;
                notTaken += deliver(client, load.url, request) ? 0 : 1;
                times.push_back(static_cast<double>(monotonicNow() - due) / 1e6);
            }
            const std::lock_guard lock(mutex);
            all.insert(all.end(), times.begin(), times.end());
            figures.notTaken += notTaken;
        });
    for (std::thread &sender : senders)
        sender.join();
    std::sort(all.begin(), all.end());
    const double seconds = static_cast<double>(monotonicNow() - begin) / 1e9;
    figures.spansPerSecond = static_cast<double>(load.bodies) * load.senders * load.spans / seconds;
    figures.p50Ms = percentile(all, 0.5);
    figures.p99Ms = percentile(all, 0.99);
    figures.maxMs = all.back();
    return figures;
}

} // namespace flyball::bench
