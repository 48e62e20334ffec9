// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include <sqlite3.h>

#include "tests/unit/ledger/ledger_fixture.h"
#include "tests/unit/ledger/ledger_samples.h"

namespace flyball::test {

[[nodiscard]] inline std::string bytesOf(const std::string &path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void writeBytes(const std::string &path, const std::string &bytes)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline void sql(const std::string &path, const char *statements)
{
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    char *message = nullptr;
    const int rc = sqlite3_exec(db, statements, nullptr, nullptr, &message);
    QVERIFY2(rc == SQLITE_OK, message);
    sqlite3_close(db);
}

[[nodiscard]] inline LedgerWrite sample(SymbolTable &symbols, int calls)
{
    SampleFleet fleet(symbols, 31);
    RollupKeeper keeper;
    LedgerWrite write;
    for (int i = 0; i < calls; ++i) {
        write.calls.push_back(fleet.next());
        keeper.add(write.calls.back().call);
    }
    write.runs = {fleet.currentRun()};
    keeper.flush(write);
    write.files = {{"s", "1:1", std::to_string(calls)}};
    return write;
}

} // namespace flyball::test
