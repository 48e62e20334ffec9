// SPDX-License-Identifier: GPL-3.0-or-later
// The shapes OTLP/JSON comes in: key order and case, ids, values, broken lines (traces.md 1, O7, F8-F10).
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr const char *kKind = "otlp-json";
const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "00f067aa0ba902b7";
const std::string kAttributes = R"([{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},)"
                                R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":"7"}},)"
                                R"({"key":"gen_ai.usage.output_tokens","value":{"intValue":3}}])";

std::string span(const std::string &trace, const std::string &id, const std::string &attributes = kAttributes)
{
    return "{\"traceId\":" + trace + ",\"spanId\":" + id
           + R"(,"name":"chat","startTimeUnixNano":"1795255200000000000","endTimeUnixNano":"1795255201000000000","attributes":)"
           + attributes + "}";
}
std::string goodSpan() { return span("\"" + kTrace + "\"", "\"" + kSpan + "\""); }
std::string line(const std::string &spans, const std::string &before = R"("scope":{"name":"s","version":"1"},)",
                 const std::string &after = "")
{
    return R"({"resourceSpans":[{"resource":null,"scopeSpans":[{)" + before + "\"spans\":" + spans + after + "}]}]}\n";
}

} // namespace

class TestOtlpShapes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void accepted_data();
    void accepted();
    void ids_data();
    void ids();
    void spansBeforeTheirScope();
    void attributeShapes_data();
    void attributeShapes();
    void escapedNames();
    void rejectedLines_data();
    void rejectedLines();
    void everyTruncationIsRefused();
    void oneBadSpanKeepsTheOthers();
    void repeatedKeys();
    void deepValuesDoNotOverflow_data();
    void deepValuesDoNotOverflow();
    void oneLineOfThousands();
    void otherSignals();
};

void TestOtlpShapes::accepted_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const std::string &text) {
        QTest::newRow(name) << QByteArray::fromStdString(text);
    };
    const std::string s = goodSpan();
    row("plain", line("[" + s + "]"));
    row("no scope", line("[" + s + "]", ""));
    row("scope null", line("[" + s + "]", "\"scope\":null,"));
    row("scope of another type", line("[" + s + "]", "\"scope\":\"x\","));
    row("empty scope", line("[" + s + "]", "\"scope\":{},"));
    row("scope after", line("[" + s + "]", "", R"(,"scope":{"name":"s","version":"1"},"schemaUrl":"x")"));
    row("null among the spans", line("[null," + s + ",5,\"x\",[]]"));
    row("white space everywhere", line(" [ " + s + " ] ", " \"scope\" : { \"name\" : \"s\" } , "));
    row("unknown keys",
        R"({"new":[{}],"resourceSpans":[{"scopeSpans":[{"x":{"spans":[{}]},"scope":{"name":"s","attributes":[]},"spans":[)"
            + s + R"(]}],"schemaUrl":""}],"y":null})");
    row("lists that are null",
        R"({"resourceSpans":[{"scopeSpans":null},{"scopeSpans":[{"spans":null}]},null,{"scopeSpans":[{"spans":[)" + s
            + R"(]}]}]})");
    row("snake case",
        R"({"resource_spans":[{"scope_spans":[{"scope":{"name":"s"},"spans":[{"trace_id":")" + kTrace
            + R"(","span_id":")" + kSpan
            + R"(","parent_span_id":"","start_time_unix_nano":"1795255200000000000","end_time_unix_nano":"1795255201000000000","attributes":)"
            + kAttributes + "}]}]}]}");
    row("old collector names",
        R"({"resourceSpans":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"s"},"spans":[)" + s
            + R"(]}]}]})");
    row("unknown members of a span",
        line(
            "[" + s.substr(0, s.size() - 1)
            + R"(,"links":[{"traceId":"x","attributes":null}],"droppedAttributesCount":0,"flags":257,"traceState":null}])"));
    row("CRLF and BOM", "\xEF\xBB\xBF" + line("[" + s + "]").substr(0, line("[" + s + "]").size() - 1) + "\r\n");
    row("NULs of a hole", std::string(4096, '\0') + line("[" + s + "]"));
    row("no newline at the end", line("[" + s + "]").substr(0, line("[" + s + "]").size() - 1));
    row("invalid UTF-8 in a value nobody reads",
        line("["
             + span("\"" + kTrace + "\"", "\"" + kSpan + "\"",
                    "[{\"key\":\"x\",\"value\":{\"stringValue\":\"\xFF\"}}," + kAttributes.substr(1))
             + "]"));
}

