// SPDX-License-Identifier: GPL-3.0-or-later
// Lines that are not calls, broken ones, and reading in pieces (F1, F3, F8-F11, traces.md 6 rules 7-9).
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr const char *kKind = "claude-code";

/// `line` between two good calls: they must be counted whatever stands between them.
struct Between {
    World world;
    FactBatch batch;
    std::int64_t at = 0;
    explicit Between(const std::string &line)
    {
        const std::string first = toText({.id = "before", .request = "ra"});
        at = static_cast<std::int64_t>(first.size());
        batch = world.file(kKind, "p/s.jsonl", first + line + toText({.id = "after", .request = "rb"}));
    }
};

} // namespace

class TestClaudeLines : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rejected_data();
    void rejected();
    void ignored_data();
    void ignored();
    void accepted_data();
    void accepted();
    void everyTruncationIsRefused();
    void nullsAnywhere();
    void lastLineWithoutNewline();
    void invalidUtf8InNames();
    void piecesGiveTheSameCalls();
    void stateSurvivesARestart();
    void brokenStateIsIgnored();
    void sniffing_data();
    void sniffing();
};

void TestClaudeLines::rejected_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const QByteArray &line, const char *reason) {
        QTest::newRow(name) << line << QByteArray(reason);
    };
    const QByteArray good = QByteArray::fromStdString(toText({})).trimmed();
    row("cut off", good.left(good.size() / 2), "truncated_line");
    row("cut off at a brace", good.left(good.lastIndexOf('}', good.size() - 2) + 1), "invalid_json");
    row("two objects on a line", good + good, "invalid_json");
    row("a comma too many", "{\"type\":\"assistant\",}", "invalid_json");
    row("html", "<html><body>502 Bad Gateway</body></html>", "html");
    row("array", "[1,2]", "not_an_object");
    row("number", "42", "not_an_object");
    row("string", "\"text\"", "not_an_object");
    row("null", "null", "not_an_object");
    row("plain words", "Segmentation fault", "not_json");
    row("gzip", QByteArray::fromHex("1f8b0800000000000003"), "binary");
    row("binary", QByteArray::fromHex("ff00fe01"), "binary");
    row("a hundred thousand brackets", "{\"a\":" + QByteArray(100'000, '['), "truncated_line");
    row("nested beyond the limit", "{\"a\":" + QByteArray(2000, '[') + QByteArray(2000, ']') + "}", "invalid_json");
    row("negative count", QByteArray(good).replace("\"output_tokens\":9", "\"output_tokens\":-9"), "out_of_range");
    row("fractional count", QByteArray(good).replace("\"output_tokens\":9", "\"output_tokens\":9.5"), "out_of_range");
    row("count beyond 2^53", QByteArray(good).replace("\"output_tokens\":9", "\"output_tokens\":9007199254740993"),
        "out_of_range");
    row("count beyond int64", QByteArray(good).replace("\"output_tokens\":9", "\"output_tokens\":1e30"),
        "out_of_range");
    row("a text", QByteArray(good).replace("\"output_tokens\":9", "\"output_tokens\":\"9\""), "out_of_range");
    row("an object", QByteArray(good).replace("\"output_tokens\":9", "\"output_tokens\":{\"x\":[1]}"), "out_of_range");
    row("not a number", QByteArray(good).replace("\"output_tokens\":9", "\"output_tokens\":1-2"), "out_of_range");
}

void TestClaudeLines::rejected()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, reason);
    Between b(line.toStdString() + "\n");
    QCOMPARE(b.world.calls().size(), std::size_t(2));
    QCOMPARE(b.batch.rejects.size(), std::size_t(1));
    QCOMPARE(QByteArray::fromStdString(b.world.text(b.batch.rejects[0].reason)), reason);
    QCOMPARE(b.batch.rejects[0].offset, b.at); // the place, never the content
    QCOMPARE(b.batch.rejects[0].length, std::int64_t(line.size()));
    QCOMPARE(b.world.text(b.batch.rejects[0].path), std::string("p/s.jsonl"));
    QCOMPARE(b.batch.lines, std::int64_t(3));
}

