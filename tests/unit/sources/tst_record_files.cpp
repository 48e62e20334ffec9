// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_form.h"
#include "core/sources/file_reader.h"
#include "tests/unit/sources/tail_support.h"

#include <QTest>
#include <numeric>
#include <random>

using namespace flyball;
using namespace flyball::test;

namespace {

/// Content that begins as an export request does: field 1 and its length.
std::string request(std::string_view text)
{
    std::string out = "\x0a";
    std::size_t length = text.size();
    for (; length >= 0x80; length >>= 7) {
        out += static_cast<char>(0x80 | (length & 0x7F));
    }
    out += static_cast<char>(length);
    return out + std::string(text);
}

Lines randomRequests(unsigned seed, int count, unsigned longest)
{
    std::mt19937 random(seed);
    Lines requests;
    for (int i = 0; i < count; ++i) {
        std::string text(8 + random() % longest, '\0');
        std::generate(text.begin(), text.end(), [&] { return static_cast<char>(random()); });
        requests.push_back(request(text));
    }
    return requests;
}

std::string fileOf(const Lines &requests)
{
    return std::accumulate(requests.begin(), requests.end(), std::string(),
                           [](std::string text, const std::string &one) { return std::move(text) + framed(one); });
}

struct Scan {
    Ledger ledger;
    ReadOutcome outcome;

    explicit Scan(const std::string &path, std::int64_t block = 1000, std::int64_t most = kMaxLineBytes)
    {
        FileReader::Options options;
        options.blockBytes = block;
        options.maxLineBytes = most;
        options.handOverUnterminated = true;
        const auto result = FileReader(options).read(
            path, [this](const Chunk &chunk) { ledger.take(chunk); },
            [this](const Reject &reject) { ledger.rejects.push_back(reject); });
        if (result) {
            outcome = *result;
        }
    }
};

TailRig rigFor(const TempFolder &dir, TailOptions options = {})
{
    return TailRig({dir.path()}, std::move(options), "");
}

} // namespace

/// Files of records, each behind its length: the Collector's `format: proto`.
class TestRecordFiles : public QObject {
    Q_OBJECT
private slots:
    void textIsNeverTakenForRecords();
    void oneByOneInAnyBlocks();
    void piecesEqualTheWhole();
    void positionContinuesWithATail();
    void aPartialRecordWaits();
    void killedBetweenAnyTwo();
    void emptyRecordsArePassed();
    void aLengthBeyondAnyRecordIsNamed();
    void aWriterThatDiedInARecordBeginsAnew();
    void cutShortAndGone();
    void replacedByOtherContent();
    void insideAGzip();
};

void TestRecordFiles::textIsNeverTakenForRecords()
{
    const std::string good = framed(request("0123456789"));
    QVERIFY(formOfHead(std::string_view(good).substr(0, kFormBytes)) == FileForm::Records);
    QVERIFY(formOfHead(framed(zstdOf("text"))) == FileForm::Records);
    QVERIFY(formOfHead(zstdOf("text")) == FileForm::Zstd);
    QVERIFY(formOfHead(gzipped("text")) == FileForm::Gzip);
    const std::string hole(4, '\0');
    for (const std::string &text :
         {std::string("{\"a\":1}\n"), std::string("\n\n{\"a\":1}\n"), hole + "{\"a\":1}\n",
          hole.substr(1) + "{\"a\":1}", hole.substr(2) + "{\n\n", hole + hole + hole, std::string("\x0a\x05hello"),
          std::string("\xEF\xBB\xBF{}"), framed("{\"resourceSpans\":[]}"), framed("\x0a\x7Ftoo long"),
          std::string("\x04\x00\x00\x01\x0a\x01xxx", 9)}) {
        QVERIFY2(formOfHead(std::string_view(text).substr(0, kFormBytes)) == FileForm::Plain, text.c_str());
    }
    QVERIFY(headIsTooShort(std::string_view(good).substr(0, 5)));
    QVERIFY(!headIsTooShort("{\"a"));
}

