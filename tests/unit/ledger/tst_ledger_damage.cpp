// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <random>

#include "tests/unit/ledger/file_tools.h"

using namespace flyball;
using namespace flyball::test;
namespace fs = std::filesystem;

namespace {

/// Everything a start and a page would read.
Result<> readEverything(Ledger &ledger)
{
    for (const Resolution resolution : {Resolution::Minute, Resolution::Quarter}) {
        if (Result<> r = ledger.loadCells(resolution, kFirstBucket, kLastBucket, [](const Cell &) {}); !r)
            return r;
    }
    if (Result<> r = ledger.loadRuns([](const RunRow &) {}); !r)
        return r;
    if (auto r = ledger.loadSeries(); !r)
        return r.error();
    if (auto r = ledger.loadFiles(""); !r)
        return r.error();
    return ledger.readCalls({}, CallOrder::TimeAscending, 0, [](const Call &) { return true; });
}

} // namespace

/// Damaged files are set aside, never deleted, and a fresh ledger takes their place.
class TestLedgerDamage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void emptyFileIsSetAside();
    void strayWalIsSetAside();
    void textFileIsSetAside();
    void flippedBytes();
    void damageMetInUseIsSetAsideAtTheNextOpen();
    void deletedWal();
};

void TestLedgerDamage::emptyFileIsSetAside()
{
    LedgerFixture fixture;
    fs::create_directories(fs::path(fixture.path()).parent_path());
    writeBytes(fixture.path(), "");
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    QVERIFY2(ledger, fixture.error.message.c_str());
    QVERIFY(ledger->openReport().created);
    QVERIFY(fs::exists(ledger->openReport().movedAside));
    VERIFY_OK(ledger->commit(sample(symbols, 5)));
}

void TestLedgerDamage::strayWalIsSetAside()
{
    LedgerFixture fixture;
    fs::create_directories(fs::path(fixture.path()).parent_path());
    writeBytes(fixture.path() + "-wal", std::string(5000, 'x'));
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    QVERIFY2(ledger, fixture.error.message.c_str());
    QCOMPARE(bytesOf(ledger->openReport().movedAside + "-wal"), std::string(5000, 'x'));
}

void TestLedgerDamage::textFileIsSetAside()
{
    LedgerFixture fixture;
    fs::create_directories(fs::path(fixture.path()).parent_path());
    const std::string text(20'000, 'q');
    writeBytes(fixture.path(), text);
    SymbolTable symbols;
    QVERIFY(!fixture.open(symbols, Ledger::Mode::ReadOnly));
    QCOMPARE(fixture.error.code, ErrorCode::Corrupt);
    QCOMPARE(bytesOf(fixture.path()), text); // a reader changes nothing
    const auto ledger = fixture.open(symbols);
    QVERIFY2(ledger, fixture.error.message.c_str());
    QVERIFY(QString::fromStdString(ledger->openReport().movedAside).contains(".corrupt-"));
    QCOMPARE(bytesOf(ledger->openReport().movedAside), text);
    QVERIFY(callsOf(*ledger).empty());
}

void TestLedgerDamage::flippedBytes()
{
    LedgerFixture fixture;
    {
        SymbolTable symbols;
        const auto ledger = fixture.open(symbols);
        VERIFY_OK(ledger->commit(sample(symbols, 3000)));
    }
    const std::string good = bytesOf(fixture.path());
    QVERIFY(good.size() > 200'000);
    std::mt19937_64 random(5);
    int setAsideCount = 0;
    for (int round = 0; round < 60; ++round) {
        std::string bad = good;
        for (std::uint64_t i = 0; i < 1 + random() % 30; ++i)
            bad[100 + random() % (bad.size() - 100)] ^= static_cast<char>(1 + random() % 255);
        writeBytes(fixture.path(), bad);
        SymbolTable symbols;
        auto ledger = fixture.open(symbols);
        QVERIFY2(ledger, fixture.error.message.c_str());
        if (ledger->openReport().movedAside.empty()) {
            const Result<> r = readEverything(*ledger);
            if (!r)
                QCOMPARE(r.error().code, ErrorCode::Corrupt);
            ledger.reset();
            ledger = fixture.open(symbols);
            QVERIFY(ledger);
            QCOMPARE(ledger->openReport().movedAside.empty(), r.ok());
        }
        if (!ledger->openReport().movedAside.empty()) {
            ++setAsideCount;
            QVERIFY(fs::exists(ledger->openReport().movedAside));
            VERIFY_OK(readEverything(*ledger));
            VERIFY_OK(ledger->commit(sample(symbols, 10)));
        }
        ledger.reset();
        for (const auto &entry : fs::directory_iterator(fs::path(fixture.path()).parent_path()))
            fs::remove(entry.path());
    }
    qInfo("%d of 60 set aside", setAsideCount);
    QVERIFY(setAsideCount > 20);
}

void TestLedgerDamage::damageMetInUseIsSetAsideAtTheNextOpen()
{
    LedgerFixture fixture;
    {
        SymbolTable symbols;
        const auto ledger = fixture.open(symbols);
        VERIFY_OK(ledger->commit(sample(symbols, 50)));
    }
    sql(fixture.path(), "UPDATE runs SET data = x'01ff00'"); // sound for SQLite, not for us
    SymbolTable symbols;
    auto ledger = fixture.open(symbols);
    QVERIFY(ledger && ledger->openReport().movedAside.empty());
    const Result<> r = ledger->loadRuns([](const RunRow &) {});
    QVERIFY(!r);
    QCOMPARE(r.error().code, ErrorCode::Corrupt);
    ledger.reset();
    ledger = fixture.open(symbols);
    QVERIFY(ledger && !ledger->openReport().movedAside.empty());
    ledger.reset();
    ledger = fixture.open(symbols);
    QVERIFY(ledger && ledger->openReport().movedAside.empty()); // once
}

void TestLedgerDamage::deletedWal()
{
    LedgerFixture fixture;
    LedgerFixture copy;
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    VERIFY_OK(ledger->commit(sample(symbols, 100)));
    ledger->checkpoint();
    VERIFY_OK(ledger->commit({.calls = sample(symbols, 200).calls, .files = {{"s", "1:1", "200"}}}));
    QVERIFY(fs::file_size(fixture.path() + "-wal") > 0);
    fs::create_directories(fs::path(copy.path()).parent_path());
    fs::copy_file(fixture.path(), copy.path()); // as if the WAL had been deleted after a crash
    SymbolTable other;
    const auto without = copy.open(other);
    QVERIFY2(without, copy.error.message.c_str());
    QCOMPARE(callsOf(*without).size(), std::size_t{100}); // older, but rows and position agree
    QCOMPARE(without->loadFiles("s")->front().state, std::string("100"));
}

QTEST_GUILESS_MAIN(TestLedgerDamage)
#include "tst_ledger_damage.moc"
