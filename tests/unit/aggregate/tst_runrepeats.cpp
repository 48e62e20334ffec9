// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <random>

#include "core/aggregate/views/runrepeats.h"

using namespace flyball;

class TestRunRepeats : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sameStepThreeTimesInARow()
    {
        const std::vector<Symbol> steps{1, 2, 2, 3, 3, 3, 3, 1};
        const auto found = findRepeats(steps);
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0], (Repeat{3, 1, 4}));
        QCOMPARE(found[0].end(), std::size_t(7));
    }

    void twoOrThreeStepsInTurn()
    {
        QCOMPARE(findRepeats(std::vector<Symbol>{1, 2, 1, 2}).size(), std::size_t(0));
        QCOMPARE(findRepeats(std::vector<Symbol>{9, 1, 2, 1, 2, 1, 2, 1}).at(0), (Repeat{1, 2, 3}));
        QCOMPARE(findRepeats(std::vector<Symbol>{1, 2, 3, 1, 2, 3, 1, 2, 3}).at(0), (Repeat{0, 3, 3}));
        QCOMPARE(findRepeats(std::vector<Symbol>{1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4}).size(), std::size_t(0));
    }

    void stepsWithoutANameRepeatNothing() { QVERIFY(findRepeats(std::vector<Symbol>{0, 0, 0, 0, 0}).empty()); }

    void stretchesNeverOverlap()
    {
        std::mt19937 random(7);
        for (int round = 0; round < 500; ++round) {
            std::vector<Symbol> steps(40);
            for (Symbol &step : steps)
                step = static_cast<Symbol>(random() % 3);
            std::size_t end = 0;
            for (const Repeat &r : findRepeats(steps)) {
                QVERIFY(r.first >= end);
                QVERIFY(r.end() <= steps.size());
                QVERIFY(r.times >= Repeat::kMinTimes);
                for (std::size_t i = r.first + r.period; i < r.end(); ++i)
                    QVERIFY(steps[i] != 0 && steps[i] == steps[i - r.period]);
                end = r.end();
            }
        }
    }

    void l1NeedsTheSameInputWithinOnePercent()
    {
        const std::vector<StepCounts> same{{5, 1000, 50}, {5, 1010, 50}, {5, 1001, 50}, {6, 1000, 50}};
        const auto found = findLoops(same);
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0], (LoopFinding{LoopRule::SameRequest, 0, 3, 1}));
        std::vector<StepCounts> grows{{5, 1000, 50}, {5, 1011, 50}, {5, 1025, 50}};
        QVERIFY(findLoops(grows).empty());
        std::vector<StepCounts> failed = same;
        failed[1].ok = false; // a retry, not a loop
        QVERIFY(findLoops(failed).empty());
    }

    void l3IsThreeRoundsOfTwo()
    {
        std::vector<StepCounts> calls;
        for (const Symbol step : {1U, 2U, 1U, 2U, 1U, 2U})
            calls.push_back({step, 100 * static_cast<std::int64_t>(calls.size() + 1), 50});
        QCOMPARE(findLoops(calls).at(0), (LoopFinding{LoopRule::Alternation, 0, 6, 2}));
        calls.pop_back();
        QVERIFY(findLoops(calls).empty());
    }

    void l4IsAnInputThatRisesForNothing()
    {
        // metrics.md 3.2: output below 1 % of the input in the last four of at least six calls, input rising.
        std::vector<StepCounts> calls{{1, 1000, 500},   {2, 2000, 500},   {3, 50'000, 400},
                                      {4, 60'000, 400}, {5, 70'000, 400}, {6, 80'000, 500}};
        QCOMPARE(findLoops(calls).at(0), (LoopFinding{LoopRule::Starving, 2, 6, 1}));
        std::vector<StepCounts> useful = calls;
        useful.back().output = 800; // exactly 1 %
        QVERIFY(findLoops(useful).empty());
        std::vector<StepCounts> pruned = calls;
        pruned.back().input = 70'000;
        QVERIFY(findLoops(pruned).empty());
        calls.erase(calls.begin());
        QVERIFY(findLoops(calls).empty()); // five calls
    }
};

QTEST_GUILESS_MAIN(TestRunRepeats)
#include "tst_runrepeats.moc"
