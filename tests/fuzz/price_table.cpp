// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a price file or as the operator's overrides.
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

namespace {

void checkError(const Error &error)
{
    fuzz::require(!error.message.empty(), "an error says something");
    fuzz::require(error.message.find('\n') == std::string::npos, "an error is one line");
}

Usage someUsage()
{
    Usage usage;
    usage.quality = UsageQuality::Exact;
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        usage.tokens[i] = static_cast<std::int64_t>(1) << (4 * i);
    usage.webSearches = 3;
    return usage;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char *>(data), size);
    PriceCatalog catalog = *fuzz::prices();
    const std::string version = catalog.version();
    if (const Result<> added = catalog.addJson(text, "fuzz.json"); !added) {
        checkError(added.error());
        fuzz::require(catalog.version() == version, "a refused file leaves the catalog as it was");
    } else {
        for (const ModelListing &listing : catalog.models()) {
            if (listing.prices->layer == 0)
                continue;
            PriceQuery query;
            query.at = 1'795'255'200 * kSecond;
            const PriceMatch match = catalog.match(listing.prices->provider, listing.prices->id);
            const Cost cost = price(match, someUsage(), query);
            fuzz::require(!cost.priced || cost.total >= 0, "no price is negative");
            std::int64_t parts = cost.fees;
            for (const PicoUsd part : cost.byClass)
                parts += part;
            fuzz::require(!cost.priced || parts == cost.total, "the parts add up to the whole");
            (void)catalog.describeRule(cost.ruleId);
        }
    }
    if (auto store = OverrideStore::fromJson(text, "overrides.json"); !store) {
        checkError(store.error());
    } else {
        const auto again = OverrideStore::fromJson(store->toJson(), "again");
        fuzz::require(again.ok() && again->entries() == store->entries(), "what is written reads back the same");
        if (const Result<> set = catalog.setOverrides(*store); !set)
            checkError(set.error());
    }
    return 0;
}
