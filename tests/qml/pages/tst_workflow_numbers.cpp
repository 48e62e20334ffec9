// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTest>

#include "tests/qml/pages/reportprogram.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

/// The numbers of a workflow by clicks: they are those of its tiles, and a row opens the calls behind it.
class TestNumbersPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_window = std::make_unique<WindowFixture>(fleetTraces());
        QVERIFY(m_window->ready());
        m_window->key(Qt::Key_1, Qt::ControlModifier);
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
        QVERIFY(m_window->click(QStringLiteral("workflow_research_agent")));
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("workflow"));
        (void)WindowFixture::takeWarnings();
        QVERIFY(m_window->click(QStringLiteral("segment_numbers")));
        QTRY_COMPARE(numbers().state(), QStringLiteral("ready"));
        m_window->settle();
    }
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }
    void cleanupTestCase() { m_window.reset(); }

    void theyAreThoseOfTheTiles()
    {
        WorkflowModel &workflow = *m_window->session().workflow();
        QQmlListProperty<Kpi> tiles = workflow.kpis();
        const auto tile = [&](const char *key) {
            for (qsizetype i = 0; i < tiles.count(&tiles); ++i)
                if (tiles.at(&tiles, i)->key() == QLatin1String(key))
                    return tiles.at(&tiles, i)->value();
            return QString();
        };
        QVERIFY(!tile("costPerRun").isEmpty());
        QCOMPARE(cell("cost_per_run", "value"), tile("costPerRun"));
        QCOMPARE(cell("cost_per_success", "value"), tile("costPerSuccess"));
        QVERIFY(m_window->shows(cell("cost_per_run", "of")));
        QVERIFY(m_window->shows(QStringLiteral("n too small")));
        QVERIFY(m_window->shows(QStringLiteral("Prompt versions")));
        QVERIFY(m_window->shows(QStringLiteral("Segments")));
    }

    void aRowOpensItsCalls()
    {
        QVERIFY(m_window->clickRow(QStringLiteral("numbersTable"), 0));
        QTRY_VERIFY(m_window->session().callsOpen());
        QTRY_VERIFY(!m_window->session().calls()->table()->loading());
        QVERIFY(!m_window->session().calls()->calls().empty());
        m_window->key(Qt::Key_Escape);
        QTRY_VERIFY(!m_window->session().callsOpen());
    }

    void oneStepOnly()
    {
        const QString whole = numbers().sub();
        QVERIFY(m_window->click(QStringLiteral("numbersDimension")));
        QTRY_VERIFY(m_window->item(QStringLiteral("option_model")));
        QVERIFY(m_window->click(QStringLiteral("option_model")));
        QTRY_VERIFY(numbers().state() == u"ready" && numbers().sub() != whole);
        m_window->settle();
        QVERIFY(m_window->item(QStringLiteral("numbersValue")));
        QVERIFY(m_window->click(QStringLiteral("segment_shape")));
        QVERIFY(m_window->item(QStringLiteral("trendPanel")));
    }

private:
    NumbersModel &numbers() { return *m_window->session().workflow()->numbers(); }
    QString cell(const char *measure, const char *role)
    {
        TableModel *table = numbers().measures();
        return table->row(table->indexOf(QString::fromLatin1(measure))).value(QString::fromLatin1(role)).toString();
    }
    std::unique_ptr<WindowFixture> m_window;
};

QTEST_MAIN(TestNumbersPage)
#include "tst_workflow_numbers.moc"
