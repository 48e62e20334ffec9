// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "core/aggregate/series.h"

namespace flyball {

using EndedRuns = std::unordered_map<Key128, const RunRow *>;

/// One value of a dimension: a segment, a prompt version, a task type.
struct PartNumbers {
    Symbol key = 0;
    Totals totals; ///< of its calls in the window
    /// Of the runs that ended in the window and called it: a run with two versions counts for both, each with the
    /// calls that are its own.
    Totals runTotals;
    std::int64_t runs = 0, known = 0, success = 0;
};

/// Sums by one name that calls carry and roll-ups may not. Calls in any order.
class PartSums {
public:
    PartSums(Symbol Attribution::*name, const EndedRuns &ended) : m_name(name), m_ended(ended) {}
    void add(const Call &call, bool inWindow);
    [[nodiscard]] std::vector<PartNumbers> finish() const; ///< dearest first, then by tokens

private:
    Symbol Attribution::*m_name;
    const EndedRuns &m_ended;
    std::unordered_map<Symbol, PartNumbers> m_parts;
    std::unordered_map<Key128, std::vector<Symbol>> m_ofRun;
};

/// Who called, and on whose behalf.
struct AgentNumbers {
    Symbol agent = 0, parent = 0;
    Totals totals;
};

class AgentSums {
public:
    void add(const Call &call) { m_sums[{call.names.agent, call.parentAgent}].add(call); }
    [[nodiscard]] std::vector<AgentNumbers> finish() const; ///< dearest first

private:
    std::map<std::pair<Symbol, Symbol>, Totals> m_sums;
};

} // namespace flyball
