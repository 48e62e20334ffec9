// SPDX-License-Identifier: GPL-3.0-or-later
// Totals never depend on the order in which files, sources or batches are read (design 3a, F11).
#include <QtTest/QtTest>
#include <algorithm>
#include <random>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

struct File {
    std::string path;
    std::vector<std::string> lines;
};

/// A few files full of collisions: few message ids, few request ids, equal sums, equal times.
std::vector<File> randomFiles(std::mt19937 &random)
{
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    std::vector<File> files(2 + below(4));
    for (std::size_t f = 0; f < files.size(); ++f) {
        const bool sub = below(3) == 0;
        const std::string session = "s" + std::to_string(below(2));
        files[f].path = "p/" + session + (sub ? "/subagents/agent-" : "-") + std::to_string(f) + ".jsonl";
        unsigned second = below(3);
        for (unsigned n = 1 + below(9); n > 0; --n) {
            const std::string time = "2026-11-21T10:00:0" + std::to_string(second) + "Z";
            if (below(5) == 0) {
                files[f].lines.push_back(userLine(time, "prompt" + std::to_string(below(3)), session));
            } else if (below(20) == 0) {
                files[f].lines.push_back("{\"broken\n");
            } else {
                ClaudeLine line;
                line.id = below(8) ? "m" + std::to_string(below(3)) : "";
                line.request = below(4) ? "r" + std::to_string(below(3)) : "";
                line.time = below(10) ? time : "";
                line.session = session;
                line.model = below(6) ? "claude-sonnet-4-20250514" : "claude-opus-4-5-20251101";
                line.stop = below(3) ? "end_turn" : "";
                line.usage =
                    below(12) ? usageText(5, static_cast<int>(below(3)) * 10, static_cast<int>(below(2)) * 7) : "";
                line.sidechain = below(5) == 0;
                line.extra = below(10) == 0 ? R"(,"costUSD":0.25)" : "";
                files[f].lines.push_back(toText(line));
            }
            second = std::min(9U, second + below(2));
        }
    }
    return files;
}

/// Reads all files, each in its own order, in a random interleaving and cut at random lines.
void readShuffled(World &w, const std::vector<File> &files, std::mt19937 &random)
{
    struct Place {
        std::unique_ptr<LineReader> reader;
        std::size_t next = 0;
        std::int64_t offset = 0;
    };
    std::vector<Place> places(files.size());
    std::vector<std::size_t> open(files.size());
    for (std::size_t i = 0; i < open.size(); ++i)
        open[i] = i;
    while (!open.empty()) {
        const std::size_t pick = random() % open.size();
        const std::size_t f = open[pick];
        Place &place = places[f];
        if (!place.reader)
            place.reader = w.reader("claude-code", files[f].path);
        std::string text;
        for (auto n = 1 + random() % 4; n > 0 && place.next < files[f].lines.size(); --n)
            text += files[f].lines[place.next++];
        FactBatch batch;
        place.reader->read(text, place.offset, batch);
        place.offset += static_cast<std::int64_t>(text.size());
        w.add(batch);
        if (place.next == files[f].lines.size())
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
    }
}

} // namespace

class TestClaudeOrder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void filesAndBatchesInAnyOrder();
    void sightingsInAnyOrder();
    void readingEverythingAgainChangesNothing();
};

void TestClaudeOrder::filesAndBatchesInAnyOrder()
{
    std::mt19937 random(20261121);
    std::int64_t calls = 0;
    std::int64_t merged = 0;
    for (int set = 0; set < 200; ++set) {
        const std::vector<File> files = randomFiles(random);
        World reference;
        for (const File &file : files) {
            std::string text;
            for (const std::string &line : file.lines)
                text += line;
            reference.file("claude-code", file.path, text);
        }
        const std::string expected = reference.describe();
        calls += reference.totals().calls;
        merged += reference.collator.coverage().duplicates;
        for (int round = 0; round < 6; ++round) {
            World w;
            readShuffled(w, files, random);
            QVERIFY2(w.describe() == expected,
                     (std::to_string(set) + "\n" + w.describe() + "---\n" + expected).c_str());
            QCOMPARE(w.collator.coverage().lines, reference.collator.coverage().lines);
            QCOMPARE(w.collator.coverage().ignored, reference.collator.coverage().ignored);
            QVERIFY(w.collator.coverage().rejects == reference.collator.coverage().rejects);
        }
    }
    QVERIFY2(calls > 500 && merged > 200, qPrintable(QString("%1 %2").arg(calls).arg(merged)));
}

/// Harder than real reading: single sightings in any order whatever, traits last or first.
void TestClaudeOrder::sightingsInAnyOrder()
{
    std::mt19937 random(7);
    for (int set = 0; set < 200; ++set) {
        const std::vector<File> files = randomFiles(random);
        World w;
        std::vector<FactBatch> single;
        for (const File &file : files) {
            const auto reader = w.reader("claude-code", file.path);
            std::int64_t offset = 0;
            for (const std::string &line : file.lines) {
                FactBatch batch;
                reader->read(line, offset, batch);
                offset += static_cast<std::int64_t>(line.size());
                single.push_back(batch);
            }
        }
        std::string expected;
        for (int round = 0; round < 6; ++round) {
            Collator collator(w.symbols, w.pricer);
            for (const FactBatch &batch : single)
                collator.add(batch);
            std::vector<std::string> lines;
            collator.resolveAll([&](const Call &call) { lines.push_back(w.describe(call)); }, [](const RunInfo &) {});
            std::sort(lines.begin(), lines.end());
            std::string now;
            for (const std::string &line : lines)
                now += line + "\n";
            if (round == 0)
                expected = now;
            QVERIFY2(now == expected, (std::to_string(set) + "\n" + now + "---\n" + expected).c_str());
            std::shuffle(single.begin(), single.end(), random);
        }
    }
}

void TestClaudeOrder::readingEverythingAgainChangesNothing()
{
    std::mt19937 random(11);
    for (int set = 0; set < 50; ++set) {
        const std::vector<File> files = randomFiles(random);
        World w;
        readShuffled(w, files, random);
        const std::string once = w.describe();
        readShuffled(w, files, random);
        QVERIFY(w.describe() == once);
    }
}

QTEST_GUILESS_MAIN(TestClaudeOrder)
#include "tst_claude_order.moc"
