// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/pricing/book/factors.h"
#include "core/pricing/book/match_clause.h"
#include "core/pricing/book/rates.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flyball {

/// Standard rates, and explicit ones for service tiers whose list price is not a plain multiple.
struct RateSet {
    Rates standard;
    std::vector<std::pair<ServiceTier, Rates>> service;
};

/// Long-context price: replaces every rate of the call once its whole input (cache included) passes
/// `above`: strictly, or from it on where the provider says so (a cliff, never marginal).
struct ContextTier {
    std::int64_t above = 0;
    bool inclusive = false;
    RateSet rates;
};
inline constexpr std::uint32_t kMaxTiers = 7;

/// One dated row. The last row that holds at the time of the call prices it.
struct PriceRow {
    TimeNs from = kNoTime;         ///< inclusive; kNoTime: since ever
    TimeNs until = kNoTime;        ///< exclusive; kNoTime: open
    std::int32_t minuteFrom = -1;  ///< UTC minute of the day, inclusive; -1: all day
    std::int32_t minuteUntil = -1; ///< exclusive; smaller than minuteFrom: over midnight
    std::uint8_t weekdays = 0x7f;  ///< bit 0 Monday ... bit 6 Sunday, UTC
    RateSet rates;
    std::vector<ContextTier> tiers; ///< ascending, at most kMaxTiers
    AttoUsd webSearchFee = kNoRate; ///< per search
    AttoUsd requestFee = 0;         ///< per call
    std::uint32_t ruleId = 0;       ///< of the base tier; + n for the n-th context tier

    [[nodiscard]] bool holdsAt(TimeNs at) const;
};

/// All that is needed to price calls of one (provider, model). Immutable once in a catalog.
struct ModelPrices {
    std::string provider;
    std::string id;
    std::int64_t context = 0; ///< tokens; 0: not told
    std::vector<PriceRow> rows;
    std::array<Factor, kPricedServiceTiers> service; ///< batch, flex, priority
    Factor fast;
    std::vector<std::pair<std::string, Factor>> geo;
    TimeNs bookDate = kNoTime;
    std::uint32_t layer = 0; ///< index of the book in its catalog
    bool isOverride = false;

    [[nodiscard]] bool samePricesAs(const ModelPrices &other) const;
};

struct ModelEntry {
    MatchClause match;
    std::shared_ptr<ModelPrices> prices;
};

/// One provider's models with an index: names a clause lists literally are found by hash, the other
/// clauses are tried in file order; the earliest entry that matches wins, as in genai-prices.
class ProviderPrices {
public:
    std::string id;
    std::string name;
    MatchClause match;      ///< provider names this list is for
    MatchClause modelMatch; ///< model names that are this vendor's own
    std::string apiPattern;
    std::vector<std::string> fallback;
    bool firstParty = false;
    std::vector<ModelEntry> models;

    void buildIndex();
    [[nodiscard]] std::shared_ptr<const ModelPrices> find(const std::string &lowerName) const;

private:
    std::unordered_map<std::string, std::size_t> m_byName;
    std::vector<std::pair<std::size_t, MatchClause>> m_scanned;
};

struct BookInfo {
    std::string name;   ///< file name, "built in" or "overrides"
    std::string source; ///< where the prices were taken from
    std::string version;
    std::string date; ///< "2026-09-23", may be empty
    std::string licence;
    bool replaces = false; ///< hides the prices of every older book
};

/// A parsed price file of any format we read. Values only; no I/O. Errors name the file and the field.
class PriceBook {
public:
    /// Our format, or LiteLLM's model_prices_and_context_window. `trusted`: compiled in, not a file.
    [[nodiscard]] static Result<PriceBook> fromJson(std::string_view json, std::string_view nameForErrors,
                                                    bool trusted = false);

    BookInfo info;
    std::vector<ProviderPrices> providers;
    FactorTables factors;
    std::map<std::string, std::string, std::less<>> aliases;       ///< provider name -> id; "" = a gateway
    std::map<std::string, std::string, std::less<>> modelPrefixes; ///< beginning of a model name -> id
    std::vector<std::string> warnings;                             ///< odd but accepted, one line each

    [[nodiscard]] const ProviderPrices *provider(std::string_view id) const;
    [[nodiscard]] std::size_t modelCount() const;
    [[nodiscard]] bool isOverride() const; ///< made from the operator's overrides
    /// Writes the resolved multipliers and default fees into every model.
    void resolveFactors();
};

} // namespace flyball
