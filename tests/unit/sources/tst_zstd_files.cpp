// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_reader.h"
#include "tests/unit/sources/tail_support.h"

#include <QTest>
#include <fstream>
#include <random>

using namespace flyball;
using namespace flyball::test;

namespace {

Lines randomLines(unsigned seed, int count)
{
    std::mt19937 random(seed);
    Lines lines;
    for (int i = 0; i < count; ++i) {
        lines.push_back(std::to_string(random()) + " " + std::to_string(random()));
    }
    return lines;
}

std::string joined(const Lines &lines)
{
    std::string text;
    for (const std::string &line : lines) {
        text += line + "\n";
    }
    return text;
}

TailRig rigFor(const TempFolder &dir, TailOptions options = {})
{
    return TailRig({dir.path()}, std::move(options), "");
}

struct Scan {
    Ledger ledger;
    ReadOutcome outcome;

    explicit Scan(const std::string &path, std::int64_t most = kMaxLineBytes)
    {
        FileReader::Options options;
        options.maxLineBytes = most;
        const auto result = FileReader(options).read(
            path, [this](const Chunk &chunk) { ledger.take(chunk); },
            [this](const Reject &reject) { ledger.rejects.push_back(reject); });
        if (result) {
            outcome = *result;
        }
    }
};

/// False where the kernel keeps the peak (no /proc/self/clear_refs, or not for us to write).
bool forgetPeakMemory()
{
    std::ofstream file("/proc/self/clear_refs");
    return static_cast<bool>(file << 5 << std::flush);
}

/// The most memory this process has had since, in KiB.
std::int64_t peakMemory()
{
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word == "VmHWM:") {
            std::int64_t kib = 0;
            status >> kib;
            return kib;
        }
    }
    return 0;
}

} // namespace

/// zstd: whole files of lines, and messages of the Collector's `compression: zstd`.
class TestZstdFiles : public QObject {
    Q_OBJECT
private slots:
    void wholeFileOfLines();
    void killedMidway();
    void growingIsReadOn();
    void brokenOnesAreNamed();
    void compressedAfterItWasRead();
    void bombIsBounded();
    void messagesOneByOne();
    void aBrokenMessageIsRefusedAlone();
    void messageBombIsRefused();
};

