// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTest>

#include "tests/qml/pages/reportprogram.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

/// The Explore page by clicks: its sums are those of `flyballctl report`, its steps sum to the difference.
class TestExplorePage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_window = std::make_unique<WindowFixture>(fleetTraces());
        QVERIFY(m_window->ready());
        m_window->key(Qt::Key_1, Qt::ControlModifier);
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
        m_window->key(Qt::Key_3, Qt::ControlModifier);
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("explore"));
        (void)WindowFixture::takeWarnings();
    }
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }
    void cleanupTestCase() { m_window.reset(); }

    void sumsOfTheReport_data()
    {
        QTest::addColumn<QString>("rows");
        QTest::addColumn<QString>("columns");
        QTest::newRow("workflow, model") << "workflow"
                                         << "model";
        QTest::newRow("step, workflow") << "step"
                                        << "workflow";
        QTest::newRow("model, provider") << "model"
                                         << "provider";
    }
    void sumsOfTheReport()
    {
        QFETCH(QString, rows);
        QFETCH(QString, columns);
        QVERIFY(choose(QStringLiteral("exploreRows"), rows));
        QVERIFY(choose(QStringLiteral("exploreColumns"), columns));
        QVERIFY(choose(QStringLiteral("exploreMeasure"), QStringLiteral("spend")));
        const ReportProgram report(*m_window, {QStringLiteral("--by"), rows + u',' + columns});
        QVERIFY2(report.ok(), qPrintable(report.problem()));
        for (const QJsonObject &group : report.groups()) {
            const QJsonObject key = group.value(QStringLiteral("key")).toObject();
            const Sums sums = ReportProgram::sumsOf(group);
            const QString cell = cellOf(key.value(rows).toString(), key.value(columns).toString());
            QString expected = sums.costUnknown() ? QStringLiteral("unknown") : sums.money(&Formatter::money);
            if (!sums.bound.isEmpty() && !sums.costUnknown())
                expected = sums.bound + QChar(0x2009) + expected;
            QCOMPARE(cell, expected);
        }
        QVERIFY(report.groups().size() >= 4);
        // The sum below is the sum of the report, and it stands in the window.
        const QString total = m_window->session()
                                  .explore()
                                  ->pivotSum()
                                  ->row(0)
                                  .value(QStringLiteral("total"))
                                  .toMap()
                                  .value(QStringLiteral("text"))
                                  .toString();
        QVERIFY(total.endsWith(report.totals().money(&Formatter::money)));
        QVERIFY(textsBelow(*m_window, QStringLiteral("pivotSum")).contains(total));
    }

    void measures()
    {
        QVERIFY(choose(QStringLiteral("exploreRows"), QStringLiteral("workflow")));
        QVERIFY(choose(QStringLiteral("exploreColumns"), QStringLiteral("model")));
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow,model")});
        const auto sums = report.group({{QStringLiteral("workflow"), QStringLiteral("research_agent")},
                                        {QStringLiteral("model"), researchModel()}});
        QVERIFY(sums);
        const Formatter f;
        for (const auto &[measure, text] : {std::pair{QStringLiteral("calls"), f.count(sums->calls)},
                                            std::pair{QStringLiteral("tokens"), f.tokens(sums->tokens)},
                                            std::pair{QStringLiteral("errors"), f.count(sums->errors)}}) {
            QVERIFY(choose(QStringLiteral("exploreMeasure"), measure));
            QCOMPARE(cellOf(QStringLiteral("research_agent"), researchModel()), text);
        }
        QVERIFY(choose(QStringLiteral("exploreMeasure"), QStringLiteral("spend")));
    }

    void aCellOpensItsCalls()
    {
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow,model")});
        const auto sums = report.group({{QStringLiteral("workflow"), QStringLiteral("research_agent")},
                                        {QStringLiteral("model"), researchModel()}});
        QVERIFY(sums);
        const QString text = cellOf(QStringLiteral("research_agent"), researchModel());
        QQuickItem *cell = nullptr;
        for (QQuickItem *item : m_window->items())
            if (item->property("clickable").toBool() && item->property("column").toInt() >= 0
                && item->property("value").toMap().value(QStringLiteral("text")).toString() == text)
                cell = item;
        QVERIFY(cell);
        QVERIFY(m_window->clickItem(cell));
        QTRY_VERIFY(m_window->session().callsOpen());
        QTRY_COMPARE(qint64(m_window->session().calls()->calls().size()), sums->calls);
        m_window->key(Qt::Key_Escape);
        QTRY_VERIFY(!m_window->session().callsOpen());
    }

    void oneWorkflowOnly()
    {
        QVERIFY(choose(QStringLiteral("exploreRows"), QStringLiteral("step")));
        const QString id =
            m_window->session().explore()->workflows().at(1).toMap().value(QStringLiteral("key")).toString();
        const QString name =
            m_window->session().explore()->workflows().at(1).toMap().value(QStringLiteral("text")).toString();
        QVERIFY(choose(QStringLiteral("exploreWorkflow"), id));
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow")});
        const auto sums = report.group({{QStringLiteral("workflow"), name}});
        QVERIFY(sums);
        const QString total = m_window->session()
                                  .explore()
                                  ->pivotSum()
                                  ->row(0)
                                  .value(QStringLiteral("total"))
                                  .toMap()
                                  .value(QStringLiteral("text"))
                                  .toString();
        QVERIFY(total.endsWith(sums->money(&Formatter::money)));
        QVERIFY(choose(QStringLiteral("exploreWorkflow"), QString()));
    }

    void changes()
    {
        QVERIFY(choose(QStringLiteral("exploreRows"), QStringLiteral("workflow")));
        QVERIFY(m_window->click(QStringLiteral("segment_1h")));
        QVERIFY(m_window->click(QStringLiteral("segment_changes")));
        ExploreModel &explore = *m_window->session().explore();
        QTRY_VERIFY(explore.comparable());
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow")});
        QVERIFY(report.groups().size() >= 2);
        const auto number = [](const QVariant &text) { return text.toString(); };
        TableModel &table = *explore.changes();
        QVERIFY(table.count() >= 2);
        for (const QJsonObject &group : report.groups()) {
            const QString name =
                group.value(QStringLiteral("key")).toObject().value(QStringLiteral("workflow")).toString();
            const Sums sums = ReportProgram::sumsOf(group);
            QString after;
            for (int row = 0; row < table.count(); ++row)
                if (table.row(row).value(QStringLiteral("name")).toString() == name)
                    after = number(table.row(row).value(QStringLiteral("after")));
            if (!sums.costUnknown())
                QVERIFY2(after.endsWith(sums.money(&Formatter::money)), qPrintable(name + u' ' + after));
        }
        for (const TableRow &row : table.rows()) {
            const auto exact = [&](const char *role) {
                const QString text =
                    row.plain[static_cast<std::size_t>(table.roleIndex(QLatin1String(role)))].toString();
                return qRound64(text.toDouble() * 1e9);
            };
            // Each step is rounded to nano-USD in the export.
            QVERIFY(qAbs(exact("volume") + exact("mix") + exact("size") + exact("rate") - exact("difference")) <= 2);
        }
        QVERIFY(m_window->item(QStringLiteral("kpi_volume")));
    }

    void betweenTwoValues()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
        QVERIFY(m_window->click(QStringLiteral("segment_changes")));
        QVERIFY(choose(QStringLiteral("exploreAgainst"), QStringLiteral("values")));
        QVERIFY(choose(QStringLiteral("exploreSplit"), QStringLiteral("workflow")));
        QVERIFY(choose(QStringLiteral("exploreRows"), QStringLiteral("model")));
        ExploreModel &explore = *m_window->session().explore();
        QTRY_VERIFY(explore.comparable());
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow")});
        const auto spend = [&](const QString &name) {
            const auto sums = report.group({{QStringLiteral("workflow"), name}});
            return sums ? sums->money(&Formatter::money) : QString();
        };
        QQmlListProperty<Kpi> tiles = explore.effects();
        QCOMPARE(tiles.at(&tiles, 0)->label(), explore.beforeText());
        QCOMPARE(tiles.at(&tiles, 0)->value(), spend(explore.beforeText()));
        QCOMPARE(tiles.at(&tiles, 5)->value(), spend(explore.afterText()));
        QVERIFY(m_window->shows(explore.afterText()));
        // The other way round it is the same difference with another sign.
        const QString before = explore.beforeText(), after = explore.afterText();
        const QString spentBefore = tiles.at(&tiles, 0)->value(), spentAfter = tiles.at(&tiles, 5)->value();
        QVERIFY(spentBefore != spentAfter);
        QMap<QString, qint64> differences = differencesByName();
        QVERIFY(std::any_of(differences.begin(), differences.end(), [](qint64 d) { return d != 0; }));
        explore.setFirst(explore.second());
        m_window->session().refreshNow();
        QCOMPARE(explore.beforeText(), after);
        QCOMPARE(explore.afterText(), before);
        QCOMPARE(tiles.at(&tiles, 0)->value(), spentAfter);
        QCOMPARE(tiles.at(&tiles, 5)->value(), spentBefore);
        for (qint64 &difference : differences)
            difference = -difference;
        QCOMPARE(differencesByName(), differences);
        QVERIFY(choose(QStringLiteral("exploreAgainst"), QStringLiteral("before")));
        QVERIFY(m_window->click(QStringLiteral("segment_pivot")));
    }

    void nothingToCompareWith()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
        QVERIFY(m_window->click(QStringLiteral("segment_changes")));
        QTRY_VERIFY(!m_window->session().explore()->comparable());
        QCOMPARE(m_window->session().explore()->changes()->count(), 0);
        QVERIFY(m_window->session().explore()->note().contains(QStringLiteral("first call")));
        QVERIFY(m_window->click(QStringLiteral("segment_pivot")));
    }

