// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/engine/callpricer.h"
#include "core/models/runs/runreading.h"
#include "core/models/session/session.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

namespace {

constexpr TimeNs kNow = 1'790'000'000 * kSecond;

} // namespace

/// The page of one run: lanes, folds, selection, what stands out.
class TestRun : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_engine = std::make_unique<FakeEngine>();
        m_maker = std::make_unique<SnapshotMaker>(*m_engine);
        m_row = makeRun(*m_engine, 1, "alpha", kNow - kHour, kNow - kMinute, Outcome::Success, 0);
        m_row.totals = {};
        m_row.info.format = m_engine->symbols.intern("otlp-json");
    }
    void cleanup() { m_session.reset(); }

    void agentsAreLanes()
    {
        add("main", "plan", 1000);
        add("helper", "read", 500, "main");
        add("helper", "read", 700, "main");
        add("main", "write", 3000);
        RunModel &run = open();
        QVERIFY(run.hasLanes());
        QCOMPARE(column(run, "kind"), (QStringList{"lane", "call", "call", "lane", "call", "call"}));
        QCOMPARE(column(run, "step"), (QStringList{"main", "plan", "write", "helper", "read", "read"}));
        QCOMPARE(column(run, "number"), (QStringList{"", "1", "4", "", "2", "3"}));
        QCOMPARE(run.calls()->row(3).value("depth").toInt(), 1);
        QCOMPARE(run.calls()->row(3).value("modelName").toString(), QString("2 calls"));
        // Whatever is closed, a file has every call by time.
        run.toggle(0);
        QCOMPARE(column(run, "kind"), QStringList{"lane"});
        QCOMPARE(run.everyCall()->count(), 4);
        QCOMPARE(run.everyCall()->row(3).value("step").toString(), QString("write"));
        QCOMPARE(run.call()->title(), QString("main"));
    }

    void choosingAHiddenCallOpensWhatHidesIt()
    {
        add("main", "plan", 1000);
        add("helper", "read", 500, "main");
        RunModel &run = open();
        run.toggle(0);
        QSignalSpy chosen(&run, &RunModel::selectedChanged);
        run.select(1);
        QVERIFY(chosen.count() > 0);
        QCOMPARE(run.selectedRow(), 3);
        QCOMPARE(run.call()->title(), QString("Call 2"));
        QCOMPARE(run.contextSelected(), 0); // first of the helper's calls
        run.pick(2);
        QCOMPARE(run.selected(), -1);
        QCOMPARE(run.call()->title(), QString("helper"));
    }

    void longRunsFoldRepeats()
    {
        for (int i = 0; i < 70; ++i)
            add("main", i < 60 ? "search" : "write", 1000 + i * 100);
        RunModel &run = open();
        QVERIFY(run.hasRepeats() && run.folded());
        QCOMPARE(column(run, "kind"), (QStringList{"call", "fold", "call", "fold"}));
        QCOMPARE(run.calls()->row(1).value("step").toString(), QString("59 repeats"));
        QAbstractItemModelTester tester(run.calls(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        run.setOpen(1, true);
        QCOMPARE(run.calls()->count(), 63);
        run.select(65);
        QCOMPARE(run.calls()->row(run.selectedRow()).value("number").toString(), QString("66"));
        run.setFolded(false);
        QCOMPARE(run.calls()->count(), 70);
        QCOMPARE(run.calls()->row(run.selectedRow()).value("number").toString(), QString("66"));
        QCOMPARE(run.calls()->row(59).value("round").toString(), QString("59"));
    }

    /// Whatever a price depends on, the classes of a call add up to what it cost.
    void costByClassOfEverySort()
    {
        auto built = PriceCatalog::builtIn();
        QVERIFY(built.ok());
        const auto catalog = std::make_shared<const PriceCatalog>(*built);
        SymbolTable symbols;
        CallPricer pricer(catalog, symbols);
        struct Sort {
            std::uint32_t flags;
            const char *tier, *geo;
            PicoUsd cost;
        };
        for (const Sort &sort : {Sort{0, "", "", 50'000'000'000}, Sort{CallBatch, "standard", "", 25'000'000'000},
                                 Sort{0, "batch", "", 25'000'000'000}, Sort{0, "", "us", 55'000'000'000},
                                 Sort{CallBatch | CallFast, "", "us", 165'000'000'000}}) {
            Call call;
            call.time = kNow;
            call.provider = symbols.intern("anthropic");
            call.model = symbols.intern("claude-opus-4-6");
            call.serviceTier = symbols.intern(sort.tier);
            call.geo = symbols.intern(sort.geo);
            call.flags = sort.flags;
            call.usage.quality = UsageQuality::Exact;
            call.usage[TokenClass::InFresh] = 5000;
            call.usage[TokenClass::OutText] = 1000;
            pricer.price(call);
            QCOMPARE(call.cost, sort.cost);
            const auto money = costByClass({call}, *catalog, symbols);
            QVERIFY2(money.has_value(), sort.tier);
            QVERIFY((*money)[0] + (*money)[3] == UsdSum(sort.cost));
        }
    }

    void contextTellsItsSlope()
    {
        for (const std::int64_t input : {1000, 3000, 4000, 8000})
            add("main", "plan", input);
        RunModel &run = open();
        QVERIFY2(run.contextText().startsWith("+2,200 tokens a call, n = 4"), qPrintable(run.contextText()));
        QCOMPARE(run.context().fitFirst, 700.0);
        run.selectContext(2);
        QCOMPARE(run.selected(), 2);
        QCOMPARE(run.contextSelected(), 2);
    }

    void contextIsTheMainAgentsUntilACallIsChosen()
    {
        add("planner", "plan", 800);
        for (const std::int64_t input : {1000, 2000, 3000})
            add("worker", "read", input);
        RunModel &run = open();
        QVERIFY2(run.contextText().startsWith("worker, +1,000 tokens a call, n = 3"), qPrintable(run.contextText()));
        QCOMPARE(run.call()->title(), QString("Call 1"));
        run.select(0);
        QVERIFY(run.contextText().startsWith("planner"));
    }

    void aCacheThatAnsweredIsEstimated()
    {
        add("main", "plan", 1000).cost = 4'000'000'000;
        add("main", "plan", 1000).cost = 6'000'000'000;
        Call &free = add("main", "plan", 0);
        free.responseCache = ResponseCache::Semantic;
        free.costOrigin = CostOrigin::NoCharge;
        free.usage.quality = UsageQuality::Missing;
        Call &other = add("main", "unheard", 0);
        other.responseCache = ResponseCache::Exact;
        other.costOrigin = CostOrigin::NoCharge;
        other.usage.quality = UsageQuality::Missing;
        RunModel &run = open();
        QCOMPARE(run.reading().reuse.count(), std::int64_t(2));
        QCOMPARE(run.reading().reuse.estimated, std::int64_t(1)); // nothing is known of the other
        QCOMPARE(run.reading().reuse.saved.toDecimal(), UsdSum(5'000'000'000).toDecimal());
        QCOMPARE(note(run, "Answered from a response cache"),
                 QString("2 calls, about $0.0050 not spent (estimate of 1)"));
    }

    void loopsRetriesAndToolsAreTold()
    {
        add("main", "fetch", 1000).flags |= CallFailed;
        for (int i = 0; i < 4; ++i)
            add("main", "fetch", 1000);
        SpanFact tool;
        tool.trace = m_row.info.run;
        tool.span = 99;
        tool.label = m_engine->symbols.intern("web");
        tool.names.agent = m_engine->symbols.intern("main");
        tool.role = SpanRole::Tool;
        tool.start = kNow - kMinute;
        tool.end = tool.start + kSecond;
        tool.failed = true;
        m_engine->ledger.spans = {tool};
        RunModel &run = open();
        QVERIFY(note(run, "Loop, rule L1").startsWith("fetch, calls 2 to 5"));
        QVERIFY(note(run, "Retries").startsWith("1 call, "));
        QCOMPARE(note(run, "Tool calls"), QString("1, 1 failed"));
        QCOMPARE(column(run, "kind").last(), QString("tool"));
        run.pick(5);
        QCOMPARE(run.call()->title(), QString("web"));
    }

    void aRunThatGrowsKeepsItsSelection()
    {
        add("main", "plan", 1000);
        add("main", "plan", 2000);
        RunModel &run = open();
        run.select(1);
        add("main", "early", 500).time = kNow - kHour; // before the others
        publish();
        QTRY_COMPARE(run.everyCall()->count(), 3);
        QCOMPARE(run.selected(), 2);
        QCOMPARE(run.calls()->row(run.selectedRow()).value("input").toString(), QString("2.0\u202fk"));
    }

    void aLineThatIsNoCallKeepsItsSelection()
    {
        add("main", "plan", 1000);
        for (int i = 0; i < 4; ++i)
            add("helper", "read", 500, "main");
        SpanFact tool;
        tool.trace = m_row.info.run;
        tool.span = 99;
        tool.label = m_engine->symbols.intern("web");
        tool.names.agent = m_engine->symbols.intern("helper");
        tool.role = SpanRole::Tool;
        tool.start = kNow - kMinute;
        tool.end = tool.start + kSecond;
        m_engine->ledger.spans = {tool};
        RunModel &run = open();
        run.setFolded(true);
        int calls = 5;
        const auto keeps = [&](const char *kind, const char *agent) {
            const int row = static_cast<int>(column(run, "kind").lastIndexOf(kind));
            run.pick(row);
            const QString title = run.call()->title();
            add("main", "write", 1000);
            add((QString("new %1").arg(calls)).toUtf8().constData(), "look", 100, "main").time = kNow - kHour;
            calls += 2;
            publish();
            if (!QTest::qWaitFor([&] { return run.everyCall()->count() == calls; }))
                return false;
            const QVariantMap now = run.calls()->row(run.selectedRow());
            return run.selectedRow() != row && run.selected() == -1 && run.call()->title() == title
                   && now.value("kind").toString() == kind && now.value("agent").toString() == agent;
        };
        QVERIFY(keeps("tool", "helper"));
        QVERIFY(keeps("fold", "helper"));
        const int lane = static_cast<int>(column(run, "step").indexOf("helper"));
        run.pick(lane);
        QVERIFY(run.call()->title() == "helper");
        add("other", "look", 100, "main").time = kNow - kHour;
        publish();
        QTRY_COMPARE(run.everyCall()->count(), calls + 1);
        QVERIFY(run.selectedRow() != lane);
        QCOMPARE(run.calls()->row(run.selectedRow()).value("step").toString(), QString("helper"));
        QCOMPARE(run.call()->title(), QString("helper"));
    }

    void whatIsMissingIsNotNothing()
    {
        add("main", "plan", 1000).flags |= CallFailed;
        for (int i = 0; i < 2; ++i) { // the first is a retry
            Call &c = add("main", "plan", 1000);
            c.costOrigin = CostOrigin::Unpriced;
            c.cost = 0;
        }
        m_engine->ledger.calls[0].cost = 0;
        m_engine->ledger.calls[0].costOrigin = CostOrigin::NoCharge;
        for (int i = 0; i < 4; ++i) {
            Call &silent = add("silent", "read", 0);
            silent.usage = {};
            silent.usage.quality = UsageQuality::Missing;
            silent.costOrigin = CostOrigin::NoUsage;
            silent.cost = 0;
        }
        RunModel &run = open();
        QCOMPARE(note(run, "Retries"), QString("1 call, unknown"));
        const QStringList keys{"number", "sum"};
        QCOMPARE(run.everyCall()->copyText(0, keys), QString("1\t0.000000000")); // it failed: nothing was charged
        QCOMPARE(run.everyCall()->copyText(1, keys), QString("2\t"));
        const int lane = static_cast<int>(column(run, "step").indexOf("silent"));
        const auto unknown = [&](int row) {
            const QVariantMap cells = run.calls()->row(row);
            return cells.value("input").toString() == "unknown" && cells.value("output").toString() == "unknown"
                   && run.calls()->copyText(row, {"input", "output"}) == "\t";
        };
        const auto told = [&](const char *label) {
            TableModel *rows = run.call()->rows();
            return rows->row(rows->indexOf(label)).value("value").toString();
        };
        QVERIFY(unknown(lane));
        run.pick(lane);
        QCOMPARE(told("Input, all classes"), QString("unknown"));
        QCOMPARE(told("Output, all classes"), QString("unknown"));
        run.setFolded(true);
        const int fold = static_cast<int>(column(run, "kind").lastIndexOf("fold"));
        QVERIFY(unknown(fold));
        run.pick(fold);
        QCOMPARE(told("Input, all classes"), QString("unknown"));
        QCOMPARE(run.calls()->row(0).value("input").toString(), QString("3.0\u202fk")); // a lane with counts
    }

private:
    Call &add(const char *agent, const char *step, std::int64_t input, const char *parent = nullptr)
    {
        const auto at = kNow - 30 * kMinute + static_cast<TimeNs>(m_engine->ledger.calls.size()) * kSecond;
        Call c = makeCall(*m_engine, at, "alpha", "claude-opus-4-5", 1'000'000'000, input, 10);
        c.run = m_row.info.run;
        c.names.agent = m_engine->symbols.intern(agent);
        c.names.step = m_engine->symbols.intern(step);
        c.parentAgent = parent == nullptr ? 0 : m_engine->symbols.intern(parent);
        m_engine->ledger.calls.push_back(c);
        return m_engine->ledger.calls.back();
    }
    void publish()
    {
        m_row.totals = {};
        for (const Call &call : m_engine->ledger.calls)
            m_row.totals.add(call);
        m_maker->runs = {m_row};
        m_engine->publish(m_maker->make(m_engine->ledger.calls));
    }
    RunModel &open()
    {
        publish();
        SessionOptions options;
        options.configPath = m_folder.filePath("config.json");
        options.homeDir = m_folder.path();
        options.locale = QLocale(QLocale::English, QLocale::UnitedStates);
        options.clock = [] { return kNow; };
        m_session = std::make_unique<Session>(*m_engine, options);
        m_session->navigation()->openRun(QString::fromStdString(toHex(m_row.info.run)));
        if (!QTest::qWaitFor([&] { return m_session->run()->state() == u"ready"; }))
            qFatal("the run was not read");
        return *m_session->run();
    }
    static QStringList column(RunModel &run, const char *role)
    {
        QStringList values;
        for (int i = 0; i < run.calls()->count(); ++i)
            values << run.calls()->row(i).value(QLatin1String(role)).toString();
        return values;
    }
    static QString note(RunModel &run, const char *label)
    {
        for (const TableRow &row : run.notes()->rows())
            if (row.id == QLatin1String(label))
                return row.cells[static_cast<std::size_t>(run.notes()->roleIndex("value"))].toString();
        return {};
    }

    QTemporaryDir m_folder;
    std::unique_ptr<FakeEngine> m_engine;
    std::unique_ptr<SnapshotMaker> m_maker;
    std::unique_ptr<Session> m_session;
    RunRow m_row;
};

QTEST_MAIN(TestRun)
#include "tst_run.moc"
