// SPDX-License-Identifier: GPL-3.0-or-later
// Commits numbered calls together with the read position, in random batches, until it is killed.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <unistd.h>

#include "core/ledger/ledger.h"

using namespace flyball;

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    SymbolTable symbols;
    const auto ledger = Ledger::open(argv[1], Ledger::Mode::ReadWrite, symbols);
    if (!ledger || ledger.value()->openReport().readOnly || !ledger.value()->openReport().movedAside.empty())
        return 3;
    const auto files = ledger.value()->loadFiles("numbers");
    if (!files)
        return 4;
    std::uint64_t next = files->empty() ? 0 : std::strtoull(files->front().state.c_str(), nullptr, 10);
    bool first = files->empty();
    std::mt19937_64 random(std::strtoull(argv[2], nullptr, 10));
    if (::write(STDOUT_FILENO, "r", 1) != 1) // open: from now on it commits
        return 6;
    for (;;) {
        LedgerWrite write;
        if (first)
            write.newSeries = {{0, SeriesKey{}}};
        const std::uint64_t batch = 1 + random() % 20;
        for (std::uint64_t i = 0; i < batch; ++i, ++next) {
            StoredCall stored;
            stored.fact.group = hashKey(std::to_string(next));
            stored.fact.sub = next;
            stored.fact.time = stored.call.time = static_cast<TimeNs>(next) * kSecond;
            stored.call.group = stored.call.run = stored.fact.group;
            stored.call.sub = next;
            stored.fact.request = stored.call.request = symbols.intern("req-" + std::to_string(next));
            Cell cell;
            cell.totals.add(stored.call);
            write.minuteDeltas.push_back(cell);
            write.calls.push_back(stored);
        }
        write.files = {{"numbers", "1:1", std::to_string(next)}};
        if (!ledger.value()->commit(write))
            return 5;
        first = false;
        ::usleep(static_cast<useconds_t>(random() % 600));
    }
}
