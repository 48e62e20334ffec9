// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/marker.h"
#include "tests/unit/sources/tail_support.h"

#include <QTest>
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace flyball;
using namespace flyball::test;

/// File cases F1 to F7: what must hold for a file that grows, rotates, shrinks or comes back.
class TestFileTail : public QObject {
    Q_OBJECT
private slots:
    void F1_partialLineIsHeldAndCompletedOnce();
    void F1_partialLineAcrossRestart();
    void F1_partialLineOfDeletedFileIsHandedOverAfterAMinute();
    void F1_partialLineOfRenamedFileIsHandedOverAfterAMinute();
    void F1_wholeLastLineIsHandedOverAtOnce();
    void F1_longWholeLastLine();
    void F2_renameAndCreate();
    void F2_renameOutOfFilterKeepsReading();
    void F2_renameOutOfFilterWhileStopped();
    void F2_oldFileIsClosedAfterAMinute();
    void F2_renamedBackAfterItWasFinished();
    void F2_folderRenamed();
    void F3_copytruncate();
    void F3_copytruncateWithHole();
    void F3_preallocatedNulsAreNotPassed();
    void F4_truncatedAndRefilledWhileStopped();
    void F4_truncatedAndRefilledBetweenPolls();
    void F4_sameSizeOtherContent();
    void F5_identicalStartsAndLinks();
    void F6_recreatedWithTheSameInode();
    void F7_oversizeLineIsPassedOver();
    void F7_longLinePasses();
    void F7_oversizeLineGrowingSlowly();
    void restartReadsNothingTwice();
    void budgetIsKeptAndNobodyStarves();
    void newSubfoldersAreFound();
    void deviceNumberMayChange();
    void suggestedTimeout();
};

void TestFileTail::F1_partialLineIsHeldAndCompletedOnce()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "one\ntw");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"one"}));
    QVERIFY(rig.ledger.chunks.front().fromStart);
    rig.wait(10 * kMinute); // no timer ever flushes it
    QCOMPARE(rig.newLines(), Lines{});
    appendFile(dir.path("a.jsonl"), "o");
    QCOMPARE(rig.newLines(), Lines{});
    appendFile(dir.path("a.jsonl"), "\r\nthree\n");
    QCOMPARE(rig.newLines(), (Lines{"two\r", "three"}));
    QVERIFY(!rig.ledger.chunks.back().fromStart);
    QVERIFY(rig.ledger.rejects.empty());
    QVERIFY(rig.ledger.unterminated.empty());
}

void TestFileTail::F1_partialLineAcrossRestart()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "one\ntw");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"one"}));
    rig.restart();
    QCOMPARE(rig.newLines(), Lines{});
    appendFile(dir.path("a.jsonl"), "o\n");
    rig.restart();
    QCOMPARE(rig.newLines(), (Lines{"two"}));
}

void TestFileTail::F1_partialLineOfDeletedFileIsHandedOverAfterAMinute()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "one\nhalf");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"one"}));
    deleteFile(dir.path("a.jsonl"));
    QCOMPARE(rig.newLines(), Lines{});
    rig.wait(59 * kSecond);
    rig.poll();
    QVERIFY(rig.ledger.unterminated.empty());
    rig.wait(2 * kSecond);
    rig.poll();
    QCOMPARE(rig.ledger.unterminated, (Lines{"half"}));
    QVERIFY(rig.ledger.positions.begin()->second.finished);
    QCOMPARE(rig.poll().filesTracked, std::size_t{0});
}

void TestFileTail::F1_partialLineOfRenamedFileIsHandedOverAfterAMinute()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "one\nhalf");
    TailRig rig({dir.path()});
    rig.poll();
    renameFile(dir.path("a.jsonl"), dir.path("a.1.jsonl"));
    rig.poll();
    rig.wait(30 * kSecond);
    appendFile(dir.path("a.1.jsonl"), "er");
    rig.poll(); // it still grows: the minute begins again
    rig.wait(45 * kSecond);
    rig.poll();
    QVERIFY(rig.ledger.unterminated.empty());
    rig.wait(16 * kSecond);
    rig.poll();
    rig.poll();
    QCOMPARE(rig.ledger.unterminated, (Lines{"halfer"}));
    QCOMPARE(rig.ledger.lines, (Lines{"one"}));
}

