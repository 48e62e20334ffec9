// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/aggregate/views/metersbeside.h"
#include "core/base/result.h"
#include "core/ledger/ledger.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// What `source` metered in [since, until) and what was told call by call, by any source (a receiver may get both), for
/// putBeside(). Meters that are tied
/// (kept and not counted) are there as well, as if they counted. Models that the price book knows by one name are one.
/// Reads every record of that time: for the query thread.
[[nodiscard]] Result<std::vector<BesideCell>> readBeside(Ledger &ledger, const SymbolTable &symbols,
                                                         const PriceCatalog &catalog, Symbol source, TimeNs since,
                                                         TimeNs until);

} // namespace flyball