void TestClaudeLines::ignored_data()
{
    QTest::addColumn<QByteArray>("line");
    const auto row = [](const char *name, const char *line) { QTest::newRow(name) << QByteArray(line); };
    row("summary", R"({"type":"summary","summary":"x","leafUuid":"u"})");
    row("snapshot", R"({"type":"file-history-snapshot","snapshot":{},"isSnapshotUpdate":false})");
    row("unknown type", R"({"type":"new-in-3.0","message":{"usage":{"input_tokens":999,"output_tokens":999}}})");
    row("no type", R"({"message":{"id":"m","usage":{"input_tokens":999,"output_tokens":999}}})");
    row("type null", R"({"type":null,"message":{"id":"m","usage":{"input_tokens":999,"output_tokens":999}}})");
    row("empty object", "{}");
    row("toolUseResult with usage",
        R"({"type":"user","sessionId":"s1","toolUseResult":{"usage":{"input_tokens":999,"output_tokens":999},"totalTokens":999},"message":{"role":"user","content":[]}})");
    row("usage inside content",
        R"({"type":"user","message":{"role":"user","content":[{"type":"tool_result","content":"\"usage\":{\"input_tokens\":999}"}]}})");
    row("agent progress of old versions",
        R"({"type":"progress","data":{"type":"agent_progress","message":{"type":"assistant","message":{"id":"before","model":"claude-sonnet-4-20250514","usage":{"input_tokens":999,"output_tokens":999}}}}})");
    row("assistant without message", R"({"type":"assistant","sessionId":"s1"})");
    row("message null", R"({"type":"assistant","message":null})");
    row("message a string", R"({"type":"assistant","message":"hello"})");
    row("remark of the client",
        R"({"type":"assistant","message":{"model":"<synthetic>","content":[],"usage":{"input_tokens":0,"output_tokens":0}}})");
}

void TestClaudeLines::ignored()
{
    QFETCH(QByteArray, line);
    Between b(line.toStdString() + "\n");
    QCOMPARE(b.world.totals().calls, std::int64_t(2));
    QCOMPARE(b.world.totals().inTotal(), std::int64_t(6));
    QCOMPARE(b.batch.rejects.size(), std::size_t(0));
    QCOMPARE(b.batch.ignored, std::int64_t(1));
}

void TestClaudeLines::accepted_data()
{
    QTest::addColumn<QByteArray>("line");
    const QByteArray good = QByteArray::fromStdString(toText({})).trimmed();
    QTest::newRow("as it is") << good + "\n";
    QTest::newRow("CRLF") << good + "\r\n";
    QTest::newRow("BOM") << "\xEF\xBB\xBF" + good + "\n";
    QTest::newRow("hole of NULs before it") << QByteArray(5000, '\0') + good + "\n";
    QTest::newRow("NULs, then a BOM") << QByteArray(3, '\0') + "\xEF\xBB\xBF" + good + "\n";
    QTest::newRow("empty lines around") << "\n\r\n  \n" + good + "\n\n";
    QTest::newRow("blanks around") << " \t" + good + " \t\n";
    QTest::newRow("raw control bytes in a text")
        << QByteArray(good).replace("assistant\",\"id", "ass\x01\x7fistant\",\"id") + "\n";
    QTest::newRow("invalid UTF-8 in content")
        << QByteArray(good).replace("\"role\"", "\"content\":\"\xFF\xC3\",\"role\"") + "\n";
    QTest::newRow("lone surrogate in content")
        << QByteArray(good).replace("\"role\"", R"("content":"\ud800","role")") + "\n";
    QTest::newRow("escaped NUL in content")
        << QByteArray(good).replace("\"role\"", R"("content":"a\u0000b","role")") + "\n";
    QTest::newRow("deep tool input") << QByteArray(good).replace("\"role\"", "\"content\":" + QByteArray(900, '[')
                                                                                 + QByteArray(900, ']') + ",\"role\"")
                                            + "\n";
    QTest::newRow("a megabyte of content")
        << QByteArray(good).replace("\"role\"", "\"content\":\"" + QByteArray(1 << 20, 'x') + "\",\"role\"") + "\n";
}