namespace {

TailOptions objectsAreWhole()
{
    TailOptions options;
    options.isWhole = [](std::string_view text) { return text.front() == '{' && text.back() == '}'; };
    return options;
}

} // namespace

void TestFileTail::F1_wholeLastLineIsHandedOverAtOnce()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "one\n{tw");
    TailRig rig({dir.path()}, objectsAreWhole());
    QCOMPARE(rig.newLines(), (Lines{"one"}));
    QVERIFY(rig.ledger.unterminated.empty());
    appendFile(log, "o}");
    rig.poll();
    QCOMPARE(rig.ledger.unterminated, (Lines{"{two}"}));
    QVERIFY(!rig.ledger.positions.begin()->second.finished);
    rig.restart();
    QCOMPARE(rig.newLines(), Lines{});
    appendFile(log, "\n{three}"); // its line end is an empty line, the next one is whole again
    QCOMPARE(rig.newLines(), (Lines{""}));
    QCOMPARE(rig.ledger.unterminated, (Lines{"{two}", "{three}"}));
    renameFile(log, dir.path("a.1.jsonl"));
    rig.poll();
    rig.wait(2 * kMinute);
    rig.poll();
    QCOMPARE(rig.ledger.unterminated.size(), std::size_t{2});
    writeFile(log, "{saved}");
    rig.poll();
    writeFile(log, "{saved again}"); // in place: other content, read again from its start
    rig.poll();
    QCOMPARE(rig.ledger.unterminated, (Lines{"{two}", "{three}", "{saved}", "{saved again}"}));
    QCOMPARE(rig.tail->health().rewrites, 1);
    QVERIFY(rig.ledger.rejects.empty());
}

void TestFileTail::F1_longWholeLastLine()
{
    const TempFolder dir;
    TailOptions options = objectsAreWhole();
    options.maxLineBytes = 5000;
    options.blockBytes = 512;
    int asked = 0;
    options.isWhole = [&asked, isWhole = options.isWhole](std::string_view text) {
        ++asked;
        return isWhole(text);
    };
    for (const std::size_t size : {255U, 256U, 257U, 511U, 512U, 513U, 1024U, 4998U}) {
        const std::string log = dir.path(std::to_string(size) + ".jsonl");
        writeFile(log, "{" + std::string(size, 'x'));
        TailRig rig({log}, options);
        rig.poll();
        rig.poll();
        QVERIFY(rig.ledger.unterminated.empty());
        appendFile(log, "}");
        rig.poll();
        QCOMPARE(rig.ledger.unterminated, (Lines{"{" + std::string(size, 'x') + "}"}));
        appendFile(log, "\nnext\n");
        QCOMPARE(rig.newLines(), (Lines{"", "next"}));
    }
    const std::string log = dir.path("long.jsonl");
    writeFile(log, "{" + std::string(3000, 'y'));
    TailRig rig({log}, options);
    rig.poll();
    asked = 0;
    for (int i = 0; i < 5; ++i) { // nothing new: not read again and again
        QTest::qSleep(5);
        QCOMPARE(::utimensat(AT_FDCWD, log.c_str(), nullptr, 0), 0);
        rig.poll();
    }
    QCOMPARE(asked, 0);
    appendFile(log, std::string(3000, 'y') + "}"); // longer than a line may be: held until its '\n' tells its length
    rig.poll();
    QVERIFY(rig.ledger.unterminated.empty() && rig.ledger.rejects.empty());
    appendFile(log, "\n");
    rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
}

