// SPDX-License-Identifier: GPL-3.0-or-later
// What the OTLP receiver takes, with its ledger behind it: an answer is counted when its spans are committed.
//     flyball_bench_otlp [BODIES]
// Spans a second and the slowest hundredth of the answers, as ratios to what is asked of it; the same beside 64
// connections that are up to no good. Ends with 1 when one is missed.
#include <QCoreApplication>
#include <QTemporaryDir>
#include <cstdio>
#include <cstdlib>

#include "core/engine/engine.h"
#include "core/gateways/registry.h"
#include "tests/bench/otlp/hostilecrowd.h"
#include "tests/bench/otlp/otlpload.h"
#include "tests/unit/gateways/otlp_receiving.h"

using namespace flyball;
using namespace flyball::bench;

namespace {

constexpr double kSpansPerSecond = 2000;
constexpr double kP99Ms = 100;
constexpr double kHostileP99Ms = 200;

/// Of one that sends as fast as it can the rate is asked for, of one that sends at a rate how long answers take.
bool show(const char *what, const Figures &figures, double mostMs)
{
    std::printf("%-34s %8.0f spans/s", what, figures.spansPerSecond);
    if (mostMs <= 0)
        std::printf(" (%5.1fx of %.0f)", figures.spansPerSecond / kSpansPerSecond, kSpansPerSecond);
    std::printf("   p50 %6.1f ms   p99 %6.1f ms", figures.p50Ms, figures.p99Ms);
    if (mostMs > 0)
        std::printf(" (%4.2fx of %.0f)", figures.p99Ms / mostMs, mostMs);
    std::printf("   max %6.1f ms", figures.maxMs);
    std::printf(figures.notTaken == 0 ? "\n" : "   %lld not taken\n", static_cast<long long>(figures.notTaken));
    return figures.notTaken == 0 && (mostMs > 0 ? figures.p99Ms <= mostMs : figures.spansPerSecond >= kSpansPerSecond);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const unsigned bodies = argc > 1 ? static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)) : 100;
    const QTemporaryDir folder;
    EngineOptions options;
    options.ledgerPath = folder.path().toStdString() + "/ledger.db";
    options.openRemote = openRemoteSource;
    SourceConfig source;
    source.id = "otlp";
    source.kind = "otlp";
    source.target = "127.0.0.1:0";
    options.sources.push_back(source);
    auto engine = Engine::start(options);
    if (!engine) {
        std::fprintf(stderr, "%s\n", engine.error().message.c_str());
        return 2;
    }
    std::string url;
    while (url.empty()) {
        const auto snapshot = (*engine)->latest();
        if (!snapshot->sources.empty())
            url = snapshot->sources.front().url;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::atomic<unsigned> trace = 1;
    const auto load = [&](bool protobuf, double rate) {
        Load out{.url = url, .protobuf = protobuf, .bodies = bodies};
        out.spansPerSecond = rate;
        return run(out, trace);
    };
    (void)load(false, 0);
    bool good = show("JSON, as fast as it answers", load(false, 0), 0);
    good = show("protobuf, as fast as it answers", load(true, 0), 0) && good;
    good = show("JSON at 2000 spans/s", load(false, kSpansPerSecond), kP99Ms) && good;
    good = show("protobuf at 2000 spans/s", load(true, kSpansPerSecond), kP99Ms) && good;
    const double before = test::residentMiB();
    {
        const HostileCrowd crowd(url, 64);
        std::this_thread::sleep_for(std::chrono::seconds(3));
        std::printf("64 hostile connections: %+.1f MiB\n", test::residentMiB() - before);
        good = show("beside them, JSON at 2000 spans/s", load(false, kSpansPerSecond), kHostileP99Ms) && good;
        good = show("beside them, protobuf as fast", load(true, 0), 0) && good;
    }
    return good ? 0 : 1;
}
