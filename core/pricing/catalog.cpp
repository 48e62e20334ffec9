// SPDX-License-Identifier: GPL-3.0-or-later
// Matching: from a producer's (provider, model) to price lists.
#include "core/pricing/catalog.h"

#include "core/pricing/model_names.h"

#include <algorithm>

namespace flyball {

/// Every list that knows `form` at this provider, newest first, down to a book that replaces older ones.
std::vector<std::shared_ptr<const ModelPrices>> PriceCatalog::lookUp(std::string_view provider,
                                                                     const std::string &form) const
{
    std::vector<std::shared_ptr<const ModelPrices>> lists;
    for (auto book = m_books.rbegin(); book != m_books.rend(); ++book) {
        if ((*book)->isOverride())
            continue;
        const ProviderPrices *own = (*book)->provider(provider);
        std::shared_ptr<const ModelPrices> found = own != nullptr ? own->find(form) : nullptr;
        // A list without provider (LiteLLM entries of custom deployments) serves any.
        if (const ProviderPrices *any = (*book)->provider(""); !found && any != nullptr)
            found = any->find(form);
        if (found)
            lists.push_back(std::move(found));
        if ((*book)->info.replaces)
            break;
    }
    return lists;
}

bool PriceCatalog::findForms(std::string_view provider, const std::vector<std::string> &forms, std::size_t begin,
                             std::size_t end, PriceMatch &out) const
{
    for (std::size_t i = begin; i < end; ++i) {
        out.lists = lookUp(provider, forms[i]);
        if (!out.lists.empty()) {
            out.status = Unpriced::No;
            return true;
        }
    }
    return false;
}

bool PriceCatalog::findAnywhere(std::string_view provider, const std::vector<std::string> &forms,
                                std::size_t exactCount, PriceMatch &out) const
{
    if (findForms(provider, forms, 0, exactCount, out))
        return true;
    if (!findForms(provider, forms, exactCount, forms.size(), out))
        return false;
    out.flags |= StrippedName;
    return true;
}

void PriceCatalog::matchListed(const std::string &provider, const std::vector<std::string> &forms,
                               std::size_t exactCount, PriceMatch &out) const
{
    if (findForms(provider, forms, 0, exactCount, out))
        return;
    // A Bedrock profile name under another provider's name is still billed by Bedrock (T9).
    const std::string host = providerByPrefix(forms);
    if (!host.empty() && host != provider && findAnywhere(host, forms, exactCount, out)) {
        out.flags |= ProviderFromName;
        return;
    }
    if (findForms(provider, forms, exactCount, forms.size(), out)) {
        out.flags |= StrippedName;
        return;
    }
    for (const auto &book : m_books) {
        const ProviderPrices *list = book->provider(provider);
        if (list == nullptr)
            continue;
        for (const std::string &source : list->fallback) {
            if (findAnywhere(source, forms, exactCount, out)) {
                out.flags |= FallbackProvider;
                return;
            }
        }
    }
    // An SDK pointed at a router names itself; the path of the model names the real one.
    std::string named;
    if (m_firstParty.contains(provider) && classify(pathHead(forms.front()), named) == Known::Listed
        && findAnywhere(named, forms, exactCount, out))
        out.flags |= ProviderFromName;
}

void PriceCatalog::matchFirstParty(const std::vector<std::string> &forms, std::size_t exactCount, PriceMatch &out) const
{
    std::string named = providerByPrefix(forms);
    std::string head;
    if (named.empty() && classify(pathHead(forms.front()), head) == Known::Listed)
        named = head;
    if (!named.empty() && findAnywhere(named, forms, exactCount, out)) {
        out.flags |= ProviderFromName;
        return;
    }
    // A vendor's own models before those it hosts for others (Claude on Vertex is Anthropic's).
    std::vector<std::string> vendors, hosts;
    for (const std::string &provider : m_firstParty)
        (isVendorOf(provider, forms.front()) ? vendors : hosts).push_back(provider);
    if (!matchOnly(vendors, forms, exactCount, out))
        matchOnly(hosts, forms, exactCount, out);
}

/// The one price these lists give a name; true when any knows it, even if they disagree.
bool PriceCatalog::matchOnly(const std::vector<std::string> &providers, const std::vector<std::string> &forms,
                             std::size_t exactCount, PriceMatch &out) const
{
    for (std::size_t i = 0; i < forms.size(); ++i) {
        bool agree = true;
        for (const std::string &provider : providers) {
            auto lists = lookUp(provider, forms[i]);
            if (lists.empty())
                continue;
            if (out.lists.empty())
                out.lists = std::move(lists);
            else
                agree = agree && out.lists.front()->samePricesAs(*lists.front());
        }
        if (out.lists.empty())
            continue;
        out.flags |= ProviderAssumed | (i < exactCount ? 0U : static_cast<std::uint32_t>(StrippedName));
        out.status = agree ? Unpriced::No : Unpriced::AmbiguousModel;
        if (!agree)
            out.lists.clear();
        return true;
    }
    return false;
}

void PriceCatalog::matchBooks(std::string_view provider, const std::string &name, PriceMatch &out) const
{
    const NameForms names = nameForms(name);
    std::string id;
    switch (classify(provider, id)) {
    case Known::Listed:
        matchListed(id, names.forms, names.exactCount, out);
        break;
    case Known::Local:
        out.status = Unpriced::LocalModel;
        break;
    case Known::Gateway:
    case Known::None:
        matchFirstParty(names.forms, names.exactCount, out);
        break;
    }
}

void PriceCatalog::applyOverrides(std::string_view provider, const std::string &name, PriceMatch &out) const
{
    std::string id;
    if (classify(provider, id) != Known::Listed)
        id = normaliseName(provider);
    std::vector<std::shared_ptr<const ModelPrices>> own;
    for (auto book = m_books.rbegin(); book != m_books.rend(); ++book) {
        if (!(*book)->isOverride())
            continue;
        for (const std::string &key : {id, std::string()}) {
            const ProviderPrices *list = (*book)->provider(key);
            if (auto found = list != nullptr ? list->find(name) : nullptr)
                own.push_back(std::move(found));
            if (id.empty())
                break;
        }
    }
    if (own.empty())
        return;
    // The book's own lists stay behind them for calls before a contract starts; flags that describe how
    // those were found would mislead here.
    out.lists.insert(out.lists.begin(), own.begin(), own.end());
    out.status = Unpriced::No;
    out.flags = 0;
}

PriceMatch PriceCatalog::match(std::string_view provider, std::string_view model) const
{
    PriceMatch out;
    if (model.size() > kMaxNameLength) {
        out.status = Unpriced::UnknownModel;
        return out;
    }
    const std::string name = normaliseName(model);
    if (name.empty() || name == "<synthetic>") {
        out.status = Unpriced::NoModel;
        return out;
    }
    out.status = Unpriced::UnknownModel;
    matchBooks(provider, name, out);
    applyOverrides(provider, name, out);
    return out;
}

} // namespace flyball