void TestFileTail::F2_renameAndCreate()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "1\n");
    UniqueFd writer(::open(log.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    QCOMPARE(::write(writer.get(), "2\n", 2), ssize_t{2});
    renameFile(log, dir.path("a.1.jsonl"));
    QCOMPARE(::write(writer.get(), "3\n", 2), ssize_t{2});
    writeFile(log, "4\n");
    QCOMPARE(rig.newSorted(), (Lines{"2", "3", "4"}));
    QCOMPARE(::write(writer.get(), "5\n", 2), ssize_t{2}); // the writer still holds the old inode
    appendFile(log, "6\n");
    QCOMPARE(rig.newSorted(), (Lines{"5", "6"}));
    rig.restart();
    QCOMPARE(rig.newLines(), Lines{});
}

void TestFileTail::F2_renameOutOfFilterKeepsReading()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "1\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    appendFile(log, "2\n");
    renameFile(log, dir.path("a.jsonl.1"));
    QCOMPARE(rig.newLines(), (Lines{"2"}));
    rig.wait(50 * kSecond);
    appendFile(dir.path("a.jsonl.1"), "3\n");
    QCOMPARE(rig.newLines(), (Lines{"3"}));
    rig.wait(50 * kSecond); // 60 s count from the last growth
    appendFile(dir.path("a.jsonl.1"), "4\n");
    QCOMPARE(rig.newLines(), (Lines{"4"}));
}

void TestFileTail::F2_renameOutOfFilterWhileStopped()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "1\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    rig.tail.reset();
    appendFile(log, "2\n");
    renameFile(log, dir.path("a.jsonl.1"));
    writeFile(log, "3\n");
    rig.restart();
    QCOMPARE(rig.newLines(), (Lines{"2", "3"}));
}

void TestFileTail::F2_oldFileIsClosedAfterAMinute()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "1\n");
    TailRig rig({dir.path()});
    const std::int64_t before = openDescriptors();
    rig.poll();
    QCOMPARE(openDescriptors(), before + 1);
    deleteFile(dir.path("a.jsonl"));
    QCOMPARE(rig.poll().filesRotated, std::size_t{1});
    QCOMPARE(openDescriptors(), before + 1);
    rig.wait(61 * kSecond);
    QCOMPARE(rig.poll().filesRotated, std::size_t{0});
    QCOMPARE(openDescriptors(), before);
}

void TestFileTail::F2_renamedBackAfterItWasFinished()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "1\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    renameFile(log, dir.path("kept"));
    rig.poll();
    rig.wait(2 * kMinute);
    rig.poll();
    appendFile(dir.path("kept"), "2\n");
    renameFile(dir.path("kept"), log);
    QCOMPARE(rig.newLines(), (Lines{"2"}));
}

void TestFileTail::F2_folderRenamed()
{
    const TempFolder dir;
    makeFolder(dir.path("x/y"));
    writeFile(dir.path("x/y/a.jsonl"), "1\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    renameFile(dir.path("x"), dir.path("z"));
    appendFile(dir.path("z/y/a.jsonl"), "2\n");
    QCOMPARE(rig.newLines(), (Lines{"2"}));
    appendFile(dir.path("z/y/a.jsonl"), "3\n");
    writeFile(dir.path("z/y/b.jsonl"), "4\n");
    QCOMPARE(rig.newSorted(), (Lines{"3", "4"}));
    QCOMPARE(rig.tail->health().foldersTracked, std::size_t{3});
}

void TestFileTail::F3_copytruncate()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "1\n2\n3\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1", "2", "3"}));
    truncateFile(log, 0);
    QCOMPARE(rig.newLines(), Lines{});
    QCOMPARE(rig.ledger.positions.begin()->second.offset, 0); // told at once, before anything is written
    QCOMPARE(rig.ledger.positions.begin()->second.marker, std::uint64_t{0});
    rig.restart();
    appendFile(log, "4\n");
    QCOMPARE(rig.newLines(), (Lines{"4"}));
    truncateFile(log, 0);
    appendFile(log, "5");
    QCOMPARE(rig.newLines(), Lines{});
    appendFile(log, "\n");
    QCOMPARE(rig.newLines(), (Lines{"5"}));
    QVERIFY(rig.ledger.chunks.back().fromStart);
}

