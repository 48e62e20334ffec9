// SPDX-License-Identifier: GPL-3.0-or-later
#include <QGuiApplication>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/session/session.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

// The numbers of a workflow as QML sees them: texts, states, the calls behind, another scope.
class TestNumbers : public QObject {
    Q_OBJECT

    static constexpr TimeNs kNow = 1'795'000'000 * kSecond;
    QTemporaryDir m_dir;
    std::unique_ptr<FakeEngine> m_engine;
    std::unique_ptr<SnapshotMaker> m_maker;
    std::unique_ptr<Session> m_session;
    int m_homes = 0;

    static QString plain(QString text) { return text.replace(QChar(0x202f), u' ').replace(QChar(0x2009), u' '); }
    NumbersModel &numbers() { return *m_session->workflow()->numbers(); }
    QString cell(const QString &measure, const char *role)
    {
        TableModel *table = numbers().measures();
        return plain(table->row(table->indexOf(measure)).value(QString::fromLatin1(role)).toString());
    }
    /// Ten runs of $0.10 with two calls each; run 0 fails, its second call is cut off; version v2 from run 5 on.
    void fleet()
    {
        std::vector<Call> calls;
        for (std::uint64_t run = 0; run < 10; ++run) {
            RunRow row = makeRun(*m_engine, run, "alpha", kNow - kHour, kNow - kHour + TimeNs(run) * kMinute,
                                 run == 0 ? Outcome::Failure : Outcome::Success, 0);
            row.totals = {};
            for (int i = 0; i < 2; ++i) {
                Call c = makeCall(*m_engine, kNow - kHour + TimeNs(run) * kMinute + i, "alpha", "m", kPicoPerUsd / 20,
                                  900, 100);
                c.run = row.info.run;
                c.names.step = m_engine->symbols.intern(i == 0 ? "plan" : "act");
                c.names.promptVersion = m_engine->symbols.intern(run < 5 ? "v1" : "v2");
                c.finishReason = m_engine->symbols.intern(run == 0 && i == 1 ? "length" : "stop");
                row.totals.add(c);
                calls.push_back(c);
            }
            m_maker->runs.push_back(row);
        }
        m_engine->ledger.calls = calls;
        m_engine->publish(m_maker->make(calls));
    }
    void openNumbers()
    {
        SessionOptions o;
        o.configPath = m_dir.filePath(QStringLiteral("%1/config.json").arg(++m_homes));
        o.clock = [] { return kNow; };
        o.detect = [] { return std::vector<DetectedSource>(); };
        o.locale = QLocale(QLocale::English, QLocale::UnitedStates);
        m_session = std::make_unique<Session>(*m_engine, std::move(o));
        m_session->range()->setKey(QStringLiteral("all"));
        m_session->navigation()->openWorkflow(symbolId(m_engine->symbols.intern("alpha")));
        numbers().setOpen(true);
        m_session->refreshNow();
    }

private Q_SLOTS:
    void init()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
        m_engine = std::make_unique<FakeEngine>();
        m_maker = std::make_unique<SnapshotMaker>(*m_engine);
        m_maker->takenAt = kNow;
    }
    void cleanup() { m_session.reset(); }

    void textsFractionsAndReasons()
    {
        fleet();
        openNumbers();
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        QCOMPARE(numbers().measures()->count(), int(kMeasures));
        QCOMPARE(plain(numbers().sub()), QStringLiteral("alpha, 20 calls, 10 runs ended"));
        QCOMPARE(cell("cost_per_run", "value"), QStringLiteral("$0.100"));
        QCOMPARE(cell("cost_per_run", "of"), QStringLiteral("$1.00 / 10"));
        QCOMPARE(cell("success_rate", "value"), QStringLiteral("90.0 %"));
        QCOMPARE(cell("success_rate", "of"), QStringLiteral("9 / 10"));
        QVERIFY(cell("success_rate", "interval").endsWith(QStringLiteral(" %")));
        QCOMPARE(cell("truncation_rate", "of"), QStringLiteral("1 / 20"));
        QCOMPARE(cell("cost_p99", "value"), QStringLiteral("n too small"));
        QCOMPARE(cell("cost_p99", "valueTone"), QStringLiteral("muted"));
        QCOMPARE(cell("cost_p99", "n"), QStringLiteral("10"));
        QCOMPARE(cell("near_limit_rate", "value"), QStringLiteral("no call states its limit"));
        QVERIFY(
            cell("cost_per_run", "tip").contains(QStringLiteral("$1.00 (cost of the runs) / 10 (runs that ended)")));
        QVERIFY(cell("near_limit_rate", "tip").contains(QStringLiteral("Not known: no call states its limit")));
        // For files: exact values, nothing where it is not known.
        const QStringList keys{QStringLiteral("value"), QStringLiteral("top"), QStringLiteral("bottom")};
        const auto copied = [&](const char *key) {
            return numbers().measures()->copyText(numbers().measures()->indexOf(QString::fromLatin1(key)), keys);
        };
        QCOMPARE(copied("cost_per_run"), QStringLiteral("0.100000000\t1.000000000\t10"));
        QCOMPARE(copied("cost_p99"), QStringLiteral("\t\t"));
    }

    void theCallsBehind()
    {
        fleet();
        openNumbers();
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        const auto behind = [&](const char *key) {
            numbers().openCalls(QString::fromLatin1(key));
            return m_session->callsOpen();
        };
        QVERIFY(behind("truncation_rate"));
        QTRY_COMPARE(m_session->calls()->calls().size(), std::size_t(1));
        QCOMPARE(m_engine->symbols.text(m_session->calls()->calls()[0].finishReason), std::string_view("length"));
        QVERIFY(behind("cost_of_failed"));
        QTRY_COMPARE(m_session->calls()->calls().size(), std::size_t(2));
        QVERIFY(behind("retries"));
        QTRY_COMPARE(m_session->calls()->table()->totalText(), QStringLiteral("0 calls"));
        QVERIFY(behind("output_share"));
        QTRY_COMPARE(m_session->calls()->calls().size(), std::size_t(20));
    }

    void anotherScope()
    {
        fleet();
        openNumbers();
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        QStringList offered;
        for (const QVariant &option : numbers().dimensions())
            offered.append(option.toMap().value(QStringLiteral("key")).toString());
        QCOMPARE(offered,
                 (QStringList{QString(), QStringLiteral("step"), QStringLiteral("model"), QStringLiteral("prompt")}));
        numbers().setDimension(QStringLiteral("prompt"));
        QCOMPARE(numbers().measures()->count(), 0); // no figure of another scope under this name
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        QCOMPARE(numbers().values().size(), 2);
        numbers().setValue(symbolId(m_engine->symbols.intern("v1")));
        QTRY_COMPARE(cell("success_rate", "of"), QStringLiteral("4 / 5"));
        QCOMPARE(plain(numbers().sub()), QStringLiteral("v1, 10 calls, 5 runs ended"));
        numbers().openCalls(QStringLiteral("output_share"));
        QTRY_COMPARE(m_session->calls()->calls().size(), std::size_t(10));
        // Both versions side by side, of the whole workflow.
        TableModel *prompts = numbers().prompts();
        QCOMPARE(prompts->count(), 2);
        const QVariantMap v1 = prompts->row(prompts->indexOf(symbolId(m_engine->symbols.intern("v1"))));
        QCOMPARE(v1.value(QStringLiteral("spend")).toString(), QStringLiteral("$0.50"));
        QCOMPARE(v1.value(QStringLiteral("perSuccess")).toString(), QStringLiteral("$0.125"));
        QCOMPARE(plain(v1.value(QStringLiteral("pass")).toString()), QStringLiteral("80.0 %"));
        QCOMPARE(numbers().segments()->count(), 0);
        QCOMPARE(numbers().segments()->emptyHeading(), QStringLiteral("No segment is recorded"));
    }

    void lateAnswersAreDropped()
    {
        fleet();
        m_engine->hold = true;
        openNumbers();
        QCOMPARE(numbers().state(), QStringLiteral("loading"));
        numbers().setDimension(QStringLiteral("step"));
        numbers().setValue(symbolId(m_engine->symbols.intern("plan")));
        m_session->refreshNow();
        while (numbers().state() != u"ready") { // the first question is answered first
            QVERIFY(!m_engine->waiting.empty());
            m_engine->answer();
            QCoreApplication::processEvents();
        }
        QCOMPARE(plain(numbers().sub()), QStringLiteral("plan, 10 calls, 10 runs ended"));
    }

    void agentsBelowTheirCallers()
    {
        fleet();
        const auto name = [&](const char *text) { return m_engine->symbols.intern(text); };
        const std::pair<const char *, const char *> family[] = {
            {"boss", ""}, {"clerk", "boss"}, {"intern", "clerk"}, {"round", "circle"}, {"circle", "round"}};
        for (std::size_t i = 0; i < 10; ++i) {
            m_engine->ledger.calls[i].names.agent = name(family[i % 5].first);
            m_engine->ledger.calls[i].parentAgent = name(family[i % 5].second);
        }
        openNumbers();
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        QStringList tree;
        for (int i = 0; i < numbers().agents()->count(); ++i) {
            const QVariantMap row = numbers().agents()->row(i);
            tree.append(QString(row.value(QStringLiteral("depth")).toInt(), u'>')
                        + row.value(QStringLiteral("name")).toString());
        }
        for (const char *line : {"boss", ">clerk", ">>intern"})
            QVERIFY2(tree.contains(QString::fromLatin1(line)), qPrintable(tree.join(u' ')));
        QCOMPARE(tree.filter(QStringLiteral("circle")).size(), 1);
    }

    /// Each row of who calls whom opens what it counts.
    void anAgentOfTwoCallers()
    {
        fleet();
        const auto name = [&](const char *text) { return m_engine->symbols.intern(text); };
        for (std::size_t i = 0; i < 20; ++i) {
            m_engine->ledger.calls[i].names.agent = name(i < 4 ? "boss" : i < 8 ? "clerk" : "typist");
            m_engine->ledger.calls[i].parentAgent = i < 4 ? 0 : name(i < 8 || i >= 15 ? "boss" : "clerk");
        }
        openNumbers();
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        const auto behind = [&](const char *agent, const char *caller) {
            const Symbol above = *caller == 0 ? 0 : name(caller);
            const QString id = symbolId(name(agent)) + u'/' + symbolId(above);
            const int row = numbers().agents()->indexOf(id);
            numbers().openPart(QStringLiteral("agent"), id);
            const QString count = numbers().agents()->row(row).value(QStringLiteral("calls")).toString();
            const bool same =
                QTest::qWaitFor([&] { return QString::number(m_session->calls()->calls().size()) == count; }, 1000);
            return same ? count : QStringLiteral("not ") + count;
        };
        QCOMPARE(behind("typist", "clerk"), QStringLiteral("7"));
        QCOMPARE(behind("typist", "boss"), QStringLiteral("5"));
        QCOMPARE(behind("clerk", "boss"), QStringLiteral("4"));
        QCOMPARE(behind("boss", ""), QStringLiteral("4"));
    }

    void agentsNestAsDeepAsATraceLikes()
    {
        fleet();
        constexpr int kAgents = 30'000;
        const auto name = [&](int i) { return m_engine->symbols.intern("a" + std::to_string(i)); };
        for (int i = 0; i < kAgents; ++i) {
            Call c = makeCall(*m_engine, kNow - kHour + i, "alpha", "m", 1, 1, 1);
            c.names.agent = name(i);
            c.parentAgent = i == 0 ? 0 : name(i - 1);
            m_engine->ledger.calls.push_back(c);
        }
        openNumbers();
        QTRY_COMPARE_WITH_TIMEOUT(numbers().state(), QStringLiteral("ready"), 20'000);
        QVERIFY(numbers().agents()->count() >= kAgents);
        const int last = numbers().agents()->indexOf(symbolId(name(kAgents - 1)) + u'/' + symbolId(name(kAgents - 2)));
        QVERIFY2(last >= kAgents - 1, "it stands below all others");
    }

    /// A choice of which the range has nothing any more is no choice: title, scope and figures are of the workflow.
    void aScopeThatIsGone()
    {
        for (const bool wholeDimension : {false, true}) {
            init();
            fleet();
            openNumbers();
            QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
            numbers().setDimension(QStringLiteral("prompt"));
            numbers().setValue(symbolId(m_engine->symbols.intern("v1")));
            QTRY_COMPARE(plain(numbers().sub()), QStringLiteral("v1, 10 calls, 5 runs ended"));
            for (Call &call : m_engine->ledger.calls)
                call.names.promptVersion = wholeDimension ? 0 : m_engine->symbols.intern("v2");
            m_engine->publish(m_maker->make(m_engine->ledger.calls));
            m_session->refreshNow();
            QCOMPARE(numbers().dimension(), QString());
            QCOMPARE(numbers().value(), QString());
            QVERIFY(numbers().values().isEmpty());
            QCOMPARE(numbers().measures()->count(), 0);
            QTRY_COMPARE(plain(numbers().sub()), QStringLiteral("alpha, 20 calls, 10 runs ended"));
            QCOMPARE(cell("success_rate", "of"), QStringLiteral("9 / 10"));
            numbers().openCalls(QStringLiteral("output_share"));
            QTRY_COMPARE(m_session->calls()->calls().size(), std::size_t(20));
            cleanup();
        }
    }

    void aLedgerThatCannotBeRead()
    {
        fleet();
        m_engine->ledger.readError = "the disk is gone";
        openNumbers();
        QTRY_COMPARE(numbers().state(), QStringLiteral("error"));
        QCOMPARE(numbers().note(), QStringLiteral("the disk is gone"));
        numbers().openCalls(QStringLiteral("cost_per_run")); // nothing is behind what is not known
        QVERIFY(!m_session->callsOpen());
    }

    void callsThatWereLetGo()
    {
        fleet();
        m_engine->ledger.retainedBefore = std::to_string(kNow);
        openNumbers();
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        QVERIFY(numbers().note().contains(QStringLiteral("let go")));
        QCOMPARE(cell("cost_per_run", "of"), QStringLiteral("$1.00 / 10")); // runs keep their sums
    }

    void nothingInTheRange()
    {
        m_engine->publish(m_maker->make({makeCall(*m_engine, kNow - kHour, "beta", "m", 1)}));
        openNumbers();
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        QCOMPARE(cell("cost_per_run", "value"), QStringLiteral("no run has ended"));
        QCOMPARE(cell("retries", "value"), QStringLiteral("no calls"));
    }
};

int main(int argc, char **argv)
{
    QGuiApplication app(argc, argv); // clipboard
    TestNumbers test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_numbers.moc"
