// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/aggregate/views/runpicture.h"
#include "core/ledger/ledger.h"

namespace flyball {

class PriceCatalog;

/// Calls that a response cache answered. They are not calls of a model and cost nothing; what they would have cost is
/// an estimate: their own tokens at the rates in force, or the mean of the priced calls of the same step and model.
struct ResponseReuse {
    std::int64_t exact = 0, semantic = 0;
    std::int64_t estimated = 0; ///< of them, those an estimate could be made for
    UsdSum saved;
    [[nodiscard]] std::int64_t count() const { return exact + semantic; }
};
[[nodiscard]] ResponseReuse responseReuse(const std::vector<Call> &calls, const PriceCatalog &catalog,
                                          const SymbolTable &symbols);

/// Fresh input, cache read, cache write, output, reasoning.
inline constexpr std::size_t kClassGroups = 5;
[[nodiscard]] std::size_t classGroupOf(std::size_t tokenClass);
/// Money by class, from the rates in force; nothing when they do not give the stored cost of every call (a cost the
/// producer stated has no parts).
[[nodiscard]] std::optional<std::array<UsdSum, kClassGroups>>
costByClass(const std::vector<Call> &calls, const PriceCatalog &catalog, const SymbolTable &symbols);

/// All the query thread finds out about a run: nothing is left to the GUI thread but to show it.
struct RunReading {
    static constexpr int kMaxCalls = 100'000;
    std::shared_ptr<const RunPicture> picture;
    std::vector<SignalFact> found;
    std::optional<std::array<UsdSum, kClassGroups>> money;
    ResponseReuse reuse;
    QString error;
    bool more = false; ///< there are calls beyond kMaxCalls
};
/// Query thread. `catalog` may be null.
[[nodiscard]] RunReading readRun(Ledger &ledger, const RunRow &row, const PriceCatalog *catalog,
                                 const SymbolTable &symbols);

} // namespace flyball