void TestFileTail::F3_copytruncateWithHole()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    UniqueFd writer(::open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)); // no O_APPEND
    const std::string big(3'000'000, 'x');
    const std::string first = "1" + big + "\n";
    QCOMPARE(::write(writer.get(), first.data(), first.size()), static_cast<ssize_t>(first.size()));
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines().size(), std::size_t{1});
    truncateFile(log, 0);
    QCOMPARE(::write(writer.get(), "2\n", 2), ssize_t{2}); // lands at 3 MB: NULs before it
    QCOMPARE(rig.newLines(), (Lines{"2"}));
    QCOMPARE(rig.ledger.chunks.back().begin, static_cast<std::int64_t>(first.size()));
    QVERIFY(rig.ledger.chunks.back().fromStart);
    QCOMPARE(::write(writer.get(), "3\n", 2), ssize_t{2});
    rig.restart();
    QCOMPARE(rig.newLines(), (Lines{"3"}));
}

void TestFileTail::F3_preallocatedNulsAreNotPassed()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, std::string(10'000, '\0'));
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), Lines{});
    const UniqueFd writer(::open(log.c_str(), O_WRONLY | O_CLOEXEC));
    QCOMPARE(::pwrite(writer.get(), "1\n2\n", 4, 0), ssize_t{4});
    QCOMPARE(rig.newLines(), (Lines{"1", "2"}));
}

void TestFileTail::F4_truncatedAndRefilledWhileStopped()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "1\n2\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1", "2"}));
    rig.tail.reset();
    writeFile(log, "3\n4\n5\n"); // same inode, longer than before
    rig.restart();
    QCOMPARE(rig.newLines(), (Lines{"3", "4", "5"}));
    QCOMPARE(rig.tail->health().rewrites, 1);
    rig.restart();
    QCOMPARE(rig.newLines(), Lines{});
}

void TestFileTail::F4_truncatedAndRefilledBetweenPolls()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, std::string(9000, 'a') + "\n");
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines().size(), std::size_t{1});
    // The first 4 KiB are the same and the offset is passed: only the text before the offset tells.
    writeFile(log, std::string(5000, 'a') + "b\n" + std::string(6000, 'a') + "\n");
    const Lines got = rig.newLines();
    QCOMPARE(got.size(), std::size_t{2});
    QCOMPARE(got[0].size(), std::size_t{5001});
}

void TestFileTail::F4_sameSizeOtherContent()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "aa\n");
    TailRig rig({dir.path()});
    rig.poll();
    rig.tail.reset();
    QTest::qSleep(20); // another tick of the file system's clock
    writeFile(log, "bb\n");
    rig.restart();
    rig.poll();
    QCOMPARE(rig.ledger.lines, (Lines{"aa", "bb"}));
}

void TestFileTail::F5_identicalStartsAndLinks()
{
    const TempFolder dir;
    makeFolder(dir.path("sub"));
    const std::string same = std::string(4096, 's') + "\n";
    writeFile(dir.path("a.jsonl"), same + "a\n");
    writeFile(dir.path("b.jsonl"), same + "b\n");
    QCOMPARE(::link(dir.path("a.jsonl").c_str(), dir.path("sub/hard.jsonl").c_str()), 0);
    QCOMPARE(::symlink(dir.path("b.jsonl").c_str(), dir.path("sub/soft.jsonl").c_str()), 0);
    QCOMPARE(::symlink(dir.path().c_str(), dir.path("sub/loop").c_str()), 0);
    TailRig rig({dir.path(), dir.path("a.jsonl")});
    QCOMPARE(rig.newLines().size(), std::size_t{4});
    QCOMPARE(std::count(rig.ledger.lines.begin(), rig.ledger.lines.end(), "a"), std::ptrdiff_t{1});
    QCOMPARE(rig.poll().filesTracked, std::size_t{2});
    deleteFile(dir.path("a.jsonl")); // the other name goes on
    appendFile(dir.path("sub/hard.jsonl"), "more\n");
    QCOMPARE(rig.newLines(), (Lines{"more"}));
    appendFile(dir.path("sub/hard.jsonl"), "again\n");
    QCOMPARE(rig.newLines(), (Lines{"again"}));
}

