// SPDX-License-Identifier: GPL-3.0-or-later
// One-off scans: any number of threads and pieces give the same calls; sources are named properly.
#include <QtTest/QtTest>
#include <random>

#include "core/engine/scan.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

class TestScan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void threadsAndPiecesDoNotMatter();
    void parseSources_data();
    void parseSources();
    void targetsOfAFolder();
    void unreadableFileIsNamed();
    void longFirstLines();
};

void TestScan::threadsAndPiecesDoNotMatter()
{
    PipelineBench b;
    std::mt19937 random(3);
    for (int file = 0; file < 3; ++file) {
        std::string text;
        for (unsigned i = 0; i < 300; ++i) {
            OtlpSpan span{.trace = 1 + static_cast<unsigned>(random() % 40),
                          .id = 1 + static_cast<unsigned>(random() % 30),
                          .parent = static_cast<unsigned>(random() % 4)};
            if (random() % 4)
                span.attributes = {{"gen_ai.operation.name", "chat"},
                                   {"gen_ai.request.model", "gpt-4o"},
                                   {"gen_ai.provider.name", "openai"},
                                   {"gen_ai.usage.input_tokens", std::to_string(random() % 1000)},
                                   {"gen_ai.usage.cache_read.input_tokens", std::to_string(random() % 700)},
                                   {"gen_ai.usage.output_tokens", "5"}};
            else
                span.attributes = {{"flyball.workflow", "w" + std::to_string(random() % 3)}};
            text += random() % 50 ? exportLine("s" + std::to_string(random() % 2), {span}) : "{broken\n";
        }
        b.write("otlp/t" + std::to_string(file) + ".jsonl", text);
        text.clear();
        for (int i = 0; i < 200; ++i)
            text += toText({.id = "m" + std::to_string(random() % 90),
                            .request = "r" + std::to_string(random() % 2),
                            .usage = usageText(2, static_cast<int>(random() % 40)),
                            .sidechain = random() % 4 == 0});
        b.write("claude/s" + std::to_string(file) + ".jsonl", text);
    }
    std::string expected;
    std::string rejects;
    for (const unsigned threads : {1U, 2U, 8U})
        for (const std::int64_t piece : {std::int64_t{1} << 20, std::int64_t{5000}, std::int64_t{700}}) {
            World w;
            std::int64_t skipped = 0;
            std::vector<ScanTarget> targets;
            for (const char *folder : {"otlp", "claude"}) {
                const auto found = findTargets({"", b.path(folder)}, w.symbols, skipped);
                QVERIFY(found.ok());
                targets.insert(targets.end(), found->begin(), found->end());
            }
            QCOMPARE(targets.size(), std::size_t(6));
            QVERIFY(scan(targets, {threads, piece}, w.collator).ok());
            std::string now = w.describe();
            std::string said =
                std::to_string(w.collator.coverage().lines) + " " + std::to_string(w.collator.coverage().ignored);
            for (const auto &[reason, count] : w.collator.coverage().rejects)
                said += " " + reason + "=" + std::to_string(count);
            if (expected.empty()) {
                expected = now;
                rejects = said;
                QVERIFY(w.totals().calls > 100);
            }
            QVERIFY2(now == expected, qPrintable(QString("%1 threads, pieces of %2").arg(threads).arg(piece)));
            QCOMPARE(said, rejects);
        }
}

void TestScan::parseSources_data()
{
    QTest::addColumn<QByteArray>("argument"); // %1 = a folder that exists
    QTest::addColumn<bool>("good");
    QTest::addColumn<QByteArray>("kind");
    QTest::newRow("folder") << QByteArray("%1") << true << QByteArray();
    QTest::newRow("kind and folder") << QByteArray("claude-code:%1") << true << QByteArray("claude-code");
    QTest::newRow("kind and file") << QByteArray("otlp-json:%1/x.jsonl") << true << QByteArray("otlp-json");
    QTest::newRow("file with a colon") << QByteArray("%1/a:b.jsonl") << true << QByteArray();
    QTest::newRow("missing") << QByteArray("%1/none") << false << QByteArray();
    QTest::newRow("missing of a kind") << QByteArray("otlp-json:%1/none") << false << QByteArray();
    QTest::newRow("kind without path") << QByteArray("otlp-json:") << false << QByteArray();
    QTest::newRow("unknown kind") << QByteArray("smoke-signals:%1") << false << QByteArray();
    QTest::newRow("kind not built") << QByteArray("bifrost:%1") << false << QByteArray();
    QTest::newRow("empty") << QByteArray("") << false << QByteArray();
    QTest::newRow("device") << QByteArray("/dev/null") << false << QByteArray();
}