void TestClaudeLines::accepted()
{
    QFETCH(QByteArray, line);
    Between b(line.toStdString());
    QCOMPARE(b.world.totals().calls, std::int64_t(3));
    QCOMPARE(b.world.totals().inTotal(), std::int64_t(9));
    QCOMPARE(b.batch.rejects.size(), std::size_t(0));
    QCOMPARE(b.batch.lines, std::int64_t(3));
}

void TestClaudeLines::everyTruncationIsRefused()
{
    const std::string line = toText({.usage = usageText(1, 2, 3, 4, 5), .extra = R"(,"x":[{"y":"\u00e4"}])"});
    const std::string whole = line.substr(0, line.size() - 1);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        World w;
        w.file(kKind, "p/s.jsonl", whole.substr(0, size) + "\n");
        QVERIFY2(w.calls().empty(), whole.substr(0, size).c_str());
        QCOMPARE(w.collator.coverage().rejected, std::int64_t(1));
    }
}

/// ccusage drops lines with a null in any of these; nothing of the kind may cost a call.
void TestClaudeLines::nullsAnywhere()
{
    const std::string line =
        R"({"type":"assistant","timestamp":"2026-11-21T10:00:00Z","sessionId":null,"requestId":null,"version":null,)"
        R"("agentId":null,"cwd":null,"promptId":null,"costUSD":null,"isSidechain":null,"isApiErrorMessage":null,"error":null,)"
        R"("toolUseResult":null,"message":{"id":"msg_1","model":"claude-sonnet-4-20250514","stop_reason":null,)"
        R"("content":[{"type":"tool_use","id":null,"name":null,"input":{"id":null,"usage":null}}],)"
        R"("usage":{"input_tokens":3,"output_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":null},"speed":null}}})";
    World w;
    w.file(kKind, "p/s.jsonl", line + "\n");
    const Call call = w.only();
    QCOMPARE(tokensOf(call.usage), std::string("in 3 out 9"));
    QVERIFY(!call.failed());
    QCOMPARE(call.reportedPico, std::int64_t(-1));
    QCOMPARE(w.text(call.model), std::string("claude-sonnet-4-20250514"));
    World noModel; // counts without a model: a call that nobody can price, not nothing
    noModel.file(kKind, "p/s.jsonl", toText({.model = "null"}));
    QCOMPARE(noModel.only().costOrigin, CostOrigin::Unpriced);
    QCOMPARE(noModel.totals().callsUnpriced, std::int64_t(1));
    World noUsage; // a model without counts: unknown, never 0
    noUsage.file(kKind, "p/s.jsonl", toText({.usage = "null"}));
    QCOMPARE(noUsage.totals().callsWithoutUsage, std::int64_t(1));
    QCOMPARE(noUsage.totals().bound(), CostBound::AtLeast);
}

void TestClaudeLines::lastLineWithoutNewline()
{
    World w;
    std::string text = toText({});
    text.pop_back();
    w.file(kKind, "p/s.jsonl", text);
    QCOMPARE(w.totals().calls, std::int64_t(1));
}

void TestClaudeLines::invalidUtf8InNames()
{
    World w;
    w.file(kKind, "p/s.jsonl", toText({.session = "s\xFF\xC3", .model = "gpt\\ud800"}));
    QCOMPARE(w.text(w.only().names.session), std::string("s\xEF\xBF\xBD\xEF\xBF\xBD"));
    QCOMPARE(w.text(w.only().model), std::string("gpt\xEF\xBF\xBD"));
}