void TestOtlpShapes::accepted()
{
    QFETCH(QByteArray, text);
    World w;
    w.file(kKind, "t.jsonl", text.toStdString());
    QCOMPARE(tokensOf(w.only().usage), std::string("in 7 out 3"));
    QCOMPARE(w.collator.coverage().rejected, std::int64_t(0));
    QCOMPARE(w.only().latencyNs, std::int64_t(kSecond));
    QVERIFY((w.only().group == Key128{0x0af7651916cd43ddULL, 0x8448eb211c80319cULL}));
}

void TestOtlpShapes::ids_data()
{
    QTest::addColumn<QByteArray>("trace");
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<bool>("good");
    const auto row = [](const char *name, const char *trace, const char *id, bool good) {
        QTest::newRow(name) << QByteArray(trace) << QByteArray(id) << good;
    };
    const char *trace = "\"0af7651916cd43dd8448eb211c80319c\"";
    const char *id = "\"00f067aa0ba902b7\"";
    row("lower case", trace, id, true);
    row("upper case", "\"0AF7651916CD43DD8448EB211C80319C\"", "\"00F067AA0BA902B7\"", true);
    row("base64", "\"CvdlGRbNQ92ESOshHIAxnA==\"", "\"APBnqgupArc=\"", true);
    row("base64 without padding", "\"CvdlGRbNQ92ESOshHIAxnA\"", "\"APBnqgupArc\"", true);
    row("zero trace", "\"00000000000000000000000000000000\"", id, false);
    row("zero span", trace, "\"0000000000000000\"", false);
    row("short trace", "\"0af7651916cd43dd8448eb211c8031\"", id, false);
    row("long span", trace, "\"00f067aa0ba902b700\"", false);
    row("odd characters", "\"0af7651916cd43dd8448eb211c80319g\"", id, false);
    row("empty", "\"\"", id, false);
    row("null", "null", id, false);
    row("number", "12345678901234567890123456789012", id, false);
    row("object", "{}", id, false);
    row("base64 of the wrong length", "\"AAAA\"", id, false);
}

void TestOtlpShapes::ids()
{
    QFETCH(QByteArray, trace);
    QFETCH(QByteArray, id);
    QFETCH(bool, good);
    World w;
    const std::string other = span("\"11111111111111111111111111111111\"", "\"2222222222222222\"");
    w.file(kKind, "t.jsonl", line("[" + span(trace.toStdString(), id.toStdString()) + "," + other + "]"));
    QCOMPARE(w.totals().calls, std::int64_t(good ? 2 : 1));
    QCOMPARE(w.rejected("bad_id"), std::int64_t(good ? 0 : 1));
    if (good) // the same id in any notation is the same span
        w.file(kKind, "again.jsonl", line("[" + goodSpan() + "]"));
    QCOMPARE(w.totals().calls, std::int64_t(good ? 2 : 1));
}

/// The scope decides how the spans are read, wherever it stands in its object.
void TestOtlpShapes::spansBeforeTheirScope()
{
    const std::string s = span(
        "\"" + kTrace + "\"", "\"" + kSpan + "\"",
        R"([{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":228}},{"key":"gen_ai.usage.cache_read_input_tokens","value":{"intValue":100}}])");
    const std::string scope = R"("scope":{"name":"@traceloop\/instrumentation-anthropic","version":"0.27.0"})";
    for (const std::string &text : {line("[" + s + "]", scope + ","), line("[" + s + "]", "", "," + scope),
                                    line("[" + s + "]", "\"a\":[1],", ",\"b\":{}," + scope + ",\"c\":0")}) {
        World w;
        w.file(kKind, "t.jsonl", text);
        QCOMPARE(tokensOf(w.only().usage), std::string("in 228 read 100")); // exclusive, by the table
        QCOMPARE(w.text(w.only().producer), std::string("@traceloop/instrumentation-anthropic\x1f"
                                                        "0.27.0\x1f"));
    }
    World two; // the scope of one object is not the scope of the next
    two.file(kKind, "t.jsonl",
             R"({"resourceSpans":[{"scopeSpans":[{)" + scope + R"(,"spans":[]},{"spans":[)" + s + "]}]}]}");
    QCOMPARE(tokensOf(two.only().usage), std::string("in 128 read 100"));
}

