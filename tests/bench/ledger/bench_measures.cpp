// SPDX-License-Identifier: GPL-3.0-or-later
// What the numbers of a workflow cost on a ledger that is there: flyball_bench_measures LEDGER [ROUNDS].
// All measures over all calls of all time, read as the window does: slice by slice, others can ask in between.
// Ends with 1 when the calls that were read are not those of the roll-ups.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "core/engine/measurereading.h"
#include "tests/bench/ledger/loaded.h"

using namespace flyball;
using namespace flyball::bench;

namespace {

/// What this thread has worked, in ms: on a busy machine the wall says little.
double worked()
{
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: flyball_bench_measures LEDGER [ROUNDS]\n");
        return 2;
    }
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    EngineOptions options;
    options.ledgerPath = argv[1];
    auto engine = Engine::start(std::move(options));
    if (!engine) {
        std::fprintf(stderr, "%s\n", engine.error().message.c_str());
        return 1;
    }
    const auto snapshot = whole(**engine);
    // Names of rows are the engine's: a reader of its own would know them by other numbers.
    auto ledger = Ledger::open(argv[1], Ledger::Mode::ReadOnly, const_cast<SymbolTable &>(*snapshot->symbols));
    if (!ledger) {
        std::fprintf(stderr, "%s\n", ledger.error().message.c_str());
        return 1;
    }
    bool good = true;
    for (int round = 0; round < rounds; ++round) {
        const double before = worked();
        const TimeNs start = monotonicNow();
        MeasureReading reading(snapshot, {{}, {snapshot->firstEvent, snapshot->newestEvent + 1}}, (*engine)->prices());
        std::vector<double> slices;
        for (bool more = true; more;) {
            const TimeNs slice = monotonicNow();
            more = reading.step(**ledger);
            slices.push_back(msSince(slice));
        }
        const TimeNs finishing = monotonicNow();
        const auto numbers = reading.result();
        const double finish = msSince(finishing), all = msSince(start);
        std::sort(slices.begin(), slices.end());
        good = good && numbers->error.empty() && numbers->totals == snapshot->totals;
        const double cpu = worked() - before;
        std::printf("%lld calls, %lld runs: %.0f ms, %.0f ms of work (%.2f us a call), %zu slices p50 %.0f ms, longest "
                    "%.0f ms, sums %.0f ms\n",
                    static_cast<long long>(numbers->callsRead), static_cast<long long>(snapshot->runCount), all, cpu,
                    cpu * 1000 / static_cast<double>(std::max<std::int64_t>(1, numbers->callsRead)), slices.size(),
                    slices[slices.size() / 2], slices.back(), finish);
    }
    std::printf("%s\n", good ? "the calls are those of the roll-ups" : "THE CALLS DIFFER FROM THE ROLL-UPS");
    return good ? 0 : 1;
}
