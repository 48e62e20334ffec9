// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/importplan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/flyballctl/prices.h"
#include "core/base/wholefile.h"

namespace flyball::ctl {

namespace {

constexpr int kLargeFactor = 5;

bool isOverrideFile(const std::string &text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    return json.is_object() && !json.contains("providers") && json.contains("models") && json["models"].is_array();
}

/// Why an override cannot stand for these prices; empty if it can.
std::string inexpressible(const ModelPrices &prices)
{
    for (std::size_t i = 0; i < prices.rows.size(); ++i) {
        const PriceRow &row = prices.rows[i];
        if (!row.tiers.empty())
            return "has rates by context length";
        if (row.minuteFrom >= 0 || row.weekdays != 0x7F)
            return "has rates by hour or day of the week";
        if (!row.rates.service.empty())
            return "has rates by service tier";
        if (row.requestFee != 0)
            return "has a fee for each request";
        if (row.until != kNoTime && (i + 1 == prices.rows.size() || prices.rows[i + 1].from != row.until))
            return "has a price that ends";
        if (!row.rates.standard.has(RateKey::Input) && !row.rates.standard.has(RateKey::Output))
            return "has neither an input nor an output rate";
    }
    return prices.rows.empty() ? "has no rates" : "";
}

bool isLarge(const Rates &before, const Rates &after)
{
    for (std::size_t i = 0; i < kRateKeys; ++i) {
        const auto then = static_cast<__int128>(before.atto[i]);
        const auto now = static_cast<__int128>(after.atto[i]);
        if (then >= 0 && now >= 0 && (then > now * kLargeFactor || now > then * kLargeFactor))
            return true;
    }
    return false;
}

PriceChange compare(const PriceCatalog &now, const PriceCatalog &next, const PriceOverride &entry)
{
    PriceChange change;
    change.entry = entry;
    const PriceMatch before = now.match(entry.provider, entry.model);
    const PriceMatch after = next.match(entry.provider, entry.model);
    const PriceRow *was = before.found() ? rowAt(before, entry.from) : nullptr;
    const PriceRow *is = after.found() ? rowAt(after, entry.from) : nullptr;
    change.known = was != nullptr;
    change.before = was ? was->rates.standard : Rates();
    change.after = is ? is->rates.standard : entry.rates;
    change.what = entry.kind == PriceOverride::Kind::Free     ? "free"
                  : entry.kind == PriceOverride::Kind::SameAs ? "same_as"
                  : change.known                              ? "changed"
                                                              : "new";
    const bool losesTiers = was && !was->tiers.empty() && (!is || is->tiers.empty());
    // "Free" is a statement, not a slip of a unit.
    change.large = entry.kind != PriceOverride::Kind::Free
                   && (losesTiers || (change.known && isLarge(change.before, change.after)));
    return change;
}

/// Entries of a price book or LiteLLM's list, as overrides.
void fromBook(const PriceCatalog &book, const PriceCatalog &now, std::vector<PriceOverride> &entries, ImportPlan &plan)
{
    const auto layer = static_cast<std::uint32_t>(book.books().size() - 1);
    for (const ModelListing &listing : book.models()) {
        if (listing.prices->layer != layer)
            continue;
        const ModelPrices &prices = *listing.prices;
        const PriceMatch before = now.match(prices.provider, prices.id);
        if (before.found() && before.lists.front()->samePricesAs(prices)) {
            ++plan.unchanged;
            continue;
        }
        if (const std::string reason = inexpressible(prices); !reason.empty()) {
            plan.leftOut.emplace_back(prices.provider + "/" + prices.id, reason);
            continue;
        }
        for (const PriceRow &row : prices.rows) {
            PriceOverride entry;
            entry.provider = prices.provider;
            entry.model = prices.id;
            entry.rates = row.rates.standard;
            entry.from = row.from;
            entry.note = book.books().back().name;
            entries.push_back(std::move(entry));
        }
    }
}

Result<std::vector<PriceOverride>> entriesOf(const std::string &text, const std::string &name, const PriceCatalog &now,
                                             ImportPlan &plan)
{
    if (isOverrideFile(text)) {
        const auto store = OverrideStore::fromJson(text, name);
        if (!store)
            return store.error();
        return store->entries();
    }
    auto book = PriceCatalog::builtIn();
    if (!book)
        return book.error();
    if (const Result<> added = book->addJson(text, name, LargeChange::Accept); !added)
        return added.error();
    std::vector<PriceOverride> entries;
    fromBook(*book, now, entries, plan);
    return entries;
}

/// The new state with the old one as the step back: one import is one change.
Result<OverrideStore> withUndo(const OverrideStore &before, const OverrideStore &after)
{
    auto json = nlohmann::json::parse(after.toJson());
    json["previous"] = nlohmann::json::parse(before.toJson())["models"];
    return OverrideStore::fromJson(json.dump(), "overrides");
}

} // namespace

Result<ImportPlan> planImport(const std::string &file, const std::string &overridesPath)
{
    const Result<std::string> text = readWholeFile(file);
    if (!text)
        return Error{text.error().code, "cannot import " + file + ": " + text.error().message};
    const auto before = OverrideStore::load(overridesPath);
    if (!before)
        return before.error();
    auto now = PriceCatalog::builtIn();
    if (!now)
        return now.error();
    PriceCatalog next = *now;
    if (const Result<> set = now->setOverrides(*before); !set)
        return set.error();
    ImportPlan plan;
    const auto entries = entriesOf(*text, fileName(file), *now, plan);
    if (!entries)
        return entries.error();
    OverrideStore after = *before;
    std::vector<PriceOverride> fresh;
    for (const PriceOverride &entry : *entries) {
        const auto &old = after.entries();
        if (std::find(old.begin(), old.end(), entry) != old.end()) {
            ++plan.unchanged;
            continue;
        }
        if (const Result<> set = after.set(entry); !set)
            return Error{set.error().code, fileName(file) + ": " + entry.model + ": " + set.error().message};
        fresh.push_back(entry);
    }
    if (const Result<> set = next.setOverrides(after); !set)
        return set.error();
    for (const PriceOverride &entry : fresh)
        plan.changes.push_back(compare(*now, next, entry));
    auto result = withUndo(*before, after);
    if (!result)
        return result.error();
    plan.result = std::move(*result);
    return plan;
}

} // namespace flyball::ctl
