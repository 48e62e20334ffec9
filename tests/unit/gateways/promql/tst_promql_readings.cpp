// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promreadings.h"

#include "tests/unit/gateways/promql/fake_prometheus.h"

#include <QFile>
#include <QTest>

#include <random>

using namespace flyball;
using namespace flyball::test;

namespace {

/// A book that takes answers as the source does.
struct Bench {
    SymbolTable symbols;
    SymbolCache cache{symbols};
    MeterBook book{{symbols.intern("server"), {}}, cache};
    PromState state;
    Said said{symbols};

    Bench() { state.origin = state.from = state.done = kStart; }
    PromTaken take(const PromAnswer &answer, TimeNs from, TimeNs to, const PromAnswer &starts = {})
    {
        Delivery out;
        const Result<PromTaken> taken = takePromAnswer(answer, starts, {from, to}, state, book, out.batch);
        if (!taken)
            qFatal("%s", taken.error().message.c_str());
        said.take(out);
        return *taken;
    }
    void takeAll(const std::vector<FakeSeries> &series, const PromAnswer &starts = {})
    {
        take(answerOf(series), kStart, kStart + kDay, starts);
    }
};

FakeSeries startOf(const std::string &instance, TimeNs at, TimeNs until, TimeNs began)
{
    FakeSeries out;
    out.labels = {{"__name__", "process_start_time_seconds"}, {"instance", instance}, {"job", "litellm"}};
    for (; at <= until; at += 15 * kSecond)
        out.points.push_back({at, std::to_string(began / kSecond)});
    return out;
}

constexpr std::int64_t kPicoPerMicro = 1'000'000;

} // namespace

