// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <random>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QElapsedTimer>

#include "tests/unit/ledger/ledger_fixture.h"
#include "tests/unit/ledger/ledger_samples.h"

using namespace flyball;
using namespace flyball::test;

extern char **environ;

namespace {

/// Numbered calls with the position after them, like the victim's.
LedgerWrite numbered(SymbolTable &symbols, std::int64_t first, std::int64_t count)
{
    LedgerWrite write;
    for (std::int64_t n = first; n < first + count; ++n) {
        StoredCall stored;
        stored.fact.group = hashKey(std::to_string(n));
        stored.fact.sub = static_cast<std::uint64_t>(n);
        stored.fact.time = stored.call.time = n;
        stored.call.group = stored.call.run = stored.fact.group;
        stored.call.sub = stored.fact.sub;
        stored.call.model = symbols.intern("model-" + std::to_string(n % 50));
        stored.call.names.session = symbols.intern("session-" + std::to_string(n / 10));
        write.calls.push_back(stored);
        Cell cell;
        cell.bucket = n / 100;
        cell.totals.add(stored.call);
        write.minuteDeltas.push_back(cell);
    }
    write.files = {{"numbers", "1:1", std::to_string(first + count)}};
    return write;
}

std::int64_t positionOf(Ledger &ledger)
{
    const auto files = ledger.loadFiles("numbers");
    return !files || files->empty() ? 0 : std::stoll(files->front().state);
}

/// Lost and doubled calls against the committed position.
void checkExact(Ledger &ledger)
{
    const std::int64_t position = positionOf(ledger);
    std::vector<int> seen(static_cast<std::size_t>(position));
    std::int64_t beyond = 0;
    VERIFY_OK(ledger.readCalls({}, CallOrder::TimeAscending, 0, [&](const Call &call) {
        if (call.sub < seen.size())
            ++seen[call.sub];
        else
            ++beyond;
        return true;
    }));
    QCOMPARE(beyond, 0);
    QCOMPARE(std::count(seen.begin(), seen.end(), 1), position);
    std::int64_t counted = 0;
    for (const Cell &cell : cellsOf(ledger, Resolution::Minute))
        counted += cell.totals.calls;
    QCOMPARE(counted, position);
    for (std::int64_t n = 0; n < position; n += 97)
        QVERIFY(ledger.hasGroup(hashKey(std::to_string(n))));
}

/// Starts a victim; with `untilOpen` returns when it is about to commit, however slow the machine.
pid_t startVictim(const std::string &path, const std::string &seed, bool untilOpen, int &reading)
{
    const std::string victim = std::string(FLYBALL_BIN_DIR) + "/flyball_ledger_victim";
    char *arguments[] = {const_cast<char *>(victim.c_str()), const_cast<char *>(path.c_str()),
                         const_cast<char *>(seed.c_str()), nullptr};
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t pid = -1;
    if (::posix_spawn(&pid, victim.c_str(), &actions, nullptr, arguments, environ) != 0)
        pid = -1;
    posix_spawn_file_actions_destroy(&actions);
    pollfd ready{ends[0], POLLIN, 0};
    if (untilOpen && pid > 0)
        ::poll(&ready, 1, 5000);
    ::close(ends[1]);
    reading = ends[0];
    return pid;
}

} // namespace

/// Kills, full disks: what is committed is exact, and the ledger goes on.
class TestLedgerFaults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void killedThreeHundredTimes();
    void fullDisk();
    void fileSizeLimit();
};

