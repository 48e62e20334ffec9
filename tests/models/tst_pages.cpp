// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/models/session_bench.h"

using namespace flyball;

// What each page shows, from snapshots with known numbers.
class TestPages : public QObject, SessionBench {
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }

    void overviewShowsTheSums()
    {
        Call unpriced = call(10 * kMinute, "beta", 0);
        unpriced.costOrigin = CostOrigin::Unpriced;
        unpriced.usage[TokenClass::InFresh] = 2000;
        unpriced.usage[TokenClass::OutText] = 200;
        m_engine->publish(m_maker->make({call(5 * kMinute, "alpha", 10.5), call(20 * kMinute, "alpha", 1.5),
                                         call(30 * kMinute, "beta", 3), call(5 * kHour, "alpha", 99), unpriced}));
        auto session = open(options());
        QVERIFY(session->hasData());
        Kpi *spend = session->overview()->spend();
        QCOMPARE(spend->value(), QStringLiteral("$15.00"));
        QCOMPARE(spend->mark(), QStringLiteral("≥"));
        QCOMPARE(plain(spend->chipText()), QStringLiteral("60.0 % priced")); // 3,300 of 5,500 tokens
        TableModel *table = session->overview()->workflows();
        QCOMPARE(table->count(), 2);
        QCOMPARE(cell(table, 0, "name").toString(), QStringLiteral("alpha"));
        QCOMPARE(cell(table, 0, "spend").toString(), QStringLiteral("$12.00"));
        QCOMPARE(cell(table, 0, "spendMark").toString(), QString());
        QCOMPARE(cell(table, 1, "spendMark").toString(), QStringLiteral("≥"));
        QCOMPARE(plain(cell(table, 1, "state").toString()), QStringLiteral("67 % unpriced"));
        QVERIFY(!table->present().contains(QStringLiteral("pass"))); // no outcome anywhere
        QVERIFY(!table->present().contains(QStringLiteral("cache")));
        QCOMPARE(session->overview()->unpricedModels()->count(), 1);
        session->range()->setKey(QStringLiteral("24h"));
        QCOMPARE(spend->value(), QStringLiteral("$114.00"));
    }

    void unpricedAloneIsUnknown()
    {
        Call unpriced = call(kMinute, "alpha", 0);
        unpriced.costOrigin = CostOrigin::Unpriced;
        m_engine->publish(m_maker->make({unpriced}));
        auto session = open(options());
        QCOMPARE(session->overview()->spend()->value(), QStringLiteral("unknown"));
        QCOMPARE(cell(session->overview()->workflows(), 0, "spend").toString(), QStringLiteral("unknown"));
    }

    void chartSumsToTheSpend()
    {
        std::vector<Call> calls;
        QRandomGenerator dice(1);
        for (int i = 0; i < 400; ++i)
            calls.push_back(call(TimeNs(dice.bounded(170)) * kMinute + kMinute,
                                 qPrintable(QStringLiteral("w%1").arg(dice.bounded(12))), dice.bounded(1.0)));
        m_engine->publish(m_maker->make(calls));
        auto session = open(options());
        const StackData chart = session->overview()->chart();
        QCOMPARE(chart.bins, 180);
        QCOMPARE(chart.bands.size(), 8); // seven and "other"
        QCOMPARE(session->overview()->bandId(7), QString());
        QVERIFY(!session->overview()->bandId(0).isEmpty());
        double sum = 0;
        for (const StackBand &band : chart.bands)
            for (const double v : band.values)
                sum += v; // bins of a minute: USD per minute
        QVERIFY(std::abs(sum - session->view().totals.cost.toDouble()) < 1e-9);
        session->overview()->toggleHidden(session->overview()->bandId(0));
        session->refreshNow();
        QCOMPARE(session->overview()->chart().bands.size(), 7);
    }

    void workflowPageHasItsOwnSums()
    {
        for (std::uint64_t i = 0; i < 100; ++i)
            m_maker->runs.push_back(makeRun(*m_engine, i, i < 80 ? "alpha" : "beta", kNow - kHour,
                                            kNow - kMinute - TimeNs(i),
                                            i % 4 == 0 ? Outcome::Failure : Outcome::Success, kPicoPerUsd / 10));
        Call stepped = call(kMinute, "alpha", 2);
        stepped.names.step = m_engine->symbols.intern("plan");
        m_engine->publish(m_maker->make({stepped, call(3 * kMinute, "alpha", 1), call(kMinute, "beta", 5)}));
        auto session = open(options());
        session->navigation()->openWorkflow(cell(session->overview()->workflows(), 1, "id").toString());
        QCOMPARE(session->workflow()->name(), QStringLiteral("alpha"));
        auto kpis = session->workflow()->kpis();
        QCOMPARE(kpis.at(&kpis, 0)->value(), QStringLiteral("$3.00"));
        QCOMPARE(kpis.at(&kpis, 1)->value(), QStringLiteral("80"));
        QCOMPARE(kpis.at(&kpis, 2)->value(), QStringLiteral("$0.100"));
        QCOMPARE(kpis.at(&kpis, 3)->value(), QStringLiteral("$0.100"));
        QVERIFY(plain(kpis.at(&kpis, 3)->sub()).contains(QStringLiteral("n too small, 80 of 300")));
        QCOMPARE(kpis.at(&kpis, 4)->value(), QStringLiteral("$0.133")); // 8.00 / 60
        QCOMPARE(kpis.at(&kpis, 6)->value(), QStringLiteral("75.0"));
        QCOMPARE(session->workflow()->steps()->count(), 2);
        QCOMPARE(cell(session->workflow()->steps(), 0, "name").toString(), QStringLiteral("plan"));
        QCOMPARE(session->workflow()->trend().panels.size(), 2);
        QTRY_COMPARE(session->workflow()->runs()->table()->totalCount(), 80);
        const QVariantList crumbs = session->navigation()->crumbs();
        QCOMPARE(crumbs.last().toMap().value(QStringLiteral("text")).toString(), QStringLiteral("alpha"));
        session->navigation()->back();
        QCOMPARE(session->navigation()->page(), QStringLiteral("overview"));
    }

    void topThreeAreStepsWhateverTheirTiers()
    {
        std::vector<Call> calls;
        const auto add = [&](const char *step, const char *tier, int dollars) {
            calls.push_back(call(kMinute, "alpha", dollars));
            calls.back().names.step = m_engine->symbols.intern(step);
            calls.back().names.tier = m_engine->symbols.intern(tier);
        };
        add("plan", "cheap", 4);
        add("plan", "frontier", 3);
        add("read", "mid", 2);
        add("write", "mid", 2);
        add("check", "mid", 1);
        m_engine->publish(m_maker->make(calls));
        auto session = open(options());
        session->navigation()->openWorkflow(cell(session->overview()->workflows(), 0, "id").toString());
        // plan 7, read 2, write 2 of 12 dollars.
        QVERIFY2(plain(session->workflow()->stepsSub()).contains(QStringLiteral("92 %")),
                 qPrintable(session->workflow()->stepsSub()));
    }

    void runsFilterSortAndPage()
    {
        for (std::uint64_t i = 0; i < 1500; ++i)
            m_maker->runs.push_back(makeRun(*m_engine, i, i % 3 == 0 ? "alpha" : "beta", kNow - kHour + TimeNs(i),
                                            kNow - kMinute, i % 5 == 0 ? Outcome::Failure : Outcome::Success,
                                            static_cast<PicoUsd>(i) * kPicoPerUsd));
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 1)}));
        auto session = open(options());
        session->navigation()->show(QStringLiteral("runs"));
        TableModel *table = session->runs()->table();
        QAbstractItemModelTester tester(table, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_COMPARE(table->count(), 200);
        QCOMPARE(table->totalCount(), 1500);
        table->sortBy(QStringLiteral("cost"));
        table->sortBy(QStringLiteral("cost"));
        session->refreshNow();
        const bool descending = table->sortDescending();
        QTRY_COMPARE(cell(table, 0, "cost").toString(),
                     descending ? QStringLiteral("$1,499.00") : QStringLiteral("$0.00"));
        table->loadMore();
        session->refreshNow();
        QTRY_COMPARE(table->count(), 400);
        session->runs()->setSegment(QStringLiteral("failed"));
        session->refreshNow();
        QTRY_COMPARE(table->totalCount(), 300);
        session->runs()->setFilterText(QStringLiteral("ALPHA"));
        session->refreshNow();
        QTRY_COMPARE(table->totalCount(), 100); // every 15th
        table->setFrozen(true);
        const QString first = cell(table, 0, "id").toString();
        table->sortBy(QStringLiteral("start"));
        session->refreshNow();
        QCOMPARE(cell(table, 0, "id").toString(), first);
    }

    void runDetailAddsUp()
    {
        RunRow row = makeRun(*m_engine, 1, "alpha", kNow - kHour, kNow - kMinute, Outcome::Success, 0);
        row.totals = {};
        const auto match = m_engine->catalog->match("anthropic", "claude-opus-4-5");
        QVERIFY(match.found());
        std::vector<Call> calls;
        UsdSum sum;
        for (int i = 0; i < 5; ++i) {
            Call c = makeCall(*m_engine, kNow - TimeNs(50 - i) * kMinute, "alpha", "claude-opus-4-5", 0, 1000 * (i + 1),
                              200);
            c.run = row.info.run;
            c.latencyNs = 2 * kSecond;
            c.flags |= CallCacheKnown;
            const Cost cost = price(match, c.usage, {c.time, {}, false, {}});
            QVERIFY(cost.priced);
            c.cost = cost.total;
            c.priceRule = cost.ruleId;
            sum.add(c.cost);
            row.totals.add(c);
            calls.push_back(c);
        }
        m_engine->ledger.calls = calls;
        m_maker->runs.push_back(row);
        m_engine->publish(m_maker->make(calls));
        auto session = open(options());
        session->navigation()->openRun(QString::fromStdString(toHex(row.info.run)));
        RunModel *run = session->run();
        QTRY_COMPARE(run->state(), QStringLiteral("ready"));
        const Formatter f(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
        QCOMPARE(run->calls()->count(), 5);
        QCOMPARE(cell(run->calls(), 4, "sum").toString(), f.money(sum));
        TableModel *classes = run->classes();
        QCOMPARE(cell(classes, classes->count() - 1, "cost").toString(), f.moneyFine(sum));
        QCOMPARE(cell(classes, 0, "name").toString(), QStringLiteral("Fresh input"));
        QVERIFY(cell(classes, 0, "cost").toString().startsWith(u'$'));
        // Inputs 1000..5000, outputs 200: sent again are min(I, I before + O before) = 1200, 2200, ...
        QCOMPARE(run->context().calls.at(1).history, 1200.0);
        QCOMPARE(run->context().calls.at(1).fresh, 800.0);
        run->select(2);
        QCOMPARE(run->call()->title(), QStringLiteral("Call 3"));
        QVERIFY(run->call()->ruleText().contains(QStringLiteral("claude-opus-4-5")));
        QCOMPARE(run->workflow(), QStringLiteral("alpha"));
    }

    void unknownRunIsMissing()
    {
        auto session = open(options());
        session->navigation()->openRun(QStringLiteral("<b>no</b>"));
        QCOMPARE(session->run()->state(), QStringLiteral("missing"));
    }

    void callsBehindANumber()
    {
        std::vector<Call> calls;
        for (int i = 0; i < 10'050; ++i)
            calls.push_back(call(kMinute + TimeNs(i) * kSecond / 2, i % 2 == 0 ? "alpha" : "beta", 0.01));
        m_engine->ledger.calls = calls;
        m_engine->publish(m_maker->make(calls));
        auto session = open(options());
        session->overview()->spend()->openCalls();
        QVERIFY(session->callsOpen());
        QTRY_VERIFY(!session->calls()->table()->loading());
        QVERIFY(session->calls()->table()->totalText().startsWith(QStringLiteral("first 10,000 calls")));
        session->openCallsOf(QStringLiteral("workflow"), cell(session->overview()->workflows(), 0, "id").toString());
        QTRY_COMPARE(session->calls()->table()->totalCount(), 5025);
        session->setCallsOpen(false);
        QVERIFY(!session->callsOpen());
    }

    void overridePreviewSaveUndo()
    {
        Call unpriced = makeCall(*m_engine, kNow - kMinute, "alpha", "house-model", 0, 1'000'000, 1'000'000);
        unpriced.costOrigin = CostOrigin::Unpriced;
        const std::vector<Call> calls{unpriced, call(kMinute, "alpha", 3)};
        m_engine->ledger.calls = calls;
        m_engine->publish(m_maker->make(calls));
        auto session = open(options());
        session->navigation()->show(QStringLiteral("prices"));
        PricesModel *prices = session->prices();
        QCOMPARE(prices->unpricedCount(), 1);
        prices->setView(QStringLiteral("unpriced"));
        session->refreshNow();
        QCOMPARE(prices->table()->count(), 1);
        PriceEditor *editor = prices->editor();
        editor->load(cell(prices->table(), 0, "id").toString());
        QCOMPARE(editor->state(), QStringLiteral("No price"));
        editor->setInput(QStringLiteral("0.45"));
        editor->setOutput(QStringLiteral("abc"));
        QVERIFY(!editor->canSave());
        QVERIFY(editor->errors().contains(QStringLiteral("output")));
        editor->setOutput(QStringLiteral("1.80"));
        QVERIFY(editor->canSave());
        QTRY_VERIFY(editor->preview().contains(QStringLiteral("$5.25"))); // 3 + 0.45 + 1.80
        QVERIFY(plain(editor->preview()).contains(QStringLiteral("100.0 % priced")));
        QSignalSpy notice(session.get(), &Session::notice);
        editor->save();
        QTRY_COMPARE(notice.size(), 1);
        QVERIFY(m_engine->overridesJson.find("house-model") != std::string::npos);
        QVERIFY(prices->canUndo());
        session->act(notice.at(0).at(3).toString());
        QTRY_VERIFY(m_engine->overridesJson.find("house-model") == std::string::npos);
    }

    void sourcesComeAndGo()
    {
        auto session = open(options());
        const QString path = m_dir.filePath(QStringLiteral("empty"));
        QVERIFY(QDir().mkpath(path));
        SourcesModel *sources = session->sources();
        sources->check(path);
        QTRY_COMPARE(sources->checkState(), QStringLiteral("ok"));
        sources->check(m_dir.filePath(QStringLiteral("not there")));
        QTRY_COMPARE(sources->checkState(), QStringLiteral("bad"));
        sources->add(QUrl::fromLocalFile(path).toString());
        QCOMPARE(m_engine->log.back(), "add " + path.toStdString());
        sources->add(path); // twice is once
        QCOMPARE(m_engine->log.size(), std::size_t(1));
        session->settings()->saveNow();
        ConfigStore stored(session->settings()->configPath(), true);
        QCOMPARE(stored.sources().size(), std::size_t(1));
        const QString id = QString::fromStdString(stored.sources().front().id);
        sources->setPaused(id, true);
        sources->remove(id, true);
        QCOMPARE(m_engine->log.back(), "remove " + id.toStdString() + " with rows");
        session->settings()->saveNow();
        QVERIFY(ConfigStore(session->settings()->configPath(), true).sources().empty());
    }

    void rejectedLinesAreNamed()
    {
        SourceHealth h;
        h.id = "s1";
        h.kind = "otlp-json";
        h.target = "/data/spans\n.jsonl";
        h.state = SourceState::Stale;
        h.rejected = 41;
        h.rejects.push_back({"not_json", 41, "/data/x.jsonl", 17, 3});
        m_maker->sources = {h};
        m_maker->rejected = 41;
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 1)}));
        auto session = open(options());
        QCOMPARE(session->overview()->spend()->mark(), QStringLiteral("≥"));
        session->navigation()->show(QStringLiteral("sources"));
        QCOMPARE(cell(session->sources()->table(), 0, "name").toString(), QStringLiteral("spans .jsonl"));
        QCOMPARE(cell(session->sources()->table(), 0, "stateTone").toString(), QStringLiteral("warn"));
        QCOMPARE(cell(session->sources()->rejects(), 0, "count").toString(), QStringLiteral("41"));
        QCOMPARE(cell(session->sources()->rejects(), 0, "reason").toString(), QStringLiteral("not json"));
    }
};

int main(int argc, char **argv)
{
    QGuiApplication app(argc, argv); // clipboard
    TestPages test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_pages.moc"
