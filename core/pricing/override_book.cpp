// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/catalog.h"

#include <algorithm>
#include <map>

namespace flyball {

namespace {

PriceRow rowFrom(PriceRow row, TimeNs from)
{
    if (from != kNoTime && (row.from == kNoTime || row.from < from))
        row.from = from;
    return row;
}

} // namespace

/// The operator's entries as one more list; aliases take over the rows they point at.
Result<PriceBook> PriceCatalog::overrideBook(const std::vector<PriceOverride> &entries, std::string_view name) const
{
    PriceBook book;
    book.info.name = name;
    book.info.source = "operator";
    std::map<std::pair<std::string, std::string>, std::shared_ptr<ModelPrices>> models;
    for (const PriceOverride &entry : entries) {
        std::string provider;
        if (!entry.provider.empty() && classify(entry.provider, provider) != Known::Listed)
            provider = normaliseName(entry.provider);
        auto &prices = models[{provider, normaliseName(entry.model)}];
        if (!prices) {
            prices = std::make_shared<ModelPrices>();
            prices->provider = provider;
            prices->id = entry.model;
            prices->isOverride = true;
        }
        if (entry.kind == PriceOverride::Kind::SameAs) {
            PriceMatch target;
            matchBooks(entry.sameAsProvider, normaliseName(entry.sameAsModel), target);
            if (target.lists.empty())
                return Error{ErrorCode::NotFound, std::string(name) + ": " + entry.model + ": same as "
                                                      + entry.sameAsModel + ", which no price list names"};
            for (const PriceRow &row : target.lists.front()->rows) {
                if (entry.from == kNoTime || row.until == kNoTime || row.until > entry.from)
                    prices->rows.push_back(rowFrom(row, entry.from));
            }
            continue;
        }
        PriceRow row;
        row.from = entry.from;
        row.rates.standard = entry.rates;
        if (entry.kind == PriceOverride::Kind::Free)
            row.rates.standard.atto.fill(0);
        prices->rows.push_back(std::move(row));
    }
    std::map<std::string, ProviderPrices> lists;
    for (auto &[key, prices] : models) {
        std::stable_sort(prices->rows.begin(), prices->rows.end(),
                         [](const PriceRow &a, const PriceRow &b) { return a.from < b.from; });
        ProviderPrices &list = lists[key.first];
        list.id = list.name = key.first;
        list.models.push_back({MatchClause::text(MatchClause::Kind::Equals, key.second), prices});
    }
    for (auto &[id, list] : lists) {
        list.buildIndex();
        book.providers.push_back(std::move(list));
    }
    return book;
}

} // namespace flyball
