// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ledger/ledger_file.h"
#include "core/ledger/schema.h"
#include "tests/unit/ledger/ledger_fixture.h"
#include "tests/unit/ledger/ledger_samples.h"

using namespace flyball;
using namespace flyball::test;
namespace fs = std::filesystem;

namespace {

std::string bytesOf(const std::string &path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void writeBytes(const std::string &path, const std::string &bytes)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

unsigned modeOf(const std::string &path)
{
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0U;
}

void sql(const std::string &path, const char *statements)
{
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    char *message = nullptr;
    const int rc = sqlite3_exec(db, statements, nullptr, nullptr, &message);
    QVERIFY2(rc == SQLITE_OK, message);
    sqlite3_close(db);
}

LedgerWrite sample(SymbolTable &symbols, int calls)
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

/// The file itself: who may read it, who holds it, what happens when it is damaged or foreign.
class TestLedgerFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void privateWhateverTheUmask();
    void secondInstanceReads();
    void readerNeedsALedger();
    void emptyFileIsSetAside();
    void strayWalIsSetAside();
    void textFileIsSetAside();
    void flippedBytes();
    void damageMetInUseIsSetAsideAtTheNextOpen();
    void deletedWal();
    void newerIsRefusedUntouched();
    void otherProgramsFileIsRefused();
    void olderIsMigrated();
    void networkFileSystems();
    void readOnlyFolder();
    void unwritableFolderHasAMessage();
};

void TestLedgerFiles::privateWhateverTheUmask()
{
    for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{0277}}) {
        LedgerFixture fixture;
        const mode_t old = ::umask(mask);
        SymbolTable symbols;
        const auto ledger = fixture.open(symbols);
        const Result<> r = ledger ? ledger->commit(sample(symbols, 10)) : Result<>(fixture.error);
        ::umask(old);
        VERIFY_OK(r);
        QCOMPARE(modeOf(fs::path(fixture.path()).parent_path()), 0700U);
        for (const char *suffix : {"", "-wal", "-shm", ".lock"})
            QCOMPARE(modeOf(fixture.path() + suffix), 0600U);
    }
}

void TestLedgerFiles::secondInstanceReads()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    auto first = fixture.open(symbols);
    VERIFY_OK(first->commit(sample(symbols, 20)));
    QVERIFY(!first->openReport().readOnly);
    const auto second = fixture.open(symbols);
    QVERIFY(second);
    QVERIFY(second->openReport().readOnly);
    QCOMPARE(callsOf(*second).size(), std::size_t{20});
    QVERIFY(!second->commit({}));
    QVERIFY(!second->setMeta("a", "b"));
    QVERIFY(!second->retain(0));
    QVERIFY(!second->rebuildRollups());
    first.reset();
    const auto third = fixture.open(symbols);
    QVERIFY(third && !third->openReport().readOnly);
}

void TestLedgerFiles::readerNeedsALedger()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    QVERIFY(!fixture.open(symbols, Ledger::Mode::ReadOnly));
    QCOMPARE(fixture.error.code, ErrorCode::NotFound);
    QVERIFY(!fs::exists(fs::path(fixture.path()).parent_path()));
}

void TestLedgerFiles::emptyFileIsSetAside()
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

void TestLedgerFiles::strayWalIsSetAside()
{
    LedgerFixture fixture;
    fs::create_directories(fs::path(fixture.path()).parent_path());
    writeBytes(fixture.path() + "-wal", std::string(5000, 'x'));
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    QVERIFY2(ledger, fixture.error.message.c_str());
    QCOMPARE(bytesOf(ledger->openReport().movedAside + "-wal"), std::string(5000, 'x'));
}

void TestLedgerFiles::textFileIsSetAside()
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

void TestLedgerFiles::flippedBytes()
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

void TestLedgerFiles::damageMetInUseIsSetAsideAtTheNextOpen()
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

void TestLedgerFiles::deletedWal()
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

void TestLedgerFiles::newerIsRefusedUntouched()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    fixture.open(symbols).reset();
    sql(fixture.path(), "PRAGMA user_version = 99");
    const std::string before = bytesOf(fixture.path());
    for (const Ledger::Mode mode : {Ledger::Mode::ReadWrite, Ledger::Mode::ReadOnly}) {
        QVERIFY(!fixture.open(symbols, mode));
        QCOMPARE(fixture.error.code, ErrorCode::TooNew);
    }
    QVERIFY(bytesOf(fixture.path()) == before);
    QVERIFY(!fs::exists(fixture.path() + "-wal"));
}