void TestScan::parseSources()
{
    QFETCH(QByteArray, argument);
    QFETCH(bool, good);
    QFETCH(QByteArray, kind);
    PipelineBench b;
    b.write("x.jsonl", "");
    b.write("a:b.jsonl", "");
    std::string text = argument.toStdString();
    if (const std::size_t at = text.find("%1"); at != std::string::npos)
        text.replace(at, 2, b.path("").substr(0, b.path("").size() - 1));
    const auto parsed = parseSource(text);
    QCOMPARE(parsed.ok(), good);
    if (good)
        QCOMPARE(QByteArray::fromStdString(parsed->kind), kind);
    else
        QVERIFY(parsed.error().code == ErrorCode::InvalidArgument || parsed.error().code == ErrorCode::Unreadable);
    if (!good && !text.empty())
        QVERIFY(parsed.error().message.find(text.substr(text.find(':') == std::string::npos ? 0 : text.find(':') + 1))
                != std::string::npos);
}

void TestScan::targetsOfAFolder()
{
    PipelineBench b;
    b.write("d/projects/p/s.jsonl", toText({}));
    b.write("d/projects/p/empty.jsonl", "");
    b.write("d/projects/p/t.jsonl", exportLine("s", {{}}));
    b.write("d/history.jsonl", toText({}));
    World w;
    std::int64_t skipped = 0;
    const auto claude = findTargets({"claude-code", b.path("d")}, w.symbols, skipped);
    QVERIFY(claude.ok());
    QCOMPARE(claude->size(), std::size_t(1)); // below projects/ only, and of its kind only
    QCOMPARE(skipped, std::int64_t(2));
    const auto any = findTargets({"", b.path("d")}, w.symbols, skipped = 0);
    QVERIFY(any.ok());
    QCOMPARE(any->size(), std::size_t(3));
    b.write("odd.jsonl", "hello\n");
    QCOMPARE(findTargets({"", b.path("odd.jsonl")}, w.symbols, skipped).ok(), false);
    QVERIFY(findTargets({"otlp-json", b.path("odd.jsonl")}, w.symbols, skipped).ok()); // named: taken at its word
}

void TestScan::unreadableFileIsNamed()
{
    World w;
    ScanTarget target;
    target.file.path = "/nonexistent/trace.jsonl";
    target.format = formatOfKind("otlp-json");
    const Result<> failed = scan({target}, {}, w.collator);
    QVERIFY(!failed.ok());
    QVERIFY(failed.error().message.find("/nonexistent/trace.jsonl") != std::string::npos);
    std::vector<std::string> unreadable;
    QVERIFY(scan({target}, {}, w.collator, &unreadable).ok());
    QCOMPARE(unreadable.size(), std::size_t(1));
}

void TestScan::longFirstLines()
{
    // Most files are told by their first few KB; one whose first line is longer is told all the same.
    PipelineBench b;
    for (const std::size_t length : {std::size_t{100}, std::size_t{9000}, std::size_t{40'000}}) {
        const std::string text = R"({"type":"user","message":{"role":"user","content":")" + std::string(length, 'x')
                                 + R"("},"sessionId":"s1","timestamp":"2026-11-21T10:00:00Z"})" + "\n"
                                 + toText({.id = "m1", .usage = usageText(2, 3)});
        b.write("long.jsonl", text);
        World w;
        std::int64_t skipped = 0;
        const auto targets = findTargets({"", b.path("long.jsonl")}, w.symbols, skipped);
        QVERIFY(targets.ok());
        QCOMPARE(targets->size(), std::size_t(1));
        QCOMPARE(targets->front().format->kind, std::string_view("claude-code"));
        QVERIFY(scan(*targets, {}, w.collator).ok());
        QCOMPARE(w.totals().calls, std::int64_t(1));
    }
}

QTEST_GUILESS_MAIN(TestScan)
#include "tst_scan.moc"