void TestFileTail::F6_recreatedWithTheSameInode()
{
    const TempFolder dir;
    const std::string log = dir.path("a.jsonl");
    for (const char *content : {"9\n", "7\n8\n9\n"}) { // shorter than, longer than the old offset
        writeFile(log, "1\n2\n");
        TailRig rig({dir.path()});
        QCOMPARE(rig.newLines(), (Lines{"1", "2"}));
        rig.tail.reset(); // a held descriptor would keep the inode from being used again
        const std::uint64_t inode = inodeOf(log);
        QCOMPARE(::link(log.c_str(), dir.path("hidden").c_str()), 0);
        deleteFile(log);
        writeFile(dir.path("hidden"), content);
        renameFile(dir.path("hidden"), log);
        QCOMPARE(inodeOf(log), inode);
        rig.restart();
        QCOMPARE(static_cast<std::ptrdiff_t>(rig.newLines().size()),
                 std::count(content, content + std::strlen(content), '\n'));
    }
}

void TestFileTail::F7_oversizeLineIsPassedOver()
{
    const TempFolder dir;
    TailOptions options;
    options.maxLineBytes = 1000;
    const std::string log = dir.path("a.jsonl");
    const std::string fits(1000, 'f');
    const std::string tooLong(1001, 'x');
    const std::string huge(100'000, 'y');
    writeFile(log, "1\n" + fits + "\n" + tooLong + "\n2\n" + huge + "\n3\n");
    TailRig rig({dir.path()}, options);
    QCOMPARE(rig.newLines(), (Lines{"1", fits, "2", "3"}));
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{2});
    QCOMPARE(rig.ledger.rejects[0].reason, std::string("oversize"));
    QCOMPARE(rig.ledger.rejects[0].offset, 2 + 1001);
    QCOMPARE(rig.ledger.rejects[0].length, 1002);
    QCOMPARE(rig.ledger.rejects[1].length, 100'001);
    rig.restart();
    rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{2});
}

void TestFileTail::F7_longLinePasses()
{
    const TempFolder dir;
    const std::string line(17'000'000, 'x');
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "1\n" + line.substr(0, 5'000'000));
    TailRig rig({dir.path()});
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    appendFile(log, line.substr(5'000'000) + "\n2\n");
    const Lines got = rig.newLines();
    QCOMPARE(got.size(), std::size_t{2});
    QVERIFY(got[0] == line);
    QCOMPARE(got[1], std::string("2"));
    QVERIFY(rig.ledger.rejects.empty());
}

void TestFileTail::F7_oversizeLineGrowingSlowly()
{
    const TempFolder dir;
    TailOptions options;
    options.maxLineBytes = 5000;
    options.blockBytes = 512;
    const std::string log = dir.path("a.jsonl");
    writeFile(log, "1\n");
    TailRig rig({dir.path()}, options);
    for (int i = 0; i < 60; ++i) {
        appendFile(log, std::string(100, 'z'));
        rig.poll();
    }
    QCOMPARE(rig.ledger.lines, (Lines{"1"}));
    appendFile(log, "\n2\n");
    rig.poll();
    QCOMPARE(rig.ledger.lines, (Lines{"1", "2"}));
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(rig.ledger.rejects[0].length, 6001);
}

