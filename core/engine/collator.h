// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/attribution/attributor.h"
#include "core/domain/outcome.h"
#include "core/engine/callpricer.h"
#include "core/engine/factstore.h"

namespace flyball {

/// Counts of what did not become a call (design rule 3a.13).
struct Coverage {
    std::int64_t lines = 0;
    std::int64_t bytes = 0;
    std::int64_t ignored = 0;
    std::int64_t metrics = 0; ///< of these, data points of metrics
    std::int64_t duplicates = 0;
    std::int64_t rejected = 0;
    std::map<std::string, std::int64_t> rejects; ///< by reason
};

/// Merges facts into groups and resolves groups into priced calls. The result depends on the set of
/// facts only. One thread.
class Collator final : public TraitLookup {
public:
    Collator(SymbolTable &symbols, CallPricer &pricer)
        : m_symbols(symbols), m_pricer(pricer), m_store(symbols), m_attributor({}, symbols)
    {}

    void add(const FactBatch &batch);
    /// Resolves every group: the sink gets each counted call and each run (once per group).
    void resolveAll(const std::function<void(const Call &)> &callSink,
                    const std::function<void(const RunInfo &)> &runSink);
    /// Resolves one group; calls priced, parallel to `scratch`'s facts.
    void resolve(std::uint32_t group, FactStore::Group &scratch, ResolvedGroup &out);

    [[nodiscard]] std::uint32_t traits(Symbol subject) const override
    {
        const auto it = m_traits.find(subject);
        const std::uint32_t told = m_told.contains(subject) ? std::uint32_t{SourceTold} : 0;
        return it == m_traits.end() ? told : it->second | told;
    }
    [[nodiscard]] SymbolTable &symbols() const override { return m_symbols; }
    /// ORs flags in; true when something new was learnt.
    bool addTrait(const TraitFact &trait);
    void clearTraits() { m_traits.clear(); }
    /// Unlike a trait this can be taken back: it is the operator's word, not a source's.
    void setTold(Symbol source, bool told) { told ? (void)m_told.insert(source) : (void)m_told.erase(source); }
    [[nodiscard]] FactStore &store() { return m_store; }
    [[nodiscard]] const Coverage &coverage() const { return m_coverage; }
    [[nodiscard]] Coverage &coverage() { return m_coverage; }
    void setPricer(CallPricer &pricer) { m_pricer = pricer; }
    /// The operator's own attribution, applied to every group that is resolved from now on.
    void setAttribution(std::span<const AttributionRule> rules) { m_attributor = Attributor(rules, m_symbols); }
    /// What counts as success, by workflow.
    void setSuccessRules(const std::vector<SuccessRule> &rules);
    [[nodiscard]] const SuccessRule *successRule(Symbol workflow) const
    {
        const auto it = m_success.find(workflow);
        return it == m_success.end() ? nullptr : &it->second;
    }

private:
    void addFacts(const FactBatch &batch);

    SymbolTable &m_symbols;
    std::reference_wrapper<CallPricer> m_pricer;
    FactStore m_store;
    std::unordered_map<Symbol, std::uint32_t> m_traits;
    std::unordered_set<Symbol> m_told;
    Attributor m_attributor;
    std::unordered_map<Symbol, SuccessRule> m_success;
    Coverage m_coverage;
};

} // namespace flyball
