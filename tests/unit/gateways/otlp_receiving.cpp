// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateways/otlp_receiving.h"

#include <fstream>
#include <unistd.h>

namespace flyball::test {

Receiving::Receiving(const std::function<void(otlp::ReceiverSettings &)> &change)
{
    otlp::ReceiverSettings settings;
    settings.target = "127.0.0.1:0";
    settings.address = "127.0.0.1";
    settings.port = 0;
    settings.clock = [] { return kOtlpEpoch + kDay; };
    if (change)
        change(settings);
    source = otlp::makeReceiver(std::move(settings), symbols);
    source->start({}, inbox);
}

Receiving::~Receiving() { source->stop(); }

int Receiving::raw(std::string_view bytes) const
{
    Client client(url());
    client.send(bytes);
    return client.read().status;
}

int Receiving::served() const { return ask(url(), "/v1/traces", exportOf(7)).status; }

std::string Receiving::rejects() const
{
    std::map<std::string, int> counts;
    for (const FactBatch &batch : inbox.batches())
        for (const RejectFact &reject : batch.rejects)
            ++counts[textOf(reject.reason)];
    std::string out;
    for (const auto &[reason, count] : counts)
        out += (out.empty() ? "" : ", ") + reason + " x" + std::to_string(count);
    return out;
}

std::size_t Receiving::calls() const
{
    std::size_t count = 0;
    for (const FactBatch &batch : inbox.batches())
        count += batch.calls.size();
    return count;
}

std::string exportOf(unsigned firstTrace, unsigned count)
{
    std::vector<OtlpSpan> spans;
    for (unsigned i = 0; i < count; ++i)
        spans.push_back({.trace = firstTrace + i,
                         .id = 1,
                         .attributes = {{"gen_ai.operation.name", "chat"},
                                        {"gen_ai.provider.name", "openai"},
                                        {"gen_ai.request.model", "gpt-4o"},
                                        {"gen_ai.usage.input_tokens", "1000"},
                                        {"gen_ai.usage.output_tokens", "500"}}});
    return exportLine("test", spans);
}

double residentMiB()
{
    std::ifstream file("/proc/self/statm");
    long pages = 0;
    long resident = 0;
    file >> pages >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

} // namespace flyball::test
