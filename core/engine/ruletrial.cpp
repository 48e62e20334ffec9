// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/ruletrial.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/attribution/attributor.h"
#include "core/engine/collator.h"

namespace flyball {

namespace {

/// One call under both lists.
class Trial {
public:
    Trial(std::span<const AttributionRule> present, std::span<const AttributionRule> draft, SymbolTable &symbols)
        : m_symbols(symbols), m_present(present, symbols), m_draft(draft, symbols)
    {
        m_out.matched.resize(draft.size());
    }
    void look(const CallFact &fact, const Call &raw)
    {
        Call before = raw;
        Call after = raw;
        m_matched.clear();
        m_present.apply(fact, before);
        m_draft.apply(fact, after, &m_matched);
        ++m_out.calls;
        for (const std::size_t rule : m_matched)
            ++m_out.matched[rule];
        if (before.names == after.names)
            return;
        ++m_out.changed;
        for (std::size_t t = 0; t < kNameTargets; ++t)
            if (before.names.*kNameMembers[t] != after.names.*kNameMembers[t])
                ++m_moves[{t, std::string(m_symbols.text(after.names.*kNameMembers[t]))}];
    }
    RuleTrial finish()
    {
        for (const auto &[move, calls] : m_moves)
            m_out.moves.push_back({static_cast<NameTarget>(move.first), move.second, calls});
        std::stable_sort(m_out.moves.begin(), m_out.moves.end(),
                         [](const RuleMove &a, const RuleMove &b) { return a.calls > b.calls; });
        return std::move(m_out);
    }

private:
    SymbolTable &m_symbols;
    Attributor m_present, m_draft;
    std::vector<std::size_t> m_matched;
    std::map<std::pair<std::size_t, std::string>, std::int64_t> m_moves;
    RuleTrial m_out;
};

Result<> loadInto(Ledger &ledger, const Key128 &key, Collator &collator)
{
    const auto stored = ledger.loadGroup(key);
    if (!stored)
        return stored.error();
    FactBatch batch;
    for (const StoredCall &call : stored->calls) {
        batch.calls.push_back(call.fact);
        batch.calls.back().group = key;
    }
    batch.spans = stored->spans;
    collator.add(batch);
    return {};
}

} // namespace

Result<RuleTrial> tryRules(Ledger &ledger, SymbolTable &symbols, std::shared_ptr<const PriceCatalog> catalog,
                           std::span<const AttributionRule> present, std::span<const AttributionRule> draft,
                           std::int64_t most)
{
    std::set<std::pair<Key128, std::uint64_t>> wanted;
    std::set<Key128> groups;
    const Result<> read = ledger.readCalls({}, CallOrder::TimeDescending, most, [&](const Call &call) {
        wanted.emplace(call.group, call.sub);
        groups.insert(call.group);
        return true;
    });
    if (!read)
        return read.error();
    CallPricer pricer(std::move(catalog), symbols);
    Collator collator(symbols, pricer);
    const auto traits = ledger.loadTraits();
    if (!traits)
        return traits.error();
    for (const TraitFact &trait : *traits)
        collator.addTrait(trait);
    Trial trial(present, draft, symbols);
    FactStore::Group facts;
    ResolvedGroup resolved;
    for (const Key128 &key : groups) {
        if (const Result<> loaded = loadInto(ledger, key, collator); !loaded)
            return loaded.error();
        collator.resolve(collator.store().findGroup(key), facts, resolved);
        for (std::size_t i = 0; i < resolved.calls.size(); ++i)
            if (resolved.counted[i] && wanted.contains({key, facts.calls[i].sub}))
                trial.look(facts.calls[i], resolved.calls[i]);
        collator.store().clear();
    }
    return trial.finish();
}

} // namespace flyball
