// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_reader.h"
#include "core/sources/list_files.h"
#include "tests/unit/sources/tail_support.h"

#include <QElapsedTimer>
#include <QTest>
#include <cerrno>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

using namespace flyball;
using namespace flyball::test;

namespace {

std::string randomText(std::uint32_t seed, std::size_t bytes, unsigned longest)
{
    std::mt19937 random(seed);
    std::string text;
    while (text.size() < bytes) {
        text += std::to_string(text.size()) + std::string(random() % longest, static_cast<char>('a' + random() % 26))
                + "\n";
    }
    return text;
}

struct Scan {
    Ledger ledger;
    std::string text;
    Result<ReadOutcome> outcome = Error{};

    explicit Scan(const std::string &path, FileReader::Options options = {})
    {
        FileReader reader(std::move(options));
        outcome = reader.read(path, sink(), rejects());
    }
    Scan() = default;
    ChunkSink sink()
    {
        return [this](const Chunk &chunk) {
            text += chunk.bytes;
            ledger.take(chunk);
        };
    }
    RejectSink rejects()
    {
        return [this](const Reject &reject) { ledger.rejects.push_back(reject); };
    }
};

} // namespace

class TestFileReader : public QObject {
    Q_OBJECT
private slots:
    void readsWholeLinesInBlocks_data();
    void readsWholeLinesInBlocks();
    void positionContinuesWithATail();
    void partialLastLine();
    void oversize();
    void leadingNuls();
    void brokenGzip();
    void errorsAreNamed();
    void readErrorMidway();
    void piecesEqualTheWhole();
    void piecesOfOddFiles();
    void listing();
    void throughput();
};

