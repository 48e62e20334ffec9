// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRandomGenerator>
#include <QTest>
#include <algorithm>
#include <map>

#include "core/aggregate/views/changes.h"
#include "core/aggregate/views/pivot.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

// The table by two dimensions against a fold over the calls; the steps of a difference against figures by hand.
class TestExplore : public QObject {
    Q_OBJECT

    static Group group(Symbol item, std::int64_t calls, std::int64_t tokens, PicoUsd cost)
    {
        Group g;
        g.key[0] = item;
        g.totals.calls = calls;
        g.totals.tokens[static_cast<std::size_t>(TokenClass::InFresh)] = tokens;
        g.totals.cost = UsdSum(cost);
        return g;
    }
    static constexpr PicoUsd usd(std::int64_t cents) { return cents * (kPicoPerUsd / 100); }

private Q_SLOTS:
    void pivotEqualsBruteForce()
    {
        FakeEngine engine;
        QRandomGenerator dice(11);
        const char *workflows[] = {"a", "b", "c", ""};
        const char *models[] = {"m1", "m2", "m3", "m4", "m5"};
        std::vector<Call> calls;
        constexpr TimeNs kNow = 1'795'000'000 * kSecond;
        std::map<std::pair<Symbol, Symbol>, Totals> expected;
        for (int i = 0; i < 3000; ++i) {
            calls.push_back(makeCall(engine, kNow - TimeNs(dice.bounded(3600)) * kSecond, workflows[dice.bounded(4)],
                                     models[dice.bounded(5)], PicoUsd(dice.generate() % 900'000'000),
                                     dice.bounded(9000), dice.bounded(900)));
            expected[{calls.back().names.workflow, calls.back().model}].add(calls.back());
        }
        SnapshotMaker maker(engine);
        maker.takenAt = kNow;
        const auto snapshot = maker.make(calls);
        Folder folder;
        const Folded folded = folder.fold(snapshot->minutes, {kNow - 2 * kHour, kNow + kHour});
        const Pivot table = pivot(folded, *snapshot->series, Dimension::Workflow, Dimension::Model);
        QCOMPARE(table.rows.size(), std::size_t(4));
        QCOMPARE(table.columns.size(), std::size_t(5));
        Totals sum;
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            Totals row;
            for (std::size_t c = 0; c < table.columns.size(); ++c) {
                QVERIFY(table.at(r, c) == (expected[{table.rows[r], table.columns[c]}]));
                row += table.at(r, c);
            }
            QVERIFY(row == table.rowTotals[r]);
            if (r > 0)
                QVERIFY(table.rowTotals[r - 1].cost >= table.rowTotals[r].cost);
            sum += row;
        }
        QVERIFY(sum == table.total);
    }

    void effectsByHand()
    {
        // Before: A 10 calls, 1,000 tokens, $1.00; B 10 calls, 1,000 tokens, $3.00. After: A 30 calls, 4,500 tokens,
        // $3.60; B 10 calls, 1,000 tokens, $3.30. Twice the calls in all.
        const Comparison c = compareGroups({group(1, 10, 1000, usd(100)), group(2, 10, 1000, usd(300))},
                                           {group(1, 30, 4500, usd(360)), group(2, 10, 1000, usd(330))});
        QCOMPARE(c.items.size(), std::size_t(2));
        const CostChange &a = c.items[0];
        QCOMPARE(a.key[0], Symbol(1));
        QVERIFY(a.effects.volume == UsdSum(usd(100))); // 1.00 * 40/20 - 1.00
        QVERIFY(a.effects.mix == UsdSum(usd(100)));    // 1.00 * 30/10 - 2.00
        QVERIFY(a.effects.size == UsdSum(usd(150)));   // 1.00 * 4500/1000 - 3.00
        QVERIFY(a.effects.rate == UsdSum(usd(-90)));   // 3.60 - 4.50
        const CostChange &b = c.items[1];
        QVERIFY(b.effects.volume == UsdSum(usd(300)));
        QVERIFY(b.effects.mix == UsdSum(usd(-300)));
        QVERIFY(b.effects.size.isZero());
        QVERIFY(b.effects.rate == UsdSum(usd(30)));
        QVERIFY(c.effects.volume == UsdSum(usd(400)));
        QVERIFY(c.effects.sum() == UsdSum(usd(290)));
    }

    void oneCauseOneEffect()
    {
        const std::vector<Group> before{group(1, 10, 1000, usd(100)), group(2, 5, 700, usd(300))};
        const auto only = [](const CostEffects &e, UsdSum CostEffects::*kept) {
            CostEffects rest = e;
            rest.*kept = {};
            return rest == CostEffects{} && !(e.*kept).isZero();
        };
        QVERIFY(compareGroups(before, before).effects == CostEffects{});
        // All of everything twice.
        QVERIFY(only(compareGroups(before, {group(1, 20, 2000, usd(200)), group(2, 10, 1400, usd(600))}).effects,
                     &CostEffects::volume));
        // As many calls, other shares, what each costs as before.
        QVERIFY(only(compareGroups(before, {group(1, 5, 500, usd(50)), group(2, 10, 1400, usd(600))}).effects,
                     &CostEffects::mix));
        // Longer calls at the old rate.
        QVERIFY(only(compareGroups(before, {group(1, 10, 1500, usd(150)), group(2, 5, 700, usd(300))}).effects,
                     &CostEffects::size));
        // A new price.
        QVERIFY(only(compareGroups(before, {group(1, 10, 1000, usd(120)), group(2, 5, 700, usd(300))}).effects,
                     &CostEffects::rate));
    }

    void newGoneAndNothing()
    {
        // What is new or gone is mix; with nothing before, all is volume.
        const Comparison c = compareGroups({group(1, 10, 1000, usd(100))}, {group(2, 10, 500, usd(40))});
        QVERIFY(c.effects.volume.isZero() && c.effects.size.isZero() && c.effects.rate.isZero());
        QVERIFY(c.effects.mix == UsdSum(usd(-60)));
        QVERIFY(compareGroups({}, {group(1, 3, 10, usd(7))}).effects == (CostEffects{UsdSum(usd(7)), {}, {}, {}}));
        QVERIFY(compareGroups({group(1, 3, 10, usd(7))}, {}).effects == (CostEffects{UsdSum(usd(-7)), {}, {}, {}}));
        QVERIFY(compareGroups({}, {}).items.empty());
        // A search billed by the request has no tokens: dearer calls are then a matter of the rate.
        QVERIFY(compareGroups({group(1, 2, 0, usd(10))}, {group(1, 2, 0, usd(14))}).effects
                == (CostEffects{{}, {}, {}, UsdSum(usd(4))}));
    }

    void stepsSumExactly()
    {
        QRandomGenerator dice(5);
        for (int round = 0; round < 500; ++round) {
            const auto some = [&] {
                std::vector<Group> groups;
                for (Symbol item = 1; item <= 7; ++item)
                    if (dice.bounded(4) > 0) {
                        groups.push_back(group(item, dice.bounded(1000), dice.bounded(5'000'000),
                                               PicoUsd(dice.generate64() % 9'000'000'000'000'000ULL)));
                        groups.back().key[1] = item % 3;
                    }
                return groups;
            };
            const Comparison fine = compareGroups(some(), some());
            const Comparison coarse = byFirst(fine);
            for (const Comparison *c : {&fine, &coarse}) {
                QVERIFY(c->effects.sum() == c->after.cost - c->before.cost);
                CostEffects all;
                for (const CostChange &change : c->items) {
                    QVERIFY(change.effects.sum() == change.after.cost - change.before.cost);
                    all += change.effects;
                }
                QVERIFY(all == c->effects);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestExplore)
#include "tst_explore.moc"
