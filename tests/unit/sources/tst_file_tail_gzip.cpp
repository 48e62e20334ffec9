// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sources/tail_support.h"

#include <QTest>
#include <algorithm>
#include <numeric>

using namespace flyball;
using namespace flyball::test;

namespace {

/// Lines "prefix0" .. "prefix<n-1>".
Lines numbered(const std::string &prefix, int n)
{
    Lines lines;
    for (int i = 0; i < n; ++i) {
        lines.push_back(prefix + std::to_string(i));
    }
    return lines;
}

std::string joined(const Lines &lines)
{
    return std::accumulate(lines.begin(), lines.end(), std::string(),
                           [](std::string text, const std::string &line) { return std::move(text) + line + "\n"; });
}

TailRig rigFor(const TempFolder &dir, TailOptions options = {})
{
    return TailRig({dir.path()}, std::move(options), "");
}

} // namespace

/// Compressed rotated files: read whole once, told by their first bytes.
class TestFileTailGzip : public QObject {
    Q_OBJECT
private slots:
    void readOnceWhateverItsName();
    void killedMidway();
    void growingIsReadOn();
    void cutShort();
    void corrupt();
    void membersPaddingAndGarbage();
    void lastLineWithoutNewline();
    void appendedMember();
    void replacedInPlace();
    void bombIsBounded();
    void truncatedAway();
    void compressedAfterItWasRead();
    void compressedWithMoreThanWasRead();
    void compressedWhileStopped();
    void sameLengthOtherText();
};

void TestFileTailGzip::readOnceWhateverItsName()
{
    const TempFolder dir;
    const Lines lines = numbered("line ", 5000);
    writeFile(dir.path("a.jsonl.1.gz"), gzipped(joined(lines)));
    writeFile(dir.path("b.gz"), "plain\n");
    TailRig rig = rigFor(dir);
    Lines expected = lines;
    expected.push_back("plain");
    QCOMPARE(rig.newLines(), expected);
    const FilePosition after = rig.ledger.chunks[rig.ledger.chunks.size() - 2].after;
    QVERIFY(after.finished);
    QCOMPARE(after.offset, static_cast<std::int64_t>(joined(lines).size()));
    QCOMPARE(after.size, static_cast<std::int64_t>(gzipped(joined(lines)).size()));
    renameFile(dir.path("a.jsonl.1.gz"), dir.path("a.jsonl.2.gz"));
    QCOMPARE(rig.newLines(), Lines{});
    rig.restart();
    QCOMPARE(rig.newLines(), Lines{});
}

