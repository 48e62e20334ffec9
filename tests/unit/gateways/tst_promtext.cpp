// SPDX-License-Identifier: GPL-3.0-or-later
// The text formats of Prometheus: what is read, and what is refused with the number of its line.
#include <QtTest/QtTest>

#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;
using Flavour = PromText::Flavour;

namespace {

QByteArray bytes(const std::string &text) { return QByteArray::fromStdString(text); }

} // namespace

class TestPromText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void anyPieces();
    void aSyntaxErrorAtLine500Of1000();
    void firstOfDuplicatesWins();
    void manyDuplicates();
    void timesFarOffAreReplaced();
    void openMetricsMustEnd();
    void nothingAfterAnError();
    void chunksAndBadUtf8();
};

void TestPromText::reads_data()
{
    QTest::addColumn<QByteArray>("page");
    QTest::addColumn<QByteArray>("samples");
    const auto row = [](const char *name, const char *page, const char *samples) {
        QTest::newRow(name) << QByteArray(page) << QByteArray(samples);
    };
    row("plain", "up 1\n", "up{} 1 @0\n");
    row("labels", "a{b=\"c\",d=\"e\"} 2.5\n", "a{b=c,d=e} 2.5 @0\n");
    row("no labels in braces", "a{} 1\n", "a{} 1 @0\n");
    row("comma at the end", "a{b=\"c\",} 1\n", "a{b=c} 1 @0\n");
    row("white space", " \ta { b = \"c\" , d = \"e\" }\t 1 \t\n", "a{b=c,d=e} 1 @0\n");
    row("empty label", "a{b=\"\"} 1\n", "a{b=} 1 @0\n");
    row("escapes", "a{b=\"x\\\\y\\\"z\\nw\\q\"} 1\n", "a{b=x\\y\"z\nw\\q} 1 @0\n");
    row("two escaped", "a{b=\"\\\"1\\\"\",c=\"\\\"2\\\"\"} 1\n", "a{b=\"1\",c=\"2\"} 1 @0\n");
    row("braces in a value", "a{b=\"}{,= #\"} 1\n", "a{b=}{,= #} 1 @0\n");
    row("UTF-8", "a{b=\"\xc3\xa4\xe2\x82\xac\"} 1\n", "a{b=\xc3\xa4\xe2\x82\xac} 1 @0\n");
    row("no newline at the end", "a 1\nb 2", "a{} 1 @0\nb{} 2 @0\n");
    row("CRLF", "a 1\r\nb 2\r\n", "a{} 1 @0\nb{} 2 @0\n");
    row("empty", "", "");
    row("empty lines", "\n\na 1\n\n", "a{} 1 @0\n");
    row("comments", "# HELP a \\x\n# TYPE a counter\n# UNIT a USD\n#\n# anything # else\na 1\n", "a{} 1 @0\n");
    row("EOF is a comment of the text format", "a 1\n# EOF\nb 1\n", "a{} 1 @0\nb{} 1 @0\n");
    row("numbers", "a +1\nb -1.5e-05\nc 1E6\nd .5\ne 5.\nf 65.8000000000001\n",
        "a{} +1 @0\nb{} -1.5e-05 @0\nc{} 1E6 @0\nd{} .5 @0\ne{} 5. @0\nf{} 65.8000000000001 @0\n");
    row("no numbers", "a +Inf\nb -Inf\nc NaN\nd inf\ne nan\n",
        "a{} +Inf @0\nb{} -Inf @0\nc{} NaN @0\nd{} inf @0\ne{} nan @0\n");
    row("milliseconds", "a 1 1795363201500\n", "a{} 1 @1500\n");
    row("exemplar", "a_bucket{le=\"1\"} 2 # {trace_id=\"x\"} 0.5 1795363200.1\nb 1\n",
        "a_bucket{le=1} 2 @0\nb{} 1 @0\n");
    row("colons", "a:b:c 1\n", "a:b:c{} 1 @0\n");
    row("quoted name", "{\"gen_ai.tokens\",\"a.b\"=\"c\"} 1\n", "gen_ai.tokens{a.b=c} 1 @0\n");
}

void TestPromText::reads()
{
    QFETCH(QByteArray, page);
    QFETCH(QByteArray, samples);
    QCOMPARE(bytes(pageOf(page.toStdString())), samples);
}

void TestPromText::refuses_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("why");
    const auto row = [](const char *line, const char *why) {
        QTest::newRow(line) << QByteArray(line) << QByteArray(why);
    };
    row("foo 1_2", "a value is no number");
    row("foo 0x1p-3", "a value is no number");
    row("foo 0x10", "a value is no number");
    row("foo 1e", "a value is no number");
    row("foo 1.2.3", "a value is no number");
    row("foo --1", "a value is no number");
    row("foo .", "a value is no number");
    row("foo infinit", "a value is no number");
    row("foo", "a value is missing");
    row("foo{} ", "a value is missing");
    row("foo 1 x", "a time is no number");
    row("foo 1 1.5", "a time is no number");
    row("foo 1 2 3", "something follows the value");
    row("foo 1 # x", "what follows the value is no exemplar");
    row("foo 1 # {a=\"b\"}", "the value of an exemplar is no number");
    row("1foo 1", "a name is expected");
    row("<html>", "a name is expected");
    row("{\"a\":1}", "labels are not closed"); // JSON
    row("{} 1", "a name is expected");
    row("foo-bar 1", "a value is no number");
    row("foo{a} 1", "a label has no value");
    row("foo{a=b} 1", "the value of a label is not in quotes");
    row("foo{a=\"b} 1", "a quote is not closed");
    row("foo{a=\"b\\", "a quote is not closed");
    row("foo{a=\"b\\\"", "a quote is not closed");
    row("foo{a=\"b\"", "labels are not closed");
    row("foo{a=\"b\" c=\"d\"} 1", "labels are not closed");
    row("foo{1a=\"b\"} 1", "a name is expected");
    row("foo{a=\"\xff\"} 1", "a label is not UTF-8");
    row("foo{a=\"\xc3\"} 1", "a label is not UTF-8");
    row("foo{a=\"\xed\xa0\x80\"} 1", "a label is not UTF-8");
    row("foo{,} 1", "a name is expected");
}

