// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTest>

#include "tests/qml/pages/reportprogram.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

QString joined(const QStringList &texts) { return texts.join(u'|'); }

} // namespace

/// What the pages below the Overview show is what `flyballctl report` prints of the same files and range.
class TestTotalsPages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_window = std::make_unique<WindowFixture>(fleetTraces());
        QVERIFY(m_window->ready());
    }
    void init()
    {
        m_window->session().setCallsOpen(false);
        m_window->key(Qt::Key_1, Qt::ControlModifier);
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
        QTRY_COMPARE(m_window->session().overview()->workflows()->count(), 4);
        (void)WindowFixture::takeWarnings();
    }
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }
    void cleanupTestCase() { m_window.reset(); }

    void workflowPage_data()
    {
        QTest::addColumn<QString>("workflow");
        QTest::addColumn<QString>("range");
        for (const char *range : {"all", "24h"})
            for (const char *name : {"research_agent", "support_triage", "code_review", "nightly_batch"})
                QTest::addRow("%s, %s", name, range) << QString::fromLatin1(name) << QString::fromLatin1(range);
    }
    void workflowPage()
    {
        QFETCH(QString, workflow);
        QFETCH(QString, range);
        QVERIFY(m_window->click(QStringLiteral("segment_") + range));
        QVERIFY(m_window->click(QStringLiteral("workflow_") + workflow));
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("workflow"));
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow")});
        const auto sums = report.group({{QStringLiteral("workflow"), workflow}});
        QVERIFY2(sums, qPrintable(report.problem()));
        const Formatter f;
        const QStringList spend = textsBelow(*m_window, QStringLiteral("kpi_spend"));
        QVERIFY2(hasFigure(spend, sums->bound, sums->money(&Formatter::moneyTile)), qPrintable(joined(spend)));
        QVERIFY(spend.contains(QStringLiteral("%1 calls").arg(f.count(sums->calls))));
        QVERIFY(textsBelow(*m_window, QStringLiteral("kpi_runs")).contains(f.count(sums->runs)));
        if (sums->hitRate)
            QVERIFY(textsBelow(*m_window, QStringLiteral("kpi_cache")).contains(f.percent(*sums->hitRate).value));
        WorkflowModel &model = *m_window->session().workflow();
        compareParts(workflow, QStringLiteral("step"), *model.steps(), QStringLiteral("stepsTable"));
        compareParts(workflow, QStringLiteral("agent"), *model.agents(), QStringLiteral("agentsTable"));
        compareParts(workflow, QStringLiteral("model"), *model.mixRows(), QStringLiteral("mixTable"));
        QTRY_COMPARE(qint64(model.runs()->table()->totalCount()), sums->runs);
    }

    void runsPage()
    {
        m_window->key(Qt::Key_2, Qt::ControlModifier);
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("run")});
        TableModel &runs = *m_window->session().runs()->table();
        QTRY_COMPARE(runs.count(), report.groups().size());
        QCOMPARE(qint64(runs.count()), report.totals().runs);
        QTest::mouseMove(&m_window->window(), QPoint(5, 5));
        for (const char *column : {"cost", "calls", "start"}) {
            QVERIFY2(m_window->click(QStringLiteral("head_") + QLatin1String(column)), column);
            QTest::mouseMove(&m_window->window(), QPoint(5, 5));
            m_window->settle();
            for (int row = 0; row < runs.count(); ++row)
                compareRun(report, runs, row);
        }
    }

    void filteredRuns()
    {
        m_window->key(Qt::Key_2, Qt::ControlModifier);
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow")});
        const auto triage = report.group({{QStringLiteral("workflow"), QStringLiteral("support_triage")}});
        QVERIFY(triage);
        TableModel &runs = *m_window->session().runs()->table();
        QTest::keyClick(&m_window->window(), '/');
        m_window->type(QStringLiteral("triage"));
        QTRY_COMPARE(qint64(runs.count()), triage->runs);
        qint64 calls = 0, errors = 0;
        for (int row = 0; row < runs.count(); ++row) {
            calls += runs.row(row).value(QStringLiteral("calls")).toString().toLongLong();
            errors += runs.row(row).value(QStringLiteral("errors")).toString().toLongLong();
        }
        QCOMPARE(calls, triage->calls);
        QCOMPARE(errors, triage->errors);
        QVERIFY(errors > 0);
        m_window->key(Qt::Key_Escape);
        QTRY_COMPARE(qint64(runs.count()), report.totals().runs);
        QVERIFY(m_window->click(QStringLiteral("segment_failed")));
        QTRY_COMPARE(qint64(runs.count()), triage->runs); // only these fail
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
    }

    void runPage()
    {
        m_window->key(Qt::Key_2, Qt::ControlModifier);
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("run")});
        TableModel &runs = *m_window->session().runs()->table();
        for (const int row : {0, 3}) {
            m_window->key(Qt::Key_2, Qt::ControlModifier);
            QTRY_VERIFY(runs.count() > row);
            const QString id = runs.row(row).value(QStringLiteral("id")).toString();
            const auto sums = report.group({{QStringLiteral("run"), id}});
            QVERIFY2(sums, qPrintable(id));
            QVERIFY(m_window->clickRow(QStringLiteral("runsTable"), row));
            RunModel &run = *m_window->session().run();
            QTRY_COMPARE(qint64(run.calls()->count()), sums->calls);
            m_window->settle();
            const Formatter f;
            const QStringList cost = textsBelow(*m_window, QStringLiteral("kpi_cost"));
            QVERIFY2(hasFigure(cost, sums->bound, sums->money(&Formatter::moneyFine)), qPrintable(joined(cost)));
            QVERIFY(textsBelow(*m_window, QStringLiteral("kpi_calls")).contains(f.count(sums->calls)));
            QVERIFY(textsBelow(*m_window, QStringLiteral("kpi_tokens")).contains(f.tokens(sums->tokens)));
        }
    }

    void callsOfTheRange_data()
    {
        QTest::addColumn<QString>("range");
        QTest::newRow("all") << "all";
        QTest::newRow("1 h") << "1h";
    }
    void callsOfTheRange()
    {
        QFETCH(QString, range);
        QVERIFY(m_window->click(QStringLiteral("segment_") + range));
        const Sums sums = ReportProgram(*m_window).totals();
        QVERIFY(m_window->click(QStringLiteral("kpi_spend")));
        QVERIFY(m_window->session().callsOpen());
        QTRY_COMPARE(qint64(m_window->session().calls()->calls().size()), sums.calls);
        m_window->settle();
        QCOMPARE(m_window->item(QStringLiteral("callsTotal"))->property("text").toString(),
                 QStringLiteral("%1 calls").arg(Formatter().count(sums.calls)));
        Totals listed;
        for (const Call &call : m_window->session().calls()->calls())
            listed.add(call);
        QCOMPARE(QString::fromStdString(listed.cost.toDecimal()), sums.decimal);
        QCOMPARE(qint64(listed.errors), sums.errors);
        QCOMPARE(qint64(listed.allTokens()), sums.tokens);
        QCOMPARE(qint64(listed.callsUnpriced), sums.unpriced);
        m_window->key(Qt::Key_Escape);
        QTRY_VERIFY(!m_window->session().callsOpen());
    }

    void modelsAndPrices()
    {
        m_window->key(Qt::Key_6, Qt::ControlModifier);
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("model,provider")});
        TableModel &table = *m_window->session().prices()->table();
        QTRY_COMPARE(table.count(), report.groups().size());
        const Formatter f;
        for (int row = 0; row < table.count(); ++row) {
            const QVariantMap cells = table.row(row);
            const QString model = cells.value(QStringLiteral("name")).toString();
            const auto sums =
                report.group({{QStringLiteral("model"), model},
                              {QStringLiteral("provider"), cells.value(QStringLiteral("provider")).toString()}});
            QVERIFY2(sums, qPrintable(model));
            const QStringList texts = rowTexts(*m_window, QStringLiteral("pricesTable"), row);
            QVERIFY2(texts.contains(model), qPrintable(joined(texts)));
            QVERIFY2(hasFigure(texts, sums->costUnknown() ? QString() : sums->bound, sums->money(&Formatter::money)),
                     qPrintable(joined(texts)));
            QVERIFY2(texts.contains(f.tokens(sums->tokens)), qPrintable(joined(texts)));
        }
        QVERIFY(report.unpricedModels().contains(QStringLiteral("mystery-model-9")));
        QVERIFY(m_window->click(QStringLiteral("segment_unpriced")));
        QTRY_COMPARE(table.count(), report.unpricedModels().size());
        QVERIFY(m_window->click(QStringLiteral("segment_use")));
    }

