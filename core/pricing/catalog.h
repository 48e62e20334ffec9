// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/pricing/overrides.h"
#include "core/pricing/pricer.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// What to do when a file moves a known price more than five-fold (reliability $2).
enum class LargeChange { Refuse, Accept };

/// One line of the prices page.
struct ModelListing {
    std::string providerName;
    std::string book; ///< name and version of the list
    bool firstParty = false;
    bool hidden = false; ///< a newer list or an override prices this (provider, id) instead
    std::shared_ptr<const ModelPrices> prices;
};

/// The price lists in force: the built-in book, price files over it, the operator's overrides on top;
/// the last one that knows a name wins. A value: copy it, add to the copy, exchange the copies; a
/// refused file leaves it as it was. Const use from several threads is safe.
class PriceCatalog {
public:
    [[nodiscard]] static Result<PriceCatalog> builtIn();

    /// Adds a file: our book format, our override format or LiteLLM's prices. Refused as a whole with
    /// an Error that names file and field when anything in it is broken or implausible.
    [[nodiscard]] Result<> addFile(const std::string &path, LargeChange large = LargeChange::Refuse);
    [[nodiscard]] Result<> addJson(std::string_view json, std::string_view name,
                                   LargeChange large = LargeChange::Refuse);
    /// Replaces the operator's overrides (not those of files). Refused when an alias leads nowhere.
    [[nodiscard]] Result<> setOverrides(const OverrideStore &store);

    /// Rule 3a.9 and pricing.md 1.4. Microseconds: callers keep the result per (provider, model).
    [[nodiscard]] PriceMatch match(std::string_view provider, std::string_view model) const;

    /// "0.1.8", followed by "+name" for every list over it: stored with priced calls.
    [[nodiscard]] std::string version() const;
    [[nodiscard]] std::string date() const; ///< of the newest dated book
    [[nodiscard]] std::size_t modelCount() const;
    [[nodiscard]] std::vector<BookInfo> books() const;
    [[nodiscard]] const std::vector<std::string> &warnings() const { return m_warnings; }
    [[nodiscard]] const std::vector<PriceOverride> &overrides() const { return m_overrides; }
    [[nodiscard]] std::vector<ModelListing> models() const;

    /// "anthropic / claude-sonnet-4-5, above 200,000 input tokens, book 0.1.8 of 2026-09-23".
    [[nodiscard]] std::string describeRule(std::uint32_t ruleId) const;
    /// The listed name most like an unpriced one ("provider/id"), for "price as ..."; empty if none is
    /// near. Only ever a suggestion.
    [[nodiscard]] std::string nearestName(std::string_view model) const;
    /// The book's id for a producer's provider name; empty for none, gateways,
    /// own hardware (ollama, vllm ...) and unknown ones.
    [[nodiscard]] std::string providerId(std::string_view provider) const;

private:
    struct Rule {
        std::shared_ptr<const ModelPrices> prices;
        std::size_t row = 0;
    };
    enum class Known { None, Gateway, Listed, Local };

    Result<> append(PriceBook book, LargeChange large);
    void dropOverrideBook();
    Result<> rebuildOverrides();
    Result<PriceBook> overrideBook(const std::vector<PriceOverride> &entries, std::string_view name) const;
    Result<> checkChanges(const PriceBook &book) const;
    void adoptProviderNames(PriceBook &book) const;
    void push(std::shared_ptr<PriceBook> book);

    Known classify(std::string_view provider, std::string &id) const;
    [[nodiscard]] std::vector<std::shared_ptr<const ModelPrices>> lookUp(std::string_view provider,
                                                                         const std::string &form) const;
    [[nodiscard]] bool findForms(std::string_view provider, const std::vector<std::string> &forms, std::size_t begin,
                                 std::size_t end, PriceMatch &out) const;
    [[nodiscard]] bool findAnywhere(std::string_view provider, const std::vector<std::string> &forms,
                                    std::size_t exactCount, PriceMatch &out) const;
    [[nodiscard]] std::string providerByPrefix(const std::vector<std::string> &forms) const;
    void matchListed(const std::string &provider, const std::vector<std::string> &forms, std::size_t exactCount,
                     PriceMatch &out) const;
    [[nodiscard]] bool isVendorOf(std::string_view provider, const std::string &name) const;
    bool matchOnly(const std::vector<std::string> &providers, const std::vector<std::string> &forms,
                   std::size_t exactCount, PriceMatch &out) const;
    void matchFirstParty(const std::vector<std::string> &forms, std::size_t exactCount, PriceMatch &out) const;
    void matchBooks(std::string_view provider, const std::string &name, PriceMatch &out) const;
    void applyOverrides(std::string_view provider, const std::string &name, PriceMatch &out) const;

    std::vector<std::shared_ptr<const PriceBook>> m_books; ///< oldest first; override lists among them
    std::vector<PriceOverride> m_overrides;
    bool m_hasOverrideBook = false; ///< the last book is m_overrides
    std::vector<Rule> m_rules;      ///< rule id / 8
    std::set<std::string, std::less<>> m_firstParty;
    std::vector<std::string> m_warnings;
};

} // namespace flyball
