// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/domain/outcome.h"

namespace flyball {

/// Imported signals and the runs they name, in any order of arrival. Which run a signal belongs to is never stored:
/// it follows from the signals and runs that are known. One thread.
class QualityJoin {
public:
    explicit QualityJoin(const SymbolTable &symbols) : m_symbols(symbols) {}

    /// False for one that is known, or that was read beside its calls.
    bool add(const SignalFact &signal);
    [[nodiscard]] bool empty() const { return m_entries.empty(); }
    /// There are signals, not yet found, that only a look at all runs can find, or at all calls.
    [[nodiscard]] bool wantsRuns() const { return m_wantsRuns; }
    [[nodiscard]] bool wantsCalls() const { return m_wantsCalls; }
    void looked(bool calls) { (calls ? m_wantsCalls : m_wantsRuns) = false; }

    /// A run (RunRow::isRun), and a call with a request id: as often as one likes.
    void noteRun(const RunInfo &run);
    void noteCall(std::uint64_t requestKey, const Key128 &run);
    /// A row that is no run any more, and a call that is of another run now.
    void dropRun(const Key128 &run);
    void dropCall(std::uint64_t requestKey, const Key128 &run);
    /// Runs whose set of signals changed since the last call.
    [[nodiscard]] std::vector<Key128> takeChanged();

    [[nodiscard]] std::vector<SignalFact> signalsOf(const Key128 &run) const;
    [[nodiscard]] std::int32_t countOf(const Key128 &run) const;
    /// By source; kept up to date.
    [[nodiscard]] const std::map<Symbol, QualityCounts> &counts() const { return m_counts; }
    [[nodiscard]] std::vector<Key128> runs() const; ///< all that a signal names
    void clear();

private:
    struct Entry {
        SignalAddress address = SignalAddress::Group;
        std::vector<SignalFact> signals;
        std::vector<Key128> runs; ///< without repeats
        [[nodiscard]] bool joined() const
        {
            return !runs.empty() && (address != SignalAddress::Session || runs.size() == 1);
        }
    };
    void attach(const Key128 &address, const Key128 &run);
    void detach(const Key128 &address, const Key128 &run);
    template <typename Change>
    void change(Entry &entry, Change &&what);
    void count(const Entry &entry, const SignalFact &signal, std::int64_t sign);

    const SymbolTable &m_symbols;
    std::unordered_map<Key128, Entry> m_entries; ///< by address
    std::unordered_set<std::uint64_t> m_known;   ///< hashes of (group, span, id)
    std::unordered_map<Key128, std::vector<Key128>> m_ofRun;
    std::unordered_set<Key128> m_changed;
    std::map<Symbol, QualityCounts> m_counts;
    bool m_wantsRuns = false;
    bool m_wantsCalls = false;
    bool m_bySession = false; ///< some name sessions or prompts
    bool m_byRequest = false;
};

} // namespace flyball