void TestOtlpShapes::attributeShapes_data()
{
    QTest::addColumn<QByteArray>("attributes");
    const QByteArray chat = R"({"key":"gen_ai.operation.name","value":{"stringValue":"chat"}})";
    const QByteArray in = R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":"7"}})";
    const QByteArray out = R"({"key":"gen_ai.usage.output_tokens","value":{"intValue":3}})";
    const auto row = [&](const char *name, const QByteArray &more) {
        QTest::newRow(name) << "[" + chat + "," + more + in + "," + out + "]";
    };
    row("plain", "");
    row("empty AnyValue", R"({"key":"x","value":{}},)");
    row("empty AnyValue of a known name", R"({"key":"gen_ai.request.model","value":{}},)");
    row("value null", R"({"key":"x","value":null},{"key":"gen_ai.request.model","value":null},)");
    row("no value", R"({"key":"x"},{"key":"gen_ai.request.model"},)");
    row("no key", R"({"value":{"stringValue":"x"}},{},)");
    row("key null", R"({"key":null,"value":{"intValue":"999"}},)");
    row("value before key", R"({"value":{"stringValue":"v"},"key":"session.id"},)");
    row("entries that are none", R"(null,5,"x",[{"key":"gen_ai.usage.input_tokens"}],)");
    row("lists and maps",
        R"({"key":"a","value":{"arrayValue":{"values":[{"intValue":"999"},{}]}}},{"key":"b","value":{"kvlistValue":{"values":[{"key":"gen_ai.usage.input_tokens","value":{"intValue":999}}]}}},)");
    row("bytes", R"({"key":"c","value":{"bytesValue":"AAEC"}},)");
    row("an extra member", R"({"key":"x","value":{"stringValue":"y"},"extra":[1]},)");
    row("two kinds in one value", R"({"key":"x","value":{"stringValue":"y","intValue":"5"}},)");
    row("spaces", "{ \"key\" : \"x\" , \"value\" : { \"stringValue\" : \"y\" } } , ");
    row("tokens in strings",
        R"({"key":"traceloop.entity.output","value":{"stringValue":"{\"usage\":{\"gen_ai.usage.input_tokens\":999}}"}},)");
    QTest::newRow("value before key for counts")
        << "[" + chat
               + R"(,{"value":{"intValue":"7"},"key":"gen_ai.usage.input_tokens"},{"value": {"intValue":3} ,"key":"gen_ai.usage.output_tokens"}])";
}

void TestOtlpShapes::attributeShapes()
{
    QFETCH(QByteArray, attributes);
    World w;
    w.file(kKind, "t.jsonl",
           line("[" + span("\"" + kTrace + "\"", "\"" + kSpan + "\"", attributes.toStdString()) + "]"));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 7 out 3"));
    QCOMPARE(w.collator.coverage().rejected, std::int64_t(0));
}

