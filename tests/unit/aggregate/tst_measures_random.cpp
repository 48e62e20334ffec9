// SPDX-License-Identifier: GPL-3.0-or-later
// Every measure against a recomputation from rows, on random fleets that came through the real pipeline: step records
// in a file, read, priced, stored, the ledger closed and opened again.
#include <QtTest/QtTest>
#include <random>

#include "tests/unit/aggregate/measure_fleet.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// What a fleet of this round never does.
struct Mood {
    int usageMissing = 12, unpriced = 10, failed = 8, reported = 6; ///< one call in so many; 0: never
    int runs = 80;
    bool caches = true, outcomes = true;
};

class Records {
public:
    Records(unsigned seed, Mood mood) : m_dice(seed), m_mood(mood) {}

    std::string all()
    {
        std::string out;
        for (int run = 0; run < m_mood.runs; ++run)
            addRun(run, out);
        return out;
    }

private:
    int dice(int sides) { return static_cast<int>(m_dice() % static_cast<unsigned>(sides)); }
    bool once(int in) { return in > 0 && dice(in) == 0; }
    template <std::size_t N>
    const char *one(const char *const (&words)[N])
    {
        return words[dice(static_cast<int>(N))];
    }
    static std::string text(const char *key, const char *value)
    {
        return *value == 0 ? std::string() : std::string(",\"") + key + "\":\"" + value + '"';
    }
    std::string tokens()
    {
        const auto n = [&](const char *key, int most) {
            return std::string("\"") + key + "\":" + std::to_string(dice(most)) + ",";
        };
        std::string out = ",\"tokens\":{" + n("in_fresh", 6000) + n("out_text", 900);
        if (dice(3) == 0)
            out += n("out_reasoning", 3000);
        if (m_mood.caches && dice(2) == 0)
            out += n("cache_read", 9000) + n("cache_write_5m", 2000) + n("cache_write_1h", 500);
        out.back() = '}';
        return out;
    }
    void addRun(int run, std::string &out)
    {
        static const char *const workflows[] = {"alpha", "alpha", "beta"};
        static const char *const outcomes[] = {"success", "success", "success", "failed", "capped", "timeout"};
        const char *workflow = one(workflows), *segment = one({"smb", "enterprise", ""});
        TimeNs at = kFleetStart + dice(3000) * kSecond;
        const int calls = 1 + dice(14);
        for (int i = 0; i < calls; ++i) {
            at += (1 + dice(90)) * kSecond;
            const bool last = i + 1 == calls && dice(10) > 0;
            out += "{\"id\":\"" + std::to_string(run) + "-" + std::to_string(i) + "\",\"run\":\"r" + std::to_string(run)
                   + "\",\"ts\":\"" + formatRfc3339(at) + "\",\"duration_ms\":5" + text("workflow", workflow)
                   + text("segment", segment) + step()
                   + (last && m_mood.outcomes ? text("outcome", one(outcomes)) : std::string()) + "}\n";
        }
    }
    std::string step()
    {
        std::string out = text("name", one({"plan", "act", "check", "write", "read"}))
                          + text("agent", one({"boss", "helper", ""})) + text("tier", one({"cheap", "frontier", ""}))
                          + text("prompt_version", one({"v1", "v2", ""})) + text("task_type", one({"qa", "code", ""}))
                          + text("finish_reason", one({"stop", "length", "max_tokens", ""}));
        if (dice(9) == 0)
            return out + ",\"model\":\"cache\",\"cache_hit\":true";
        static const char *const models[] = {"plain", "cached", "claude-opus-4-5", "claude-sonnet-4"};
        out += text("provider", "seed") + text("model", once(m_mood.unpriced) ? "nobody-prices-this" : one(models));
        if (!once(m_mood.usageMissing))
            out += tokens();
        if (once(m_mood.reported))
            out += ",\"cost_usd\":0.0" + std::to_string(1 + dice(99));
        if (once(m_mood.failed))
            out += text("error", one({"rate_limit", "timeout", "budget_exceeded"}));
        if (dice(20) == 0)
            out += ",\"attempt\":2";
        if (dice(4) == 0)
            out += ",\"max_tokens\":" + std::to_string(200 + dice(3000));
        return out;
    }

