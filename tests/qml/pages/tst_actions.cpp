// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QFile>
#include <QImage>
#include <QJsonDocument>
#include <QTest>

#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

QByteArray manyRuns()
{
    const qint64 end = QDateTime::currentMSecsSinceEpoch() * 1'000'000 - 60'000'000'000;
    TraceWriter writer;
    for (int i = 0; i < 6; ++i)
        writer.addRun({.workflow = QStringLiteral("research_agent")}, 2 + i, 10000, 300, end - i * 60'000'000'000LL);
    for (int i = 0; i < 3; ++i)
        writer.addRun({.workflow = QStringLiteral("support_triage"), .outcome = QStringLiteral("failure")}, 20, 500, 20,
                      end - i * 60'000'000'000LL);
    return writer.bytes();
}

} // namespace

/// What a person can do on the pages, and that what they show is what the models say.
class TestActions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_window = std::make_unique<WindowFixture>(manyRuns());
        QVERIFY(m_window->ready());
    }
    void init()
    {
        m_window->session().navigation()->show(QStringLiteral("overview"));
        m_window->session().range()->setKey(QStringLiteral("all"));
        m_window->settle();
        (void)WindowFixture::takeWarnings();
    }
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }
    void cleanupTestCase() { m_window.reset(); }

    void overviewShowsWhatTheModelSays()
    {
        OverviewModel &overview = *m_window->session().overview();
        for (const Kpi *kpi : {overview.spend(), overview.runsKpi(), overview.cache(), overview.passRate()}) {
            QQuickItem *tile = m_window->item(QStringLiteral("kpi_") + kpi->key());
            QVERIFY2(tile, qPrintable(kpi->key()));
            QCOMPARE(tile->property("value").toString(), kpi->value());
            QVERIFY(!kpi->value().isEmpty());
        }
        QCOMPARE(overview.workflows()->count(), 2);
        for (int row = 0; row < 2; ++row)
            for (const char *role : {"name", "spend", "runs", "pass"})
                QVERIFY2(m_window->shows(overview.workflows()->row(row).value(QLatin1String(role)).toString()), role);
    }

    void rangeByClickAndKey()
    {
        RangeModel &range = *m_window->session().range();
        QVERIFY(m_window->click(QStringLiteral("segment_24h")));
        QCOMPARE(range.key(), QStringLiteral("24h"));
        m_window->item(QStringLiteral("workflowsTable"))->forceActiveFocus();
        QTest::keyClick(&m_window->window(), '[');
        QCOMPARE(range.key(), QStringLiteral("3h"));
        QTest::keyClick(&m_window->window(), ']');
        QCOMPARE(range.key(), QStringLiteral("24h"));
    }

    void dragZoomsTheChartAndTheChipUndoes()
    {
        RangeModel &range = *m_window->session().range();
        QVERIFY(m_window->click(QStringLiteral("segment_3h")));
        QQuickItem *chart = m_window->item(QStringLiteral("spendChart"));
        QVERIFY(chart);
        const QPoint from = chart->mapToScene(QPointF(chart->width() * 0.4, chart->height() / 2)).toPoint();
        const QPoint to = chart->mapToScene(QPointF(chart->width() * 0.6, chart->height() / 2)).toPoint();
        QTest::mousePress(&m_window->window(), Qt::LeftButton, Qt::NoModifier, from);
        for (int x = from.x(); x <= to.x(); x += 10)
            QTest::mouseMove(&m_window->window(), QPoint(x, from.y()));
        QTest::mouseRelease(&m_window->window(), Qt::LeftButton, Qt::NoModifier, to);
        m_window->settle();
        QCOMPARE(range.key(), QStringLiteral("custom"));
        QVERIFY(m_window->click(QStringLiteral("rangeReset")));
        QCOMPARE(range.key(), QStringLiteral("3h"));
    }

    void headSorts()
    {
        TableModel &table = *m_window->session().overview()->workflows();
        QVERIFY(m_window->click(QStringLiteral("head_name")));
        QCOMPARE(table.sortKey(), QStringLiteral("name"));
        const QString first = table.row(0).value(QStringLiteral("name")).toString();
        QTest::mouseMove(&m_window->window(), QPoint(5, 5));
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("head_name")));
        QTRY_VERIFY(table.row(0).value(QStringLiteral("name")).toString() != first);
    }

    void filterNarrowsRuns()
    {
        m_window->key(Qt::Key_2, Qt::ControlModifier);
        TableModel &runs = *m_window->session().runs()->table();
        QTRY_COMPARE(runs.count(), 9); // figures follow a change of range at most four times a second
        QTest::keyClick(&m_window->window(), '/');
        m_window->type(QStringLiteral("triage"));
        QTRY_COMPARE(runs.count(), 3);
        m_window->key(Qt::Key_Escape);
        QTRY_COMPARE(runs.count(), 9);
        QVERIFY(m_window->click(QStringLiteral("segment_failed")));
        QTRY_COMPARE(runs.count(), 3);
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
    }

    void themeSwitches()
    {
        const QColor before = m_window->window().color();
        QVERIFY(m_window->click(QStringLiteral("themeToggle")));
        QVERIFY(m_window->window().color() != before);
        QVERIFY(m_window->session().settings()->theme() != QStringLiteral("system"));
        QVERIFY(m_window->click(QStringLiteral("themeToggle")));
        QCOMPARE(m_window->window().color(), before);
    }

    void pauseByButtonAndSpace()
    {
        QVERIFY(m_window->click(QStringLiteral("liveToggle")));
        QCOMPARE(m_window->session().mode(), QStringLiteral("paused"));
        m_window->item(QStringLiteral("workflowsTable"))->forceActiveFocus();
        m_window->key(Qt::Key_Space);
        QVERIFY(m_window->session().mode() != QStringLiteral("paused"));
    }

    void tShowsTheChartAsTable()
    {
        m_window->item(QStringLiteral("workflowsTable"))->forceActiveFocus();
        m_window->key(Qt::Key_T);
        QTRY_VERIFY(m_window->item(QStringLiteral("chartTable")));
        QVERIFY(!m_window->item(QStringLiteral("spendChart")));
        m_window->key(Qt::Key_T);
        QTRY_VERIFY(m_window->item(QStringLiteral("spendChart")));
    }

    void exportWritesWhatIsShown()
    {
        m_window->key(Qt::Key_E, Qt::ControlModifier);
        QTRY_VERIFY(m_window->item(QStringLiteral("exportFormat")));
        QObject *sheet = m_window->object(QStringLiteral("exportSheet"));
        QVERIFY(sheet);
        const QString csv = m_window->folder() + QStringLiteral("/out.csv");
        QVERIFY(QMetaObject::invokeMethod(sheet, "save", Q_ARG(QUrl, QUrl::fromLocalFile(csv))));
        QFile file(csv);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = file.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 3); // head and two workflows
        QVERIFY(lines.at(0).contains("Workflow"));
        QVERIFY(m_window->click(QStringLiteral("segment_json")));
        const QString json = m_window->folder() + QStringLiteral("/out.json");
        QVERIFY(QMetaObject::invokeMethod(sheet, "save", Q_ARG(QUrl, QUrl::fromLocalFile(json))));
        QFile other(json);
        QVERIFY(other.open(QIODevice::ReadOnly));
        QVERIFY(!QJsonDocument::fromJson(other.readAll()).isNull());
        QVERIFY(m_window->click(QStringLiteral("segment_png")));
        const QString png = m_window->folder() + QStringLiteral("/out.png");
        QVERIFY(QMetaObject::invokeMethod(sheet, "save", Q_ARG(QUrl, QUrl::fromLocalFile(png))));
        QTRY_VERIFY(!QImage(png).isNull());
        m_window->key(Qt::Key_Escape);
    }

    void textSizeByKeyKeepsEveryPageInTheWindow()
    {
        for (int i = 0; i < 12; ++i)
            m_window->key(Qt::Key_Equal, Qt::ControlModifier);
        QCOMPARE(m_window->session().settings()->textSize(), 200);
        for (const char *page : {"overview", "runs", "sources", "prices", "settings"}) {
            m_window->session().navigation()->show(QLatin1String(page));
            m_window->settle();
            const double width = m_window->window().width();
            QQuickItem *title = m_window->item(QStringLiteral("pageTitle"));
            QVERIFY(title);
            QVERIFY2(!title->property("truncated").toBool(), page);
            QQuickItem *search = m_window->item(QStringLiteral("searchIcon"));
            QVERIFY2(search, page);
            QVERIFY2(search->mapToScene(QPointF(search->width(), 0)).x() <= width, page);
        }
        m_window->key(Qt::Key_0, Qt::ControlModifier);
        QCOMPARE(m_window->session().settings()->textSize(), 100);
    }

    void settingsAreKept()
    {
        m_window->key(Qt::Key_7, Qt::ControlModifier);
        QVERIFY(m_window->click(QStringLiteral("reducedMotion")));
        QVERIFY(m_window->session().settings()->reducedMotion());
        QVERIFY(m_window->click(QStringLiteral("reducedMotion")));
        QVERIFY(!m_window->session().settings()->reducedMotion());
    }

    void sourcePausesAndResumes()
    {
        m_window->key(Qt::Key_5, Qt::ControlModifier);
        QVERIFY(m_window->clickRow(QStringLiteral("sourcesTable"), 0));
        QTRY_VERIFY(m_window->item(QStringLiteral("sourcePause")));
        QVERIFY(m_window->click(QStringLiteral("sourcePause")));
        const auto state = [this] {
            return m_window->session().sources()->table()->row(0).value(QStringLiteral("paused")).toBool();
        };
        QTRY_VERIFY(state());
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("sourcePause")));
        QTRY_VERIFY(!state());
    }

    void modelRowOpensTheEditor()
    {
        m_window->key(Qt::Key_6, Qt::ControlModifier);
        QVERIFY(m_window->session().prices()->table()->count() > 0);
        QVERIFY(m_window->clickRow(QStringLiteral("pricesTable"), 0));
        QTRY_VERIFY(m_window->item(QStringLiteral("priceSave")));
        QVERIFY(m_window->shows(m_window->session().prices()->editor()->name()));
        m_window->key(Qt::Key_Escape);
        QTRY_VERIFY(!m_window->item(QStringLiteral("priceSave")));
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("prices"));
    }

private:
    std::unique_ptr<WindowFixture> m_window;
};

QTEST_MAIN(TestActions)
#include "tst_actions.moc"
