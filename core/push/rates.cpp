// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/rates.h"

#include <algorithm>

namespace flyball {

namespace {

/// Rates are in atto-USD per token; a nano-USD per million tokens is a thousand of them.
constexpr AttoUsd kAttoPerNanoPerMTok = 1'000;

struct Dearest {
    AttoUsd input = kNoRate;
    AttoUsd output = kNoRate;

    void add(const Rates &rates)
    {
        for (const RateKey key : {RateKey::Input, RateKey::CacheRead, RateKey::CacheWrite5m, RateKey::CacheWrite1h})
            input = std::max(input, rates[key]);
        output = std::max({output, rates[RateKey::Output], rates[RateKey::OutputReasoning]});
    }
};

std::int64_t nanoPerMTok(AttoUsd atto) { return atto / kAttoPerNanoPerMTok + (atto % kAttoPerNanoPerMTok != 0); }

Dearest dearestOf(const PriceMatch &match, TimeNs at)
{
    Dearest dearest;
    for (const auto &list : match.lists) {
        for (const PriceRow &row : list->rows) {
            if (!row.holdsAt(at))
                continue;
            dearest.add(row.rates.standard);
            for (const ContextTier &tier : row.tiers)
                dearest.add(tier.rates.standard);
        }
        if (dearest.input != kNoRate)
            break;
    }
    return dearest;
}

} // namespace

JsonValue ratesFor(const PolicyDocument &document, const PriceCatalog &catalog, TimeNs at)
{
    JsonValue out{JsonValue::Object()};
    for (const Tier &tier : document.tiers) {
        for (const std::string &model : tier.models) {
            const std::size_t slash = model.find('/');
            if (slash == std::string::npos)
                continue;
            const PriceMatch match = catalog.match(model.substr(0, slash), model.substr(slash + 1));
            const Dearest dearest = match.found() ? dearestOf(match, at) : Dearest();
            if (dearest.input == kNoRate || dearest.output == kNoRate)
                continue;
            JsonValue one{JsonValue::Object()};
            one.set("in_nusd_per_mtok", nanoPerMTok(dearest.input));
            one.set("out_nusd_per_mtok", nanoPerMTok(dearest.output));
            out.set(model, std::move(one));
        }
    }
    return out;
}

} // namespace flyball