void TestOtlpShapes::escapedNames()
{
    World w;
    OtlpSpan call{.id = 2,
                  .parent = 1,
                  .attributes = {{"gen_ai.operation.name", "chat"},
                                 {"gen_ai.request.model", R"(gpt \"4\"\n\u00e4\ud83d\ude00\ud800)"}}};
    OtlpSpan root{.id = 1, .name = R"(root \"of\" \u20ac \\ all)"};
    w.file(kKind, "t.jsonl", exportLine(R"(sc\u006fpe)", {call, root}));
    QCOMPARE(w.text(w.only().model), std::string("gpt \"4\"\n\xC3\xA4\xF0\x9F\x98\x80\xEF\xBF\xBD"));
    QCOMPARE(w.text(w.only().names.workflow), std::string("root \"of\" \xE2\x82\xAC \\ all"));
    QCOMPARE(w.text(w.only().producer).substr(0, 5), std::string("scope"));
    World raw; // invalid bytes in a name that is kept
    call.attributes[1].second = "gpt\xFF\xC3(";
    raw.file(kKind, "t.jsonl", exportLine("s", {call}));
    QCOMPARE(raw.text(raw.only().model), std::string("gpt\xEF\xBF\xBD\xEF\xBF\xBD("));
    World huge; // a name is for reading: it is cut, not stored by the megabyte
    call.attributes[1].second = std::string(1 << 20, 'x');
    huge.file(kKind, "t.jsonl", exportLine("s", {call}));
    QVERIFY(huge.text(huge.only().model).size() <= 4096);
}

void TestOtlpShapes::rejectedLines_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const QByteArray &text, const char *reason) {
        QTest::newRow(name) << text << QByteArray(reason);
    };
    const QByteArray good = QByteArray::fromStdString(line("[" + goodSpan() + "]")).trimmed();
    row("cut in half", good.left(good.size() / 2), "truncated_line");
    row("a brace too many", good + "}", "invalid_json");
    row("broken behind a good span", QByteArray(good).replace("]}]}]}", ",{\"x\" 1}]}]}]}"), "invalid_json");
    row("html", "<html>", "html");
    row("array", "[" + good + "]", "not_an_object");
    row("something else", "{\"hello\":\"world\"}", "not_an_export");
    row("empty object", "{}", "not_an_export");
    row("brackets", "{\"resourceSpans\":" + QByteArray(50'000, '['), "truncated_line");
    row("gzip", QByteArray::fromHex("1f8b080000"), "binary");
}

void TestOtlpShapes::rejectedLines()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, reason);
    World w;
    const std::string other = line("[" + span("\"11111111111111111111111111111111\"", "\"2222222222222222\"") + "]");
    const FactBatch batch =
        w.file(kKind, "t.jsonl",
               other + text.toStdString() + "\n"
                   + exportLine("s", {{.trace = 9, .attributes = {{"gen_ai.operation.name", "chat"}}}}));
    QCOMPARE(w.totals().calls, std::int64_t(2)); // a line counts as a whole or not at all
    QCOMPARE(batch.rejects.size(), std::size_t(1));
    QCOMPARE(QByteArray::fromStdString(w.text(batch.rejects[0].reason)), reason);
    QCOMPARE(batch.rejects[0].offset, static_cast<std::int64_t>(other.size()));
    QCOMPARE(batch.rejects[0].length, std::int64_t(text.size()));
    QCOMPARE(batch.lines, std::int64_t(3));
}

void TestOtlpShapes::everyTruncationIsRefused()
{
    const std::string whole = line("[" + goodSpan() + "]", "", R"(,"scope":{"name":"s"})");
    for (std::size_t size = 1; size + 1 < whole.size(); ++size) {
        World w;
        w.file(kKind, "t.jsonl", whole.substr(0, size)); // without a newline: nothing may be read behind it
        QVERIFY2(w.calls().empty(), whole.substr(0, size).c_str());
        QCOMPARE(w.collator.coverage().rejected, std::int64_t(1));
    }
}

void TestOtlpShapes::oneBadSpanKeepsTheOthers()
{
    std::string spans;
    for (unsigned i = 1; i <= 100; ++i) {
        char id[20];
        std::snprintf(id, sizeof id, "\"%016x\"", i);
        spans += (i > 1 ? "," : "") + span(i == 50 ? "\"bad\"" : "\"" + kTrace + "\"", id);
    }
    World w;
    w.file(kKind, "t.jsonl", line("[" + spans + "]"));
    QCOMPARE(w.totals().calls, std::int64_t(99));
    QCOMPARE(w.collator.coverage().rejected, std::int64_t(1));
}

