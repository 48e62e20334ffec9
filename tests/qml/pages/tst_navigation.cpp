// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTest>

#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

QByteArray threeWorkflows()
{
    const qint64 end = QDateTime::currentMSecsSinceEpoch() * 1'000'000 - 60'000'000'000;
    TraceWriter writer;
    writer.addRun({.workflow = QStringLiteral("research_agent")}, 9, 20000, 900, end);
    writer.addRun({.workflow = QStringLiteral("support_triage"), .step = QStringLiteral("classify")}, 3, 4000, 200,
                  end);
    writer.addRun({.workflow = QStringLiteral("code_review"), .step = QStringLiteral("review")}, 5, 9000, 500, end);
    return writer.bytes();
}

constexpr qreal kTouch = 6; ///< margins that let padding meet

/// Visible items of one layout that lie on each other, in words.
QStringList overlaps(const QList<QQuickItem *> &items)
{
    QStringList found;
    for (QQuickItem *layout : items) {
        if (!layout->inherits("QQuickLayout"))
            continue;
        const auto children = layout->childItems();
        for (qsizetype i = 0; i < children.size(); ++i) {
            for (qsizetype j = i + 1; j < children.size(); ++j) {
                const auto rect = [&](qsizetype at) {
                    const QQuickItem *item = children.at(at);
                    return item->isVisible() ? QRectF(item->position(), item->size()) : QRectF();
                };
                const QRectF both = rect(i).intersected(rect(j));
                if (both.width() > kTouch && both.height() > kTouch)
                    found << layout->metaObject()->className() + QLatin1Char(' ') + children.at(i)->objectName()
                                 + QStringLiteral(" on ") + children.at(j)->objectName();
            }
        }
    }
    return found;
}

} // namespace

