// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <QTemporaryDir>
#include <QtTest>

#include "core/ledger/ledger.h"

namespace flyball::test {

inline constexpr std::int64_t kFirstBucket = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kLastBucket = std::numeric_limits<std::int64_t>::max();

/// A ledger in a folder of its own that goes with it.
class LedgerFixture {
public:
    [[nodiscard]] std::string path() const { return m_folder.filePath("data/ledger.db").toStdString(); }
    [[nodiscard]] std::string folder() const { return m_folder.path().toStdString(); }

    /// Null after a failure, which is then in `error`.
    std::unique_ptr<Ledger> open(SymbolTable &symbols, Ledger::Mode mode = Ledger::Mode::ReadWrite)
    {
        auto r = Ledger::open(path(), mode, symbols);
        error = r ? Error{} : r.error();
        return r ? std::move(r.value()) : nullptr;
    }

    Error error;

private:
    QTemporaryDir m_folder;
};

[[nodiscard]] inline std::vector<Cell> cellsOf(Ledger &ledger, Resolution resolution)
{
    std::vector<Cell> cells;
    if (!ledger.loadCells(resolution, kFirstBucket, kLastBucket, [&](const Cell &cell) { cells.push_back(cell); }))
        QTest::qFail("loadCells failed", __FILE__, __LINE__);
    return cells;
}

[[nodiscard]] inline std::vector<Call> callsOf(Ledger &ledger, const CallFilter &filter = {},
                                               CallOrder order = CallOrder::TimeAscending, std::int64_t limit = 0)
{
    std::vector<Call> calls;
    const Result<> r = ledger.readCalls(filter, order, limit, [&](const Call &call) {
        calls.push_back(call);
        return true;
    });
    if (!r)
        QTest::qFail(r.error().message.c_str(), __FILE__, __LINE__);
    return calls;
}

[[nodiscard]] inline std::vector<RunRow> runsOf(Ledger &ledger)
{
    std::vector<RunRow> runs;
    if (!ledger.loadRuns([&](const RunRow &row) { runs.push_back(row); }))
        QTest::qFail("loadRuns failed", __FILE__, __LINE__);
    return runs;
}

} // namespace flyball::test

#define VERIFY_OK(expression)                                                                                          \
    do {                                                                                                               \
        const auto &outcome = (expression);                                                                            \
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().message.c_str());                                   \
    } while (false)
