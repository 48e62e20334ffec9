// SPDX-License-Identifier: GPL-3.0-or-later
// Building: which lists are in force, and refusing what must not be.
#include "core/base/wholefile.h"
#include "core/pricing/catalog.h"

#include <algorithm>
#include <map>

namespace flyball {

/// In the generated source that carries resources/prices/pricebook.json.
extern const std::string_view kBuiltInBookJson;

namespace {

constexpr std::uint32_t kRulesPerRow = kMaxTiers + 1;

bool looksLikeOverrides(std::string_view json)
{
    // Decides only which reader reports errors; both check everything.
    return json.find("\"providers\"") == std::string_view::npos && json.find("\"models\"") != std::string_view::npos
           && json.find("litellm_provider") == std::string_view::npos;
}

std::string usdPerMillion(AttoUsd rate) { return formatDecimal(rate, 12); }

Rates freeRates()
{
    Rates rates;
    rates.atto.fill(0);
    return rates;
}

/// Five-fold up or down; a price that appears or becomes free is a change too.
bool isLargeChange(AttoUsd before, AttoUsd after)
{
    if (before < 0 || after < 0)
        return false;
    return before > after * 5 || after > before * 5;
}

} // namespace

Result<PriceCatalog> PriceCatalog::builtIn()
{
    Result<PriceBook> book = PriceBook::fromJson(kBuiltInBookJson, "built in", true);
    if (!book)
        return book.error();
    PriceCatalog catalog;
    if (const auto added = catalog.append(std::move(book).value(), LargeChange::Accept); !added)
        return added.error();
    return catalog;
}

Result<> PriceCatalog::addFile(const std::string &path, LargeChange large)
{
    const Result<std::string> text = readWholeFile(path);
    if (!text)
        return text.error();
    return addJson(*text, fileName(path), large);
}

Result<> PriceCatalog::addJson(std::string_view json, std::string_view name, LargeChange large)
{
    Result<PriceBook> book = [&]() -> Result<PriceBook> {
        if (!looksLikeOverrides(json))
            return PriceBook::fromJson(json, name);
        const Result<OverrideStore> store = OverrideStore::fromJson(json, name);
        if (!store)
            return store.error();
        return overrideBook(store->entries(), name);
    }();
    if (!book)
        return book.error();
    return append(std::move(book).value(), large);
}

Result<> PriceCatalog::setOverrides(const OverrideStore &store)
{
    PriceCatalog next = *this;
    next.m_overrides = store.entries();
    if (const auto built = next.rebuildOverrides(); !built)
        return built;
    *this = std::move(next);
    return {};
}

Result<> PriceCatalog::append(PriceBook book, LargeChange large)
{
    PriceCatalog next = *this;
    next.adoptProviderNames(book);
    if (!next.m_books.empty())
        book.factors.inherit(next.m_books.front()->factors);
    book.resolveFactors();
    if (large == LargeChange::Refuse) {
        if (const auto changes = next.checkChanges(book); !changes)
            return changes;
    }
    next.dropOverrideBook();
    next.m_warnings.insert(next.m_warnings.end(), book.warnings.begin(), book.warnings.end());
    next.push(std::make_shared<PriceBook>(std::move(book)));
    if (const auto built = next.rebuildOverrides(); !built)
        return built;
    *this = std::move(next);
    return {};
}

void PriceCatalog::dropOverrideBook()
{
    if (!m_hasOverrideBook)
        return;
    std::erase_if(m_rules, [this](const Rule &rule) { return rule.prices->layer + 1 == m_books.size(); });
    m_books.pop_back();
    m_hasOverrideBook = false;
}

Result<> PriceCatalog::rebuildOverrides()
{
    dropOverrideBook();
    if (m_overrides.empty())
        return {};
    Result<PriceBook> book = overrideBook(m_overrides, "overrides");
    if (!book)
        return book.error();
    book->factors.inherit(m_books.front()->factors);
    book->resolveFactors();
    push(std::make_shared<PriceBook>(std::move(book).value()));
    m_hasOverrideBook = true;
    return {};
}

/// Lists of other tools use their own provider names; they join ours so that layers meet.
void PriceCatalog::adoptProviderNames(PriceBook &book) const
{
    std::map<std::string, ProviderPrices> merged;
    std::vector<std::string> order;
    for (ProviderPrices &list : book.providers) {
        std::string id = list.id;
        const bool known = std::any_of(m_books.begin(), m_books.end(),
                                       [&id](const auto &older) { return older->provider(id) != nullptr; });
        std::string mapped;
        if (!known && classify(id, mapped) == Known::Listed)
            id = mapped;
        for (ModelEntry &entry : list.models)
            entry.prices->provider = id;
        const auto [slot, fresh] = merged.try_emplace(id);
        if (fresh) {
            order.push_back(id);
            slot->second = std::move(list);
            slot->second.id = id;
        } else {
            slot->second.models.insert(slot->second.models.end(), list.models.begin(), list.models.end());
        }
    }
    book.providers.clear();
    for (const std::string &id : order) {
        merged[id].buildIndex();
        book.providers.push_back(std::move(merged[id]));
    }
}

Result<> PriceCatalog::checkChanges(const PriceBook &book) const
{
    for (const ProviderPrices &list : book.providers) {
        for (const ModelEntry &entry : list.models) {
            const PriceMatch before = match(list.id, entry.prices->id);
            const Rates &now = entry.prices->rows.back().rates.standard;
            // "Free" in an override file is a statement, not a slip of a unit.
            const bool free = entry.prices->isOverride && now == freeRates();
            if (!before.found() || (before.flags & ~std::uint32_t{ProviderAssumed}) != 0 || free)
                continue;
            const Rates &then = before.lists.front()->rows.back().rates.standard;
            for (std::size_t i = 0; i < kRateKeys; ++i) {
                if (isLargeChange(then.atto[i], now.atto[i]))
                    return Error{ErrorCode::OutOfRange,
                                 book.info.name + ": " + list.id + "/" + entry.prices->id + "."
                                     + std::string(kRateKeyNames[i]) + ": changes from " + usdPerMillion(then.atto[i])
                                     + " to " + usdPerMillion(now.atto[i])
                                     + " USD per million, more than five-fold; confirm to accept it"};
            }
        }
    }
    return {};
}

void PriceCatalog::push(std::shared_ptr<PriceBook> book)
{
    const bool first = m_books.empty();
    TimeNs date = kNoTime;
    if (!book->info.date.empty())
        date = parseRfc3339(book->info.date.substr(0, 10) + "T00:00:00Z").value_or(kNoTime);
    for (ProviderPrices &list : book->providers) {
        const bool known = std::any_of(m_books.begin(), m_books.end(),
                                       [&list](const auto &older) { return older->provider(list.id) != nullptr; });
        if (list.firstParty && (first || !known))
            m_firstParty.insert(list.id);
        for (ModelEntry &entry : list.models) {
            entry.prices->layer = static_cast<std::uint32_t>(m_books.size());
            entry.prices->bookDate = date;
            for (std::size_t i = 0; i < entry.prices->rows.size(); ++i) {
                m_rules.push_back({entry.prices, i});
                entry.prices->rows[i].ruleId = static_cast<std::uint32_t>(m_rules.size()) * kRulesPerRow;
            }
        }
    }
    m_books.push_back(std::move(book));
}

} // namespace flyball
