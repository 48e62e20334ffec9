// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ledger/ledger_file.h"
#include "core/ledger/schema.h"
#include "tests/unit/ledger/file_tools.h"
#include "tests/unit/ledger/ledger_fixture.h"

using namespace flyball;
using namespace flyball::test;
namespace fs = std::filesystem;

namespace {

unsigned modeOf(const std::string &path)
{
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0U;
}

} // namespace

/// The file itself: who may read it, who holds it, what happens when it is damaged or foreign.
class TestLedgerFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void privateWhateverTheUmask();
    void secondInstanceReads();
    void readerNeedsALedger();
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
        const std::array versions{Symbol{0}, symbols.intern("v1"), symbols.intern("v2")};
        for (std::size_t i = 0; i < write.calls.size(); ++i)
            write.calls[i].call.names.promptVersion = versions[i % versions.size()];
        VERIFY_OK(ledger->commit(write));
    }
    std::string asVersion1;
    for (const char *column : {"task_type", "prompt_version", "feature", "policy_revision"})
        asVersion1 += std::string("ALTER TABLE series DROP COLUMN ") + column + ";";
    asVersion1 += "DROP TABLE traits; CREATE TABLE traits(subject TEXT PRIMARY KEY NOT NULL, flags INTEGER NOT NULL)"
                  " WITHOUT ROWID; INSERT INTO traits VALUES('some producer', 3);";
    sql(fixture.path(), asVersion1.c_str());
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
        const auto traits = ledger->loadTraits();
        QVERIFY(traits && traits->size() == 1 && traits->front().flags == 3 && traits->front().source == 0);
        // The roll-ups know the dimensions that version 1 did not keep.
        std::map<std::pair<Symbol, Symbol>, Totals> rows, cells;
        for (const Call &call : callsOf(*ledger))
            rows[{call.names.promptVersion, call.names.taskType}].add(call);
        const auto series = ledger->loadSeries();
        QVERIFY(bool(series));
        std::map<SeriesId, SeriesKey> keys(series->begin(), series->end());
        for (const Cell &cell : cellsOf(*ledger, Resolution::Quarter))
            cells[{keys.at(cell.series).promptVersion, keys.at(cell.series).taskType}] += cell.totals;
        QVERIFY(rows.size() > 2);
        QVERIFY(rows == cells);
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
