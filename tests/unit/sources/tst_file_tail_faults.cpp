// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sources/tail_support.h"

#include <QTest>
#include <cerrno>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace flyball;
using namespace flyball::test;

namespace {

/// Takes every descriptor there is, until it goes out of scope.
class NoDescriptors {
public:
    NoDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &m_old);
        rlimit low = m_old;
        low.rlim_cur = 200;
        ::setrlimit(RLIMIT_NOFILE, &low);
        for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) {
            m_fds.emplace_back(fd);
        }
    }
    ~NoDescriptors()
    {
        m_fds.clear();
        ::setrlimit(RLIMIT_NOFILE, &m_old);
    }
    NoDescriptors(const NoDescriptors &) = delete;
    NoDescriptors &operator=(const NoDescriptors &) = delete;

private:
    rlimit m_old{};
    std::vector<UniqueFd> m_fds;
};

/// Root may read everything: look at files with the rights of nobody.
class OrdinaryRights {
public:
    OrdinaryRights() { ::setfsuid(65534); }
    ~OrdinaryRights() { ::setfsuid(::geteuid()); }
    OrdinaryRights(const OrdinaryRights &) = delete;
    OrdinaryRights &operator=(const OrdinaryRights &) = delete;
};

/// Processor time of this thread. Time on the wall says how busy the machine is.
double threadCpuMs()
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

} // namespace

/// File cases F9 and F12: odd content, files that cannot be read, limits of the system, many files.
class TestFileTailFaults : public QObject {
    Q_OBJECT
private slots:
    void F9_emptyAndBinary();
    void F12_unreadableFileBacksOff();
    void F12_chmodBackIsNoticed();
    void F12_readErrorMidwayLosesNothing();
    void F12_fifoDeviceAndFolderAreLeftOut();
    void F12_folderRemovedAndMadeAgain();
    void F12_inotifyLimit();
    void F12_inotifyIsAHint();
    void F12_fiveThousandFiles();
    void F12_descriptorsAreBounded();
    void F12_tooManyOpenFiles();
    void goneBeforeReadIsCounted();
    void sinkFailureRollsBack();
};