void TestLedgerFaults::killedThreeHundredTimes()
{
    LedgerFixture fixture;
    const std::string path = fixture.path();
    std::mt19937_64 random(7);
    QElapsedTimer clock;
    clock.start();
    int kills = 0;
    std::int64_t advanced = 0;
    std::int64_t before = 0;
    for (; kills < 300; ++kills) {
        int reading = -1;
        const pid_t pid = startVictim(path, std::to_string(random()), kills % 2 == 0, reading);
        const auto closeReading = qScopeGuard([&] { ::close(reading); });
        QVERIFY(pid > 0);
        ::usleep(static_cast<useconds_t>(random() % 60'000));
        ::kill(pid, SIGKILL);
        int status = 0;
        QCOMPARE(::waitpid(pid, &status, 0), pid);
        QVERIFY2(WIFSIGNALED(status), qPrintable(QString("the victim ended by itself: %1").arg(WEXITSTATUS(status))));
        if (kills % 60 == 59) {
            SymbolTable symbols;
            const auto ledger = fixture.open(symbols);
            QVERIFY2(ledger, fixture.error.message.c_str());
            QVERIFY(ledger->openReport().movedAside.empty());
            VERIFY_OK(ledger->verify());
            checkExact(*ledger);
            const std::int64_t position = positionOf(*ledger);
            advanced += position > before ? 1 : 0;
            before = position;
        }
    }
    qInfo("%d kills in %.1f s, %lld calls", kills, static_cast<double>(clock.elapsed()) / 1000,
          static_cast<long long>(before));
    QCOMPARE(advanced, 5); // it did commit in between, else nothing was shown
}

void TestLedgerFaults::fullDisk()
{
    if (::geteuid() != 0)
        QSKIP("needs root to mount a small tmpfs");
    LedgerFixture fixture;
    const std::string mountPoint = fixture.folder() + "/small";
    QVERIFY(QDir().mkpath(QString::fromStdString(mountPoint)));
    if (::mount("tmpfs", mountPoint.c_str(), "tmpfs", 0, "size=1m") != 0)
        QSKIP("mounting a tmpfs is not permitted here");
    const auto unmount = qScopeGuard([&] { ::umount2(mountPoint.c_str(), MNT_DETACH); });
    const std::string path = mountPoint + "/ledger.db";
    SymbolTable symbols;
    auto opened = Ledger::open(path, Ledger::Mode::ReadWrite, symbols);
    VERIFY_OK(opened);
    Ledger &ledger = *opened.value();
    std::int64_t next = 0;
    Result<> r;
    while (next < 100'000 && (r = ledger.commit(numbered(symbols, next, 100))))
        next += 100;
    QVERIFY(!r);
    QCOMPARE(r.error().code, ErrorCode::DiskFull);
    QVERIFY(next > 0);
    QCOMPARE(positionOf(ledger), next);
    checkExact(ledger);
    for (int i = 0; i < 5; ++i) // no harm in trying again
        QVERIFY(!ledger.commit(numbered(symbols, next, 100)));
    checkExact(ledger);

    QCOMPARE(::mount("tmpfs", mountPoint.c_str(), "tmpfs", MS_REMOUNT, "size=16m"), 0);
    for (int i = 0; i < 50; ++i, next += 100)
        VERIFY_OK(ledger.commit(numbered(symbols, next, 100)));
    checkExact(ledger);
    opened.value().reset();
    SymbolTable later;
    const auto again = Ledger::open(path, Ledger::Mode::ReadWrite, later);
    VERIFY_OK(again);
    QVERIFY(again.value()->openReport().movedAside.empty());
    checkExact(*again.value());
    QCOMPARE(positionOf(*again.value()), next);
}

void TestLedgerFaults::fileSizeLimit()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    VERIFY_OK(ledger->commit(numbered(symbols, 0, 100)));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
    rlimit small = old;
    small.rlim_cur = 3U << 20U; // writes beyond fail with EFBIG in the middle of a transaction
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::int64_t next = 100;
    Result<> r;
    while (next < 200'000 && (r = ledger->commit(numbered(symbols, next, 1000))))
        next += 1000;
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &old), 0);
    QVERIFY(!r);
    QCOMPARE(r.error().code, ErrorCode::DiskFull);
    QCOMPARE(positionOf(*ledger), next);
    VERIFY_OK(ledger->commit(numbered(symbols, next, 1000)));
    checkExact(*ledger);
    VERIFY_OK(ledger->verify());
}

QTEST_GUILESS_MAIN(TestLedgerFaults)
#include "tst_ledger_faults.moc"
