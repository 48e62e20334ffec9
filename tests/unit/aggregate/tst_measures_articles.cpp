// SPDX-License-Identifier: GPL-3.0-or-later
// The exact rows of whatif.md 4.3, out of the real pipeline: a file of that shape is written, read, priced by a price
// file, stored, the ledger closed, opened again and measured. One function per row.
#include <QtTest/QtTest>

#include "tests/unit/aggregate/measure_fleet.h"

using namespace flyball;
using namespace flyball::test;

namespace {

struct Shape {
    std::int64_t in = 0, out = 0;
    std::string model = "plain", more;
};

/// Traces of one test and their ledger.
class Article {
public:
    Article()
    {
        m_bench.write("seed-prices.json", seedBook());
        auto catalog = std::make_shared<PriceCatalog>(*builtInPrices());
        if (const Result<> added = catalog->addFile(m_bench.path("seed-prices.json")); !added)
            qFatal("%s", added.error().message.c_str());
        m_bench.catalog = catalog;
    }

    /// One run as step records.
    void steps(const std::string &workflow, const std::vector<Shape> &calls, const char *outcome = "success")
    {
        ++m_runs;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            m_at += kSecond;
            m_steps += R"({"name":"step )" + std::to_string(i + 1) + R"(","workflow":")" + workflow + R"(","run":"r)"
                       + std::to_string(m_runs) + R"(","ts":")" + formatRfc3339(m_at)
                       + R"(","duration_ms":900,"cache_hit":false,"provider":"seed","model":")" + calls[i].model
                       + R"(","input_tokens":)" + std::to_string(calls[i].in) + R"(,"output_tokens":)"
                       + std::to_string(calls[i].out) + calls[i].more;
            m_steps += i + 1 == calls.size() ? R"(,"outcome":")" + std::string(outcome) + "\"}\n" : "}\n";
        }
    }

    /// One run as a trace of spans below an agent.
    void spans(const std::string &workflow, const std::vector<Shape> &calls)
    {
        ++m_runs;
        std::vector<OtlpSpan> spans{{.trace = m_runs,
                                     .id = 1,
                                     .name = "run",
                                     .startMs = 0,
                                     .endMs = 100'000,
                                     .attributes = {{"gen_ai.operation.name", "invoke_agent"},
                                                    {"gen_ai.agent.name", "looper"},
                                                    {"flyball.workflow", workflow},
                                                    {"flyball.outcome", "success"}}}};
        for (std::size_t i = 0; i < calls.size(); ++i)
            spans.push_back({.trace = m_runs,
                             .id = static_cast<unsigned>(i) + 2,
                             .parent = 1,
                             .startMs = 1000 * static_cast<std::int64_t>(i + 1),
                             .endMs = 1000 * static_cast<std::int64_t>(i + 1) + 900,
                             .attributes = {{"gen_ai.operation.name", "chat"},
                                            {"gen_ai.provider.name", "seed"},
                                            {"gen_ai.request.model", calls[i].model},
                                            {"gen_ai.usage.input_tokens", std::to_string(calls[i].in)},
                                            {"gen_ai.usage.output_tokens", std::to_string(calls[i].out)},
                                            {"gen_ai.usage.reasoning.output_tokens", calls[i].more}}});
        for (OtlpSpan &span : spans)
            std::erase_if(span.attributes, [](const auto &a) { return a.second.empty(); });
        m_spans += exportLine("agent", spans) + "\n";
    }

    void read()
    {
        m_bench.write("steps.jsonl", m_steps);
        m_bench.write("spans.jsonl", m_spans);
        m_bench.addSource("steps", "steps.jsonl", "steps");
        m_bench.addSource("spans", "spans.jsonl", "otlp-json");
        m_bench.open();
        m_bench.drain();
        m_bench.restart();
    }

    Measure measure(const std::string &workflow, MeasureId id)
    {
        MeasureQuestion question{{}, {kOtlpEpoch - 1000 * kDay, kOtlpEpoch + 1000 * kDay}};
        question.scope.workflow = m_bench.symbols().intern(workflow);
        const auto numbers = readNumbers(m_bench, question);
        if (!numbers->error.empty())
            qFatal("%s", numbers->error.c_str());
        return numbers->measures[static_cast<std::size_t>(id)];
    }
    /// "cost_per_run" of an only run, as pico-USD.
    qint64 costOf(const std::string &workflow)
    {
        const Measure m = measure(workflow, MeasureId::CostPerRun);
        return m.known() ? m.value.usd.usd() * kPicoPerUsd + m.value.usd.picoRemainder() : -1;
    }
    qint64 tokensIn(const std::string &workflow) { return measure(workflow, MeasureId::TokensInPerRun).value.count; }
    /// Calls of a workflow, oldest first.
    std::vector<Call> calls(const std::string &workflow)
    {
        std::vector<Call> own;
        for (const Call &call : m_bench.calls())
            if (m_bench.text(call.names.workflow) == workflow)
                own.push_back(call);
        return own;
    }
    std::string disagreement() { return m_bench.disagreement(); }
    TimeNs &clock() { return m_at; }

