// SPDX-License-Identifier: GPL-3.0-or-later
#include "span_reader.h"

#include <QtTest>

// One run of the micro scenario on paper, USD per million tokens: Opus 5/25, read 0.5, write 6.25;
// Sonnet 3/15; Haiku 1/5.
//   classify  Haiku, no cache: 5,000 system + 200 in, 20 out           5,200 x 1 + 20 x 5      =   5,300
//   work      Opus, 4 turns of 6,000 6,500 7,000 7,500 in, 200 out; each turn reads the one before:
//             written 6,000 + 3 x 500 = 7,500 x 6.25 = 46,875; read 19,500 x 0.5 = 9,750;
//             out 800 x 25 = 20,000                                                            =  76,625
//   loop      the same search 3 more times, 8,000 8,500 9,000 in: written 1,500 x 6.25 = 9,375;
//             read 7,500 + 8,000 + 8,500 = 24,000 x 0.5 = 12,000; out 600 x 25 = 15,000        =  36,375
//   draft     Sonnet, no cache: 1,000 in, 400 out = 3,000 + 6,000                              =   9,000
//   retry     1,000 + 400 + 100 = 1,500 in, 400 out = 4,500 + 6,000                            =  10,500
//                                                                    sum in micro-USD           = 137,800
namespace {

constexpr qint64 kMicroUsd = 1'000'000; // pico
constexpr qint64 kBaseline = 137'800 * kMicroUsd;

SimResult micro(const QString &off, const QString &length = "9m")
{
    QStringList arguments{"--scenario", "micro", "--for", length, "--drain"};
    if (!off.isEmpty())
        arguments << "--off" << off;
    return simulate(arguments);
}

qint64 spend(const SimResult &r) { return picoOf(r.truth["totals"].toObject()); }

qint64 spendInFile(const SimResult &r)
{
    QStringList errors;
    qint64 sum = 0;
    for (const SpanRow &row : readSpans(r.traces, errors))
        sum += row.isCall() ? moneyOf(row).pico : 0;
    return errors.isEmpty() ? sum : -1;
}

} // namespace

class TestAgentsimMechanics : public QObject {
    Q_OBJECT
private slots:
    void oneMechanismAtATime_data();
    void oneMechanismAtATime();
    void runsAddUp();
    void cacheOffChangesOnlyPrices();
    void scenarioEqualsSwitch();
    void fleetSwitches();
};

void TestAgentsimMechanics::oneMechanismAtATime_data()
{
    QTest::addColumn<QString>("off");
    QTest::addColumn<qint64>("microUsdChange");
    QTest::addColumn<int>("calls");
    QTest::addColumn<QString>("outcome");
    QTest::newRow("nothing") << "" << qint64(0) << 10 << "success";
    // All 7 turns fresh: in 52,500 x 5 = 262,500 instead of 56,250 written and 21,750 read.
    QTest::newRow("cache") << "cache" << qint64(262'500 - 56'250 - 21'750) << 10 << "success";
    QTest::newRow("loop") << "loop" << qint64(-36'375) << 7 << "success";
    QTest::newRow("retry") << "retry" << qint64(-10'500) << 9 << "failure";
    // classify on Opus: 5,200 x 5 + 20 x 25 = 26,500; drafts on Opus: 2,500 x 5 + 800 x 25 = 32,500.
    QTest::newRow("downgrade") << "downgrade" << qint64(26'500 - 5'300 + 32'500 - 19'500) << 10 << "success";
    QTest::newRow("loop and cache") << "loop,cache" << qint64(-36'375 + 27'000 * 5 - 46'875 - 9'750) << 7 << "success";
}

void TestAgentsimMechanics::oneMechanismAtATime()
{
    QFETCH(QString, off);
    QFETCH(qint64, microUsdChange);
    QFETCH(int, calls);
    QFETCH(QString, outcome);
    const SimResult r = micro(off);
    QCOMPARE(r.exitCode, 0);
    QCOMPARE(r.truth["totals"].toObject()["calls"].toInt(), calls);
    QCOMPARE(spend(r), kBaseline + microUsdChange * kMicroUsd);
    QCOMPARE(spendInFile(r), kBaseline + microUsdChange * kMicroUsd);
    const QJsonObject runs = r.truth["runs"].toObject()["micro"].toObject();
    QCOMPARE(runs[outcome].toInt(), 1);
}

void TestAgentsimMechanics::runsAddUp()
{
    // One run every ten minutes: six in an hour, each with cold caches.
    QCOMPARE(spend(micro("", "1h")), 6 * kBaseline);
    QCOMPARE(micro("", "1h").truth["loops"].toArray().size(), 6);
}

void TestAgentsimMechanics::cacheOffChangesOnlyPrices()
{
    const QStringList common{"--for", "40m", "--drain"};
    const QJsonObject with = simulate(common).truth["totals"].toObject();
    const QJsonObject without = simulate(common + QStringList{"--off", "cache"}).truth["totals"].toObject();
    const auto in = [](const QJsonObject &t) {
        const QJsonObject k = t["tokens"].toObject();
        return k["in_fresh"].toInt() + k["cache_read"].toInt() + k["cache_write_untyped"].toInt();
    };
    QVERIFY(in(with) > 1'000'000);
    QCOMPARE(in(without), in(with));
    QCOMPARE(without["calls"].toInt(), with["calls"].toInt());
    QCOMPARE(without["tokens"].toObject()["out_text"].toInt(), with["tokens"].toObject()["out_text"].toInt());
    QCOMPARE(without["tokens"].toObject()["cache_read"].toInt(), 0);
    QVERIFY(picoOf(without) > picoOf(with));
}

void TestAgentsimMechanics::scenarioEqualsSwitch()
{
    const QStringList common{"--for", "10m"};
    QCOMPARE(simulate(common + QStringList{"--scenario", "no-loop"}).traces,
             simulate(common + QStringList{"--off", "loop"}).traces);
    QVERIFY(simulate(common + QStringList{"--off", "loop"}).traces != simulate(common).traces);
}

void TestAgentsimMechanics::fleetSwitches()
{
    const QStringList common{"--history", "2h", "--for", "10m"};
    const QJsonObject base = simulate(common).truth;
    QVERIFY(base["totals"].toObject()["errors"].toInt() > 10);
    QVERIFY(base["retries"].toInt() > 10);
    QVERIFY(base["loops"].toArray().size() > 3);
    QVERIFY(base["by_tier"].toObject().contains("cheap"));
    const QJsonObject quiet = simulate(common + QStringList{"--off", "errors,retry,loop,downgrade,evals,spike"}).truth;
    QCOMPARE(quiet["totals"].toObject()["errors"].toInt(), 0);
    QCOMPARE(quiet["retries"].toInt(), 0);
    QCOMPARE(quiet["loops"].toArray().size(), 0);
    QCOMPARE(quiet["by_tier"].toObject().keys(), QStringList{"frontier"});
    for (const auto &runs : quiet["runs"].toObject())
        QCOMPARE(runs.toObject()["task_success"].toObject()["pass"].toInt(), 0);
}

QTEST_GUILESS_MAIN(TestAgentsimMechanics)
#include "tst_agentsim_mechanics.moc"
