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

QTEST_GUILESS_MAIN(TestOtlpRemembered)
#include "tst_otlp_remembered.moc"