private:
    PipelineBench m_bench;
    TimeNs m_at = kOtlpEpoch;
    unsigned m_runs = 0;
    std::string m_steps, m_spans;
};

std::vector<Shape> growing(int calls, std::int64_t first, std::int64_t more, std::int64_t out)
{
    std::vector<Shape> shapes;
    for (int k = 0; k < calls; ++k)
        shapes.push_back({first + more * k, out});
    return shapes;
}

__int128 wide(const Amount &a)
{
    return a.money ? static_cast<__int128>(a.usd.usd()) * kPicoPerUsd + a.usd.picoRemainder() : __int128{a.count};
}

/// Whole tenths of a percent, rounded half up: 70.4 is 704.
qint64 tenths(__int128 top, __int128 bottom) { return static_cast<qint64>((top * 2000 + bottom) / (bottom * 2)); }
qint64 tenths(const Amount &top, const Amount &bottom) { return tenths(wide(top), wide(bottom)); }

/// By how much `after` lies below `before`, of the fractions: their quotients are rounded.
qint64 tenthsLess(const Measure &before, const Measure &after)
{
    const __int128 was = wide(before.top) * wide(after.bottom), is = wide(after.top) * wide(before.bottom);
    return tenths(was - is, was);
}

} // namespace

class TestMeasuresArticles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a1FiveLoopsOfTwentyThousand();
    void a2StandardLoopRouted();
    void a5FiftyThousandInFiveSteps();
    void a11EighthStepOfSixtyThousand();
    void a16TopThreeSteps();
    void a20SystemPromptTimesTurns();
    void a21HistoryPerTurn();
    void a34CheaperAndWorse();
    void a37ThirteenAndAHalfTimes();
    void a39ReasoningBeforeOutput();
    void a45ApologyOfEightyThousand();
    void a47TenCyclesAre32Times();
};

