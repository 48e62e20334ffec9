// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTest>
#include <map>
#include <random>

#include "core/aggregate/views/runfilter.h"
#include "core/aggregate/views/runtracker.h"
#include "tests/unit/aggregate/runsample.h"

using namespace flyball;

class TestRunPicture : public QObject {
    Q_OBJECT

    /// What the measures count of the same calls.
    static void agreesWithTheTracker(const RunSample &run)
    {
        const RunPicture picture = run.picture();
        RunTracker tracker;
        for (std::size_t i = 0; i < run.calls.size(); ++i) {
            const PlaceInRun place = tracker.place(run.calls[i]);
            QCOMPARE(picture.places[i].retry, place.retry);
            QCOMPARE(picture.places[i].resent, std::max<std::int64_t>(0, place.resent));
        }
        QCOMPARE(traitsOf(RunRow(), run.calls).retries, picture.retries());
    }

private Q_SLOTS:
    void slopeByHand()
    {
        // k = 1, 2, 3, 4; I = 1000, 3000, 4000, 8000: mean k 2.5, mean I 4000;
        // products (-1.5)(-3000) + (-0.5)(-1000) + 0 + 1.5 * 4000 = 11000; squares 5; slope 2200.
        RunSample run;
        for (const std::int64_t input : {1000, 3000, 4000, 8000})
            run.call(1, 2, input);
        const RunPicture picture = run.picture();
        const auto &slope = picture.lanes.at(0).slope;
        QVERIFY(slope.has_value());
        QCOMPARE(slope->n, std::int64_t(4));
        QCOMPARE(slope->perCall, 2200.0);
        QCOMPARE(slope->first, 700.0);
        QCOMPARE(slope->last, 7300.0);
    }

    void slopeNeedsThreeKnownCalls()
    {
        RunSample run;
        run.call(1, 2, 1000);
        run.call(1, 2, 2000).usage.quality = UsageQuality::Missing;
        run.call(1, 2, 3000).responseCache = ResponseCache::Exact;
        run.call(1, 2, 4000);
        QVERIFY(!run.picture().lanes.at(0).slope.has_value());
        run.call(1, 2, 7000);
        QCOMPARE(run.picture().lanes.at(0).slope->perCall, 3000.0); // 1000, 4000, 7000
    }