/// Every way through the window, by real clicks and keys.
class TestNavigation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_window = std::make_unique<WindowFixture>(threeWorkflows());
        QVERIFY(m_window->ready());
    }
    void init()
    {
        m_window->session().setCallsOpen(false);
        m_window->session().navigation()->show(QStringLiteral("overview"));
        m_window->settle();
        (void)WindowFixture::takeWarnings();
    }
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }
    void cleanupTestCase()
    {
        m_window.reset();
        QCOMPARE(WindowFixture::networkAccesses(), 0);
    }

    /// Also when its figures come later than the page.
    void nothingLiesOnAnother()
    {
        for (const char *page : {"overview", "runs", "sources", "prices", "settings"}) {
            m_window->session().navigation()->show(QString::fromLatin1(page));
            m_window->settle();
            QTRY_COMPARE(overlaps(m_window->items()).join(QLatin1Char('\n')), QString());
        }
        m_window->session().navigation()->openCostliestWorkflow();
        m_window->settle();
        QTRY_COMPARE(overlaps(m_window->items()).join(QLatin1Char('\n')), QString());
        m_window->session().navigation()->openCostliestRun();
        m_window->settle();
        QTRY_VERIFY(m_window->item(QStringLiteral("contextPanel")) != nullptr);
        QTRY_COMPARE(overlaps(m_window->items()).join(QLatin1Char('\n')), QString());
    }

    void clickOpensPage_data()
    {
        QTest::addColumn<QString>("item");
        QTest::addColumn<QString>("page");
        QTest::addColumn<QString>("screen");
        QTest::newRow("runs") << "nav_runs"
                              << "runs"
                              << "runsScreen";
        QTest::newRow("sources") << "nav_sources"
                                 << "sources"
                                 << "sourcesScreen";
        QTest::newRow("prices") << "nav_prices"
                                << "prices"
                                << "pricesScreen";
        QTest::newRow("settings") << "nav_settings"
                                  << "settings"
                                  << "settingsScreen";
        QTest::newRow("status bar") << "status_sources"
                                    << "sources"
                                    << "sourcesScreen";
    }
    void clickOpensPage()
    {
        QFETCH(QString, item);
        QFETCH(QString, page);
        QFETCH(QString, screen);
        QVERIFY(m_window->click(item));
        QCOMPARE(m_window->session().navigation()->page(), page);
        QVERIFY(m_window->item(screen));
        QVERIFY(!m_window->item(QStringLiteral("overviewScreen")));
        QVERIFY(m_window->click(QStringLiteral("nav_overview")));
        QVERIFY(m_window->item(QStringLiteral("overviewScreen")));
    }

    void keyOpensPage_data()
    {
        QTest::addColumn<int>("key");
        QTest::addColumn<QString>("page");
        QTest::newRow("Ctrl 2") << int(Qt::Key_2) << "runs";
        QTest::newRow("Ctrl 3") << int(Qt::Key_3) << "explore";
        QTest::newRow("Ctrl 4") << int(Qt::Key_4) << "policy";
        QTest::newRow("Ctrl 5") << int(Qt::Key_5) << "sources";
        QTest::newRow("Ctrl 6") << int(Qt::Key_6) << "prices";
        QTest::newRow("Ctrl 7") << int(Qt::Key_7) << "settings";
    }
    void keyOpensPage()
    {
        QFETCH(int, key);
        QFETCH(QString, page);
        m_window->key(Qt::Key(key), Qt::ControlModifier);
        QCOMPARE(m_window->session().navigation()->page(), page);
        m_window->key(Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("overview"));
    }

    void drillsFromRowToRunAndBack()
    {
        Navigation &navigation = *m_window->session().navigation();
        const QString name =
            m_window->session().overview()->workflows()->row(0).value(QStringLiteral("name")).toString();
        QVERIFY(m_window->clickRow(QStringLiteral("workflowsTable"), 0));
        QCOMPARE(navigation.page(), QStringLiteral("workflow"));
        QCOMPARE(m_window->item(QStringLiteral("pageTitle"))->property("text").toString(), name);
        QVERIFY(m_window->clickRow(QStringLiteral("runsTable"), 0));
        QCOMPARE(navigation.page(), QStringLiteral("run"));
        QTRY_VERIFY(m_window->item(QStringLiteral("callsTable")));
        m_window->key(Qt::Key_Escape);
        QCOMPARE(navigation.page(), QStringLiteral("workflow"));
        m_window->key(Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(navigation.page(), QStringLiteral("overview"));
        m_window->key(Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(navigation.page(), QStringLiteral("workflow"));
    }

    void crumbsAreLinks()
    {
        QVERIFY(m_window->clickRow(QStringLiteral("workflowsTable"), 1));
        QVERIFY(m_window->clickRow(QStringLiteral("runsTable"), 0));
        QVERIFY(m_window->click(QStringLiteral("crumb_overview")));
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("overview"));
    }

    void sidebarOpensWorkflow()
    {
        QVERIFY(m_window->click(QStringLiteral("workflow_code_review")));
        QCOMPARE(m_window->session().navigation()->workflow(), QStringLiteral("code_review"));
    }

    void keyboardAloneReachesARun()
    {
        m_window->item(QStringLiteral("workflowsTable"))->forceActiveFocus(Qt::TabFocusReason);
        m_window->key(Qt::Key_Down);
        m_window->key(Qt::Key_Return);
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("workflow"));
        m_window->item(QStringLiteral("runsTable"))->forceActiveFocus(Qt::TabFocusReason);
        m_window->key(Qt::Key_Return);
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("run"));
    }

    void runShowsEachOfItsCalls()
    {
        m_window->session().navigation()->openCostliestRun();
        QTRY_COMPARE(m_window->session().run()->calls()->count(), 9);
        m_window->settle();
        const QStringList texts = m_window->texts();
        for (const char *role : {"step", "cost", "input", "sum"}) {
            const QVariant value = m_window->session().run()->calls()->row(8).value(QLatin1String(role));
            QVERIFY2(!value.toString().isEmpty(), role);
            QVERIFY2(texts.contains(value.toString()), role);
        }
        QVERIFY(texts.count(QStringLiteral("search_web")) >= 9);
        // The seconds over the bars stand side by side.
        const auto items = m_window->items();
        QList<double> places;
        const QStringList grid = m_window->session().run()->property("gridTexts").toStringList();
        for (const QQuickItem *item : items)
            if (item->inherits("QQuickText") && grid.contains(item->property("text").toString()))
                places << item->mapToScene(QPointF()).x();
        QVERIFY(grid.size() > 1);
        QVERIFY(places.size() >= grid.size());
        QVERIFY(places.last() > places.first() + 20);
    }

    void f6GoesRoundTheRegions()
    {
        QStringList visited;
        for (int i = 0; i < 4; ++i) {
            m_window->key(Qt::Key_F6);
            for (const char *region : {"sidebar", "header", "pageHost", "statusBar"})
                if (m_window->item(QLatin1String(region))->hasActiveFocus())
                    visited << QLatin1String(region);
        }
        visited.sort();
        QCOMPARE(visited, QStringList({"header", "pageHost", "sidebar", "statusBar"}));
    }

    void numberOpensItsCalls()
    {
        QVERIFY(m_window->click(QStringLiteral("kpi_spend")));
        QVERIFY(m_window->session().callsOpen());
        QTRY_COMPARE(m_window->session().calls()->table()->count(), 17);
        QVERIFY(m_window->shows(m_window->session().calls()->title()));
        m_window->key(Qt::Key_Escape);
        QTRY_VERIFY(!m_window->session().callsOpen());
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("overview"));
    }

    void paletteGoesToAWorkflow()
    {
        m_window->key(Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(m_window->item(QStringLiteral("paletteField")));
        m_window->type(QStringLiteral("triage"));
        m_window->key(Qt::Key_Return);
        QTRY_COMPARE(m_window->session().navigation()->workflow(), QStringLiteral("support_triage"));
    }

    void f1ListsTheKeys()
    {
        m_window->key(Qt::Key_F1);
        QTRY_VERIFY(m_window->shows(QStringLiteral("Pause or go live")));
        m_window->key(Qt::Key_Escape);
        QTRY_VERIFY(!m_window->shows(QStringLiteral("Pause or go live")));
    }

private:
    std::unique_ptr<WindowFixture> m_window;
};

QTEST_MAIN(TestNavigation)
#include "tst_navigation.moc"
