// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "core/domain/call.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// What a price depends on besides model and counts. Views into `symbols`.
[[nodiscard]] PriceQuery priceQueryOf(const Call &call, const SymbolTable &symbols);

/// Prices a call whose provider and model are matched, by design rule 3a.2.
void priceMatched(Call &call, const PriceMatch &match, const SymbolTable &symbols);

/// Prices calls by design rule 3a.2 and names their provider as the book does. Remembers matches per
/// (provider, model); one thread.
class CallPricer {
public:
    CallPricer(std::shared_ptr<const PriceCatalog> catalog, SymbolTable &symbols);

    void price(Call &call);
    [[nodiscard]] const std::shared_ptr<const PriceCatalog> &catalog() const { return m_catalog; }

private:
    struct Known {
        PriceMatch match;
        Symbol provider = 0;
    };
    const Known &lookUp(Symbol provider, Symbol model);

    std::shared_ptr<const PriceCatalog> m_catalog;
    SymbolTable &m_symbols;
    std::unordered_map<std::uint64_t, Known> m_known;
    std::uint64_t m_lastKey = ~std::uint64_t{0};
    const Known *m_last = nullptr;
};

} // namespace flyball
