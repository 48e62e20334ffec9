// SPDX-License-Identifier: GPL-3.0-or-later
// A reader remembers how attributes were written. Whatever it has read before must not change what it reads now:
// a file read by one reader equals the same lines each read by a reader of its own.
#include <QTest>
#include <random>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

// Declared first: what follows is text that moc does not get past.
class TestOtlpRemembered : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oneReaderEqualsOnePerLine_data();
    void oneReaderEqualsOnePerLine();
    void manyNamesStayBounded();
    void headsInAnyForm_data();
    void headsInAnyForm();
};

namespace {

class Attributes {
public:
    explicit Attributes(unsigned seed) : m_random(seed) {}

    std::string list()
    {
        std::string text = "[";
        const auto count = m_random() % 9;
        for (std::mt19937::result_type i = 0; i < count; ++i)
            text += (text.size() > 1 ? "," : "") + one();
        return text + "]";
    }
    template <std::size_t N>
    std::string any(const char *const (&words)[N])
    {
        return words[m_random() % N];
    }

private:
    std::string one()
    {
        static constexpr const char *keys[] = {"gen_ai.usage.input_tokens",
                                               "gen_ai.usage.output_tokens",
                                               "gen_ai.usage.cache_read.input_tokens",
                                               "llm.token_count.prompt",
                                               "gen_ai.response.model",
                                               "gen_ai.response.id",
                                               "gen_ai.response.finish_reasons",
                                               "flyball.workflow",
                                               "evaluations.0.evaluation.label",
                                               "server.address",
                                               "note"};
        static constexpr const char *values[] = {
            R"({"stringValue":"7"})",
            R"({"stringValue":"gpt-4o"})",
            R"({"stringValue":""})",
            R"({"stringValue":"a\"}},{\"key\":\"b"})",
            R"({"stringValue":"\\"})",
            R"({"stringValue":"tab\tend\\"})",
            R"({"intValue":"12"})",
            R"({"intValue":34})",
            R"({"intValue":-5})",
            R"({"doubleValue":1.5e2})",
            R"({"intValue":"12x"})",
            R"({"boolValue":true})",
            R"({"intValue": "56"})",
            R"({"stringValue":"x","intValue":"9"})",
            R"({"intValue":"9"},"extra":1)",
            R"({"arrayValue":{"values":[{"stringValue":"stop"}]}})",
            R"(null)",
            R"({"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}})",
            R"({})",
            R"({"arrayValue":{"values":[]}})",
            R"({"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}})"};
        const std::string key = any(keys);
        const std::string value = any(values);
        switch (m_random() % 12) {
        case 0:
            return R"({"value":)" + value + R"(,"key":")" + key + R"("})";
        case 1:
            return R"({"key":")" + key + R"(","key":"note","value":)" + value + "}";
        case 2:
            return R"({ "key": ")" + key + R"(", "value": )" + value + " }";
        default:
            return R"({"key":")" + key + R"(","value":)" + value + "}";
        }
    }

    std::mt19937 m_random;
};

std::string line(unsigned number, Attributes &attributes)
{
    char head[200];
    std::snprintf(head, sizeof head, R"("traceId":"%032x","spanId":"%016x","endTimeUnixNano":"%llu",)", number / 3 + 1,
                  number + 1, 1'790'000'000'000'000'000ULL + number);
    static constexpr const char *kinds[] = {R"({"key":"gen_ai.operation.name","value":{"stringValue":"chat"}})",
                                            R"({"key":"openinference.span.kind","value":{"stringValue":"LLM"}})",
                                            R"({"key":"x","value":{"stringValue":"y"}})"};
    std::string list = attributes.list();
    list.insert(1, attributes.any(kinds) + (list.size() > 2 ? "," : ""));
    return std::string(R"({"resourceSpans":[{"scopeSpans":[{"scope":{"name":"s"},"spans":[{)") + head
           + R"("attributes":)" + list + "}]}]}]}\n";
}

