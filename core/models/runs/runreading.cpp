// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runreading.h"

#include <map>

#include "core/aggregate/views/signalstats.h"
#include "core/engine/callpricer.h"
#include "core/pricing/catalog.h"

namespace flyball {

namespace {

constexpr std::array<std::array<TokenClass, 3>, kClassGroups> kGroups{{
    {TokenClass::InFresh, TokenClass::InAudio, TokenClass::InAudio},
    {TokenClass::CacheRead, TokenClass::CacheRead, TokenClass::CacheRead},
    {TokenClass::CacheWrite5m, TokenClass::CacheWrite1h, TokenClass::CacheWriteUntyped},
    {TokenClass::OutText, TokenClass::OutAudio, TokenClass::OutAudio},
    {TokenClass::OutReasoning, TokenClass::OutReasoning, TokenClass::OutReasoning},
}};

/// The rates of each model of the run, looked up once.
class RunRates {
public:
    RunRates(const PriceCatalog &catalog, const SymbolTable &symbols) : m_catalog(catalog), m_symbols(symbols) {}
    Cost of(const Call &call)
    {
        const auto [it, fresh] = m_matches.try_emplace({call.provider, call.model});
        if (fresh)
            it->second = m_catalog.match(text(call.provider), text(call.model));
        return price(it->second, call.usage, priceQueryOf(call, m_symbols));
    }

private:
    std::string_view text(Symbol s) const { return s == 0 ? std::string_view() : m_symbols.text(s); }
    const PriceCatalog &m_catalog;
    const SymbolTable &m_symbols;
    std::map<std::pair<Symbol, Symbol>, PriceMatch> m_matches;
};

/// A trace has spans that name agents and tools; it is read whole. Calls are kept with what they were made of there,
/// so a run that is very long is read without.
constexpr std::int64_t kMostTraced = 50'000;

Result<> readTraced(Ledger &ledger, const Key128 &run, std::vector<Call> &calls, std::vector<SpanFact> &spans)
{
    auto trace = ledger.readTrace(run);
    if (!trace)
        return trace.error();
    for (const StoredCall &stored : trace->calls)
        if (stored.counted)
            calls.push_back(stored.call);
    spans = std::move(trace->spans);
    return {};
}

Result<> readPlain(Ledger &ledger, const Key128 &run, std::vector<Call> &calls)
{
    CallFilter filter;
    filter.run = run;
    return ledger.readCalls(filter, CallOrder::TimeAscending, RunReading::kMaxCalls + 1, [&](const Call &call) {
        calls.push_back(call);
        return true;
    });
}

/// A long run has a name for each of its calls: no more places are asked than it takes to find all of its signals.
Result<> readSignals(Ledger &ledger, const RunRow &row, const std::vector<Call> &calls, const SymbolTable &symbols,
                     std::vector<SignalFact> &out)
{
    const auto all = [&] { return out.size() >= static_cast<std::size_t>(std::max(0, row.signals)); };
    if (all())
        return {};
    const SignalPlaces places = signalPlacesOf(row.info, calls, symbols);
    for (const Key128 &place : places.own) {
        if (all())
            return {};
        if (const Result<> read = ledger.loadSignals(place, out); !read)
            return read;
    }
    return places.session && !all() ? ledger.loadSignals(*places.session, out) : Result<>();
}

} // namespace

std::size_t classGroupOf(std::size_t tokenClass)
{
    for (std::size_t i = 0; i < kGroups.size(); ++i)
        for (const TokenClass c : kGroups[i])
            if (static_cast<std::size_t>(c) == tokenClass)
                return i;
    return 0;
}

std::optional<std::array<UsdSum, kClassGroups>> costByClass(const std::vector<Call> &calls, const PriceCatalog &catalog,
                                                            const SymbolTable &symbols)
{
    std::array<UsdSum, kClassGroups> sums;
    RunRates rates(catalog, symbols);
    for (const Call &call : calls) {
        if (call.costOrigin == CostOrigin::Reported)
            return std::nullopt;
        if (call.costOrigin != CostOrigin::Computed || call.responseCache != ResponseCache::None)
            continue;
        const Cost cost = rates.of(call);
        if (!cost.priced || cost.total != call.cost || cost.fees != 0)
            return std::nullopt;
        for (std::size_t c = 0; c < kTokenClasses; ++c)
            sums[classGroupOf(c)] += UsdSum(cost.byClass[c]);
    }
    return sums;
}

ResponseReuse responseReuse(const std::vector<Call> &calls, const PriceCatalog &catalog, const SymbolTable &symbols)
{
    struct Mean {
        PicoUsd sum = 0;
        std::int64_t n = 0;
    };
    std::map<std::pair<Symbol, Symbol>, Mean> means;
    for (const Call &call : calls)
        if (call.responseCache == ResponseCache::None
            && (call.costOrigin == CostOrigin::Computed || call.costOrigin == CostOrigin::Reported)) {
            Mean &mean = means[{call.names.step, call.model}];
            if (__builtin_add_overflow(mean.sum, call.cost, &mean.sum))
                return {};
            ++mean.n;
        }
    ResponseReuse reuse;
    RunRates rates(catalog, symbols);
    for (const Call &call : calls) {
        if (call.responseCache == ResponseCache::None)
            continue;
        ++(call.responseCache == ResponseCache::Exact ? reuse.exact : reuse.semantic);
        const Cost own = call.hasUsage() && call.usage.total() > 0 ? rates.of(call) : Cost{};
        const auto mean = means.find({call.names.step, call.model});
        if (!own.priced && mean == means.end())
            continue;
        ++reuse.estimated;
        reuse.saved += UsdSum(own.priced ? own.total : divideHalfEven(mean->second.sum, mean->second.n));
    }
    return reuse;
}

RunReading readRun(Ledger &ledger, const RunRow &row, const PriceCatalog *catalog, const SymbolTable &symbols)
{
    RunReading reading;
    std::vector<Call> calls;
    std::vector<SpanFact> spans;
    const Symbol format = row.info.format;
    const bool traced = format != 0 && symbols.text(format) == "otlp-json" && row.totals.calls <= kMostTraced;
    Result<> read = traced ? readTraced(ledger, row.info.run, calls, spans) : readPlain(ledger, row.info.run, calls);
    if (read)
        read = readSignals(ledger, row, calls, symbols, reading.found);
    if (!read)
        reading.error = QString::fromStdString(read.error().message);
    reading.more = calls.size() > RunReading::kMaxCalls;
    if (reading.more)
        calls.resize(RunReading::kMaxCalls);
    if (catalog != nullptr) {
        reading.money = costByClass(calls, *catalog, symbols);
        reading.reuse = responseReuse(calls, *catalog, symbols);
    }
    reading.picture = std::make_shared<const RunPicture>(pictureOf(std::move(calls), spans));
    return reading;
}

} // namespace flyball
