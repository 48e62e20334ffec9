// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTest>

#include "tests/qml/pages/reportprogram.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

/// What the Overview shows is what `flyballctl report` prints of the same files and range.
class TestTotalsOverview : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_window = std::make_unique<WindowFixture>(fleetTraces());
        QVERIFY(m_window->ready());
        (void)WindowFixture::takeWarnings();
    }
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }
    void cleanupTestCase() { m_window.reset(); }

    void everyRange_data()
    {
        QTest::addColumn<QString>("range");
        QTest::addColumn<int>("workflows");
        QTest::newRow("15 m") << "15m" << 3;
        QTest::newRow("3 h") << "3h" << 3;
        QTest::newRow("24 h") << "24h" << 4;
        QTest::newRow("7 d") << "7d" << 4;
        QTest::newRow("all") << "all" << 4;
    }
    void everyRange()
    {
        QFETCH(QString, range);
        QFETCH(int, workflows);
        QVERIFY(m_window->click(QStringLiteral("segment_") + range));
        QTRY_COMPARE(m_window->session().range()->key(), range);
        QTRY_COMPARE(m_window->session().overview()->workflows()->count(), workflows);
        compareTotals();
        compareTable();
    }

    void rangeByKey()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_3h")));
        m_window->item(QStringLiteral("workflowsTable"))->forceActiveFocus();
        for (const QString &range : {QStringLiteral("1h"), QStringLiteral("15m")}) {
            QTest::keyClick(&m_window->window(), '[');
            m_window->settle();
            QCOMPARE(m_window->session().range()->key(), range);
            compareTotals();
            compareTable();
        }
    }

    void dragInTheChart()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_24h")));
        QQuickItem *chart = m_window->item(QStringLiteral("spendChart"));
        QVERIFY(chart);
        const QPoint from = chart->mapToScene(QPointF(chart->width() * 0.5, chart->height() / 2)).toPoint();
        const QPoint to = chart->mapToScene(QPointF(chart->width() * 0.97, chart->height() / 2)).toPoint();
        QTest::mousePress(&m_window->window(), Qt::LeftButton, Qt::NoModifier, from);
        for (int x = from.x(); x <= to.x(); x += 10)
            QTest::mouseMove(&m_window->window(), QPoint(x, from.y()));
        QTest::mouseRelease(&m_window->window(), Qt::LeftButton, Qt::NoModifier, to);
        m_window->settle();
        QCOMPARE(m_window->session().range()->key(), QStringLiteral("custom"));
        QVERIFY(m_window->session().view().totals.calls > 0);
        compareTotals();
        compareTable();
    }

    void everySort_data()
    {
        QTest::addColumn<QString>("column");
        for (const char *column : {"name", "calls", "tokens", "runs", "state", "spend"})
            QTest::newRow(column) << QString::fromLatin1(column);
    }
    void everySort()
    {
        QFETCH(QString, column);
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
        m_window->settle();
        QTest::mouseMove(&m_window->window(), QPoint(5, 5)); // rows under the mouse keep their order
        m_window->window().contentItem()->forceActiveFocus();
        for (int turn = 0; turn < 2; ++turn) {
            QVERIFY2(m_window->click(QStringLiteral("head_") + column), qPrintable(column));
            QCOMPARE(m_window->session().overview()->workflows()->sortKey(), column);
            compareTable();
        }
        compareTotals();
    }

    void otherThemeSameFigures()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_24h")));
        const QColor before = m_window->window().color();
        QVERIFY(m_window->click(QStringLiteral("themeToggle")));
        QVERIFY(m_window->window().color() != before);
        compareTotals();
        compareTable();
        QVERIFY(m_window->click(QStringLiteral("themeToggle")));
    }

    /// The comparison itself can fail: another range has other sums.
    void anotherRangeDiffers()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_24h")));
        const Sums day = ReportProgram(*m_window).totals();
        QVERIFY(m_window->click(QStringLiteral("segment_3h")));
        const Sums hours = ReportProgram(*m_window).totals();
        QVERIFY(day.calls > hours.calls && hours.calls > 0);
        QVERIFY(day.cost > hours.cost);
        QVERIFY(!hasFigure(textsBelow(*m_window, QStringLiteral("kpi_spend")), day.bound,
                           day.money(&Formatter::moneyTile)));
    }

