// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <queue>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/domain/outcome.h"

namespace flyball {

/// The writable side of a RunStore. One thread.
class RunTable {
public:
    explicit RunTable(const SymbolTable &symbols) : m_symbols(symbols) {}

    void load(const RunRow &row);
    void addCall(const Call &call) { change(call, true); }
    void removeCall(const Call &call) { change(call, false); }
    /// What a group now says of its run; signals < 0 leaves their number as it is.
    void setInfo(const RunInfo &info, std::int32_t signals);
    /// Decides the outcome from what is known and what imported signals say (decideOutcome).
    void decide(const Key128 &run, const Judgement &imported);
    /// Imported signals that came or went.
    void addSignals(const Key128 &run, std::int32_t change);
    /// Null when there is none; until the next change of the table.
    [[nodiscard]] const RunRow *find(const Key128 &run) const;
    template <typename Fn>
    void forEach(Fn &&fn) const
    {
        for (const auto &chunk : m_chunks)
            for (const RunRow &row : *chunk)
                fn(row);
    }
    /// From now on the workflow a run's groups tell replaces the one it has: they are being resolved again.
    void tellAgain() { ++m_pass; }
    /// Rows touched since the last call.
    [[nodiscard]] std::vector<RunRow> takeTouched();
    /// The rows as they are at `now`. A run that nothing ended is shown as closed, of unknown outcome, once nothing
    /// has come for kIdle (design rule 3a.10); that is never stored, and whatever comes later opens it again.
    [[nodiscard]] RunStore store(TimeNs now);
    static constexpr TimeNs kIdle = 15 * kMinute;
    /// Rows that are runs (RunRow::isRun).
    [[nodiscard]] std::int64_t count() const { return m_count; }
    void clear();

private:
    RunRow &row(const Key128 &run);
    RunRow &rowOf(const Key128 &run); ///< as row(), without looking whether it has ended
    RunRow &writable(std::uint32_t index);
    void unshare(std::size_t chunk);
    void watch(std::uint32_t index);
    void closeIdle(TimeNs now);
    void change(const Call &call, bool add);

    const SymbolTable &m_symbols;
    std::unordered_map<Key128, std::uint32_t> m_index;
    std::vector<std::shared_ptr<std::vector<RunRow>>> m_chunks;
    std::vector<bool> m_shared; ///< a snapshot may hold this chunk: copy before writing
    std::unordered_set<std::uint32_t> m_touched;
    std::vector<std::uint32_t> m_toldIn;               ///< pass in which a row's workflow was told, by index
    using Deadline = std::pair<TimeNs, std::uint32_t>; ///< of a row that was open when it was put here
    std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> m_deadlines;
    std::vector<bool> m_watched;              ///< rows that stand among the deadlines
    std::unordered_set<std::uint32_t> m_idle; ///< rows that are shown as closed
    std::uint32_t m_pass = 0;
    std::uint32_t m_size = 0;
    std::int64_t m_count = 0;
};

} // namespace flyball
