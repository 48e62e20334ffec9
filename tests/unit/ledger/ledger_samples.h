// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/base/symbols.h"
#include "core/ledger/ledger.h"

namespace flyball::test {

/// Facts with every field drawn at random, edge values included: for round trips.
class RandomFacts {
public:
    RandomFacts(SymbolTable &symbols, std::uint64_t seed) : m_symbols(symbols), m_random(seed) {}

    [[nodiscard]] StoredCall storedCall();
    [[nodiscard]] SpanFact span();
    [[nodiscard]] SignalFact signal();
    [[nodiscard]] RunRow run();
    [[nodiscard]] Totals totals();
    [[nodiscard]] Symbol symbol();
    [[nodiscard]] Key128 key();
    [[nodiscard]] std::int64_t number();
    [[nodiscard]] std::uint64_t below(std::uint64_t n) { return m_random() % n; }

private:
    void fill(Attribution &names);
    void fill(Usage &usage);

    SymbolTable &m_symbols;
    std::mt19937_64 m_random;
};

/// A fleet of Claude-like sessions and traces with realistic names, sizes and repetition.
class SampleFleet {
public:
    SampleFleet(SymbolTable &symbols, std::uint64_t seed);
    [[nodiscard]] StoredCall next();
    [[nodiscard]] const RunRow &currentRun() const { return m_run; }
    /// Workflow of a later, better attribution.
    [[nodiscard]] Symbol workflow(std::size_t i) const { return m_workflows[i % m_workflows.size()]; }

private:
    void startRun();
    [[nodiscard]] std::string hex(std::size_t digits);

    SymbolTable &m_symbols;
    std::mt19937_64 m_random;
    std::vector<Symbol> m_workflows, m_models, m_agents, m_steps;
    Symbol m_source, m_format, m_provider, m_producer, m_path = 0, m_service, m_finish;
    Symbol m_runModel = 0, m_runAgent = 0;
    RunRow m_run;
    Key128 m_trace;
    bool m_spans = false;
    std::int64_t m_offset = 0;
    int m_callsLeft = 0;
    TimeNs m_now;
};

/// Keeps roll-ups the way the engine does: series ids and additive cells.
class RollupKeeper {
public:
    /// Number of the first series, beside those a ledger already has.
    void startAt(SeriesId first) { m_first = first; }
    void add(const Call &call) { apply(call, 1); }
    void subtract(const Call &call) { apply(call, -1); }
    /// Moves what was gathered since the last call into `write`.
    void flush(LedgerWrite &write);

private:
    using CellKey = std::pair<std::int64_t, SeriesId>;
    void apply(const Call &call, int sign);
    [[nodiscard]] SeriesId seriesOf(const Call &call);

    SeriesId m_first = 0;
    std::map<std::vector<Symbol>, SeriesId> m_ids;
    std::vector<std::pair<SeriesId, SeriesKey>> m_new;
    std::map<CellKey, Totals> m_minutes, m_quarters;
};

// Field by field, on purpose another list than the ledger's own.
[[nodiscard]] bool same(const CallFact &a, const CallFact &b);
[[nodiscard]] bool same(const Call &a, const Call &b);
[[nodiscard]] bool same(const SpanFact &a, const SpanFact &b);
[[nodiscard]] bool same(const SignalFact &a, const SignalFact &b);
[[nodiscard]] bool same(const RunRow &a, const RunRow &b);

} // namespace flyball::test
