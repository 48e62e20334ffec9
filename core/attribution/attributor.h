// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/attribution/rules.h"
#include "core/domain/call.h"

namespace flyball {

/// Where a call has the name of each NameTarget.
inline constexpr std::array<Symbol Attribution::*, kNameTargets> kNameMembers = {
    &Attribution::workflow, &Attribution::agent,   &Attribution::step,          &Attribution::taskType,
    &Attribution::segment,  &Attribution::feature, &Attribution::promptVersion, &Attribution::tier};

/// Rules made ready for one symbol table. One thread.
class Attributor {
public:
    Attributor(std::span<const AttributionRule> rules, SymbolTable &symbols);

    [[nodiscard]] bool empty() const { return m_rules.empty(); }
    /// Sets the names of a call that was resolved from `fact`; nothing else of it changes. True when a rule set its
    /// workflow. `matched` (may be null) gets the index in the list of every rule that matched.
    bool apply(const CallFact &fact, Call &call, std::vector<std::size_t> *matched = nullptr);
    /// The same for all calls of a group and its runs: a run goes where its first call goes. Between resolving and
    /// pricing; the only way rules reach a ledger.
    void apply(std::span<const CallFact> facts, std::vector<Call> &calls, const std::vector<bool> &counted,
               std::vector<RunInfo> &runs);

private:
    struct Condition {
        MatchCondition rule;
        struct Known {
            Symbol text = 0;
            std::int8_t matches = -1;
        };
        std::array<Known, 64> known{}; ///< names repeat: most are compared once
    };
    struct Rule {
        std::size_t index = 0;
        std::vector<Condition> when;
        std::array<Symbol, kNameTargets> set{};
    };
    [[nodiscard]] static Symbol valueOf(MatchField field, const CallFact &fact, const Call &call);
    [[nodiscard]] bool holds(Condition &condition, Symbol value) const;

    SymbolTable *m_symbols;    ///< outlives this
    std::vector<Rule> m_rules; ///< those that are on and valid
};

} // namespace flyball
