// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <memory>
#include <optional>

#include "core/aggregate/views/runfilter.h"
#include "core/ledger/ledger.h"

namespace flyball {

/// What the Runs page wants to see.
struct RunsQuery {
    std::shared_ptr<const Snapshot> snapshot;
    Window window;
    std::optional<Symbol> workflow;
    QString needle;  ///< typed; empty = any
    QString segment; ///< "all" or a runStateKey()
    QString sortKey;
    bool descending = true;
    int most = 200;                                 ///< rows wanted
    std::vector<RunCondition> filter;               ///< the one applied; empty = none
    std::vector<std::vector<RunCondition>> counted; ///< filters whose runs are to be counted
};

/// Everything the page shows of it; a value.
struct RunsAnswer {
    struct Count {
        qint64 runs = 0;
        bool growing = false; ///< calls of some runs have not been read yet
        friend bool operator==(const Count &, const Count &) = default;
    };
    std::vector<RunRow> rows; ///< the first in order
    qint64 total = 0;         ///< runs of the segment
    qint64 all = 0;           ///< of every segment
    QHash<QString, qint64> states;
    std::vector<Count> counts; ///< as RunsQuery::counted
    bool pending = false;      ///< ask again: calls are read in slices
    bool anyErrors = false, anyCache = false, anySignals = false, anySession = false;
    double dearest = 0;
    QString error; ///< not empty: calls could not be read, what asks for them is not complete
};

/// Filters, counts and sorts all runs of a window, away from the GUI thread. Remembers what the calls of a run told
/// until the run changes or history is resolved again. After a read that failed none is tried till the next snapshot.
/// One thread at a time; lives as long as its page.
class RunsWorker {
public:
    static constexpr TimeNs kSlice = 60'000'000; ///< time for reading calls in one answer
    [[nodiscard]] RunsAnswer answer(const RunsQuery &query, Ledger &ledger);

private:
    void lookAt(const Snapshot &snapshot);
    bool contains(const Snapshot &snapshot, Symbol name, const std::string &part);
    const RunTraits *traits(const RunRow &row, Ledger &ledger);
    RunsAnswer::Count count(const RunsQuery &query, const std::vector<RunCondition> &conditions,
                            const std::vector<const RunRow *> &runs, const RunBounds &bounds, Ledger &ledger,
                            std::vector<const RunRow *> *kept);
    void sort(std::vector<const RunRow *> &runs, const RunsQuery &query);

    RunScanner m_scanner;
    std::unordered_map<Key128, RunTraits> m_traits;
    std::map<std::pair<std::string, Symbol>, bool> m_contains;
    TimeNs m_deadline = 0;
    std::uint64_t m_sequence = 0, m_generation = 0; ///< of the last snapshot
    QString m_error;                                ///< of a read in that snapshot
};

} // namespace flyball
