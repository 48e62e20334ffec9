// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/book/pricebook.h"

#include "core/pricing/book/json_read.h"
#include "core/pricing/book/readers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace flyball {

bool PriceRow::holdsAt(TimeNs at) const
{
    if (at < from || (until != kNoTime && at >= until))
        return false;
    if (minuteFrom < 0 && weekdays == 0x7f)
        return true;
    const std::int64_t day = bucketOf(at, kDay);
    const std::int64_t weekday = ((day + 3) % 7 + 7) % 7; // 1970-01-01 was a Thursday
    if ((weekdays & (1U << weekday)) == 0)
        return false;
    if (minuteFrom < 0)
        return true;
    const auto minute = static_cast<std::int32_t>((at - day * kDay) / kMinute);
    return minuteFrom <= minuteUntil ? minute >= minuteFrom && minute < minuteUntil
                                     : minute >= minuteFrom || minute < minuteUntil;
}

namespace {

bool sameRates(const RateSet &a, const RateSet &b) { return a.standard == b.standard && a.service == b.service; }

bool sameRow(const PriceRow &a, const PriceRow &b)
{
    const auto sameTier = [](const ContextTier &x, const ContextTier &y) {
        return x.above == y.above && x.inclusive == y.inclusive && sameRates(x.rates, y.rates);
    };
    return a.from == b.from && a.until == b.until && a.minuteFrom == b.minuteFrom && a.minuteUntil == b.minuteUntil
           && a.weekdays == b.weekdays && sameRates(a.rates, b.rates) && a.webSearchFee == b.webSearchFee
           && a.requestFee == b.requestFee
           && std::equal(a.tiers.begin(), a.tiers.end(), b.tiers.begin(), b.tiers.end(), sameTier);
}

} // namespace

bool ModelPrices::samePricesAs(const ModelPrices &other) const
{
    return std::equal(rows.begin(), rows.end(), other.rows.begin(), other.rows.end(), sameRow)
           && service == other.service && fast == other.fast && geo == other.geo;
}

void ProviderPrices::buildIndex()
{
    m_byName.clear();
    m_scanned.clear();
    for (std::size_t i = 0; i < models.size(); ++i) {
        const MatchClause &clause = models[i].match;
        const auto add = [this, i](const MatchClause &part) {
            if (part.kind() == MatchClause::Kind::Equals)
                m_byName.try_emplace(part.text(), i);
            else
                m_scanned.emplace_back(i, part);
        };
        if (clause.kind() == MatchClause::Kind::Any)
            std::for_each(clause.parts().begin(), clause.parts().end(), add);
        else
            add(clause);
    }
    // An id is a name too, but only where no earlier clause claims it.
    for (std::size_t i = 0; i < models.size(); ++i)
        m_byName.try_emplace(normaliseName(models[i].prices->id), i);
}

std::shared_ptr<const ModelPrices> ProviderPrices::find(const std::string &lowerName) const
{
    const auto exact = m_byName.find(lowerName);
    std::size_t best = exact == m_byName.end() ? models.size() : exact->second;
    for (const auto &[index, clause] : m_scanned) {
        if (index >= best)
            break;
        if (clause.matches(lowerName))
            best = index;
    }
    return best < models.size() ? models[best].prices : nullptr;
}

const ProviderPrices *PriceBook::provider(std::string_view id) const
{
    const auto found = std::find_if(providers.begin(), providers.end(), [id](const auto &p) { return p.id == id; });
    return found == providers.end() ? nullptr : &*found;
}

bool PriceBook::isOverride() const
{
    return !providers.empty() && !providers.front().models.empty()
           && providers.front().models.front().prices->isOverride;
}

std::size_t PriceBook::modelCount() const
{
    std::size_t count = 0;
    for (const ProviderPrices &p : providers)
        count += p.models.size();
    return count;
}

namespace {

/// Keys of the geo table: "us", "provider/us" or "provider/model/us"; the most specific one wins.
std::vector<std::pair<std::string, Factor>> geoFactors(const FactorTables &tables, const ModelPrices &model)
{
    std::map<std::string, std::pair<std::size_t, Factor>> best;
    const auto table = tables.kinds.find("geo");
    if (table == tables.kinds.end())
        return {};
    for (const auto &[key, factor] : table->second) {
        const auto cut = key.rfind('/');
        const std::string place = cut == std::string::npos ? key : key.substr(cut + 1);
        const std::string scope = cut == std::string::npos ? std::string() : key.substr(0, cut);
        if (place == "default"
            || !(scope.empty() || scope == model.provider || scope == model.provider + "/" + model.id))
            continue;
        auto &slot = best[place];
        if (slot.first <= scope.size() + 1)
            slot = {scope.size() + 1, factor};
    }
    std::vector<std::pair<std::string, Factor>> out;
    for (const auto &[place, entry] : best) {
        if (entry.second.known())
            out.emplace_back(place, entry.second);
    }
    return out;
}

} // namespace

void PriceBook::resolveFactors()
{
    for (ProviderPrices &p : providers) {
        for (ModelEntry &entry : p.models) {
            ModelPrices &m = *entry.prices;
            m.service = {factors.find("batch", m.provider, m.id), factors.find("flex", m.provider, m.id),
                         factors.find("priority", m.provider, m.id)};
            m.fast = factors.find("fast", m.provider, m.id);
            m.geo = geoFactors(factors, m);
            const auto fee = factors.webSearchFee.find(m.provider);
            for (PriceRow &row : m.rows) {
                if (row.webSearchFee == kNoRate && fee != factors.webSearchFee.end())
                    row.webSearchFee = fee->second;
            }
        }
    }
}

Result<PriceBook> PriceBook::fromJson(std::string_view json, std::string_view nameForErrors, bool trusted)
{
    const Result<Json> parsed = parseJson(json, nameForErrors);
    if (!parsed)
        return parsed.error();
    const Place place(nameForErrors);
    if (!parsed->is_object())
        return place.error("not a JSON object");
    Result<PriceBook> book =
        parsed->contains("providers") ? readFlyballBook(*parsed, place, trusted) : readLiteLlmBook(*parsed, place);
    if (!book)
        return book.error();
    book->info.name = nameForErrors;
    for (ProviderPrices &p : book->providers)
        p.buildIndex();
    return book;
}

} // namespace flyball