    std::mt19937 m_dice;
    Mood m_mood;
};

std::string joined(const std::vector<std::string> &lines)
{
    std::string out;
    for (const std::string &line : lines)
        out += line + "\n";
    return out;
}

} // namespace

class TestMeasuresRandom : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equalsRowsByHand_data();
    void equalsRowsByHand();
    void slicesDoNotMatter();
    void partsSumToTheWorkflow();

private:
    void compare(PipelineBench &bench, const MeasureQuestion &question);
};

void TestMeasuresRandom::equalsRowsByHand_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<int>("mood");
    for (unsigned seed = 1; seed <= 6; ++seed)
        QTest::addRow("mixed %u", seed) << seed << 0;
    QTest::newRow("many runs") << 7U << 1;
    QTest::newRow("nothing has a price") << 8U << 2;
    QTest::newRow("no usage at all") << 9U << 3;
    QTest::newRow("no outcome, no cache") << 10U << 4;
    QTest::newRow("all calls fail") << 11U << 5;
    QTest::newRow("empty") << 12U << 6;
}

void TestMeasuresRandom::compare(PipelineBench &bench, const MeasureQuestion &question)
{
    std::vector<RunRow> runs;
    bench.pipeline().snapshot()->runs.forEach([&](const RunRow &row) { runs.push_back(row); });
    const auto numbers = readNumbers(bench, question);
    QCOMPARE(numbers->error, std::string());
    std::vector<std::string> got;
    for (const Measure &m : numbers->measures)
        got.push_back(words(m));
    QCOMPARE(got.size(), kMeasures);
    const auto want = bruteForce(bench.calls(), runs, question, bench.catalog, bench.symbols());
    QCOMPARE(QByteArray::fromStdString(joined(got)), QByteArray::fromStdString(joined(want)));
}

void TestMeasuresRandom::equalsRowsByHand()
{
    QFETCH(unsigned, seed);
    QFETCH(int, mood);
    const Mood moods[] = {{},
                          {12, 10, 8, 6, 700, true, true},
                          {0, 1, 0, 0, 60, true, true},
                          {1, 10, 8, 0, 60, true, true},
                          {12, 10, 8, 6, 80, false, false},
                          {2, 10, 1, 6, 60, true, true},
                          {12, 10, 8, 6, 0, true, true}};
    PipelineBench b;
    b.catalog = seedPrices();
    b.write("s.jsonl", Records(seed, moods[mood]).all());
    b.addSource("s", "s.jsonl", "steps");
    b.open();
    b.drain();
    b.restart();
    const auto name = [&](const char *text) { return b.symbols().intern(text); };
    const Window whole{kFleetStart - kHour, kFleetStart + kDay};
    const Window part{kFleetStart + 20 * kMinute, kFleetStart + 45 * kMinute};
    for (const Window &window : {whole, part, Window{kFleetStart - kDay, kFleetStart - kHour}}) {
        MeasureScope s;
        compare(b, {s, window});
        s.workflow = name("alpha");
        compare(b, {s, window});
        for (const auto &[member, value] : {std::pair(&MeasureScope::step, "act"),
                                            {&MeasureScope::agent, "helper"},
                                            {&MeasureScope::model, "cached"},
                                            {&MeasureScope::tier, "frontier"},
                                            {&MeasureScope::segment, "smb"},
                                            {&MeasureScope::promptVersion, "v2"},
                                            {&MeasureScope::taskType, "qa"}}) {
            MeasureScope narrow = s;
            narrow.*member = name(value);
            compare(b, {narrow, window});
        }
    }
}