void TestLedgerFiles::otherProgramsFileIsRefused()
{
    LedgerFixture fixture;
    fs::create_directories(fs::path(fixture.path()).parent_path());
    sql(fixture.path(), "PRAGMA user_version = 1; CREATE TABLE bookmarks(url TEXT)");
    const std::string before = bytesOf(fixture.path());
    SymbolTable symbols;
    QVERIFY(!fixture.open(symbols));
    QCOMPARE(fixture.error.code, ErrorCode::InvalidArgument);
    sql(fixture.path(), "PRAGMA user_version = 0");
    QVERIFY(!fixture.open(symbols));
    QCOMPARE(fixture.error.code, ErrorCode::InvalidArgument);
    QCOMPARE(bytesOf(fixture.path()).size(), before.size());
}

void TestLedgerFiles::olderIsMigrated()
{
    LedgerFixture fixture;
    LedgerWrite write;
    SymbolTable symbols;
    {
        const auto ledger = fixture.open(symbols);
        write = sample(symbols, 300);
        VERIFY_OK(ledger->commit(write));
    }
    sql(fixture.path(), "ALTER TABLE runs DROP COLUMN trimmed; DROP INDEX calls_session;"
                        "PRAGMA user_version = 0; PRAGMA application_id = 0");
    QVERIFY(!fixture.open(symbols, Ledger::Mode::ReadOnly)); // a reader cannot migrate
    {
        const auto ledger = fixture.open(symbols);
        QVERIFY2(ledger, fixture.error.message.c_str());
        QVERIFY(ledger->openReport().migrated);
        QCOMPARE(ledger->openReport().migratedFrom, 0);
        QVERIFY(ledger->openReport().movedAside.empty());
        QCOMPARE(callsOf(*ledger).size(), std::size_t{300});
        VERIFY_OK(ledger->retain(write.calls[150].call.time)); // uses the new column
        VERIFY_OK(ledger->verify());
    }
    const auto ledger = fixture.open(symbols);
    QVERIFY(ledger && !ledger->openReport().migrated);
    Database db;
    VERIFY_OK(db.open(fixture.path(), Database::Access::ReadOnly));
    QCOMPARE(db.scalar("PRAGMA user_version").value(), std::to_string(kSchemaVersion));
    QCOMPARE(db.scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'calls_session'").value(), std::string("1"));
}

void TestLedgerFiles::networkFileSystems()
{
    for (const std::uint32_t magic : {0x6969U, 0x517bU, 0xfe534d42U, 0xff534d42U, 0x01021997U})
        QVERIFY(networkFileSystem(magic) != nullptr);
    for (const std::uint32_t local : {0xef53U, 0x01021994U, 0x9123683eU, 0x58465342U, 0x794c7630U})
        QVERIFY(networkFileSystem(local) == nullptr);
    LedgerFixture fixture;
    VERIFY_OK(refuseNetworkFolder(fixture.folder() + "/ledger.db"));
    QVERIFY(!refuseNetworkFolder(fixture.folder() + "/absent/ledger.db"));
}

void TestLedgerFiles::readOnlyFolder()
{
    LedgerFixture fixture;
    const fs::path folder = fs::path(fixture.path()).parent_path();
    fs::create_directories(folder);
    const bool root = ::geteuid() == 0; // whom permissions do not stop: a read-only mount does
    if (root && ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=16m") != 0)
        QSKIP("mounting a tmpfs is not permitted here");
    const auto undo = qScopeGuard([&] {
        if (root)
            ::umount2(folder.c_str(), MNT_DETACH);
        else
            ::chmod(folder.c_str(), 0700);
    });
    SymbolTable symbols;
    {
        const auto ledger = fixture.open(symbols);
        QVERIFY2(ledger, fixture.error.message.c_str());
        VERIFY_OK(ledger->commit(sample(symbols, 40)));
    }
    if (root)
        QCOMPARE(::mount("tmpfs", folder.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
    else
        QCOMPARE(::chmod(folder.c_str(), 0500), 0);
    for (const Ledger::Mode mode : {Ledger::Mode::ReadWrite, Ledger::Mode::ReadOnly}) {
        const auto ledger = fixture.open(symbols, mode);
        QVERIFY2(ledger, fixture.error.message.c_str());
        QVERIFY(ledger->openReport().readOnly);
        QCOMPARE(callsOf(*ledger).size(), std::size_t{40});
        QVERIFY(!ledger->commit({}));
    }
}

void TestLedgerFiles::unwritableFolderHasAMessage()
{
    SymbolTable symbols;
    const auto r = Ledger::open("/proc/no/such/ledger.db", Ledger::Mode::ReadWrite, symbols);
    QVERIFY(!r);
    QCOMPARE(r.error().code, ErrorCode::Unreadable);
    QVERIFY(r.error().message.find("/proc/no") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestLedgerFiles)
#include "tst_ledger_files.moc"
