// SPDX-License-Identifier: GPL-3.0-or-later
// What the catalog tells people: versions, listings, the rule behind a price.
#include "core/pricing/catalog.h"

#include <set>

namespace flyball {

namespace {

std::string grouped(std::int64_t number)
{
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3)
        digits.insert(i - 3, 1, ',');
    return digits;
}

std::string clock(std::int32_t minute)
{
    const auto two = [](std::int32_t n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
    return two(minute / 60) + ":" + two(minute % 60);
}

std::string bookText(const BookInfo &info)
{
    if (info.version.empty() && info.date.empty())
        return info.name;
    std::string text = info.name == "built in" ? "built-in book" : info.name;
    if (!info.version.empty())
        text += " " + info.version;
    return info.date.empty() ? text : text + " of " + info.date;
}

std::string rowText(const PriceRow &row)
{
    std::string text;
    if (row.from != kNoTime)
        text += ", from " + formatRfc3339(row.from).substr(0, 10);
    if (row.until != kNoTime)
        text += ", until " + formatRfc3339(row.until).substr(0, 10);
    if (row.minuteFrom >= 0)
        text += ", " + clock(row.minuteFrom) + " to " + clock(row.minuteUntil) + " UTC";
    return text;
}

} // namespace

std::string PriceCatalog::describeRule(std::uint32_t ruleId) const
{
    const std::uint32_t index = ruleId / (kMaxTiers + 1);
    const std::uint32_t tier = ruleId % (kMaxTiers + 1);
    if (index == 0 || index > m_rules.size())
        return "rule of a price book that is no longer in force";
    const Rule &rule = m_rules[index - 1];
    const PriceRow &row = rule.prices->rows[rule.row];
    std::string text = rule.prices->provider.empty() ? "any provider" : rule.prices->provider;
    text += " / " + rule.prices->id + rowText(row);
    if (tier > 0 && tier <= row.tiers.size()) {
        const ContextTier &context = row.tiers[tier - 1];
        text += (context.inclusive ? ", from " : ", above ") + grouped(context.above) + " input tokens";
    }
    return text + ", " + bookText(m_books[rule.prices->layer]->info);
}

std::string PriceCatalog::version() const
{
    std::string text;
    for (const auto &book : m_books) {
        const std::string &name = book->info.version.empty() ? book->info.name : book->info.version;
        text += text.empty() ? name : "+" + name;
    }
    return text;
}

std::string PriceCatalog::date() const
{
    std::string newest;
    for (const auto &book : m_books)
        newest = std::max(newest, book->info.date);
    return newest;
}

std::size_t PriceCatalog::modelCount() const
{
    std::size_t count = 0;
    for (auto book = m_books.rbegin(); book != m_books.rend(); ++book) {
        count += (*book)->modelCount();
        if ((*book)->info.replaces)
            break;
    }
    return count;
}

std::vector<BookInfo> PriceCatalog::books() const
{
    std::vector<BookInfo> out;
    for (const auto &book : m_books)
        out.push_back(book->info);
    return out;
}

std::vector<ModelListing> PriceCatalog::models() const
{
    std::vector<ModelListing> out;
    std::set<std::pair<std::string, std::string>> seen;
    bool replaced = false;
    for (auto book = m_books.rbegin(); book != m_books.rend(); ++book) {
        for (const ProviderPrices &list : (*book)->providers) {
            for (const ModelEntry &entry : list.models) {
                const bool fresh = seen.emplace(list.id, normaliseName(entry.prices->id)).second;
                out.push_back({list.name, bookText((*book)->info), m_firstParty.contains(list.id), replaced || !fresh,
                               entry.prices});
            }
        }
        replaced |= (*book)->info.replaces;
    }
    return out;
}

} // namespace flyball