    void slopeOfAReActLoop()
    {
        // metrics.md 3.1, checked on article S4: system 800, task 200, output 200, tool 300, ten calls.
        RunSample run;
        for (int k = 0; k < 10; ++k)
            run.call(1, 2, 1000 + 500 * k, 200);
        const RunPicture picture = run.picture();
        QCOMPARE(picture.lanes.at(0).slope->perCall, 500.0);
        std::int64_t resent = 0;
        for (const PlacedCall &place : picture.places)
            resent += place.resent;
        QCOMPARE(picture.totals.inTotal(), std::int64_t(32'500));
        QCOMPARE(resent, std::int64_t(28'800));
    }

    void lanesAreATree()
    {
        RunSample run;
        run.call(10, 1, 100);
        run.call(30, 1, 100, 10, 20); // 30 below 20 below 10
        run.call(20, 1, 100, 10, 10);
        run.call(40, 1, 100);
        const RunPicture picture = run.picture();
        QCOMPARE(picture.lanes.size(), std::size_t(4));
        const std::vector<std::tuple<Symbol, int, int>> wanted{{10, -1, 0}, {20, 0, 1}, {30, 1, 2}, {40, -1, 0}};
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QCOMPARE(std::tuple(picture.lanes[i].agent, picture.lanes[i].parent, picture.lanes[i].depth), wanted[i]);
        Totals sum;
        for (const RunLane &lane : picture.lanes)
            sum += lane.totals;
        QVERIFY(sum == picture.totals);
    }

    void agentsThatNameEachOtherEnd()
    {
        RunSample run;
        run.call(1, 1, 100, 10, 2);
        run.call(2, 1, 100, 10, 3);
        run.call(3, 1, 100, 10, 1);
        run.call(4, 1, 100, 10, 4);
        const RunPicture picture = run.picture();
        std::size_t calls = 0;
        for (const RunLane &lane : picture.lanes)
            calls += lane.calls.size();
        QCOMPARE(calls, std::size_t(4));
    }

    void aParentWithoutCallsHasALane()
    {
        RunSample run;
        run.call(2, 1, 100, 10, 1);
        run.call(3, 1, 100, 10, 1);
        const RunPicture picture = run.picture();
        QCOMPARE(picture.lanes.size(), std::size_t(3));
        QCOMPARE(picture.lanes[0].agent, Symbol(1));
        QVERIFY(picture.lanes[0].totals.isZero());
    }

    void toolsBelongToTheAgentAboveThem()
    {
        RunSample run;
        run.call(1, 1, 100);
        run.call(2, 1, 100);
        run.agentSpan(100, 0, 1);
        run.agentSpan(101, 100, 2);
        run.tool(200, 101, 77, kSecond);
        run.tool(201, 1, 78, 2 * kSecond, true); // below a call
        run.tool(202, 203, 79, kSecond);         // below itself
        run.spans.back().parent = 202;
        const RunPicture picture = run.picture();
        QCOMPARE(picture.tools.size(), std::size_t(3));
        const auto toolOf = [&](Symbol name) {
            return *std::find_if(picture.tools.begin(), picture.tools.end(),
                                 [&](const RunTool &tool) { return tool.name == name; });
        };
        QCOMPARE(toolOf(77).agent, Symbol(2));
        QCOMPARE(toolOf(78).agent, Symbol(1));
        QVERIFY(toolOf(78).failed);
        QCOMPARE(toolOf(79).agent, Symbol(0));
    }

    void aPrefixBreaksWhereReadsFallAndInputDoesNot()
    {
        RunSample run;
        run.cached(1, 500, 4000);
        run.cached(1, 4600, 1999); // less than half
        run.cached(1, 600, 6000);
        run.cached(1, 1000, 2000); // the input shrank: pruned, not broken
        const RunPicture picture = run.picture();
        const auto &breaks = picture.lanes.at(0).breaks;
        QCOMPARE(breaks.size(), std::size_t(1));
        QCOMPARE(breaks[0].call, std::size_t(1));
        QCOMPARE(breaks[0].readBefore, std::int64_t(4000));
        QCOMPARE(breaks[0].readAfter, std::int64_t(1999));
    }

    void anotherModelHasItsOwnCache()
    {
        RunSample run;
        run.cached(1, 500, 4000);
        run.cached(1, 5000, 0).model = 901;
        run.cached(1, 600, 4500);
        QVERIFY(run.picture().lanes.at(0).breaks.empty());
        run.cached(1, 5200, 500);
        QCOMPARE(run.picture().lanes.at(0).breaks.at(0).call, std::size_t(3));
    }

    void retriesFollowAFailureOfTheSameStep()
    {
        RunSample run;
        run.call(1, 5, 100).flags |= CallFailed;
        run.call(2, 5, 100); // another agent
        run.call(1, 5, 300); // the retry
        run.call(1, 5, 400);
        run.call(1, 6, 500).attempt = 2;
        const RunPicture picture = run.picture();
        QCOMPARE(picture.retries(), std::int64_t(2));
        QCOMPARE(picture.retryTotals.cost.toDecimal(), UsdSum(800).toDecimal());
        QVERIFY(picture.places[2].retry && picture.places[4].retry && !picture.places[3].retry);
    }

    void afterAnotherStepItIsStillARetry()
    {
        RunSample run;
        run.call(1, 5, 100, 10).flags |= CallFailed;
        run.call(1, 6, 200, 20);
        run.call(1, 5, 300, 30);
        agreesWithTheTracker(run);
        const RunPicture picture = run.picture();
        QCOMPARE(picture.retries(), std::int64_t(1));
        QVERIFY(picture.places[2].retry);
        QCOMPARE(picture.places[2].resent, std::int64_t(220));
    }

    void answersFromACacheChangeNeitherRetryNorResend()
    {
        RunSample run;
        run.call(1, 5, 100, 10).flags |= CallFailed;
        run.call(1, 5, 7000, 70).responseCache = ResponseCache::Exact;
        run.call(1, 5, 8000, 70).responseCache = ResponseCache::Exact;
        run.calls.back().flags |= CallFailed;
        run.calls.back().attempt = 2;
        run.call(1, 5, 300, 30);
        run.call(1, 5, 400, 40);
        agreesWithTheTracker(run);
        const RunPicture picture = run.picture();
        QCOMPARE(picture.retries(), std::int64_t(1));
        QVERIFY(picture.places[3].retry && !picture.places[2].retry && !picture.places[4].retry);
        QCOMPARE(picture.places[1].resent, std::int64_t(0));
        QCOMPARE(picture.places[3].resent, std::int64_t(110));
        QCOMPARE(picture.places[4].resent, std::int64_t(330));
    }

    void manyAgentsAndStepsAgainstARule()
    {
        // Enough of them that the tracker keeps a map.
        std::mt19937 random(5);
        RunSample run;
        std::map<Symbol, std::int64_t> sent;
        std::map<std::pair<Symbol, Symbol>, bool> failed;
        std::vector<std::pair<bool, std::int64_t>> wanted;
        for (int i = 0; i < 4000; ++i) {
            const auto agent = static_cast<Symbol>(1 + random() % 60), step = static_cast<Symbol>(1 + random() % 4);
            Call &c = run.call(agent, step, static_cast<std::int64_t>(1 + random() % 900),
                               static_cast<std::int64_t>(random() % 90));
            if (random() % 3 == 0)
                c.flags |= CallFailed;
            const bool known = sent.contains(agent);
            wanted.emplace_back(failed[{agent, step}], known ? std::min(c.usage.inTotal(), sent[agent]) : 0);
            sent[agent] = c.usage.total();
            failed[{agent, step}] = c.failed();
        }
        const RunPicture picture = run.picture();
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QCOMPARE(std::pair(picture.places[i].retry, picture.places[i].resent), wanted[i]);
    }

    void agentsNestAsDeepAsATraceLikes()
    {
        constexpr Symbol kAgents = 50'000;
        RunSample run;
        for (Symbol agent = kAgents; agent > 1; --agent) // the deepest first: each is told before the one above
            run.call(agent, 1, 100, 10, agent - 1);
        run.call(1, 1, 100);
        QElapsedTimer timer;
        timer.start();
        const RunPicture picture = run.picture();
        QVERIFY2(timer.elapsed() < 20'000, "a lane is placed without looking at all others");
        QCOMPARE(picture.lanes.size(), std::size_t(kAgents));
        for (Symbol i = 0; i < kAgents; ++i) {
            const RunLane &lane = picture.lanes[i];
            if (lane.agent != i + 1 || lane.depth != static_cast<int>(i) || lane.parent != static_cast<int>(i) - 1)
                QFAIL(qPrintable(QStringLiteral("lane %1 is agent %2").arg(i).arg(lane.agent)));
        }
    }

    void aSumIsKnownFromTheFirstPriceOn()
    {
        RunSample run;
        Call &first = run.call(1, 1, 100);
        first.costOrigin = CostOrigin::Unpriced;
        first.cost = 0;
        run.call(1, 1, 100);
        const RunPicture picture = run.picture();
        QVERIFY(!picture.places[0].sumKnown);
        QVERIFY(picture.places[1].sumKnown);
    }

    void runningSumsEndAtTheTotal()
    {
        std::mt19937 random(3);
        RunSample run;
        for (int i = 0; i < 200; ++i)
            run.call(static_cast<Symbol>(1 + random() % 4), static_cast<Symbol>(1 + random() % 3),
                     static_cast<std::int64_t>(100 + random() % 900));
        const RunPicture picture = run.picture();
        UsdSum sum;
        for (std::size_t i = 0; i < picture.calls.size(); ++i) {
            sum += UsdSum(picture.calls[i].cost);
            QVERIFY(picture.places[i].sum == sum);
        }
        QVERIFY(sum == picture.totals.cost);
    }
};

QTEST_GUILESS_MAIN(TestRunPicture)
#include "tst_runpicture.moc"