void TestFileTailFaults::F9_emptyAndBinary()
{
    const TempFolder dir;
    writeFile(dir.path("empty.jsonl"), "");
    writeFile(dir.path("blank.jsonl"), "\n\n\r\n");
    const std::string binary("\x7f"
                             "ELF\0\x01\xff\xfe\n\0\0\n",
                             12);
    writeFile(dir.path("z.jsonl"), binary);
    writeFile(dir.path("bom.jsonl"), "\xef\xbb\xbf{}\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"", "", "\r", "\xef\xbb\xbf{}", binary.substr(0, 8), std::string(2, '\0')}));
    QVERIFY(rig.ledger.rejects.empty());
}

void TestFileTailFaults::F12_unreadableFileBacksOff()
{
    const TempFolder dir;
    auto refuse = std::make_shared<bool>(true);
    TailOptions options;
    options.useInotify = false;
    options.readAt = [refuse](int fd, char *to, std::size_t n, std::int64_t at) -> ssize_t {
        if (*refuse) {
            errno = EACCES;
            return -1;
        }
        return readAtOnce(fd, to, n, at);
    };
    writeFile(dir.path("a.jsonl"), "1\n");
    TailRig rig({dir.path()}, options);
    const TimeNs start = rig.now();
    std::vector<TimeNs> tries;
    int attempts = 0;
    for (int i = 0; i < 200; ++i) {
        QCOMPARE(rig.poll().filesUnreadable, std::size_t{1});
        const FileProblem problem = rig.tail->health().files.at(0);
        QCOMPARE(problem.reason, std::string("permission_denied"));
        if (problem.attempts != attempts) {
            attempts = problem.attempts;
            tries.push_back((rig.now() - start) / kSecond);
        }
        rig.wait(kSecond);
    }
    QCOMPARE(tries, (std::vector<TimeNs>{0, 1, 3, 7, 15, 31, 63, 123, 183}));
    *refuse = false;
    rig.wait(60 * kSecond);
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    QCOMPARE(rig.poll().filesUnreadable, std::size_t{0});
    QVERIFY(rig.tail->health().files.empty());
}

void TestFileTailFaults::F12_chmodBackIsNoticed()
{
    const TempFolder dir;
    QCOMPARE(::chmod(dir.path().c_str(), 0755), 0);
    makeFolder(dir.path("sub"));
    writeFile(dir.path("sub/b.jsonl"), "2\n");
    writeFile(dir.path("a.jsonl"), "1\n");
    QCOMPARE(::chmod(dir.path("a.jsonl").c_str(), 0), 0);
    QCOMPARE(::chmod(dir.path("sub").c_str(), 0), 0);
    TailRig rig({dir.path()});
    {
        const OrdinaryRights rights;
        QCOMPARE(rig.newLines(), Lines{});
    }
    QCOMPARE(rig.tail->health().files.at(0).reason, std::string("permission_denied"));
    QCOMPARE(rig.tail->health().folders.at(0).path, dir.path("sub"));
    QCOMPARE(::chmod(dir.path("a.jsonl").c_str(), 0644), 0);
    QCOMPARE(::chmod(dir.path("sub").c_str(), 0755), 0);
    QCOMPARE(::chmod(dir.path("sub/b.jsonl").c_str(), 0644), 0);
    {
        const OrdinaryRights rights; // no time passes: the change of mode is told by inotify
        QCOMPARE(rig.newSorted(), (Lines{"1", "2"}));
    }
    QVERIFY(rig.tail->health().files.empty() && rig.tail->health().folders.empty());
}

void TestFileTailFaults::F12_readErrorMidwayLosesNothing()
{
    const TempFolder dir;
    auto calls = std::make_shared<int>(0);
    TailOptions options;
    options.blockBytes = 64;
    options.readAt = [calls](int fd, char *to, std::size_t n, std::int64_t at) -> ssize_t {
        if (++*calls % 7 == 0) {
            errno = EIO;
            return -1;
        }
        return readAtOnce(fd, to, n, at);
    };
    Lines expected;
    std::string text;
    for (int i = 0; i < 200; ++i) {
        expected.push_back(std::to_string(i).append(static_cast<std::size_t>(i % 150), 'e'));
        text += expected.back() + "\n";
    }
    writeFile(dir.path("a.jsonl"), text);
    writeFile(dir.path("b.jsonl"), "");
    TailRig rig({dir.path()}, options);
    for (int i = 0; i < 500; ++i) {
        rig.poll();
        rig.wait(61 * kSecond);
    }
    QCOMPARE(rig.ledger.lines, expected);
    QVERIFY(*calls > 100);
}

void TestFileTailFaults::F12_fifoDeviceAndFolderAreLeftOut()
{
    const TempFolder dir;
    QCOMPARE(::mkfifo(dir.path("fifo.jsonl").c_str(), 0600), 0);
    QCOMPARE(::symlink("/dev/zero", dir.path("device.jsonl").c_str()), 0);
    QCOMPARE(::symlink("/nowhere/at/all", dir.path("dangling.jsonl").c_str()), 0);
    makeFolder(dir.path("folder.jsonl"));
    writeFile(dir.path("folder.jsonl/a.jsonl"), "1\n");
    ::alarm(60); // an opened FIFO would wait for ever
    TailRig rig({dir.path(), dir.path("fifo.jsonl")});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    QCOMPARE(rig.poll().filesTracked, std::size_t{1});
    QCOMPARE(rig.tail->health().folders.at(0).reason, std::string("not_a_regular_file"));
    ::alarm(0);
}

void TestFileTailFaults::F12_folderRemovedAndMadeAgain()
{
    const TempFolder dir;
    makeFolder(dir.path("x"));
    writeFile(dir.path("x/a.jsonl"), "1\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    appendFile(dir.path("x/a.jsonl"), "2\n");
    deleteFile(dir.path("x/a.jsonl"));
    QCOMPARE(::rmdir(dir.path("x").c_str()), 0);
    QCOMPARE(rig.newLines(), (Lines{"2"})); // still held
    makeFolder(dir.path("x"));
    writeFile(dir.path("x/a.jsonl"), "3\n");
    QCOMPARE(rig.newLines(), (Lines{"3"}));
    QCOMPARE(rig.tail->health().foldersTracked, std::size_t{2});
}

void TestFileTailFaults::F12_inotifyLimit()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "1\n");
    auto usedUp = std::make_unique<NoDescriptors>();
    TailRig rig({dir.path()}); // inotify_init fails
    usedUp.reset();
    QCOMPARE(rig.tail->notifyFd(), -1);
    QVERIFY(rig.tail->health().inotifyLimited);
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    writeFile(dir.path("b.jsonl"), "2\n");
    QCOMPARE(rig.newLines(), (Lines{"2"}));
}

void TestFileTailFaults::F12_inotifyIsAHint()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "1\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    char scratch[4096];
    appendFile(dir.path("a.jsonl"), "2\n");
    writeFile(dir.path("b.jsonl"), "3\n");
    while (::read(rig.tail->notifyFd(), scratch, sizeof scratch) > 0) {
    } // every event lost
    QCOMPARE(rig.newSorted(), (Lines{"2", "3"}));
}

