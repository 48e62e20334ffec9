// SPDX-License-Identifier: GPL-3.0-or-later
// LiteLLM's model_prices_and_context_window.json: explicit names, USD per token, no history.
#include "core/pricing/book/readers.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace flyball {

namespace {

struct Field {
    RateKey key;
    std::int64_t threshold = 0; ///< tokens; 0: base price
    ServiceTier tier = ServiceTier::Standard;
};

bool consume(std::string_view &text, std::string_view prefix)
{
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// Their field names are a grammar: base, then _above_200k_tokens, then _batches | _flex | _priority.
std::optional<Field> parseField(std::string_view name)
{
    static constexpr std::array<std::pair<std::string_view, RateKey>, 10> kBases = {{
        {"cache_creation_input_token_cost_above_1hr", RateKey::CacheWrite1h},
        {"cache_creation_input_token_cost", RateKey::CacheWrite5m},
        {"cache_read_input_audio_token_cost", RateKey::CacheReadAudio},
        {"cache_read_input_token_cost", RateKey::CacheRead},
        {"input_cost_per_audio_token", RateKey::InputAudio},
        {"input_cost_per_token", RateKey::Input},
        {"output_cost_per_audio_token", RateKey::OutputAudio},
        {"output_cost_per_reasoning_token", RateKey::OutputReasoning},
        {"output_cost_per_token", RateKey::Output},
        {"cache_read_cost_per_audio_token", RateKey::CacheReadAudio},
    }};
    Field field{RateKey::Input};
    bool known = false;
    for (const auto &[base, key] : kBases) {
        if (!known && consume(name, base)) {
            field.key = key;
            known = true;
        }
    }
    if (!known)
        return std::nullopt;
    if (consume(name, "_above_")) {
        std::int64_t thousands = 0;
        while (!name.empty() && name.front() >= '0' && name.front() <= '9' && thousands < 100'000) {
            thousands = thousands * 10 + (name.front() - '0');
            name.remove_prefix(1);
        }
        if (thousands == 0 || !consume(name, "k_tokens"))
            return std::nullopt;
        field.threshold = thousands * 1000;
    }
    if (name == "_batches")
        field.tier = ServiceTier::Batch;
    else if (name == "_flex")
        field.tier = ServiceTier::Flex;
    else if (name == "_priority")
        field.tier = ServiceTier::Priority;
    else if (!name.empty())
        return std::nullopt;
    return field;
}

using Grid = std::map<std::int64_t, std::map<ServiceTier, Rates>>; // threshold -> tier -> rates

void overlay(Rates &base, const Rates &over)
{
    for (std::size_t i = 0; i < kRateKeys; ++i) {
        if (over.atto[i] >= 0)
            base.atto[i] = over.atto[i];
    }
}

RateSet rateSet(const std::map<ServiceTier, Rates> &byTier, const RateSet &base)
{
    RateSet set{base.standard, {}};
    for (const auto &[tier, rates] : byTier) {
        if (tier == ServiceTier::Standard)
            overlay(set.standard, rates);
    }
    for (const auto &[tier, rates] : byTier) {
        if (tier == ServiceTier::Standard || !rates.has(RateKey::Input))
            continue;
        // A class their tier price leaves out stays at its standard price.
        Rates whole = set.standard;
        overlay(whole, rates);
        std::erase_if(set.service, [t = tier](const auto &s) { return s.first == t; });
        set.service.emplace_back(tier, whole);
    }
    return set;
}

Result<Grid> readGrid(const Json &entry, const Place &place)
{
    Grid grid;
    for (const auto &[name, value] : entry.items()) {
        const std::optional<Field> field = parseField(name);
        if (!field || value.is_null())
            continue;
        const Result<AttoUsd> rate = readRate(value, place.at(name), {18, true, kMaxRate});
        if (!rate)
            return rate.error();
        grid[field->threshold][field->tier][field->key] = *rate;
    }
    return grid;
}

/// tiered_pricing: [{"range": [0, 256000], "input_cost_per_token": ...}]: (start, end], all or nothing.
Result<> readRanges(const Json &entry, const Place &place, Grid &grid)
{
    if (!entry.contains("tiered_pricing") || !entry["tiered_pricing"].is_array())
        return {};
    const Json &ranges = entry["tiered_pricing"];
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        const Place here = place.at("tiered_pricing").at(i);
        const Json &range = ranges[i];
        if (!range.is_object() || !range.contains("range") || !range["range"].is_array() || range["range"].empty()
            || !range["range"][0].is_number())
            continue;
        const double start = range["range"][0].get<double>();
        if (start < 0 || start > 1e12)
            return here.at("range").error("out of range", ErrorCode::OutOfRange);
        const Result<Grid> own = readGrid(range, here);
        if (!own)
            return own.error();
        if (const auto base = own->find(0); base != own->end()) {
            for (const auto &[tier, rates] : base->second)
                overlay(grid[static_cast<std::int64_t>(start)][tier], rates);
        }
    }
    return {};
}

Result<PriceRow> rowOf(const Json &entry, const Place &place, bool inclusive)
{
    Result<Grid> grid = readGrid(entry, place);
    if (!grid)
        return grid.error();
    if (const auto ranges = readRanges(entry, place, *grid); !ranges)
        return ranges.error();
    PriceRow row;
    row.rates = rateSet((*grid)[0], {});
    for (const auto &[threshold, byTier] : *grid) {
        if (threshold == 0)
            continue;
        if (row.tiers.size() == kMaxTiers)
            return place.error("has more than 7 context tiers", ErrorCode::OutOfRange);
        row.tiers.push_back({threshold, inclusive, rateSet(byTier, row.rates)});
    }
    return row;
}

bool hasPrice(const Rates &rates) { return rates[RateKey::Input] > 0 || rates[RateKey::Output] > 0; }

} // namespace

