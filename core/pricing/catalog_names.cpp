// SPDX-License-Identifier: GPL-3.0-or-later
// Provider names: which price list a producer's word, or a model's own name, stands for.
#include "core/pricing/catalog.h"

#include <algorithm>

namespace flyball {

PriceCatalog::Known PriceCatalog::classify(std::string_view provider, std::string &id) const
{
    const std::string name = normaliseName(provider);
    id.clear();
    if (name.empty() || name.size() > kMaxNameLength)
        return Known::None;
    for (auto book = m_books.rbegin(); book != m_books.rend(); ++book) {
        const auto alias = (*book)->aliases.find(name);
        if (alias == (*book)->aliases.end())
            continue;
        if (alias->second == "local")
            return Known::Local;
        id = alias->second;
        return id.empty() ? Known::Gateway : Known::Listed;
    }
    for (const auto &book : m_books) {
        if (!book->isOverride() && book->provider(name) != nullptr) {
            id = name;
            return Known::Listed;
        }
    }
    for (const auto &book : m_books) {
        for (const ProviderPrices &list : book->providers) {
            if (list.match.matches(name)) {
                id = list.id;
                return Known::Listed;
            }
        }
    }
    return Known::None;
}

std::string PriceCatalog::providerId(std::string_view provider) const
{
    std::string id;
    classify(provider, id);
    return id;
}

std::string PriceCatalog::providerByPrefix(const std::vector<std::string> &forms) const
{
    for (const auto &book : m_books) {
        for (const auto &[prefix, id] : book->modelPrefixes) {
            for (const std::string &form : forms) {
                if (form.starts_with(prefix))
                    return id;
            }
        }
    }
    return {};
}

bool PriceCatalog::isVendorOf(std::string_view provider, const std::string &name) const
{
    return std::any_of(m_books.begin(), m_books.end(), [&](const auto &book) {
        const ProviderPrices *list = book->provider(provider);
        return list != nullptr && list->modelMatch.matches(name);
    });
}

} // namespace flyball