private:
    /// In nano-USD, of the rows of the table of changes.
    QMap<QString, qint64> differencesByName()
    {
        const TableModel &table = *m_window->session().explore()->changes();
        const auto at = static_cast<std::size_t>(table.roleIndex("difference"));
        QMap<QString, qint64> out;
        for (int i = 0; i < table.count(); ++i)
            out.insert(table.row(i).value(QStringLiteral("name")).toString(),
                       qRound64(table.rows().at(static_cast<std::size_t>(i)).plain[at].toString().toDouble() * 1e9));
        return out;
    }

    bool choose(const QString &list, const QString &option)
    {
        const QString name = QStringLiteral("option_") + option;
        const bool done = m_window->click(list) && QTest::qWaitFor([&] { return m_window->item(name) != nullptr; })
                          && m_window->click(name) && QTest::qWaitFor([&] { return m_window->item(name) == nullptr; });
        QTest::mouseMove(&m_window->window(), QPoint(5, 5));
        m_window->session().refreshNow();
        m_window->settle();
        return done;
    }

    QString researchModel()
    {
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow,model")});
        for (const QJsonObject &group : report.groups()) {
            const QJsonObject key = group.value(QStringLiteral("key")).toObject();
            if (key.value(QStringLiteral("workflow")) == QStringLiteral("research_agent"))
                return key.value(QStringLiteral("model")).toString();
        }
        return {};
    }

    /// What the table shows where a row and a column meet.
    QString cellOf(const QString &row, const QString &column)
    {
        ExploreModel &explore = *m_window->session().explore();
        QString key;
        for (const QVariant &head : explore.heads())
            if (head.toMap().value(QStringLiteral("text")).toString() == column)
                key = head.toMap().value(QStringLiteral("key")).toString();
        for (int i = 0; i < explore.pivot()->count(); ++i)
            if (explore.pivot()->row(i).value(QStringLiteral("name")).toString() == row)
                return explore.pivot()->row(i).value(key).toMap().value(QStringLiteral("text")).toString();
        return {};
    }

    std::unique_ptr<WindowFixture> m_window;
};

QTEST_MAIN(TestExplorePage)
#include "tst_explore.moc"
