// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/catalog.h"
#include "core/pricing/model_names.h"

#include <algorithm>
#include <numeric>

namespace flyball {

namespace {

/// Levenshtein distance, given up once it must exceed `limit`.
std::size_t editDistance(std::string_view a, std::string_view b, std::size_t limit)
{
    if (a.size() > b.size())
        std::swap(a, b);
    if (b.size() - a.size() > limit)
        return limit + 1;
    std::vector<std::size_t> row(a.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t j = 1; j <= b.size(); ++j) {
        std::size_t diagonal = std::exchange(row[0], j);
        for (std::size_t i = 1; i <= a.size(); ++i) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[i];
            row[i] = std::min({row[i] + 1, row[i - 1] + 1, replaced});
        }
        if (*std::min_element(row.begin(), row.end()) > limit)
            return limit + 1;
    }
    return row.back();
}

} // namespace

std::string PriceCatalog::nearestName(std::string_view model) const
{
    const std::string name = normaliseName(model.substr(0, kMaxNameLength));
    if (name.empty())
        return {};
    const std::string bare = nameForms(name).forms.back();
    std::size_t best = bare.size() / 3 + 1;
    std::string found;
    const auto consider = [&](const ModelListing &listing) {
        const std::string id = normaliseName(listing.prices->id);
        const std::size_t distance = editDistance(bare, id, best - 1);
        if (distance >= best)
            return;
        best = distance;
        found = listing.prices->provider + "/" + listing.prices->id;
    };
    const std::vector<ModelListing> all = models();
    // First-party lists first, so that a reseller only wins by being strictly nearer.
    for (const bool firstParty : {true, false}) {
        for (const ModelListing &listing : all) {
            if (listing.firstParty == firstParty && !listing.hidden && best > 0)
                consider(listing);
        }
    }
    return found;
}

} // namespace flyball