class TestPromqlReadings : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Random fleets with restarts and gaps, read in any windows with any overlap: the sum is what the counters grew
    /// by.
    void anyWindowsGiveTheSameSum()
    {
        for (unsigned seed = 1; seed <= 30; ++seed) {
            std::mt19937 random(seed);
            std::vector<Counter> counters;
            for (const char *instance : {"a:1", "b:1", "c:1"})
                for (const char *workflow : {"triage", "review"})
                    counters.emplace_back(workflow, instance);
            constexpr int kScrapes = 200;
            TimeNs jitter = 0;
            for (int scrape = 0; scrape < kScrapes; ++scrape)
                for (std::size_t i = 0; i < counters.size(); ++i) {
                    jitter = i % 2 == 0 ? TimeNs(random() % 500) * 1'000'000 : jitter; // both of one instance
                    if (scrape > 5 && random() % 10 == 0)
                        continue; // missed
                    const TimeNs at = kStart + (scrape * 15 + TimeNs(i / 2)) * kSecond + jitter;
                    const bool restarts = random() % 40 == 0 && counters[i].value > 100;
                    if (restarts)
                        counters[i].restart();
                    // Below what it was, or nobody could see the restart.
                    counters[i].scrape(at, static_cast<std::int64_t>(random() % (restarts ? 100 : 5000)));
                }
            std::map<std::string, std::int64_t> expected;
            std::vector<FakeSeries> all;
            for (const Counter &counter : counters) {
                expected[counter.series.labels.at("api_key_alias")] += counter.grown * kPicoPerMicro;
                all.push_back(counter.series);
            }
            Bench whole;
            whole.takeAll(all);
            QCOMPARE(whole.said.money(), expected);

            Bench pieces;
            const PromAnswer answer = answerOf(all);
            for (TimeNs at = kStart; at < kStart + kScrapes * 15 * kSecond;) {
                const TimeNs next = at + (1 + TimeNs(random() % 600)) * kSecond;
                std::vector<FakeSeries> part = all;
                for (FakeSeries &series : part)
                    std::erase_if(series.points,
                                  [&](const FakePoint &p) { return p.at < at - 30 * kSecond || p.at > next; });
                pieces.take(answerOf(part), at - 30 * kSecond, next);
                at = next;
            }
            QCOMPARE(pieces.said.money(), expected);
            QCOMPARE(pieces.said.minutes(), whole.said.minutes());
        }
    }

    /// The answer that was captured across a restart: the growth of each life, added up here by itself.
    void capturedRestart()
    {
        QFile file(QStringLiteral(FLYBALL_FIXTURES "/gateways/prometheus-2.42/reset_raw.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray text = file.readAll();
        text.replace("{\"api_key_alias\"", "{\"__name__\":\"litellm_spend_metric_total\",\"api_key_alias\"");
        const PromAnswer answer = readPromAnswer(200, "application/json", text.toStdString());
        QCOMPARE(answer.fault, PromFault::None);
        std::map<std::string, std::int64_t> expected;
        for (const PromSeries &series : answer.series) {
            double sum = 0;
            double last = -1;
            for (std::size_t i = series.first; i < series.first + series.count; ++i) {
                const double value = std::stod(std::string(answer.value(answer.samples[i])));
                sum += last < 0 ? 0 : value < last ? value : value - last;
                last = value;
            }
            expected[std::string(series.label("api_key_alias"))] = qRound64(sum * 1e9); // nano-USD
        }
        QCOMPARE(expected.size(), std::size_t(3));
        Bench bench;
        const PromTaken taken = bench.take(answer, 0, kStart + kDay);
        QVERIFY(taken.restarted);
        std::map<std::string, std::int64_t> said = bench.said.money();
        for (auto &[workflow, money] : said)
            money = (money + 500) / 1000;
        QCOMPARE(said, expected);
    }

    /// A process that began after our history did counted from 0; one that is older begins to count when it is seen.
    void firstSamples()
    {
        Counter young("young", "a:1");
        Counter old("old", "b:1");
        Counter silent("silent", "c:1");
        for (int i = 0; i < 4; ++i)
            for (Counter *counter : {&young, &old, &silent})
                counter->scrape(kStart + (60 + 15 * i) * kSecond, 1000);
        const PromAnswer starts =
            answerOf({startOf("a:1", kStart + kMinute, kStart + 2 * kMinute, kStart + 50 * kSecond),
                      startOf("b:1", kStart + kMinute, kStart + 2 * kMinute, kStart - kHour)});
        Bench bench;
        bench.takeAll({young.series, old.series, silent.series}, starts);
        const std::map<std::string, std::int64_t> expected{
            {"old", 3000 * kPicoPerMicro}, {"silent", 3000 * kPicoPerMicro}, {"young", 4000 * kPicoPerMicro}};
        QCOMPARE(bench.said.money(), expected);
    }

    /// A restart that nobody saw falling, because the counter was past its old value at the next scrape.
    void restartPastTheOldValue()
    {
        Counter counter("triage", "a:1");
        counter.scrape(kStart + 15 * kSecond, 100);
        counter.scrape(kStart + 30 * kSecond, 100);
        counter.series.points.push_back({kStart + 45 * kSecond, usd(900)}); // from 0
        const PromAnswer starts =
            answerOf({startOf("a:1", kStart + 15 * kSecond, kStart + 30 * kSecond, kStart - kHour),
                      startOf("a:1", kStart + 45 * kSecond, kStart + 45 * kSecond, kStart + 35 * kSecond)});
        Bench bench;
        bench.takeAll({counter.series}, starts);
        QCOMPARE(bench.said.money().at("triage"), (100 + 900) * kPicoPerMicro);
    }

    /// One instance in two clusters is two processes; a target without labels is one as well.
    void targetsApart()
    {
        Counter one("triage", "a:1");
        Counter two("triage", "a:1");
        one.series.labels["cluster"] = "east";
        two.series.labels["cluster"] = "west";
        Counter bare("triage", "");
        bare.series.labels = {{"__name__", "litellm_spend_metric_total"}, {"api_key_alias", "triage"}};
        for (int i = 0; i < 5; ++i) {
            one.scrape(kStart + (10 + 15 * i) * kSecond, 1000);
            two.scrape(kStart + (17 + 15 * i) * kSecond, 10);
            bare.scrape(kStart + (12 + 15 * i) * kSecond, 5);
        }
        Bench bench;
        bench.takeAll({one.series, two.series, bare.series});
        QCOMPARE(bench.said.money().at("triage"), (4000 + 40 + 20) * kPicoPerMicro);
        QCOMPARE(bench.state.newest.size(), std::size_t(3));
        QVERIFY(bench.state.newest.contains("job=litellm,instance=a:1,cluster=east"));
    }

    void gapsAndStrayTimes()
    {
        Counter counter("triage", "a:1");
        counter.scrape(kStart + 15 * kSecond, 100);
        counter.series.points.push_back({kStart + 30 * kSecond, "NaN"});
        counter.series.points.push_back({kStart + 45 * kSecond, "+Inf"});
        counter.series.points.push_back({kStart + 50 * kSecond, "-Inf"});
        counter.scrape(kStart + kMinute, 50);
        counter.series.points.push_back({kStart + 10 * kDay, usd(1'000'000)});
        Bench bench;
        const PromTaken taken = bench.take(answerOf({counter.series}), kStart, kStart + kHour);
        QCOMPARE(taken.gaps, std::int64_t(3));
        QCOMPARE(taken.outside, std::int64_t(1));
        QCOMPARE(bench.said.money().at("triage"), 50 * kPicoPerMicro);
        QVERIFY(!taken.restarted);
        // What was taken is not taken again, and an hour of silence is a gap.
        QCOMPARE(bench.take(answerOf({counter.series}), kStart, kStart + kHour).points, std::int64_t(0));
        counter.scrape(kStart + 62 * kMinute, 7);
        bench.take(answerOf({counter.series}), kStart + kHour, kStart + 63 * kMinute);
        QCOMPARE(bench.said.money().at("triage"), 57 * kPicoPerMicro);
        QCOMPARE(bench.said.minutes(), std::int64_t(2));
    }

    /// Money and tokens of one scrape whose times differ a little are one reading.
    void scrapesThatAreSpread()
    {
        Counter spend("triage", "a:1");
        Counter input("triage", "a:1", "litellm_input_tokens_metric_total");
        for (int i = 0; i < 20; ++i) {
            spend.scrape(kStart + 15 * i * kSecond, 1000);
            input.series.points.push_back({kStart + 15 * i * kSecond + 3 * kSecond, std::to_string(100 * i)});
        }
        Bench bench;
        bench.takeAll({spend.series, input.series});
        QCOMPARE(bench.said.money().at("triage"), 19'000 * kPicoPerMicro);
        QCOMPARE(bench.said.input(), std::int64_t(1900));
    }

    void intervals()
    {
        Counter counter("triage", "a:1");
        QVERIFY(!promInterval(answerOf({counter.series})));
        for (int i = 0; i < 100; ++i)
            if (i % 7 != 3)
                counter.scrape(kStart + 15 * i * kSecond, 1);
        QCOMPARE(*promInterval(answerOf({counter.series})), 15 * kSecond);
    }

    void stateSurvives()
    {
        PromState state;
        state.origin = kStart;
        state.from = kStart + 1;
        state.done = kStart + 2 * kDay;
        state.interval = 15 * kSecond;
        state.newest = {{"job=a,instance=\"b\"\n\xff", kStart + 2 * kDay}, {"gone", kStart}};
        state.book = "{\"book\":\"\\n\"}\n";
        state.forgetGone();
        const PromState again = PromState::fromText(state.toText());
        QCOMPARE(again.origin, state.origin);
        QCOMPARE(again.done, state.done);
        QCOMPARE(again.interval, state.interval);
        QCOMPARE(again.newest.size(), std::size_t(1));
        QCOMPARE(again.book, state.book);
        for (const char *text : {"", "x", "{}\n", "[1]\n", "{\"v\":2}\n", "{\"v\":1,\"origin\":\"x\"}\nbook",
                                 "{\"v\":1,\"origin\":1,\"from\":1,\"done\":1,\"interval\":1,\"targets\":[1]}\n"})
            QCOMPARE(PromState::fromText(text).done, kNoTime);
    }
};

QTEST_GUILESS_MAIN(TestPromqlReadings)
#include "tst_promql_readings.moc"