void TestFileReader::readsWholeLinesInBlocks_data()
{
    QTest::addColumn<int>("block");
    QTest::addColumn<unsigned>("longest");
    QTest::addColumn<bool>("gzip");
    for (const int block : {64, 1000, 262'144}) {
        for (const unsigned longest : {10U, 300U, 50'000U}) {
            for (const bool gzip : {false, true}) {
                QTest::addRow("block %d, lines to %u, %s", block, longest, gzip ? "gz" : "plain")
                    << block << longest << gzip;
            }
        }
    }
}

void TestFileReader::readsWholeLinesInBlocks()
{
    QFETCH(int, block);
    QFETCH(unsigned, longest);
    QFETCH(bool, gzip);
    const TempFolder dir;
    const std::string text = randomText(7, 600'000, longest);
    writeFile(dir.path("a"), gzip ? gzipped(text) : text);
    FileReader::Options options;
    options.blockBytes = block;
    const Scan scan(dir.path("a"), options);
    QVERIFY(scan.outcome.ok());
    QVERIFY(scan.text == text);
    QCOMPARE(scan.outcome->packed, gzip);
    QCOMPARE(scan.outcome->bytesRead, static_cast<std::int64_t>(text.size()));
    QCOMPARE(scan.outcome->after.finished, gzip);
    QVERIFY(scan.ledger.chunks.front().fromStart);
    std::int64_t expected = 0;
    for (const Chunk &chunk : scan.ledger.chunks) {
        QCOMPARE(chunk.begin, expected);
        expected = chunk.end;
    }
}

void TestFileReader::positionContinuesWithATail()
{
    const TempFolder dir;
    for (const bool gzip : {false, true}) {
        const std::string path = dir.path(gzip ? "b.gz" : "a.jsonl");
        const std::string text = randomText(3, 100'000, 200);
        writeFile(path, gzip ? gzipped(text) : text + "half");
        FileReader::Options options;
        options.blockBytes = 5000;
        Scan scan(path, options);
        TailRig rig({path});
        // Any chunk's position will do, not only the last.
        for (const std::size_t i : {std::size_t{0}, scan.ledger.chunks.size() / 2, scan.ledger.chunks.size() - 1}) {
            const Chunk &chunk = scan.ledger.chunks[i];
            rig.ledger = Ledger{};
            rig.ledger.positions[chunk.id] = chunk.after;
            rig.restart();
            rig.poll();
            std::string rest;
            for (const std::string &line : rig.ledger.lines) {
                rest += line + "\n";
            }
            QVERIFY(rest == text.substr(static_cast<std::size_t>(chunk.end)));
            QCOMPARE(rig.tail->health().rewrites, 0);
        }
    }
}

void TestFileReader::partialLastLine()
{
    const TempFolder dir;
    writeFile(dir.path("a"), "1\nhalf");
    const Scan held(dir.path("a"));
    QCOMPARE(held.ledger.lines, (Lines{"1"}));
    QCOMPARE(held.outcome->heldBytes, 4);
    QCOMPARE(held.outcome->after.offset, 2);
    FileReader::Options options;
    options.handOverUnterminated = true;
    const Scan given(dir.path("a"), options);
    QCOMPARE(given.ledger.unterminated, (Lines{"half"}));
    QCOMPARE(given.outcome->after.offset, 6);
    writeFile(dir.path("empty"), "");
    const Scan empty(dir.path("empty"), options);
    QVERIFY(empty.outcome.ok() && empty.ledger.chunks.empty());
}

void TestFileReader::oversize()
{
    const TempFolder dir;
    FileReader::Options options;
    options.maxLineBytes = 1000;
    const std::string fits(1000, 'f');
    const std::string text =
        std::string(1001, 'a') + "\n" + fits + "\n" + std::string(1001, 'b') + "\nend\n" + std::string(5000, 'c');
    for (const bool gzip : {false, true}) {
        writeFile(dir.path("a"), gzip ? gzipped(text) : text);
        for (const int block : {16, 999, 1000, 1001, 4096}) {
            options.blockBytes = block;
            const Scan scan(dir.path("a"), options);
            QCOMPARE(scan.ledger.lines, (Lines{fits, "end"}));
            QCOMPARE(scan.ledger.rejects.size(), std::size_t{gzip ? 3U : 2U});
            QCOMPARE(scan.ledger.rejects[0].length, 1002);
            QCOMPARE(scan.ledger.rejects[1].offset, 1002 + 1001);
            QCOMPARE(gzip ? scan.ledger.rejects[2].length : scan.outcome->heldBytes, 5000);
        }
    }
}

void TestFileReader::leadingNuls()
{
    const TempFolder dir;
    writeFile(dir.path("a"), std::string(700'000, '\0') + "1\n2\n");
    const Scan scan(dir.path("a"));
    QCOMPARE(scan.ledger.lines, (Lines{"1", "2"}));
    QCOMPARE(scan.ledger.chunks.front().begin, 700'000);
    QVERIFY(scan.ledger.chunks.front().fromStart);
}

void TestFileReader::brokenGzip()
{
    const TempFolder dir;
    const std::string zip = gzipped("1\n2\n");
    const std::string cut = zip.substr(0, zip.size() - 3);
    std::string wrong = zip;
    wrong[wrong.size() - 8] = static_cast<char>(~wrong[wrong.size() - 8]);
    const std::pair<std::string, std::string> cases[] = {
        {cut, "gzip_truncated"}, {wrong, "gzip_corrupt"}, {zip + "junk", "gzip_trailing_garbage"}};
    for (const auto &[bytes, reason] : cases) {
        writeFile(dir.path("a"), bytes);
        const Scan scan(dir.path("a"));
        QVERIFY(scan.outcome.ok());
        QCOMPARE(scan.ledger.lines, (Lines{"1", "2"}));
        QCOMPARE(scan.ledger.rejects.size(), std::size_t{1});
        QCOMPARE(scan.ledger.rejects[0].reason, reason);
    }
}

void TestFileReader::errorsAreNamed()
{
    const TempFolder dir;
    QVERIFY(!Scan(dir.path("none")).outcome.ok());
    QCOMPARE(Scan(dir.path("none")).outcome.error().code, ErrorCode::NotFound);
    QCOMPARE(Scan(dir.path()).outcome.error().message, dir.path() + ": not_a_regular_file");
    QCOMPARE(::mkfifo(dir.path("fifo").c_str(), 0600), 0);
    QCOMPARE(Scan(dir.path("fifo")).outcome.error().code, ErrorCode::Unreadable);
    QVERIFY(!splitFile(dir.path("none"), 10, 5).ok());
}

void TestFileReader::readErrorMidway()
{
    const TempFolder dir;
    writeFile(dir.path("a"), randomText(1, 10'000, 100));
    FileReader::Options options;
    options.blockBytes = 1000;
    options.readAt = [](int fd, char *to, std::size_t n, std::int64_t at) -> ssize_t {
        if (at > 5000) {
            errno = EIO;
            return -1;
        }
        return readAtOnce(fd, to, n, at);
    };
    const Scan scan(dir.path("a"), options);
    QCOMPARE(scan.outcome.error().message, dir.path("a") + ": io_error");
    QVERIFY(scan.ledger.chunks.back().end > 4000); // what was delivered stands
}

void TestFileReader::piecesEqualTheWhole()
{
    const TempFolder dir;
    for (const unsigned longest : {5U, 400U, 30'000U}) {
        const std::string text = randomText(longest, 300'000, longest) + "half";
        const auto size = static_cast<std::int64_t>(text.size());
        writeFile(dir.path("a"), text);
        for (const std::int64_t bytes : {1, 7, 1000, 65'536, 299'999}) {
            if (longest < 400 && bytes < 1000) {
                continue; // as many pieces as lines: slow, nothing new
            }
            const auto pieces = splitFile(dir.path("a"), size, bytes);
            QVERIFY(pieces.ok());
            QCOMPARE(pieces->front().begin, 0);
            QCOMPARE(pieces->back().end, size);
            Scan scan;
            FileReader reader;
            for (std::size_t i = 0; i < pieces->size(); ++i) {
                const FilePiece piece = (*pieces)[i];
                QVERIFY(i == 0 || piece.begin == (*pieces)[i - 1].end);
                QVERIFY(i == 0 || text[static_cast<std::size_t>(piece.begin) - 1] == '\n');
                const auto outcome = reader.readPiece(dir.path("a"), piece, scan.sink(), scan.rejects());
                QVERIFY(outcome.ok());
            }
            QVERIFY(scan.text + "half" == text);
            const Scan whole(dir.path("a"));
            QCOMPARE(scan.ledger.chunks.back().after.marker, whole.outcome->after.marker);
        }
    }
}

void TestFileReader::piecesOfOddFiles()
{
    const TempFolder dir;
    writeFile(dir.path("one"), std::string(10'000, 'x'));
    QCOMPARE(splitFile(dir.path("one"), 10'000, 100)->size(), std::size_t{1});
    writeFile(dir.path("even"), "aaa\nbbb\nccc\n");
    const auto even = splitFile(dir.path("even"), 12, 4); // boundaries fall on line ends: nothing moves
    QCOMPARE(even->size(), std::size_t{3});
    QCOMPARE((*even)[1].begin, 4);
    QCOMPARE((*even)[2].begin, 8);
    const std::string zip = gzipped(randomText(1, 100'000, 100));
    writeFile(dir.path("gz"), zip);
    QCOMPARE(splitFile(dir.path("gz"), static_cast<std::int64_t>(zip.size()), 100)->size(), std::size_t{1});
    FileReader reader;
    Scan scan;
    QVERIFY(!reader.readPiece(dir.path("gz"), {10, 20}, scan.sink(), scan.rejects()).ok());
}

void TestFileReader::listing()
{
    const TempFolder dir;
    makeFolder(dir.path("b/c"));
    makeFolder(dir.path("a"));
    for (const char *name : {"b/c/2.jsonl", "a/1.jsonl", "b/3.jsonl", "b/skip.txt"}) {
        writeFile(dir.path(name), name);
    }
    QCOMPARE(::link(dir.path("b/3.jsonl").c_str(), dir.path("a/3.jsonl").c_str()), 0);
    QCOMPARE(::symlink("../b", dir.path("a/loop").c_str()), 0);
    QCOMPARE(::mkfifo(dir.path("a/fifo.jsonl").c_str(), 0600), 0);
    const auto filter = [](std::string_view path) { return endsWith(path, ".jsonl"); };
    std::vector<ListProblem> problems;
    const auto files = listFiles({{dir.path(), dir.path("b/skip.txt"), dir.path("none")}, filter}, &problems);
    Lines names;
    for (const ScanFile &file : files) {
        names.push_back(file.path.substr(dir.path().size() + 1));
        QVERIFY(file.size > 0 && file.mtimeNs > 0 && file.id.inode == inodeOf(file.path));
    }
    QCOMPARE(names, (Lines{"a/1.jsonl", "a/3.jsonl", "a/loop/c/2.jsonl", "b/skip.txt"}));
    QCOMPARE(problems.size(), std::size_t{1});
    QCOMPARE(problems[0].reason, std::string("not_found"));
}

void TestFileReader::throughput()
{
    const TempFolder dir;
    const std::string block = randomText(5, 8 << 20, 1000);
    writeFile(dir.path("a"), "");
    for (int i = 0; i < 32; ++i) {
        appendFile(dir.path("a"), block);
    }
    FileReader reader;
    double best = 0;
    for (int round = 0; round < 5; ++round) {
        QElapsedTimer timer;
        timer.start();
        std::int64_t bytes = 0;
        const auto outcome = reader.read(
            dir.path("a"), [&bytes](const Chunk &chunk) { bytes += chunk.end - chunk.begin; }, [](const Reject &) {});
        QVERIFY(outcome.ok());
        best = std::max(best, static_cast<double>(bytes) / static_cast<double>(timer.nsecsElapsed()));
    }
    qInfo("FileReader, warm: %.1f GB/s", best);
    QVERIFY2(best > 0.2, "far below any disk: something is read per line or twice");
}

QTEST_GUILESS_MAIN(TestFileReader)
#include "tst_file_reader.moc"