void TestClaudeLines::piecesGiveTheSameCalls()
{
    std::string text = userLine("2026-11-21T10:00:00Z", "p1");
    for (int i = 0; i < 12; ++i)
        text += toText(
            {.id = "m" + std::to_string(i / 3), .request = "r" + std::to_string(i / 3), .usage = usageText(5, i)});
    World whole;
    whole.file(kKind, "p/s.jsonl", text);
    for (std::size_t lines = 1; lines < 6; ++lines) {
        World w;
        const auto reader = w.reader(kKind, "p/s.jsonl");
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = at;
            for (std::size_t i = 0; i < lines && end < text.size(); ++i)
                end = text.find('\n', end) + 1;
            FactBatch batch;
            reader->read(std::string_view(text).substr(at, end - at), static_cast<std::int64_t>(at), batch);
            w.add(batch);
            at = end;
        }
        QCOMPARE(w.describe(), whole.describe());
        QCOMPARE(w.collator.coverage().duplicates, std::int64_t(0));
        QCOMPARE(w.collator.coverage().bytes, static_cast<std::int64_t>(text.size()));
    }
}

/// A reader made after a restart goes on with prompt, project, file start and last user time.
void TestClaudeLines::stateSurvivesARestart()
{
    const std::string head = userLine("2026-11-21T10:00:00Z", "pr\xC3\xB6mpt \\\"1\\\"");
    const std::string tail =
        toText({.time = "2026-11-21T10:00:04Z"}) + toText({.id = "m2", .request = "r2", .time = ""});
    World whole;
    whole.file(kKind, "p/s.jsonl", head + tail);
    World w;
    FactBatch first, second;
    const auto before = w.reader(kKind, "p/s.jsonl");
    before->read(head, 0, first);
    const auto after = w.reader(kKind, "p/s.jsonl");
    after->restoreState(before->saveState());
    after->read(tail, static_cast<std::int64_t>(head.size()), second);
    w.add(first);
    w.add(second);
    QCOMPARE(w.describe(), whole.describe());
    for (const Call &call : w.calls())
        QCOMPARE(call.latencyNs, 4 * kSecond); // the undated one stands at the last told time
    QCOMPARE(w.calls().size(), std::size_t(2));
}

void TestClaudeLines::brokenStateIsIgnored()
{
    for (const char *state : {"", "{", "[]", "null", R"({"start":"x","prompt":5})", R"({"start":1e99})"}) {
        World w;
        const auto reader = w.reader(kKind, "p/s.jsonl");
        reader->restoreState(state);
        FactBatch batch;
        reader->read(toText({}), 0, batch);
        w.add(batch);
        QCOMPARE(w.totals().calls, std::int64_t(1));
    }
}

void TestClaudeLines::sniffing_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<QByteArray>("kind");
    const auto row = [](const char *name, const QByteArray &head, const char *kind) {
        QTest::newRow(name) << head << QByteArray(kind);
    };
    const QByteArray line = QByteArray::fromStdString(toText({}));
    row("assistant", line, "claude-code");
    row("user", QByteArray::fromStdString(userLine("2026-11-21T10:00:00Z", "p")), "claude-code");
    row("summary only", R"({"type":"summary","summary":"x","leafUuid":"u"})", "claude-code");
    row("after a broken line", "{\"type\":\n" + line, "claude-code");
    row("spans", QByteArray::fromStdString(exportLine("ai", {{}})), "otlp-json");
    row("logs", R"({"resourceLogs":[]})", "otlp-json");
    row("type alone", R"({"type":"user","name":"bob"})", "");
    row("session alone", R"({"sessionId":"x"})", "");
    row("empty", "", "");
    row("words", "hello\n", "");
    row("array", "[{\"resourceSpans\":[]}]", "");
}

void TestClaudeLines::sniffing()
{
    QFETCH(QByteArray, head);
    QFETCH(QByteArray, kind);
    const Format *format = sniffFormat(head.toStdString());
    QCOMPARE(format ? QByteArray(format->kind.data(), static_cast<int>(format->kind.size())) : QByteArray(), kind);
}

QTEST_GUILESS_MAIN(TestClaudeLines)
#include "tst_claude_lines.moc"
