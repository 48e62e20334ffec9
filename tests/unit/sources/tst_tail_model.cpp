// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sources/tail_model.h"

#include <QTest>

using namespace flyball::test;

/// Random rotations, truncations, restarts and kills against an oracle.
/// FLYBALL_MODEL_LISTS (5000) and FLYBALL_MODEL_SEED (1) change what is played.
class TestTailModel : public QObject {
    Q_OBJECT
private slots:
    void randomLists();
    void findsPlantedBugs_data();
    void findsPlantedBugs();

private:
    static std::uint64_t number(const char *name, std::uint64_t fallback);
};

std::uint64_t TestTailModel::number(const char *name, std::uint64_t fallback)
{
    bool ok = false;
    const std::uint64_t value = qEnvironmentVariable(name).toULongLong(&ok);
    return ok ? value : fallback;
}

void TestTailModel::randomLists()
{
    const std::uint64_t seed = number("FLYBALL_MODEL_SEED", 1);
    const std::uint64_t lists = number("FLYBALL_MODEL_LISTS", 5000);
    qInfo("%llu lists from seed %llu", static_cast<unsigned long long>(lists), static_cast<unsigned long long>(seed));
    for (std::uint64_t i = 0; i < lists; ++i) {
        const auto actions = randomActions(seed + i);
        const bool inotify = i % 8 == 0; // closing an inotify instance makes the kernel wait some 20 ms
        if (const auto broken = playActions(actions, inotify)) {
            const auto small = shrunk(actions, inotify);
            const std::string message = "seed " + std::to_string(seed + i) + (inotify ? ", inotify, " : ", polling, ")
                                        + *broken + "\nshrunk to: " + describe(small) + "\nwhich fails "
                                        + playActions(small, inotify).value_or("no more");
            QFAIL(message.c_str());
        }
    }
}

void TestTailModel::findsPlantedBugs_data()
{
    QTest::addColumn<int>("bug");
    QTest::newRow("positions forgotten") << static_cast<int>(PlantedBug::ForgetPositions);
    QTest::newRow("half a line taken for a whole one") << static_cast<int>(PlantedBug::AnythingIsWhole);
    QTest::newRow("offset in a transaction of its own") << static_cast<int>(PlantedBug::LateOffsets);
}

void TestTailModel::findsPlantedBugs()
{
    QFETCH(int, bug);
    for (std::uint64_t seed = 1; seed < 100; ++seed) {
        const auto actions = randomActions(seed);
        if (playActions(actions, true, static_cast<PlantedBug>(bug))) {
            const auto small = shrunk(actions, true, static_cast<PlantedBug>(bug));
            qInfo("found with seed %llu, shrunk to: %s", static_cast<unsigned long long>(seed),
                  describe(small).c_str());
            QVERIFY(small.size() <= 6);
            return;
        }
    }
    QFAIL("the model would not notice");
}

QTEST_GUILESS_MAIN(TestTailModel)
#include "tst_tail_model.moc"
