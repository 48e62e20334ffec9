// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/book/factors.h"

#include <numeric>

namespace flyball {

ServiceTier serviceTierOf(std::string_view name)
{
    switch (name.size()) {
    case 0:
        return ServiceTier::Standard;
    case 4:
        if (name == "auto")
            return ServiceTier::Standard;
        return name == "flex" ? ServiceTier::Flex : ServiceTier::Unknown;
    case 5:
        return name == "batch" ? ServiceTier::Batch : ServiceTier::Unknown;
    case 7:
        if (name == "batches")
            return ServiceTier::Batch;
        return name == "default" ? ServiceTier::Standard : ServiceTier::Unknown;
    case 8:
        if (name == "standard")
            return ServiceTier::Standard;
        return name == "priority" ? ServiceTier::Priority : ServiceTier::Unknown;
    default:
        return name == "on_demand" || name == "standard_only" ? ServiceTier::Standard : ServiceTier::Unknown;
    }
}

std::optional<Factor> parseFactor(std::string_view text)
{
    constexpr int kScale = 6;
    const auto slash = text.find('/');
    const auto top = parseDecimal(text.substr(0, slash), kScale);
    const auto bottom =
        slash == std::string_view::npos ? parseDecimal("1", kScale) : parseDecimal(text.substr(slash + 1), kScale);
    if (!top || !bottom || *top <= 0 || *bottom <= 0)
        return std::nullopt;
    const std::int64_t common = std::gcd(*top, *bottom);
    Factor factor{*top / common, *bottom / common, true};
    constexpr std::int64_t kWidest = 1'000'000'000;
    if (factor.numerator > kWidest || factor.denominator > kWidest || factor.numerator > factor.denominator * 1000
        || factor.denominator > factor.numerator * 1000)
        return std::nullopt;
    return factor;
}

Factor FactorTables::find(std::string_view kind, std::string_view provider, std::string_view model) const
{
    const auto table = kinds.find(kind);
    if (table == kinds.end())
        return {};
    const auto &entries = table->second;
    const std::string key = std::string(provider) + "/" + std::string(model);
    if (const auto exact = entries.find(key); exact != entries.end())
        return exact->second;
    const Factor *longest = nullptr;
    std::size_t length = provider.size();
    for (const auto &[name, factor] : entries) {
        if (name.ends_with('*') && name.size() > length + 1
            && key.starts_with(std::string_view(name).substr(0, name.size() - 1))) {
            longest = &factor;
            length = name.size() - 1;
        }
    }
    if (longest != nullptr)
        return *longest;
    if (const auto whole = entries.find(provider); whole != entries.end())
        return whole->second;
    const auto fallback = entries.find(std::string_view("default"));
    return fallback == entries.end() ? Factor{} : fallback->second;
}

void FactorTables::inherit(const FactorTables &older)
{
    for (const auto &[kind, table] : older.kinds)
        kinds.try_emplace(kind, table);
    for (const auto &[provider, fee] : older.webSearchFee)
        webSearchFee.try_emplace(provider, fee);
}

} // namespace flyball