void TestFileTail::restartReadsNothingTwice()
{
    const TempFolder dir;
    TailRig rig({dir.path()});
    Lines expected;
    for (int round = 0; round < 20; ++round) {
        const std::string text = std::to_string(round);
        appendFile(dir.path("a.jsonl"), text + "\n");
        expected.push_back(text);
        rig.poll();
        rig.restart();
    }
    rig.poll();
    QCOMPARE(rig.ledger.lines, expected);
}

void TestFileTail::budgetIsKeptAndNobodyStarves()
{
    const TempFolder dir;
    TailOptions options;
    options.blockBytes = 1000;
    const std::string line(99, 'l');
    for (const char *name : {"a.jsonl", "b.jsonl", "c.jsonl"}) {
        std::string text;
        for (int i = 0; i < 100; ++i) {
            text += line + "\n";
        }
        writeFile(dir.path(name), text);
    }
    TailRig rig({dir.path()}, options);
    const PollResult first = rig.poll(2000);
    QVERIFY(first.bytesRead >= 1000 && first.bytesRead <= 3000);
    QVERIFY(first.more);
    QVERIFY(first.bytesPending >= 26'000);
    QCOMPARE(rig.tail->suggestedTimeoutMs(), 0);
    for (int i = 0; i < 5; ++i) {
        appendFile(dir.path("a.jsonl"), line + "\n");
        rig.poll(2000);
    }
    QCOMPARE(rig.ledger.positions.size(), std::size_t{3});
    while (rig.poll(2000).more) {
    }
    QCOMPARE(rig.ledger.lines.size(), std::size_t{305});
    QCOMPARE(rig.poll().bytesPending, 0);
}

void TestFileTail::newSubfoldersAreFound()
{
    const TempFolder dir;
    for (const bool inotify : {true, false}) {
        const std::string root = dir.path(inotify ? "with/deep" : "without/deep");
        TailOptions options;
        options.useInotify = inotify;
        TailRig rig({root}, options);
        QCOMPARE(rig.newLines(), Lines{}); // the root itself does not exist yet
        QCOMPARE(rig.tail->health().folders.size(), std::size_t{1});
        makeFolder(root + "/2026/11/21");
        writeFile(root + "/2026/11/21/a.jsonl", "1\n");
        QCOMPARE(rig.newLines(), (Lines{"1"}));
        makeFolder(root + "/2026/11/22");
        QCOMPARE(rig.newLines(), Lines{});
        writeFile(root + "/2026/11/22/b.jsonl", "2\n");
        writeFile(root + "/2026/11/22/c.txt", "3\n");
        QCOMPARE(rig.newLines(), (Lines{"2"}));
        QVERIFY(rig.tail->health().folders.empty());
        QCOMPARE(rig.tail->notifyFd() >= 0, inotify);
    }
}

void TestFileTail::deviceNumberMayChange()
{
    const TempFolder dir;
    writeFile(dir.path("a.jsonl"), "1\n");
    TailRig rig({dir.path()});
    rig.poll();
    FilePosition moved = rig.ledger.positions.begin()->second;
    moved.id.device += 7;
    rig.ledger.positions.clear();
    rig.ledger.positions[moved.id] = moved;
    appendFile(dir.path("a.jsonl"), "2\n");
    rig.restart();
    rig.poll();
    QCOMPARE(rig.ledger.lines, (Lines{"1", "2"}));
}

void TestFileTail::suggestedTimeout()
{
    const TempFolder dir;
    TailRig rig({dir.path()});
    rig.poll();
    QCOMPARE(rig.tail->suggestedTimeoutMs(), 2000);
    writeFile(dir.path("a.jsonl"), "1\n");
    rig.poll();
    QCOMPARE(rig.tail->suggestedTimeoutMs(), 250);
    rig.wait(11 * kSecond);
    rig.poll();
    QCOMPARE(rig.tail->suggestedTimeoutMs(), 2000);
}

QTEST_GUILESS_MAIN(TestFileTail)
#include "tst_file_tail.moc"