private:
    void compareParts(const QString &workflow, const QString &key, TableModel &table, const QString &place)
    {
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow,") + key});
        int expected = 0;
        for (const QJsonObject &group : report.groups())
            expected += group.value(QStringLiteral("key")).toObject().value(QStringLiteral("workflow")) == workflow;
        QCOMPARE(table.count(), expected);
        for (int row = 0; row < table.count(); ++row) {
            const QString name = table.row(row).value(QStringLiteral("name")).toString();
            const auto sums = report.group({{QStringLiteral("workflow"), workflow}, {key, name}});
            QVERIFY2(sums, qPrintable(name));
            QCOMPARE(table.row(row).value(QStringLiteral("spend")).toString(), sums->money(&Formatter::money));
            if (const QStringList texts = rowTexts(*m_window, place, row); !texts.isEmpty())
                QVERIFY2(
                    hasFigure(texts, sums->costUnknown() ? QString() : sums->bound, sums->money(&Formatter::money)),
                    qPrintable(place + QLatin1Char(' ') + joined(texts)));
        }
    }

    void compareRun(const ReportProgram &report, TableModel &runs, int row)
    {
        const auto sums = report.group({{QStringLiteral("run"), runs.row(row).value(QStringLiteral("id")).toString()}});
        QVERIFY(sums);
        const QStringList texts = rowTexts(*m_window, QStringLiteral("runsTable"), row);
        const Formatter f;
        QVERIFY2(hasFigure(texts, sums->costUnknown() ? QString() : sums->bound, sums->money(&Formatter::moneyFine)),
                 qPrintable(joined(texts)));
        for (const QString &figure : {f.count(sums->calls), f.count(sums->errors), f.tokens(sums->tokens)})
            QVERIFY2(texts.contains(figure), qPrintable(joined(texts) + QStringLiteral(" lacks ") + figure));
    }

    std::unique_ptr<WindowFixture> m_window;
};

QTEST_MAIN(TestTotalsPages)
#include "tst_totals_pages.moc"
