// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/meterreader.h"

#include <map>
#include <tuple>
#include <unordered_map>

#include "core/engine/callpricer.h"
#include "core/formats/format.h"

namespace flyball {

namespace {

/// More minutes of models and workflows than this are not compared in one go.
constexpr std::size_t kMostCells = 1'000'000;

class Reader {
public:
    Reader(const SymbolTable &symbols, const PriceCatalog &catalog) : m_symbols(symbols), m_catalog(catalog) {}

    void add(const Call &call, bool metered)
    {
        if (call.responseCache != ResponseCache::None)
            return; // of no model
        const Symbol teller = metered ? 0 : call.source;
        BesideSum &sum = m_cells[{bucketOf(call.time, kMinute), teller, nameOf(call), call.names.workflow}];
        sum.calls += metered ? 0 : 1;
        sum.input += call.usage.inTotal();
        sum.output += call.usage.outTotal();
        if (call.costOrigin == CostOrigin::Computed || call.costOrigin == CostOrigin::Reported)
            sum.cost.add(call.cost);
        else if (call.costOrigin == CostOrigin::Unpriced)
            sum.unpriced += call.usage.total();
    }
    /// A record of meters that does not count: what it would be if it did.
    void addTied(const CallFact &fact)
    {
        Call call;
        copyFact(fact, call);
        call.usage = fact.raw;
        priceMatched(call, matchOf(call), m_symbols);
        add(call, true);
    }
    [[nodiscard]] bool full() const { return m_cells.size() >= kMostCells; }
    [[nodiscard]] std::vector<BesideCell> cells() const
    {
        std::vector<BesideCell> out;
        out.reserve(m_cells.size());
        for (const auto &[key, sum] : m_cells)
            out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key), sum});
        return out;
    }

private:
    const PriceMatch &matchOf(const Call &call)
    {
        const std::uint64_t key = (std::uint64_t{call.provider} << 32U) | call.model;
        auto it = m_matches.find(key);
        if (it == m_matches.end())
            it = m_matches.emplace(key, m_catalog.match(m_symbols.text(call.provider), m_symbols.text(call.model)))
                     .first;
        return it->second;
    }
    /// The first spelling that was met of a model the book knows.
    Symbol nameOf(const Call &call)
    {
        const std::uint64_t key = (std::uint64_t{call.provider} << 32U) | call.model;
        if (const auto known = m_names.find(key); known != m_names.end())
            return known->second;
        const PriceMatch &match = matchOf(call);
        Symbol name = call.model;
        if (match.found() && !match.lists.empty())
            name = m_models.emplace(match.lists.front()->id, call.model).first->second;
        m_names.emplace(key, name);
        return name;
    }

    const SymbolTable &m_symbols;
    const PriceCatalog &m_catalog;
    std::unordered_map<std::uint64_t, PriceMatch> m_matches;
    std::unordered_map<std::uint64_t, Symbol> m_names;
    std::map<std::string, Symbol, std::less<>> m_models; ///< by the book's id
    std::map<std::tuple<std::int64_t, Symbol, Symbol, Symbol>, BesideSum> m_cells;
};

} // namespace

Result<std::vector<BesideCell>> readBeside(Ledger &ledger, const SymbolTable &symbols, const PriceCatalog &catalog,
                                           Symbol source, TimeNs since, TimeNs until)
{
    Reader reader(symbols, catalog);
    CallFilter meters;
    meters.since = since;
    meters.until = until;
    meters.source = source;
    meters.metered = true;
    Result<> read = ledger.readCalls(meters, CallOrder::TimeAscending, 0, [&](const Call &call) {
        if (call.metered())
            reader.add(call, true);
        return !reader.full();
    });
    if (read)
        read = ledger.readRecords(since, until, false, [&](const StoredCall &stored) {
            if (stored.fact.source == source && (stored.fact.flags & CallMetered) != 0)
                reader.addTied(stored.fact);
            return !reader.full();
        });
    CallFilter calls;
    calls.since = since;
    calls.until = until;
    if (read)
        read = ledger.readCalls(calls, CallOrder::TimeAscending, 0, [&](const Call &call) {
            if (!call.metered())
                reader.add(call, false);
            return !reader.full();
        });
    if (!read)
        return read.error();
    if (reader.full())
        return Error{ErrorCode::OutOfRange, "there is more than can be compared at once"};
    return reader.cells();
}

} // namespace flyball
