// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/engine/measurereading.h"
#include "tests/unit/engine/pipeline_bench.h"

namespace flyball::test {

/// A price file with the provider "seed": round prices of the articles, never those of a live book.
[[nodiscard]] std::string seedBook();
/// The built-in book and the one above over it.
[[nodiscard]] std::shared_ptr<const PriceCatalog> seedPrices();

inline constexpr TimeNs kFleetStart = 1'795'000'000 * kSecond;

/// Calls and runs made by hand, summed without a ledger. Calls are priced by the seed book unless told otherwise.
class Fleet {
public:
    /// One call of run `run`, a second after the one before it. The reference is valid until the next call.
    Call &call(std::uint64_t run, const char *step, std::int64_t in, std::int64_t out, const char *model = "plain");
    void end(std::uint64_t run, Outcome outcome);
    /// A call that used what it says, but has no price.
    static void unpriced(Call &call);
    [[nodiscard]] Symbol name(const char *text) { return symbols.intern(text); }

    /// Prices what has no cost yet and sums up; the window holds all calls.
    [[nodiscard]] std::vector<Measure> measures(MeasureScope scope = {});
    [[nodiscard]] Measure measure(MeasureId id, MeasureScope scope = {});

    SymbolTable symbols;
    std::deque<Call> calls;
    std::vector<RunRow> runs;
    std::vector<std::pair<Key128, std::vector<SignalFact>>> signalFacts;

private:
    TimeNs m_now = kFleetStart;
};

/// "12304/98120", "$1.234567890123", "unknown: n too small": a measure in one line, exact.
[[nodiscard]] std::string words(const Measure &measure);
[[nodiscard]] std::string words(const Amount &amount);
#define SAYS(measure, text) QCOMPARE(QByteArray::fromStdString(words(measure)), QByteArray(text))

/// The measures of a ledger, read slice by slice as the window does.
[[nodiscard]] std::shared_ptr<const ScopeNumbers> readNumbers(PipelineBench &bench, const MeasureQuestion &question);

/// Recomputes every measure from rows, another way than the accumulator does: whole passes over all calls.
[[nodiscard]] std::vector<std::string> bruteForce(const std::vector<Call> &calls, const std::vector<RunRow> &runs,
                                                  const MeasureQuestion &question,
                                                  const std::shared_ptr<const PriceCatalog> &prices,
                                                  const SymbolTable &symbols);

} // namespace flyball::test
