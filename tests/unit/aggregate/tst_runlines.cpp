// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <set>

#include "core/aggregate/views/runlines.h"
#include "tests/unit/aggregate/runsample.h"

using namespace flyball;
using Kind = RunLine::Kind;

class TestRunLines : public QObject {
    Q_OBJECT

    static QByteArray words(const RunPicture &run, const RunFolding &folding)
    {
        QByteArray text;
        for (const RunLine &line : linesOf(run, folding)) {
            text += text.isEmpty() ? "" : " ";
            text += line.kind == Kind::Lane   ? "L" + QByteArray::number(run.lanes[line.lane].agent)
                    : line.kind == Kind::Call ? QByteArray::number(line.index + 1)
                    : line.kind == Kind::Tool ? "T" + QByteArray::number(run.tools[line.index].name)
                                              : "F" + QByteArray(line.open ? "o" : "c");
        }
        return text;
    }

private Q_SLOTS:
    void oneAgentHasNoLaneAndToolsStandWhereTheyHappened()
    {
        RunSample run;
        run.call(1, 1, 100);
        run.call(1, 2, 100);
        run.tool(50, 1, 7, kSecond + 1);
        run.tool(51, 2, 8, 9 * kSecond);
        QCOMPARE(words(run.picture(), {}), QByteArray("1 T7 2 T8"));
    }

    void repeatsFoldAndOpen()
    {
        RunSample run;
        for (const Symbol step : {1U, 2U, 2U, 2U, 2U, 3U})
            run.call(1, step, 100);
        run.tool(50, 3, 7, 3 * kSecond + 1); // between the repeats
        const RunPicture picture = run.picture();
        QCOMPARE(words(picture, {}), QByteArray("1 2 3 T7 4 5 6"));
        RunFolding folding;
        folding.fold = true;
        QCOMPARE(words(picture, folding), QByteArray("1 2 Fc 6"));
        uncover(picture, 3, folding);
        QCOMPARE(words(picture, folding), QByteArray("1 2 Fo 3 T7 4 5 6"));
    }

    void aFoldOfTwoStepsShowsItsFirstRound()
    {
        RunSample run;
        for (const Symbol step : {1U, 2U, 1U, 2U, 1U, 2U, 9U})
            run.call(1, step, 100);
        RunFolding folding;
        folding.fold = true;
        QCOMPARE(words(run.picture(), folding), QByteArray("1 2 Fc 7"));
    }

    void lanesCollapseWithWhatIsBelow()
    {
        RunSample run;
        run.call(10, 1, 100);
        run.call(20, 1, 100, 10, 10);
        run.call(30, 1, 100);
        run.call(10, 1, 100);
        const RunPicture picture = run.picture();
        QCOMPARE(words(picture, {}), QByteArray("L10 1 4 L20 2 L30 3"));
        RunFolding folding;
        folding.collapsed = {20};
        QCOMPARE(words(picture, folding), QByteArray("L10 1 4 L20 L30 3"));
        folding.collapsed = {10};
        QCOMPARE(words(picture, folding), QByteArray("L10 L30 3"));
        uncover(picture, 1, folding);
        QCOMPARE(words(picture, folding), QByteArray("L10 1 4 L20 2 L30 3"));
    }

    void everyCallHasALineAndKeysDiffer()
    {
        RunSample run;
        for (int i = 0; i < 400; ++i)
            run.call(1 + static_cast<Symbol>(i % 5), 1 + static_cast<Symbol>(i / 40), 100);
        for (int i = 0; i < 50; ++i)
            run.tool(1000 + static_cast<std::uint64_t>(i), 1, 7, i * kSecond);
        const RunPicture picture = run.picture();
        RunFolding folding;
        std::set<std::uint64_t> keys;
        std::size_t calls = 0, tools = 0;
        const auto lines = linesOf(picture, folding);
        for (const RunLine &line : lines) {
            keys.insert(line.key());
            calls += line.kind == Kind::Call;
            tools += line.kind == Kind::Tool;
        }
        QCOMPARE(keys.size(), lines.size());
        QCOMPARE(calls, std::size_t(400));
        QCOMPARE(tools, std::size_t(50));
    }
};

QTEST_GUILESS_MAIN(TestRunLines)
#include "tst_runlines.moc"