private:
    void compareTotals()
    {
        const ReportProgram report(*m_window);
        QVERIFY2(report.ok(), qPrintable(report.problem()));
        const Sums sums = report.totals();
        const Totals &shown = m_window->session().view().totals;
        QCOMPARE(qint64(shown.calls), sums.calls);
        QCOMPARE(qint64(shown.errors), sums.errors);
        QCOMPARE(qint64(shown.allTokens()), sums.tokens);
        QCOMPARE(qint64(shown.token(TokenClass::CacheRead)), sums.cacheRead);
        QCOMPARE(qint64(shown.callsUnpriced), sums.unpriced);
        QCOMPARE(qint64(shown.tokensUnpriced), sums.tokensUnpriced);
        QCOMPARE(QString::fromStdString(shown.cost.toDecimal()), sums.decimal);
        QCOMPARE(shown.cacheHitRate(), sums.hitRate);
        const Formatter f;
        const QStringList spend = textsBelow(*m_window, QStringLiteral("kpi_spend"));
        QVERIFY2(hasFigure(spend, sums.bound, sums.money(&Formatter::moneyTile)),
                 qPrintable(spend.join(u'|') + QLatin1Char(' ') + sums.decimal));
        QVERIFY(textsBelow(*m_window, QStringLiteral("kpi_runs")).contains(f.count(sums.runs)));
        const QStringList cache = textsBelow(*m_window, QStringLiteral("kpi_cache"));
        QVERIFY(sums.hitRate.has_value());
        QVERIFY2(cache.contains(f.percent(*sums.hitRate).value), qPrintable(cache.join(u'|')));
        // What has no price is named beside the sum that misses it.
        QCOMPARE(m_window->session().overview()->unpricedModels()->count(), report.unpricedModels().size());
        QCOMPARE(!m_window->session().overview()->partialHeading().isEmpty(), !sums.bound.isEmpty());
    }

    void compareTable()
    {
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow")});
        QVERIFY2(report.ok(), qPrintable(report.problem()));
        TableModel &table = *m_window->session().overview()->workflows();
        QCOMPARE(table.count(), report.groups().size());
        const Formatter f;
        for (int row = 0; row < table.count(); ++row) {
            const QString name = table.row(row).value(QStringLiteral("name")).toString();
            const auto sums = report.group({{QStringLiteral("workflow"), name}});
            QVERIFY2(sums, qPrintable(name));
            const QStringList texts = rowTexts(*m_window, QStringLiteral("workflowsTable"), row);
            const QByteArray seen = (name + QStringLiteral(": ") + texts.join(u'|')).toUtf8();
            QVERIFY2(texts.contains(name), seen);
            QVERIFY2(hasFigure(texts, sums->bound, sums->money(&Formatter::money)), seen);
            for (const QString &figure : {f.count(sums->calls), f.tokens(sums->tokens), f.count(sums->runs)})
                QVERIFY2(texts.contains(figure), seen + " lacks " + figure.toUtf8());
            QVERIFY2(!sums->hitRate || texts.contains(f.percent(*sums->hitRate).value), seen);
            const QString errors = QStringLiteral("%1 errors").arg(f.count(sums->errors));
            QVERIFY2(texts.contains(errors) == (sums->errors * 20 > sums->calls), seen);
        }
    }

    std::unique_ptr<WindowFixture> m_window;
};

QTEST_MAIN(TestTotalsOverview)
#include "tst_totals_overview.moc"