void TestFileTailFaults::F12_fiveThousandFiles()
{
    const TempFolder dir;
    constexpr int kFiles = 5000;
    for (int i = 0; i < kFiles; ++i) {
        const std::string folder = dir.path(std::string("p").append(std::to_string(i / 100)));
        makeFolder(folder);
        writeFile(joinPath(folder, std::to_string(i) + ".jsonl"), std::to_string(i) + "\n");
    }
    TailRig rig({dir.path()});
    const std::int64_t before = openDescriptors();
    QCOMPARE(rig.newLines().size(), std::size_t{kFiles});
    QVERIFY(openDescriptors() - before <= 256);
    QTest::qSleep(2100); // folders younger than that are read again in each poll
    rig.wait(kMinute);
    rig.poll();
    const double cpuBefore = threadCpuMs();
    constexpr int kPolls = 100;
    for (int i = 0; i < kPolls; ++i) {
        rig.wait(250'000'000);
        rig.poll();
    }
    const double each = (threadCpuMs() - cpuBefore) / kPolls;
    qInfo("idle poll of %d files: %.3f ms of processor time", kFiles, each);
    QVERIFY2(each < 10, "an idle poll must stay far below its interval");
    for (const bool hint : {true, false}) { // a cold file is seen at once with a hint, else within 2 s
        appendFile(dir.path("p31/3141.jsonl"), "more\n");
        if (!hint) {
            char scratch[4096];
            while (::read(rig.tail->notifyFd(), scratch, sizeof scratch) > 0) {
            }
            rig.wait(2 * kSecond);
        }
        QCOMPARE(rig.newLines(), (Lines{"more"}));
    }
    rig.restart();
    QCOMPARE(rig.newLines(), Lines{});
}

void TestFileTailFaults::F12_descriptorsAreBounded()
{
    const TempFolder dir;
    TailOptions options;
    options.maxOpenFiles = 3;
    for (int i = 0; i < 20; ++i) {
        writeFile(dir.path(std::to_string(i) + ".jsonl"), "1\n");
    }
    TailRig rig({dir.path()}, options);
    const std::int64_t before = openDescriptors();
    QCOMPARE(rig.newLines().size(), std::size_t{20});
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 20; ++i) {
            appendFile(dir.path(std::to_string(i) + ".jsonl"), "2\n");
        }
        QCOMPARE(rig.newLines().size(), std::size_t{20});
        QVERIFY(openDescriptors() - before <= 3);
    }
    // Closed, then written and renamed past the filter: found again by its inode.
    appendFile(dir.path("7.jsonl"), "3\n");
    renameFile(dir.path("7.jsonl"), dir.path("7.old"));
    QCOMPARE(rig.newLines(), (Lines{"3"}));
}

void TestFileTailFaults::F12_tooManyOpenFiles()
{
    const TempFolder dir;
    TailRig rig({dir.path(), dir.path("b.jsonl")});
    rig.poll();
    writeFile(dir.path("b.jsonl"), "2\n");
    auto usedUp = std::make_unique<NoDescriptors>();
    QCOMPARE(rig.newLines(), Lines{});
    QCOMPARE(rig.tail->health().files.at(0).reason, std::string("too_many_open_files"));
    QCOMPARE(rig.tail->health().folders.at(0).reason, std::string("too_many_open_files"));
    usedUp.reset();
    rig.wait(kSecond);
    QCOMPARE(rig.newLines(), (Lines{"2"}));
    QVERIFY(rig.tail->health().files.empty() && rig.tail->health().folders.empty());
}

void TestFileTailFaults::goneBeforeReadIsCounted()
{
    const TempFolder dir;
    TailOptions options;
    options.maxOpenFiles = 1;
    writeFile(dir.path("a.jsonl"), "1\nhalf");
    TailRig rig({dir.path()}, options);
    rig.poll();
    writeFile(dir.path("b.jsonl"), "2\n");
    rig.poll(); // a is closed now
    deleteFile(dir.path("a.jsonl"));
    rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(rig.ledger.rejects[0].reason, std::string("gone_before_read"));
    QCOMPARE(rig.ledger.rejects[0].offset, 2);
    QCOMPARE(rig.ledger.rejects[0].length, 4);
    QCOMPARE(rig.poll().filesTracked, std::size_t{1});
}

void TestFileTailFaults::sinkFailureRollsBack()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "1\n");
    TailRig rig({dir.path()});
    bool thrown = false;
    try {
        (void)rig.tail->poll(
            1 << 20, [](const Chunk &) { throw std::runtime_error("disk full"); }, [](const Reject &) {});
    } catch (const std::runtime_error &) {
        thrown = true;
    }
    QVERIFY(thrown);
    rig.restart(); // nothing was committed
    QCOMPARE(rig.newLines(), (Lines{"1"}));
}

QTEST_GUILESS_MAIN(TestFileTailFaults)
#include "tst_file_tail_faults.moc"
