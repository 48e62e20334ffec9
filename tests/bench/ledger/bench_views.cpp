// SPDX-License-Identifier: GPL-3.0-or-later
// What the Explore page costs on a ledger that is there: flyball_bench_views LEDGER [ROUNDS].
// Every pair of dimensions over all time from the roll-ups in memory, against the same sums made from the rows
// (the peer). Ends with 1 when the two disagree.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "core/aggregate/views/changes.h"
#include "core/aggregate/views/pivot.h"
#include "tests/bench/ledger/loaded.h"

using namespace flyball;
using namespace flyball::bench;

namespace {

constexpr Dimension kAll[] = {Dimension::Workflow, Dimension::Step,    Dimension::Model,    Dimension::Tier,
                              Dimension::Agent,    Dimension::Segment, Dimension::Provider, Dimension::Source};

double percentile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

std::vector<Call> rowsOf(Ledger &ledger)
{
    std::vector<Call> calls;
    const auto read = ledger.readCalls({}, CallOrder::TimeAscending, INT64_MAX, [&](const Call &call) {
        calls.push_back(call);
        return true;
    });
    if (!read) {
        std::fprintf(stderr, "%s\n", read.error().message.c_str());
        std::exit(1);
    }
    return calls;
}

using Brute = std::map<std::pair<Symbol, Symbol>, Totals>;

Brute bruteForce(const std::vector<Call> &calls, Dimension rows, Dimension columns)
{
    Brute sums;
    for (const Call &call : calls) {
        const SeriesKey key = SeriesKey::of(call);
        sums[{symbolOf(key, rows), symbolOf(key, columns)}].add(call);
    }
    return sums;
}

bool agrees(const Pivot &table, const Brute &sums)
{
    Brute got;
    for (std::size_t r = 0; r < table.rows.size(); ++r)
        for (std::size_t c = 0; c < table.columns.size(); ++c)
            if (!table.at(r, c).isZero())
                got[{table.rows[r], table.columns[c]}] = table.at(r, c);
    return got == sums;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: flyball_bench_views LEDGER [ROUNDS]\n");
        return 2;
    }
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    EngineOptions options;
    options.ledgerPath = argv[1];
    auto engine = Engine::start(std::move(options));
    if (!engine) {
        std::fprintf(stderr, "%s\n", engine.error().message.c_str());
        return 1;
    }
    const auto snapshot = whole(**engine);
    const TimeNs width = widthOf(Resolution::Quarter);
    const std::vector<TimeNs> edges{floorTo(snapshot->firstEvent, width), ceilTo(snapshot->newestEvent + 1, width)};
    SymbolTable symbols;
    auto ledger = Ledger::open(argv[1], Ledger::Mode::ReadOnly, symbols);
    if (!ledger) {
        std::fprintf(stderr, "%s\n", ledger.error().message.c_str());
        return 1;
    }
    const TimeNs reading = monotonicNow();
    const std::vector<Call> calls = rowsOf(**ledger);
    const double read = msSince(reading);

    std::vector<double> ours, rows;
    bool good = true;
    Folder folder;
    for (int round = 0; round < rounds; ++round)
        for (const Dimension a : kAll)
            for (const Dimension b : kAll) {
                if (a == b)
                    continue;
                TimeNs start = monotonicNow();
                const Folded folded = folder.fold(snapshot->quarters, edges);
                const Pivot table = pivot(folded, *snapshot->series, a, b);
                ours.push_back(msSince(start));
                if (round > 0)
                    continue;
                start = monotonicNow();
                const Brute sums = bruteForce(calls, a, b);
                rows.push_back(msSince(start));
                // Symbols of another table: compared by how many and by the sum, then name by name.
                Totals total;
                for (const auto &[key, totals] : sums)
                    total += totals;
                good = good && total == table.total && sums.size() <= table.rows.size() * table.columns.size();
                Brute named;
                for (const auto &[key, totals] : sums)
                    named[{snapshot->symbols->find(symbols.text(key.first)),
                           snapshot->symbols->find(symbols.text(key.second))}] += totals;
                good = good && agrees(table, named);
            }
    std::printf("%lld calls, %zu series, %zu tables\n", static_cast<long long>(snapshot->totals.calls),
                snapshot->series->size(), ours.size());
    std::printf("from roll-ups  p50 %8.2f ms  p95 %8.2f ms  worst %8.2f ms\n", percentile(ours, 0.5),
                percentile(ours, 0.95), percentile(ours, 1));
    std::printf("from rows      p50 %8.2f ms, after %.0f ms to read them: %.0fx\n", percentile(rows, 0.5), read,
                percentile(rows, 0.5) / percentile(ours, 0.5));
    std::printf("%s\n", good ? "every cell is equal" : "CELLS DIFFER");
    return good ? 0 : 1;
}