void TestFileTailGzip::killedMidway()
{
    const TempFolder dir;
    TailOptions options;
    options.blockBytes = 3000;
    const Lines lines = numbered("a longer line to fill blocks ", 20'000);
    writeFile(dir.path("a"), gzipped(joined(lines)));
    TailRig rig = rigFor(dir, options);
    for (const std::size_t lineCount : {100U, 5'000U, 15'000U}) {
        while (rig.ledger.lines.size() < lineCount) {
            QVERIFY(rig.poll(10'000).more);
        }
        rig.restart();
    }
    while (rig.poll(100'000).more) {
    }
    QCOMPARE(rig.ledger.lines, lines);
}

void TestFileTailGzip::growingIsReadOn()
{
    const TempFolder dir;
    std::string text;
    for (int i = 0; i < 20'000; ++i) { // hardly compressible: the cut lies in the middle of the text
        text += std::to_string(static_cast<std::uint64_t>(i) * std::uint64_t{0x9E3779B97F4A7C15}) + "\n";
    }
    const std::string zip = gzipped(text);
    TailRig rig = rigFor(dir);
    for (std::size_t at = 0; at < zip.size(); at += zip.size() / 7) {
        appendFile(dir.path("a.gz"), zip.substr(at, zip.size() / 7));
        rig.poll();
        rig.wait(50 * kSecond);
        rig.poll();
        if (at % 2 == 1) {
            rig.restart();
        }
    }
    rig.poll();
    QCOMPARE(joined(rig.ledger.lines), text);
    QVERIFY(rig.ledger.rejects.empty());
    QVERIFY(rig.ledger.positions.begin()->second.finished);
}

void TestFileTailGzip::cutShort()
{
    const TempFolder dir;
    const std::string zip = gzipped(joined(numbered("line ", 5000)));
    writeFile(dir.path("a.gz"), zip.substr(0, zip.size() - 5)); // all text, no checksum
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines().size(), std::size_t{5000});
    QVERIFY(rig.ledger.rejects.empty()); // it may still be on its way
    rig.wait(61 * kSecond);
    rig.poll();
    rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(rig.ledger.rejects[0].reason, std::string("gzip_truncated"));
    rig.restart();
    rig.wait(61 * kSecond);
    rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    appendFile(dir.path("a.gz"), zip.substr(zip.size() - 5));
    rig.poll();
    QCOMPARE(rig.ledger.lines.size(), std::size_t{5000});
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
}

void TestFileTailGzip::corrupt()
{
    const TempFolder dir;
    std::string zip = gzipped(joined(numbered("line ", 50'000)));
    zip[zip.size() / 2] = static_cast<char>(~zip[zip.size() / 2]);
    zip[zip.size() - 6] = static_cast<char>(~zip[zip.size() - 6]); // the checksum too
    writeFile(dir.path("a.gz"), zip);
    TailRig rig = rigFor(dir);
    rig.poll();
    QVERIFY(!rig.ledger.lines.empty());
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(rig.ledger.rejects[0].reason, std::string("gzip_corrupt"));
    rig.restart();
    rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
}

void TestFileTailGzip::membersPaddingAndGarbage()
{
    const TempFolder dir;
    writeFile(dir.path("a"), gzipped("1\n2") + gzipped("") + gzipped("2\n3\n") + std::string(512, '\0'));
    writeFile(dir.path("b"), gzipped("4\n") + "no gzip at all\n");
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines(), (Lines{"1", "22", "3", "4"}));
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(rig.ledger.rejects[0].reason, std::string("gzip_trailing_garbage"));
    QCOMPARE(rig.ledger.rejects[0].length, 15);
}

void TestFileTailGzip::lastLineWithoutNewline()
{
    const TempFolder dir;
    writeFile(dir.path("a.gz"), gzipped("1\nhalf"));
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines(), (Lines{"1"}));
    QCOMPARE(rig.ledger.unterminated, (Lines{"half"}));
}

void TestFileTailGzip::appendedMember()
{
    const TempFolder dir;
    writeFile(dir.path("a.gz"), gzipped("1\n2\n"));
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines(), (Lines{"1", "2"}));
    appendFile(dir.path("a.gz"), gzipped("3\n"));
    QCOMPARE(rig.newLines(), (Lines{"3"}));
    appendFile(dir.path("a.gz"), gzipped("4\n"));
    rig.restart();
    QCOMPARE(rig.newLines(), (Lines{"4"}));
}

void TestFileTailGzip::replacedInPlace()
{
    const TempFolder dir;
    writeFile(dir.path("a.gz"), gzipped("1\n2\n"));
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines(), (Lines{"1", "2"}));
    writeFile(dir.path("a.gz"), gzipped("other\nlines\nhere\n"));
    QCOMPARE(rig.newLines(), (Lines{"other", "lines", "here"}));
    writeFile(dir.path("a.gz"), "now plain\n");
    QCOMPARE(rig.newLines(), (Lines{"now plain"}));
}

void TestFileTailGzip::bombIsBounded()
{
    const TempFolder dir;
    TailOptions options;
    options.maxLineBytes = 1 << 20;
    const std::string zip = gzipped(std::string(200 << 20, 'x') + "\n1\n"); // one line of 200 MiB
    QVERIFY(zip.size() < 300'000);
    writeFile(dir.path("a.gz"), zip);
    TailRig rig = rigFor(dir, options);
    std::int64_t largest = 0;
    while (true) {
        const PollResult result = rig.poll(4 << 20);
        largest = std::max(largest, result.bytesRead);
        if (!result.more) {
            break;
        }
    }
    QCOMPARE(rig.ledger.lines, (Lines{"1"}));
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(rig.ledger.rejects[0].length, (200LL << 20) + 1);
}

void TestFileTailGzip::truncatedAway()
{
    const TempFolder dir;
    writeFile(dir.path("a.gz"), gzipped(joined(numbered("x", 1000))));
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines().size(), std::size_t{1000});
    writeFile(dir.path("a.gz"), "");
    QCOMPARE(rig.newLines(), Lines{});
    appendFile(dir.path("a.gz"), "y\n");
    QCOMPARE(rig.newLines(), (Lines{"y"}));
}

/// What logrotate does: rename, later compress and delete.
void TestFileTailGzip::compressedAfterItWasRead()
{
    const TempFolder dir;
    const std::string text = joined(numbered("line ", 5000)) + "{no line end}";
    writeFile(dir.path("a.log"), text);
    TailOptions options;
    options.isWhole = [](std::string_view line) { return line.front() == '{'; };
    TailRig rig = rigFor(dir, options);
    QCOMPARE(rig.newLines().size(), std::size_t{5000});
    renameFile(dir.path("a.log"), dir.path("a.log.1"));
    rig.poll();
    writeFile(dir.path("a.log.1.gz"), gzipped(text));
    deleteFile(dir.path("a.log.1"));
    QCOMPARE(rig.newLines(), Lines{});
    QCOMPARE(rig.ledger.unterminated.size(), std::size_t{1});
    QCOMPARE(rig.tail->health().repeats, 1);
    QCOMPARE(rig.tail->health().rewrites, 0);
    QVERIFY(rig.ledger.rejects.empty());
    rig.restart();
    QCOMPARE(rig.newLines(), Lines{});
    rig.wait(2 * kMinute);
    rig.poll();
    writeFile(dir.path("copy.gz"), gzipped(text)); // long after the plain file went
    QCOMPARE(rig.newLines(), Lines{});
}

void TestFileTailGzip::compressedWithMoreThanWasRead()
{
    const TempFolder dir;
    const Lines lines = numbered("line ", 3000);
    writeFile(dir.path("a.log"), joined(lines));
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines(), lines);
    deleteFile(dir.path("a.log"));
    writeFile(dir.path("a.log.1.gz"), gzipped(joined(lines) + "late\n")); // its last line was not seen
    QCOMPARE(rig.newLines().size(), std::size_t{3001});
    QCOMPARE(rig.tail->health().repeats, 0);
}

void TestFileTailGzip::compressedWhileStopped()
{
    const TempFolder dir;
    const std::string text = joined(numbered("line ", 3000));
    writeFile(dir.path("a.log"), text);
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines().size(), std::size_t{3000});
    rig.tail.reset();
    writeFile(dir.path("a.log.1.gz"), gzipped(text));
    const TempFolder elsewhere;
    renameFile(dir.path("a.log"), elsewhere.path("a.log")); // its inode is not used again meanwhile
    writeFile(dir.path("a.log"), "new\n");
    rig.restart();
    for (int i = 0; i < 50 && rig.poll(1000).more; ++i) { // proved over several polls
    }
    rig.poll();
    QCOMPARE(std::count(rig.ledger.lines.begin(), rig.ledger.lines.end(), "new"), std::ptrdiff_t{1});
    QCOMPARE(rig.ledger.lines.size(), std::size_t{3001});
    QCOMPARE(rig.tail->health().repeats, 1);
}

void TestFileTailGzip::sameLengthOtherText()
{
    const TempFolder dir;
    writeFile(dir.path("a.log"), "aaaa\n");
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines(), (Lines{"aaaa"}));
    writeFile(dir.path("b.gz"), gzipped("bbbb\n"));
    QCOMPARE(rig.newLines(), (Lines{"bbbb"}));
    QCOMPARE(rig.tail->health().repeats, 0);
    QCOMPARE(rig.tail->health().rewrites, 0);
    rig.restart();
    QCOMPARE(rig.newLines(), Lines{});
}

QTEST_GUILESS_MAIN(TestFileTailGzip)
#include "tst_file_tail_gzip.moc"