void TestRecordFiles::oneByOneInAnyBlocks()
{
    const TempFolder dir;
    for (const unsigned longest : {10U, 3000U, 200'000U}) {
        const Lines requests = randomRequests(longest, longest > 10'000 ? 20 : 300, longest);
        writeFile(dir.path("a"), fileOf(requests));
        for (const std::int64_t block : {4, 100, 262'144}) {
            const Scan scan(dir.path("a"), block);
            QVERIFY(scan.ledger.lines == requests);
            QVERIFY(scan.ledger.rejects.empty());
            QCOMPARE(scan.outcome.bytesRead, static_cast<std::int64_t>(fileOf(requests).size()));
            std::int64_t expected = 0;
            for (const Chunk &chunk : scan.ledger.chunks) {
                QVERIFY(chunk.record);
                QCOMPARE(chunk.begin, expected);
                expected = chunk.end;
            }
        }
    }
}

void TestRecordFiles::piecesEqualTheWhole()
{
    const TempFolder dir;
    const Lines requests = randomRequests(4, 400, 900);
    const std::string text = fileOf(requests);
    writeFile(dir.path("a"), text);
    for (const std::int64_t bytes : {1000, 20'000, 1'000'000}) {
        const auto pieces = splitFile(dir.path("a"), static_cast<std::int64_t>(text.size()), bytes);
        QVERIFY(pieces.ok());
        QVERIFY(bytes > 100'000 ? pieces->size() == 1 : pieces->size() > 5);
        Lines all;
        FileReader reader;
        for (const FilePiece &piece : *pieces) {
            QVERIFY(reader.readPiece(
                dir.path("a"), piece, [&](const Chunk &chunk) { all.emplace_back(chunk.bytes); },
                [](const Reject &) { QFAIL("refused"); }));
        }
        QVERIFY(all == requests);
    }
}

void TestRecordFiles::positionContinuesWithATail()
{
    const TempFolder dir;
    const Lines requests = randomRequests(5, 50, 5000);
    writeFile(dir.path("a"), fileOf(requests));
    const Scan scan(dir.path("a"));
    for (const std::size_t i : {0U, 20U, 49U}) {
        TailRig rig = rigFor(dir);
        const Chunk &chunk = scan.ledger.chunks[i];
        rig.ledger.positions[chunk.id] = chunk.after;
        rig.restart();
        QVERIFY(rig.newLines() == Lines(requests.begin() + static_cast<std::ptrdiff_t>(i) + 1, requests.end()));
    }
}

void TestRecordFiles::aPartialRecordWaits()
{
    const TempFolder dir;
    const Lines requests = randomRequests(6, 3, 4000);
    const std::string text = fileOf(requests);
    TailRig rig = rigFor(dir);
    writeFile(dir.path("a"), "");
    Lines seen;
    for (std::size_t at = 0; at < text.size(); at += 7) {
        appendFile(dir.path("a"), std::string_view(text).substr(at, 7));
        rig.wait(kSecond);
        for (const std::string &one : rig.newLines()) {
            seen.push_back(one);
        }
        std::size_t whole = 0;
        for (std::size_t end = 0, i = 0; i < requests.size(); ++i) {
            end += 4 + requests[i].size();
            whole += end <= at + 7 ? 1U : 0U;
        }
        QCOMPARE(seen.size(), whole);
    }
    QVERIFY(seen == requests);
    QVERIFY(rig.ledger.rejects.empty());
}

void TestRecordFiles::killedBetweenAnyTwo()
{
    const TempFolder dir;
    const Lines requests = randomRequests(7, 40, 3000);
    writeFile(dir.path("a"), fileOf(requests));
    TailRig rig = rigFor(dir);
    std::size_t before = 0;
    while (rig.poll(1).more) {
        QCOMPARE(rig.ledger.lines.size(), ++before);
        rig.restart();
    }
    QVERIFY(rig.ledger.lines == requests);
    rig.restart();
    QVERIFY(rig.newLines() == requests); // of this rig's list; nothing came twice
    QCOMPARE(rig.ledger.lines.size(), requests.size());
}

void TestRecordFiles::emptyRecordsArePassed()
{
    const TempFolder dir;
    const Lines requests = randomRequests(8, 3, 30);
    const std::string nuls(40, '\0');
    writeFile(dir.path("a"), framed(requests[0]) + nuls + framed(requests[1]) + nuls);
    TailRig rig = rigFor(dir);
    QVERIFY(rig.newLines() == Lines({requests[0], requests[1]}));
    // Preallocated room that is filled later.
    const auto end = static_cast<std::int64_t>(framed(requests[0]).size() + 40 + framed(requests[1]).size());
    truncateFile(dir.path("a"), end);
    appendFile(dir.path("a"), framed(requests[2]));
    QVERIFY(rig.newLines() == Lines({requests[2]}));
    QVERIFY(rig.ledger.rejects.empty());
}

void TestRecordFiles::aLengthBeyondAnyRecordIsNamed()
{
    const TempFolder dir;
    const Lines requests = randomRequests(9, 2, 300);
    const std::string good = framed(requests[0]);
    const std::string junk = "\xff\xff\xff\xff and more of what nobody can tell the end of";
    writeFile(dir.path("a"), good + junk);
    const Scan scan(dir.path("a"));
    QVERIFY(scan.ledger.lines == Lines({requests[0]}));
    QCOMPARE(scan.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(scan.ledger.rejects[0].reason, std::string("record_length"));
    QCOMPARE(scan.ledger.rejects[0].offset, static_cast<std::int64_t>(good.size()));
    QCOMPARE(scan.ledger.rejects[0].length, static_cast<std::int64_t>(junk.size()));
    TailRig rig = rigFor(dir);
    QVERIFY(rig.newLines() == Lines({requests[0]}));
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    rig.restart();
    (void)rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1}); // once, whatever comes and goes
    appendFile(dir.path("a"), framed(requests[1]));
    QVERIFY(rig.newLines() == Lines({requests[1]}));
    const Scan small(dir.path("a"), 1000, 10); // a record longer than allowed is no record either
    QVERIFY(small.ledger.lines.empty());
    QCOMPARE(small.ledger.rejects[0].reason, std::string("record_length"));
}

void TestRecordFiles::aWriterThatDiedInARecordBeginsAnew()
{
    const TempFolder dir;
    const Lines requests = randomRequests(10, 3, 300);
    const std::string torn = framed(requests[1]).substr(0, 20);
    writeFile(dir.path("a"), framed(requests[0]) + torn);
    TailRig rig = rigFor(dir);
    QVERIFY(rig.newLines() == Lines({requests[0]}));
    renameFile(dir.path("a"), dir.path("a.1")); // its successor begins another file
    writeFile(dir.path("a"), framed(requests[2]));
    QVERIFY(rig.newLines() == Lines({requests[2]}));
    rig.wait(61 * kSecond);
    (void)rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(rig.ledger.rejects[0].reason, std::string("record_truncated"));
    QCOMPARE(rig.ledger.rejects[0].length, static_cast<std::int64_t>(torn.size()));
    rig.restart();
    rig.wait(61 * kSecond);
    (void)rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
}

void TestRecordFiles::cutShortAndGone()
{
    const TempFolder dir;
    const Lines requests = randomRequests(11, 2, 300);
    writeFile(dir.path("a"), framed(requests[0]) + framed(requests[1]).substr(0, 9));
    TailRig rig = rigFor(dir);
    QVERIFY(rig.newLines() == Lines({requests[0]}));
    deleteFile(dir.path("a"));
    rig.wait(kSecond);
    (void)rig.poll();
    rig.wait(61 * kSecond);
    (void)rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    QCOMPARE(rig.ledger.rejects[0].reason, std::string("record_truncated"));
}

void TestRecordFiles::replacedByOtherContent()
{
    const TempFolder dir;
    const Lines requests = randomRequests(12, 4, 300);
    writeFile(dir.path("a"), fileOf(requests));
    TailRig rig = rigFor(dir);
    QVERIFY(rig.newLines() == requests);
    writeFile(dir.path("a"), framed(requests[3])); // copytruncate
    QVERIFY(rig.newLines() == Lines({requests[3]}));
    const Lines others = randomRequests(13, 9, 3000);
    writeFile(dir.path("a"), fileOf(others)); // longer than what was consumed, and other bytes
    QVERIFY(rig.newLines() == others);
    writeFile(dir.path("a"), "line\n");
    QVERIFY(rig.newLines() == Lines({"line"}));
}

void TestRecordFiles::insideAGzip()
{
    const TempFolder dir;
    const Lines requests = randomRequests(14, 30, 3000);
    const std::string text = fileOf(requests);
    writeFile(dir.path("a.gz"), gzipped(text));
    QVERIFY(Scan(dir.path("a.gz")).ledger.lines == requests);
    TailRig rig = rigFor(dir);
    QVERIFY(rig.newLines() == requests);
    rig.restart();
    (void)rig.poll();
    QCOMPARE(rig.ledger.lines.size(), requests.size());
    const TempFolder cut;
    writeFile(cut.path("a.gz"), gzipped(text.substr(0, text.size() - 5)));
    TailRig short_ = rigFor(cut);
    QCOMPARE(short_.newLines().size(), requests.size() - 1);
    QCOMPARE(short_.ledger.rejects.at(0).reason, std::string("record_truncated"));
    QCOMPARE(Scan(cut.path("a.gz")).ledger.rejects.at(0).reason, std::string("record_truncated"));
}

QTEST_GUILESS_MAIN(TestRecordFiles)
#include "tst_record_files.moc"
