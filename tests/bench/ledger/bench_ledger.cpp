// SPDX-License-Identifier: GPL-3.0-or-later
// Prints what the store costs on this machine: flyball_bench_ledger [CALLS] [FOLDER].
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <limits>
#include <string>

#include <unistd.h>

#include "core/ledger/ledger.h"
#include "tests/unit/ledger/ledger_samples.h"

using namespace flyball;

namespace {

double cpuMs() { return static_cast<double>(std::clock()) * 1000.0 / CLOCKS_PER_SEC; }
double since(TimeNs start) { return static_cast<double>(monotonicNow() - start) / 1e6; }

[[noreturn]] void fail(const Error &error)
{
    std::fprintf(stderr, "%s\n", error.message.c_str());
    std::exit(1);
}

template <typename T>
T need(Result<T> r)
{
    if (!r)
        fail(r.error());
    return std::move(r.value());
}
void need(const Result<> &r)
{
    if (!r)
        fail(r.error());
}

template <typename Work>
void timed(const char *what, Work work)
{
    const double cpu = cpuMs();
    const TimeNs start = monotonicNow();
    const auto n = work();
    const double wall = since(start);
    std::printf("%-46s %10.2f ms wall %10.2f ms cpu  (%lld)\n", what, wall, cpuMs() - cpu, static_cast<long long>(n));
}

void fill(Ledger &ledger, SymbolTable &symbols, std::size_t calls)
{
    test::SampleFleet fleet(symbols, 1);
    test::RollupKeeper keeper;
    constexpr std::size_t kBatch = 4000;
    double spent = 0;
    double asked = 0;
    double cpu = 0;
    for (std::size_t done = 0; done < calls;) {
        LedgerWrite write;
        for (std::size_t i = 0; i < kBatch && done < calls; ++i, ++done) {
            write.calls.push_back(fleet.next());
            keeper.add(write.calls.back().call);
            if (write.runs.empty() || write.runs.back().info.run != fleet.currentRun().info.run)
                write.runs.push_back(fleet.currentRun());
            write.runs.back() = fleet.currentRun();
        }
        keeper.flush(write);
        write.files = {{"claude-code:/home/dev/.claude", "1:2", std::to_string(done)}};
        TimeNs start = monotonicNow();
        for (const StoredCall &call : write.calls)
            asked += ledger.hasGroup(call.fact.group) ? 0.0 : 0.0;
        asked += since(start);
        start = monotonicNow();
        const double cpuStart = cpuMs();
        need(ledger.commit(write));
        spent += since(start);
        cpu += cpuMs() - cpuStart;
    }
    const auto n = static_cast<double>(calls);
    std::printf("commit, batches of %zu, runs and roll-ups included %10.0f calls/s wall, %.0f cpu\n", kBatch,
                n / spent * 1000, n / cpu * 1000);
    std::printf("hasGroup of new groups                         %10.2f us each\n", asked / n * 1000);
}

std::int64_t count(Ledger &ledger, const CallFilter &filter, CallOrder order, std::int64_t limit)
{
    std::int64_t n = 0;
    need(ledger.readCalls(filter, order, limit, [&](const Call &) { return ++n, true; }));
    return n;
}

void measureReads(Ledger &reader, SymbolTable &symbols)
{
    constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    for (const auto &[name, resolution] :
         {std::pair("loadCells minute", Resolution::Minute), std::pair("loadCells quarter", Resolution::Quarter)})
        timed(name, [&, r = resolution] {
            std::int64_t n = 0;
            need(reader.loadCells(r, kFirst, kLast, [&](const Cell &) { ++n; }));
            return n;
        });
    RunRow some;
    timed("loadRuns", [&] {
        std::int64_t n = 0;
        need(reader.loadRuns([&](const RunRow &row) {
            if (++n == 5000)
                some = row;
        }));
        return n;
    });
    timed("loadSeries", [&] { return need(reader.loadSeries()).size(); });
    CallFilter run;
    run.run = some.info.run;
    timed("calls of one run", [&] { return count(reader, run, CallOrder::TimeAscending, 0); });
    CallFilter session;
    session.session = some.info.session;
    timed("calls of one session", [&] { return count(reader, session, CallOrder::TimeDescending, 100); });
    CallFilter window;
    window.since = some.info.start;
    window.until = some.info.start + kHour;
    timed("costliest 100 of an hour", [&] { return count(reader, window, CallOrder::CostDescending, 100); });
    timed("newest 100", [&] { return count(reader, {}, CallOrder::TimeDescending, 100); });
    CallFilter workflow;
    workflow.workflow = some.info.workflow;
    timed("newest 100 of a workflow", [&] { return count(reader, workflow, CallOrder::TimeDescending, 100); });
    timed("costliest 100 of everything", [&] { return count(reader, {}, CallOrder::CostDescending, 100); });
    CallFilter failed;
    failed.failed = true;
    timed("newest 100 failed", [&] { return count(reader, failed, CallOrder::TimeDescending, 100); });
    timed("groups of the producer", [&] {
        const Symbol producer = symbols.find("opentelemetry.instrumentation.anthropic 0.40|anthropic");
        return need(reader.groupsOfProducer(producer)).size();
    });
    timed("trace of one run", [&] { return need(reader.readTrace(some.info.run)).calls.size(); });
}

} // namespace

int main(int argc, char **argv)
{
    const std::size_t calls = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const std::filesystem::path folder =
        std::filesystem::path(argc > 2 ? argv[2] : "/tmp") / ("flyball-bench-" + std::to_string(::getpid()));
    const std::string path = (folder / "ledger.db").string();
    {
        SymbolTable symbols;
        const auto ledger = need(Ledger::open(path, Ledger::Mode::ReadWrite, symbols));
        fill(*ledger, symbols, calls);
        ledger->checkpoint();
        std::printf("size                                            %9.1f bytes a call\n",
                    static_cast<double>(ledger->sizeBytes()) / static_cast<double>(calls));
    }
    SymbolTable symbols;
    std::unique_ptr<Ledger> ledger;
    timed("open for writing", [&] {
        ledger = need(Ledger::open(path, Ledger::Mode::ReadWrite, symbols));
        return 0;
    });
    std::unique_ptr<Ledger> reader;
    timed("open for reading", [&] {
        reader = need(Ledger::open(path, Ledger::Mode::ReadOnly, symbols));
        return 0;
    });
    measureReads(*reader, symbols);
    timed("verify (whole file)", [&] { return need(ledger->verify()), 0; });
    timed("rebuildRollups", [&] { return need(ledger->rebuildRollups()), 0; });
    timed("retain half", [&] {
        return need(ledger->retain(1'790'000'000LL * kSecond + static_cast<TimeNs>(calls) / 2 * 5 * kSecond / 2));
    });
    timed("checkpoint", [&] { return ledger->checkpoint(), 0; });
    ledger.reset();
    reader.reset();
    std::filesystem::remove_all(folder);
    return 0;
}
