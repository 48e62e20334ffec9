// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <unordered_map>

#include "core/aggregate/measures/costparts.h"
#include "core/domain/call.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// What the cost of a call is made of, in pico-USD. Not known where the cost was not computed from a price (reported,
/// unpriced, no usage), or where the rule in force today gives another cost than the stored one.
/// Remembers matches per (provider, model); one thread.
class PartPricer {
public:
    PartPricer(std::shared_ptr<const PriceCatalog> catalog, const SymbolTable &symbols);
    [[nodiscard]] CostParts of(const Call &call);

private:
    std::shared_ptr<const PriceCatalog> m_catalog;
    const SymbolTable &m_symbols;
    std::unordered_map<std::uint64_t, PriceMatch> m_known;
};

} // namespace flyball