void TestZstdFiles::wholeFileOfLines()
{
    const TempFolder dir;
    const Lines lines = randomLines(1, 60'000);
    const std::string text = joined(lines);
    const std::size_t half = text.find('\n', text.size() / 2) + 1;
    for (const std::string &file : {zstdOf(text), zstdOf(text.substr(0, half)) + zstdOf(text.substr(half))}) {
        writeFile(dir.path("a.jsonl.zst"), file);
        const Scan scan(dir.path("a.jsonl.zst"));
        QVERIFY(scan.ledger.lines == lines);
        QVERIFY(scan.outcome.packed && scan.outcome.after.finished && scan.ledger.rejects.empty());
        TailRig rig = rigFor(dir);
        QVERIFY(rig.newLines() == lines);
        rig.restart();
        (void)rig.poll();
        QCOMPARE(rig.ledger.lines.size(), lines.size());
        QVERIFY(rig.ledger.rejects.empty());
    }
    writeFile(dir.path("a.jsonl.zst"), zstdOf("no line end"));
    QCOMPARE(Scan(dir.path("a.jsonl.zst")).ledger.unterminated, Lines({"no line end"}));
}

void TestZstdFiles::killedMidway()
{
    const TempFolder dir;
    TailOptions options;
    options.blockBytes = 3000;
    const Lines lines = randomLines(2, 20'000);
    writeFile(dir.path("a"), zstdOf(joined(lines)));
    TailRig rig = rigFor(dir, options);
    for (const std::size_t count : {100U, 5'000U, 15'000U}) {
        while (rig.ledger.lines.size() < count) {
            QVERIFY(rig.poll(10'000).more);
        }
        rig.restart();
    }
    while (rig.poll(100'000).more) {
    }
    QVERIFY(rig.ledger.lines == lines);
}

void TestZstdFiles::growingIsReadOn()
{
    const TempFolder dir;
    const Lines lines = randomLines(3, 40'000);
    const std::string file = zstdOf(joined(lines));
    writeFile(dir.path("a"), file.substr(0, file.size() / 2));
    TailRig rig = rigFor(dir);
    (void)rig.poll();
    QVERIFY(rig.ledger.lines.size() < lines.size());
    appendFile(dir.path("a"), file.substr(file.size() / 2));
    rig.wait(kSecond);
    (void)rig.poll();
    QVERIFY(rig.ledger.lines == lines);
    QVERIFY(rig.ledger.rejects.empty());
}

void TestZstdFiles::brokenOnesAreNamed()
{
    const TempFolder dir;
    const std::string file = zstdOf(joined(randomLines(4, 30'000)));
    std::string wrong = file;
    for (std::size_t i = file.size() / 2; i < file.size() / 2 + 200; ++i) {
        wrong[i] = static_cast<char>(~wrong[i]);
    }
    const std::pair<std::string, std::string> cases[] = {{file.substr(0, file.size() / 2), "zstd_truncated"},
                                                         {file.substr(0, 6), "zstd_truncated"},
                                                         {wrong, "zstd_corrupt"},
                                                         {file + "junk behind it", "zstd_trailing_garbage"}};
    for (const auto &[bytes, reason] : cases) {
        writeFile(dir.path("a"), bytes);
        const Scan scan(dir.path("a"));
        QCOMPARE(scan.ledger.rejects.size(), std::size_t{1});
        QCOMPARE(scan.ledger.rejects[0].reason, reason);
        TailRig rig = rigFor(dir);
        (void)rig.poll();
        rig.wait(61 * kSecond);
        (void)rig.poll();
        rig.wait(61 * kSecond);
        (void)rig.poll();
        QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
        QCOMPARE(rig.ledger.rejects[0].reason, reason);
        QVERIFY(rig.ledger.lines == scan.ledger.lines);
    }
}

void TestZstdFiles::compressedAfterItWasRead()
{
    const TempFolder dir;
    const Lines lines = randomLines(5, 2000);
    writeFile(dir.path("a"), joined(lines));
    TailRig rig = rigFor(dir);
    QVERIFY(rig.newLines() == lines);
    writeFile(dir.path("a.zst"), zstdOf(joined(lines)));
    deleteFile(dir.path("a"));
    QVERIFY(rig.newLines().empty());
    QCOMPARE(rig.tail->health().repeats, std::int64_t{1});
}

void TestZstdFiles::bombIsBounded()
{
    const TempFolder dir;
    writeFile(dir.path("a"), zstdOf(std::string(300 << 20, 'x') + "\nend\n"));
    const bool forgotten = forgetPeakMemory();
    const std::int64_t before = peakMemory();
    const Scan scan(dir.path("a"), 1 << 20);
    const std::int64_t growth = peakMemory() - before;
    QCOMPARE(scan.ledger.lines, Lines({"end"}));
    QCOMPARE(scan.ledger.rejects.at(0).reason, std::string("oversize"));
    QVERIFY2(growth < 16 << 10, qPrintable(QString::number(growth)));
    if (!forgotten || before <= 0) {
        QSKIP("an earlier peak of the memory may hide this one"); // what is asserted above stays asserted
    }
}

void TestZstdFiles::messagesOneByOne()
{
    const TempFolder dir;
    const Lines lines = randomLines(6, 500);
    std::string file;
    for (const std::string &line : lines) {
        file += framed(zstdOf(line));
    }
    writeFile(dir.path("a.json"), file);
    const Scan scan(dir.path("a.json"));
    QVERIFY(scan.ledger.lines == lines);
    QVERIFY(!scan.outcome.packed && scan.ledger.chunks.front().record);
    TailRig rig = rigFor(dir);
    while (rig.poll(300).more) {
        rig.restart();
    }
    QVERIFY(rig.ledger.lines == lines);
}

void TestZstdFiles::aBrokenMessageIsRefusedAlone()
{
    const TempFolder dir;
    const std::string good = zstdOf("good");
    std::string wrong = zstdOf(joined(randomLines(7, 2000)));
    for (std::size_t i = 100; i < 400; ++i) {
        wrong[i] = static_cast<char>(~wrong[i]);
    }
    const std::string cut = zstdOf(joined(randomLines(8, 20))).substr(0, 40);
    const std::string file = framed(good) + framed(wrong) + framed(cut) + framed(good);
    writeFile(dir.path("a"), file);
    const Scan scan(dir.path("a"));
    QCOMPARE(scan.ledger.lines, Lines({"good", "good"}));
    QCOMPARE(scan.ledger.rejects.size(), std::size_t{2});
    for (const Reject &reject : scan.ledger.rejects) {
        QCOMPARE(reject.reason, std::string("zstd_corrupt"));
    }
    QCOMPARE(scan.ledger.rejects[0].offset, static_cast<std::int64_t>(4 + good.size()));
    QCOMPARE(scan.ledger.rejects[0].length, static_cast<std::int64_t>(4 + wrong.size()));
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines(), Lines({"good", "good"}));
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{2});
}

void TestZstdFiles::messageBombIsRefused()
{
    const TempFolder dir;
    const std::string bomb = zstdOf(std::string(300 << 20, 'x'));
    const std::string most(1 << 20, 'y');
    writeFile(dir.path("a"), framed(bomb) + framed(zstdOf(most)) + framed(zstdOf(most + "y")));
    const bool forgotten = forgetPeakMemory();
    const std::int64_t before = peakMemory();
    const Scan scan(dir.path("a"), 1 << 20);
    const std::int64_t growth = peakMemory() - before;
    QVERIFY(scan.ledger.lines == Lines({most}));
    QCOMPARE(scan.ledger.rejects.size(), std::size_t{2});
    QCOMPARE(scan.ledger.rejects[0].reason, std::string("oversize"));
    QCOMPARE(scan.ledger.rejects[1].reason, std::string("oversize"));
    QVERIFY2(growth < 16 << 10, qPrintable(QString::number(growth)));
    if (!forgotten || before <= 0) {
        QSKIP("an earlier peak of the memory may hide this one"); // what is asserted above stays asserted
    }
}

QTEST_GUILESS_MAIN(TestZstdFiles)
#include "tst_zstd_files.moc"