void TestMeasuresRandom::slicesDoNotMatter()
{
    // More calls than one slice holds, hundreds of them at each instant.
    std::string text;
    for (int i = 0; i < 45'000; ++i)
        text += R"({"id":")" + std::to_string(i) + R"(","run":"r)" + std::to_string(i % 700)
                + R"(","workflow":"w","name":"a","duration_ms":1,"provider":"seed","model":"plain","ts":")"
                + formatRfc3339(kFleetStart + i / 400 * kSecond) + R"(","input_tokens":)" + std::to_string(i % 97)
                + R"(,"output_tokens":3})" + "\n";
    PipelineBench b;
    b.catalog = seedPrices();
    b.write("s.jsonl", text);
    b.addSource("s", "s.jsonl", "steps");
    b.open();
    b.drain();
    MeasureReading reading(b.pipeline().snapshot(), {{}, {kFleetStart, kFleetStart + kDay}}, b.catalog);
    int slices = 1;
    while (reading.step(b.pipeline().ledger()))
        ++slices;
    QVERIFY(slices >= 3);
    const auto numbers = reading.result();
    QCOMPARE(numbers->callsRead, 45'000);
    QVERIFY(numbers->totals == b.pipeline().snapshot()->totals);
    compare(b, {{}, {kFleetStart, kFleetStart + kDay}});
}

void TestMeasuresRandom::partsSumToTheWorkflow()
{
    PipelineBench b;
    b.catalog = seedPrices();
    b.write("s.jsonl", Records(3, {}).all());
    b.addSource("s", "s.jsonl", "steps");
    b.open();
    b.drain();
    MeasureQuestion q{{}, {kFleetStart + 20 * kMinute, kFleetStart + 45 * kMinute}};
    q.scope.workflow = b.symbols().intern("alpha");
    const auto numbers = readNumbers(b, q);
    std::map<Key128, std::set<Symbol>> versionsOfRun;
    std::map<Symbol, Totals> byVersion, ofRuns;
    std::map<Key128, RunRow> ended;
    b.pipeline().snapshot()->runs.forEach([&](const RunRow &row) {
        if (row.info.closed && row.info.workflow == *q.scope.workflow && q.window.contains(row.info.end))
            ended.emplace(row.info.run, row);
    });
    for (const Call &c : b.calls()) {
        if (c.names.workflow != *q.scope.workflow)
            continue;
        if (q.window.contains(c.time))
            byVersion[c.names.promptVersion].add(c);
        if (ended.contains(c.run) && c.time < q.window.until) {
            versionsOfRun[c.run].insert(c.names.promptVersion);
            ofRuns[c.names.promptVersion].add(c);
        }
    }
    QCOMPARE(byVersion.size(), std::size_t{3}); // v1, v2 and none
    QVERIFY(versionsOfRun.size() > 10);
    QCOMPARE(numbers->promptVersions.size(), byVersion.size());
    Totals sum;
    for (const PartNumbers &part : numbers->promptVersions) {
        std::int64_t runs = 0, success = 0;
        for (const auto &[run, versions] : versionsOfRun) {
            runs += versions.contains(part.key) ? 1 : 0;
            success += versions.contains(part.key) && ended.at(run).info.outcome == Outcome::Success ? 1 : 0;
        }
        QVERIFY(part.totals == byVersion[part.key]);
        QVERIFY(part.runTotals == ofRuns[part.key]);
        QCOMPARE(part.runs, runs);
        QCOMPARE(part.success, success);
        sum += part.totals;
    }
    QVERIFY(sum.calls > 50 && sum == numbers->totals);
    QCOMPARE(numbers->agents.size(), std::size_t{3}); // boss, helper and none
    Totals agents;
    for (const AgentNumbers &agent : numbers->agents)
        agents += agent.totals;
    QVERIFY(agents == numbers->totals);
}

QTEST_GUILESS_MAIN(TestMeasuresRandom)
#include "tst_measures_random.moc"