void TestPromText::refuses()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, why);
    QCOMPARE(bytes(pageOf("a 1\n# x\n" + line.toStdString() + "\nb 2\n")), "error: line 3: " + why);
    QCOMPARE(bytes(pageOf("a 1\n# x\n" + line.toStdString() + "\nb 2\n", Flavour::Text, 1)), "error: line 3: " + why);
    QCOMPARE(bytes(pageOf(line.toStdString())), "error: line 1: " + why);
}

void TestPromText::anyPieces()
{
    for (const char *name : {"litellm-2026/litellm_metrics.txt", "claude-code-2.1.330/claude_code_otel_metrics.txt"}) {
        const std::string page = fixture(name).substr(0, 40'000);
        const std::string cut = page.substr(0, page.rfind('\n'));
        const std::string whole = pageOf(cut);
        QVERIFY(whole.size() > 1000);
        for (const std::size_t piece : {1U, 2U, 7U, 64U, 1000U, 4096U})
            QVERIFY(pageOf(cut, Flavour::Text, piece) == whole);
    }
}

void TestPromText::aSyntaxErrorAtLine500Of1000()
{
    std::string page;
    for (int i = 1; i <= 1000; ++i)
        page += i == 500 ? "broken{\n" : "a" + std::to_string(i) + " 1\n";
    QCOMPARE(bytes(pageOf(page)).left(16), QByteArray("error: line 500:"));
    QCOMPARE(bytes(pageOf(page, Flavour::Text, 13)).left(16), QByteArray("error: line 500:"));
}

void TestPromText::firstOfDuplicatesWins()
{
    SampleLog log;
    PromText parser(log, Flavour::Text, kNow);
    QVERIFY(parser.feed("a{b=\"c\"} 1\nx 3\na{b=\"c\"} 2\na{b=\"d\"} 4\na 5\na 6\n"));
    QVERIFY(parser.finish());
    QCOMPARE(bytes(log.text), QByteArray("a{b=c} 1 @0\nx{} 3 @0\na{b=d} 4 @0\na{} 5 @0\n"));
    QCOMPARE(parser.duplicates(), std::int64_t(2));
    QCOMPARE(parser.samples(), std::int64_t(6));
}

void TestPromText::manyDuplicates()
{
    SampleLog log;
    PromText parser(log, Flavour::Text, kNow);
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 20'000; ++i)
            QVERIFY(parser.feed("a{b=\"" + std::to_string(i) + "\"} 1\n"));
    QVERIFY(parser.finish());
    QCOMPARE(log.count, std::int64_t(20'000));
    QCOMPARE(parser.duplicates(), std::int64_t(20'000));
}

void TestPromText::timesFarOffAreReplaced()
{
    SampleLog log;
    PromText parser(log, Flavour::Text, kNow);
    // 2099, 1970, nanoseconds instead of milliseconds, one minute ago, and before 1970.
    QVERIFY(parser.feed("a 1 4070908800000\nb 1 0\nc 1 1795363200000000000\nd 1 1795363140000\ne 1 -5\n"));
    QVERIFY(parser.finish());
    QCOMPARE(bytes(log.text), QByteArray("a{} 1 @0\nb{} 1 @0\nc{} 1 @0\nd{} 1 @-60000\ne{} 1 @0\n"));
    QCOMPARE(parser.timesReplaced(), std::int64_t(4));
}

void TestPromText::openMetricsMustEnd()
{
    QCOMPARE(bytes(pageOf("a 1 1795363201.5\n# EOF\n", Flavour::OpenMetrics)), QByteArray("a{} 1 @1500\n"));
    QCOMPARE(bytes(pageOf("a 1\n# EOF", Flavour::OpenMetrics)), QByteArray("a{} 1 @0\n"));
    QCOMPARE(bytes(pageOf("a 1\n", Flavour::OpenMetrics)),
             QByteArray("error: line 1: the page ends without # EOF: it was cut off"));
    QCOMPARE(bytes(pageOf("a 1\n# EOF\nb 1\n", Flavour::OpenMetrics)),
             QByteArray("error: line 3: there is more after # EOF"));
}

void TestPromText::nothingAfterAnError()
{
    SampleLog log;
    PromText parser(log, Flavour::Text, kNow);
    QVERIFY(!parser.feed("a 1\nb\n"));
    QVERIFY(!parser.feed("c 1\n"));
    QVERIFY(!parser.finish());
    QCOMPARE(bytes(log.text), QByteArray("a{} 1 @0\n"));
}

void TestPromText::chunksAndBadUtf8()
{
    // A character cut by the pieces is whole again.
    const std::string page = "a{b=\"\xe2\x82\xac\"} 1\n";
    for (std::size_t piece = 1; piece < page.size(); ++piece)
        QCOMPARE(bytes(pageOf(page, Flavour::Text, piece)), QByteArray("a{b=\xe2\x82\xac} 1 @0\n"));
}

QTEST_GUILESS_MAIN(TestPromText)
#include "tst_promtext.moc"