/// The members of a span in front of its attributes, mostly as exporters write them.
std::vector<std::string> headOf(unsigned number, std::mt19937 &random)
{
    const auto any = [&](std::initializer_list<const char *> usual, std::initializer_list<const char *> odd) {
        const auto &from = random() % 12 == 0 ? odd : usual;
        return std::string(*(from.begin() + static_cast<std::ptrdiff_t>(random() % from.size())));
    };
    char id[40];
    std::snprintf(id, sizeof id, "\"%016x\"", number + 1);
    std::vector<std::string> members = {
        "\"traceId\":"
            + any({R"("5b8efff798038103d269b633813fc60c")", R"("EEE19B7EC3C1B1737D9A0D1B4F2C8A11")"},
                  {R"("5b8efff798038103d269b633813fc60")", R"("00000000000000000000000000000000")", "null", "7",
                   R"("W47/95gDgQPSabYzgT/GDA==")", R"("5b8efff798038103d269b633813fc6\u0030c")"}),
        "\"spanId\":" + (random() % 12 != 0 ? std::string(id) : any({R"("0000000000000000")"}, {"null", R"("12")"}))};
    const auto maybe = [&](std::string member) {
        if (random() % 8 != 0)
            members.push_back(std::move(member));
    };
    maybe("\"parentSpanId\":"
          + any({R"("")", R"("eee19b7ec3c1b173")", R"("0000000000000000")"},
                {"null", R"("xyz")", R"("eee19b7ec3c1b17\"")"}));
    maybe("\"flags\":" + any({"256", "0"}, {"-1", "1.5", "\"257\"", "[1,2]"}));
    maybe("\"name\":" + any({R"("chat gpt-4o")", R"("größe")"}, {R"("a \"quoted\" name")", R"("")", "null", "5"}));
    maybe("\"kind\":" + any({"3", "1"}, {R"("SPAN_KIND_CLIENT")", "null"}));
    const std::initializer_list<const char *> oddTimes = {"1795255200000000000",
                                                          R"("179525520000000000")",
                                                          R"("9999999999999999999")",
                                                          R"("17952552000000000x0")",
                                                          R"("17952552000000000000")",
                                                          "null",
                                                          "true"};
    maybe("\"startTimeUnixNano\":" + any({R"("1795255200123456789")"}, oddTimes));
    maybe("\"endTimeUnixNano\":" + any({R"("1795255201123456789")", R"("1795255199123456789")"}, oddTimes));
    if (random() % 10 == 0)
        std::swap(members[random() % members.size()], members[random() % members.size()]);
    if (random() % 10 == 0)
        members.push_back(members[random() % members.size()]);
    return members;
}

std::string spanWith(const std::vector<std::string> &head, std::string_view between, const char *attributes,
                     const char *resource)
{
    std::string span = between == " " ? "{ " : "{";
    for (const std::string &member : head)
        span += member + "," + std::string(between);
    return std::string(R"({"resourceSpans":[{"resource":)") + resource
           + R"(,"scopeSpans":[{"scope":{"name":"s"},"spans":[)" + span + R"("attributes":)" + attributes
           + R"(,"status":{}}]}]}]})" + "\n";
}

/// All that a batch says but for where in the file.
std::string words(const FactBatch &batch, const World &w)
{
    std::string text;
    for (const CallFact &c : batch.calls)
        text += "call " + toHex(c.group) + toHex64(c.sub) + toHex64(c.parentSpan) + " " + std::to_string(c.time) + " "
                + std::to_string(c.latencyNs) + " " + std::to_string(c.flags) + w.text(c.modelRequested) + "\n";
    for (const SpanFact &s : batch.spans)
        text += "span " + toHex(s.trace) + toHex64(s.span) + toHex64(s.parent) + " " + std::to_string(s.start) + " "
                + std::to_string(s.end) + w.text(s.name) + "\n";
    for (const RejectFact &r : batch.rejects)
        text += "reject " + w.text(r.reason) + "\n";
    return text;
}

} // namespace

void TestOtlpRemembered::oneReaderEqualsOnePerLine_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 20; ++seed)
        QTest::newRow(std::to_string(seed).c_str()) << seed;
}

void TestOtlpRemembered::oneReaderEqualsOnePerLine()
{
    QFETCH(unsigned, seed);
    Attributes attributes(seed);
    World together;
    World apart;
    std::string all;
    for (unsigned i = 0; i < 600; ++i) {
        const std::string text = line(i, attributes);
        apart.file("otlp-json", "t.jsonl", text);
        all += text;
    }
    together.file("otlp-json", "t.jsonl", all);
    QVERIFY(together.calls().size() > 100);
    QCOMPARE(together.describe(), apart.describe());
    QCOMPARE(together.collator.coverage().rejects, apart.collator.coverage().rejects);
    QCOMPARE(together.collator.coverage().ignored, apart.collator.coverage().ignored);
}

void TestOtlpRemembered::manyNamesStayBounded()
{
    // More different names than are remembered, then known ones: still read, still right.
    World world;
    std::string text;
    for (unsigned i = 0; i < 5000; ++i) {
        OtlpSpan span{.trace = i + 1, .id = i + 1};
        span.attributes = {{"gen_ai.operation.name", "chat"},
                           {"made.up." + std::to_string(i), "v" + std::to_string(i)},
                           {"gen_ai.response.model", "gpt-4o"},
                           {"gen_ai.usage.input_tokens", std::to_string(i)},
                           {"gen_ai.usage.output_tokens", "1"}};
        text += exportLine("s", {span}, "1");
    }
    world.file("otlp-json", "t.jsonl", text);
    const Totals totals = world.totals();
    QCOMPARE(totals.calls, std::int64_t(5000));
    QCOMPARE(totals.inTotal(), std::int64_t(4999) * 5000 / 2);
}

void TestOtlpRemembered::headsInAnyForm_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 20; ++seed)
        QTest::newRow(std::to_string(seed).c_str()) << seed;
}

void TestOtlpRemembered::headsInAnyForm()
{
    // With a space before each key nothing is as exporters write it: the general reader says what is right.
    static constexpr const char *lists[] = {
        R"([{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}}])",
        "[]", "null"};
    static constexpr const char *resources[] = {
        R"({"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]})",
        R"({"attributes":[{"key":"service.name","value":{"stringValue":"b"}}],"droppedAttributesCount":1})", "{}",
        "null"};
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    World usual;
    World general;
    const auto usualReader = usual.reader("otlp-json", "t.jsonl");
    const auto generalReader = general.reader("otlp-json", "t.jsonl");
    std::size_t taken = 0;
    for (unsigned i = 0; i < 500; ++i) {
        const std::vector<std::string> head = headOf(i, random);
        const char *list = lists[random() % 3];
        const char *resource = resources[random() % 4];
        FactBatch one;
        FactBatch other;
        usualReader->read(spanWith(head, "", list, resource), 0, one);
        generalReader->read(spanWith(head, " ", list, resource), 0, other);
        QCOMPARE(words(one, usual), words(other, general));
        taken += one.calls.size() + one.spans.size();
    }
    QVERIFY(taken > 150 && taken < 500); // both kinds are there
}

QTEST_GUILESS_MAIN(TestOtlpRemembered)
#include "tst_otlp_remembered.moc"