void TestMeasuresArticles::a1FiveLoopsOfTwentyThousand()
{
    Article a;
    a.steps("loop", growing(5, 20'000, 0, 100));
    a.read();
    SAYS(a.measure("loop", MeasureId::TokensInPerRun), "tokens_in_per_run 100000 = 100000/1");
    SAYS(a.measure("loop", MeasureId::TokensP50), "tokens_p50 100500"); // "100,000+"
}

void TestMeasuresArticles::a2StandardLoopRouted()
{
    Article a;
    a.steps("frontier", {{50'000, 0, "flat-15"}});
    a.steps("routed", {{6'250, 0, "flat-15"}, {43'750, 0, "flat-0.60"}});
    a.read();
    QCOMPARE(a.costOf("frontier"), 750'000'000'000);
    QCOMPARE(a.costOf("routed"), 120'000'000'000);
    QCOMPARE((a.costOf("frontier") - a.costOf("routed")) * 100, 84 * a.costOf("frontier"));
}

void TestMeasuresArticles::a5FiftyThousandInFiveSteps()
{
    Article a;
    a.steps("research", growing(5, 6'000, 2'000, 0));
    a.read();
    QCOMPARE(a.tokensIn("research"), 50'000);
    SAYS(a.measure("research", MeasureId::CallsPerRun), "calls_per_run 5/1");
}

void TestMeasuresArticles::a11EighthStepOfSixtyThousand()
{
    Article a;
    a.steps("agent", growing(8, 7'500, 7'500, 0));
    a.steps("chat", {{9'800, 200}}); // a chatbot's 3,000 to 10,000
    a.read();
    QCOMPARE(a.calls("agent").at(7).usage.inTotal(), 60'000);
    SAYS(a.measure("agent", MeasureId::TokenMultiplier), "token_multiplier 270000/7500");
    SAYS(a.measure("chat", MeasureId::TokenMultiplier), "token_multiplier 10000/10000");
    const qint64 times = a.tokensIn("agent") / a.measure("chat", MeasureId::TokensP50).value.count;
    QCOMPARE(times, 27); // inside 5 to 30
}

void TestMeasuresArticles::a16TopThreeSteps()
{
    Article a;
    const std::pair<int, qint64> shares[] = {{5, 789}, {6, 704}, {7, 634}, {8, 575}};
    for (const auto &[steps, share] : shares)
        a.steps("linear " + std::to_string(steps), growing(steps, 2'000, 1'700, 0));
    a.read();
    for (const auto &[steps, share] : shares)
        for (const MeasureId id : {MeasureId::TopStepsCost, MeasureId::TopStepsTokens, MeasureId::TopPlacesCost,
                                   MeasureId::TopPlacesTokens}) {
            const Measure m = a.measure("linear " + std::to_string(steps), id);
            QVERIFY(m.known());
            QCOMPARE(tenths(m.top, m.bottom), share);
        }
    SAYS(a.measure("linear 6", MeasureId::TopStepsTokens), "top3_steps_tokens 26400/37500");
}

void TestMeasuresArticles::a20SystemPromptTimesTurns()
{
    Article a;
    a.steps("ten", growing(10, 2'000, 0, 0));
    a.steps("twenty", growing(20, 2'000, 0, 0));
    a.read();
    QCOMPARE(a.tokensIn("ten"), 20'000);
    QCOMPARE(a.tokensIn("twenty"), 40'000);
    // All of it but the first is the same prompt again.
    SAYS(a.measure("ten", MeasureId::ResendFactor), "resend_factor 20000/2000");
    SAYS(a.measure("twenty", MeasureId::ResendFactor), "resend_factor 40000/2000");
}

void TestMeasuresArticles::a21HistoryPerTurn()
{
    Article a;
    a.steps("ten additions", growing(10, 800, 300, 0));
    a.steps("ten turns", growing(10, 500, 300, 0));
    a.read();
    QCOMPARE(a.calls("ten additions").back().usage.inTotal(), 3'500);
    QCOMPARE(a.tokensIn("ten additions"), 21'500);
    QCOMPARE(a.calls("ten turns").back().usage.inTotal(), 3'200);
    QCOMPARE(a.tokensIn("ten turns"), 18'500);
}

void TestMeasuresArticles::a34CheaperAndWorse()
{
    Article a;
    for (int run = 0; run < 20; ++run) {
        a.steps("before", {{1'000'000, 0}}, run < 19 ? "success" : "failed");
        a.steps("after", {{600'000, 0}}, run < 16 ? "success" : "failed");
    }
    a.read();
    QCOMPARE(a.costOf("before"), 1'000'000'000'000);
    QCOMPARE(a.costOf("after"), 600'000'000'000);
    const auto before = [&](MeasureId id) { return a.measure("before", id); };
    const auto after = [&](MeasureId id) { return a.measure("after", id); };
    SAYS(before(MeasureId::CostPerSuccess), "cost_per_success $1.052631578947 = $20.000000000000/19");
    SAYS(after(MeasureId::CostPerSuccess), "cost_per_success $0.750000000000 = $12.000000000000/16");
    SAYS(before(MeasureId::SuccessRate), "success_rate 19/20");
    SAYS(after(MeasureId::SuccessRate), "success_rate 16/20");
    // 40 % less per run and 28.8 % less per success: only the success rate shows that it got worse.
    QCOMPARE(tenthsLess(before(MeasureId::CostPerRun), after(MeasureId::CostPerRun)), 400);
    QCOMPARE(tenthsLess(before(MeasureId::CostPerSuccess), after(MeasureId::CostPerSuccess)), 288);
    QCOMPARE(tenthsLess(before(MeasureId::SuccessRate), after(MeasureId::SuccessRate)), 158); // 15 points of 95
    SAYS(before(MeasureId::CostOfFailed), "cost_of_failed $1.000000000000");
    SAYS(after(MeasureId::CostOfFailed), "cost_of_failed $2.400000000000");
}

void TestMeasuresArticles::a37ThirteenAndAHalfTimes()
{
    Article a;
    a.spans("five steps", growing(5, 1'800, 1'700, 200)); // 2,000 3,700 5,400 7,100 8,800 with what they answer
    a.read();
    const Measure m = a.measure("five steps", MeasureId::TokenMultiplier);
    SAYS(m, "token_multiplier 27000/2000");
    QCOMPARE(m.share(), 13.5);
    SAYS(a.measure("five steps", MeasureId::SuccessRate), "success_rate 1/1");
    QCOMPARE(QByteArray::fromStdString(a.disagreement()), QByteArray());
}

void TestMeasuresArticles::a39ReasoningBeforeOutput()
{
    Article a;
    a.spans("now", {{10'000, 12'000, "o3", "10000"}});
    a.clock() = parseRfc3339("2025-06-01T00:00:00Z").value_or(0);
    a.steps("before the cut", {{10'000, 12'000, "o3", R"(,"reasoning_tokens":10000)"}});
    a.read();
    QCOMPARE(a.costOf("now"), 116'000'000'000);
    QCOMPARE(a.costOf("before the cut"), 580'000'000'000);
    for (const char *workflow : {"now", "before the cut"})
        SAYS(a.measure(workflow, MeasureId::ReasoningShare), "reasoning_share 10000/12000");
    SAYS(a.measure("now", MeasureId::OutputCostShare), "output_cost_share $0.096000000000/$0.116000000000");
}

void TestMeasuresArticles::a45ApologyOfEightyThousand()
{
    Article a;
    a.spans("stuck", growing(15, 1'000, 5'643, 500));
    a.read();
    const Call last = a.calls("stuck").back();
    QCOMPARE(last.usage.inTotal(), 80'002);
    QCOMPARE(last.usage.outTotal(), 500);
    QCOMPARE(tenths(Amount::of(last.usage.outTotal()), Amount::of(last.usage.inTotal())), 6); // 0.6 %
    SAYS(a.measure("stuck", MeasureId::OutputShare), "output_share 7500/615015");
}

void TestMeasuresArticles::a47TenCyclesAre32Times()
{
    Article a;
    a.spans("react", growing(10, 1'000, 500, 200));
    a.read();
    QCOMPARE(a.calls("react").back().usage.inTotal(), 5'500);
    const qint64 first = a.calls("react").front().usage.inTotal();
    QCOMPARE(a.tokensIn("react"), 32'500);
    QCOMPARE(a.tokensIn("react") * 10, 325 * first); // 32.5 times
    SAYS(a.measure("react", MeasureId::ResendFactor), "resend_factor 32500/3700");
}

QTEST_GUILESS_MAIN(TestMeasuresArticles)
#include "tst_measures_articles.moc"