void warnOddRates(const ModelPrices &model, const Place &place, std::vector<std::string> &warnings)
{
    for (const PriceRow &row : model.rows) {
        const AttoUsd input = row.rates.standard[RateKey::Input];
        const AttoUsd hour = row.rates.standard[RateKey::CacheWrite1h];
        if (input > 0 && hour >= 0 && (hour * 2 < input * 3 || hour * 2 > input * 5))
            warnings.push_back(place.at("cache_write_1h").text() + ": one-hour cache write is not 1.5x to 2.5x input");
    }
}

Result<PriceBook> readLiteLlmBook(const Json &root, const Place &place)
{
    PriceBook book;
    book.info.source = "LiteLLM model prices";
    book.info.licence = "MIT";
    if (const auto currency = checkCurrency(root, place); !currency)
        return currency.error();
    std::map<std::string, ProviderPrices> providers;
    std::size_t withoutPrice = 0;
    for (const auto &[name, entry] : root.items()) {
        if (!entry.is_object() || name == "sample_spec" || name.empty() || name.size() > kMaxNameLength)
            continue;
        const Place here = place.at(name);
        const Result<std::string> raw = readText(entry, "litellm_provider", here);
        if (!raw)
            return raw.error();
        if (const auto currency = checkCurrency(entry, here); !currency)
            return currency.error();
        const std::string provider = normaliseName(*raw);
        Result<PriceRow> row = rowOf(entry, here, provider == "xai");
        if (!row)
            return row.error();
        // Their default for "no price known" is 0.0; taking it would make unknown models free.
        if (!hasPrice(row->rates.standard)) {
            ++withoutPrice;
            continue;
        }
        ModelEntry model;
        model.prices = std::make_shared<ModelPrices>();
        model.prices->provider = provider;
        model.prices->id = name;
        model.prices->rows.push_back(std::move(row).value());
        std::vector<MatchClause> names = {MatchClause::text(MatchClause::Kind::Equals, name)};
        if (!provider.empty() && normaliseName(name).starts_with(provider + "/"))
            names.push_back(
                MatchClause::text(MatchClause::Kind::Equals, std::string_view(name).substr(provider.size() + 1)));
        model.match = MatchClause::group(MatchClause::Kind::Any, std::move(names));
        warnOddRates(*model.prices, here, book.warnings);
        ProviderPrices &list = providers[provider];
        list.id = list.name = provider;
        list.models.push_back(std::move(model));
    }
    if (providers.empty())
        return place.error("is neither a price book, an override file nor LiteLLM prices");
    if (withoutPrice > 0)
        book.warnings.push_back(place.text() + ": " + std::to_string(withoutPrice)
                                + " entries without a token price left out");
    for (auto &[id, list] : providers)
        book.providers.push_back(std::move(list));
    return book;
}

} // namespace flyball