/// 3a.14: of a key that stands twice the last one counts, for every member of a span.
void TestOtlpShapes::repeatedKeys()
{
    const std::string wrong =
        R"({"traceId":"bad","spanId":"bad","parentSpanId":"bad","startTimeUnixNano":true,"endTimeUnixNano":"x",)"
        R"("name":"wrong","status":{"code":2},"events":[{"name":"gen_ai.evaluation.result","attributes":[{"key":"gen_ai.evaluation.name","value":{"stringValue":"x"}}]}],)"
        R"("attributes":[{"key":"gen_ai.request.model","value":{"stringValue":"wrong"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":99}},{"key":"evaluations.0.evaluation.name","value":{"stringValue":"x"}}],)"
        R"("status":null,"events":null,"parentSpanId":null,)";
    World w;
    const FactBatch batch = w.file(kKind, "t.jsonl", line("[" + wrong + goodSpan().substr(1) + "]"));
    QCOMPARE(tokensOf(w.only().usage), std::string("in 7 out 3"));
    QCOMPARE(w.only().model, Symbol(0));
    QVERIFY(!w.only().failed());
    QCOMPARE(batch.signals.size(), std::size_t(0));
}

void TestOtlpShapes::deepValuesDoNotOverflow_data()
{
    QTest::addColumn<int>("depth");
    for (const int depth : {1, 10, 100, 340, 5'000, 1'000'000})
        QTest::addRow("%d", depth) << depth;
}

/// A value of arrays in arrays: the nesting of a line must never become the depth of our stack.
void TestOtlpShapes::deepValuesDoNotOverflow()
{
    QFETCH(int, depth);
    std::string value;
    for (int i = 0; i < depth; ++i)
        value += R"({"arrayValue":{"values":[)";
    value += R"({"stringValue":"x"})";
    for (int i = 0; i < depth; ++i)
        value += "]}}";
    for (const char *name : {"gen_ai.request.model", "evaluations.0.evaluation.name", "unknown"}) {
        World w;
        w.file(kKind, "t.jsonl",
               line("["
                    + span("\"" + kTrace + "\"", "\"" + kSpan + "\"",
                           "[{\"key\":\"" + std::string(name) + "\",\"value\":" + value + "}," + kAttributes.substr(1))
                    + "]"));
        // Each level is three brackets; up to 1,024 of them a line is in order (3a.14).
        QCOMPARE(w.totals().calls, std::int64_t(depth <= 340 ? 1 : 0));
        QCOMPARE(w.collator.coverage().rejected, std::int64_t(depth <= 340 ? 0 : 1));
    }
}

void TestOtlpShapes::oneLineOfThousands()
{
    std::vector<OtlpSpan> spans;
    for (unsigned i = 1; i <= 5000; ++i)
        spans.push_back({.trace = 1 + i / 10,
                         .id = i,
                         .attributes = {{"gen_ai.operation.name", "chat"},
                                        {"gen_ai.usage.input_tokens", "2"},
                                        {"gen_ai.usage.output_tokens", "1"}}});
    World w;
    w.file(kKind, "t.jsonl", exportLine("s", spans));
    QCOMPARE(w.totals().calls, std::int64_t(5000));
    QCOMPARE(w.totals().inTotal(), std::int64_t(10'000));
}

void TestOtlpShapes::otherSignals()
{
    World w; // a data point without time and temporality is refused by name, whatever stands beside it
    w.file(
        kKind, "t.jsonl",
        R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"gen_ai.client.token.usage","histogram":{"dataPoints":[{"sum":999}]}}]}]}]})"
        "\n"
        R"({"resourceLogs":[]})"
        "\n"
        R"({"resourceSpans":[]})"
        "\n"
        R"({"resourceSpans":null})");
    QCOMPARE(w.totals().calls, std::int64_t(0));
    QCOMPARE(w.collator.coverage().rejected, std::int64_t(1));
}

QTEST_GUILESS_MAIN(TestOtlpShapes)
#include "tst_otlp_shapes.moc"
