// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QPersistentModelIndex>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include "core/models/chartdata.h"
#include "core/models/table/tablemodel.h"

using namespace flyball;

// TableModel: rows change by difference, keep their identity, and stand still while frozen.
class TestTable : public QObject {
    Q_OBJECT

    static TableRow row(const TableModel &m, const QString &id, double n)
    {
        TableRow r = m.makeRow(id);
        m.put(r, "n", QString::number(n), n, n);
        return r;
    }
    static std::vector<TableRow> rows(const TableModel &m, const QString &spec)
    {
        std::vector<TableRow> out; // "a1 b2": id and value
        for (const QString &part : spec.split(u' ', Qt::SkipEmptyParts))
            out.push_back(row(m, part.left(1), part.mid(1) == u"?" ? kNoOrder : part.mid(1).toDouble()));
        return out;
    }
    static QString ids(const TableModel &m)
    {
        QString text;
        for (int i = 0; i < m.count(); ++i)
            text += m.row(i).value(QStringLiteral("id")).toString();
        return text;
    }
    struct Model : TableModel {
        Model()
            : TableModel({QStringLiteral("n"), QStringLiteral("spark")}, {QStringLiteral("n")}, QStringLiteral("n"),
                         true)
        {}
    };

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void sortsAndKeepsMissingLast()
    {
        Model m;
        QAbstractItemModelTester tester(&m, QAbstractItemModelTester::FailureReportingMode::QtTest);
        m.setRows(rows(m, QStringLiteral("a1 b3 c? d2")));
        QCOMPARE(ids(m), QStringLiteral("bdac"));
        m.sortBy(QStringLiteral("n"));
        QVERIFY(!m.sortDescending());
        QCOMPARE(ids(m), QStringLiteral("adbc"));
        m.sortBy(QStringLiteral("nothing"));
        QCOMPARE(ids(m), QStringLiteral("adbc"));
    }

    void oneChangedCellIsOneSignal()
    {
        Model m;
        m.setRows(rows(m, QStringLiteral("a9 b8 c7")));
        QSignalSpy changed(&m, &TableModel::dataChanged), inserted(&m, &TableModel::rowsInserted),
            layout(&m, &TableModel::layoutChanged), reset(&m, &TableModel::modelReset),
            counts(&m, &TableModel::countChanged);
        m.setRows(rows(m, QStringLiteral("a9 b8.5 c7")));
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed.at(0).at(0).toModelIndex().row(), 1);
        QCOMPARE(changed.at(0).at(2).value<QList<int>>(), QList<int>{m.roleNames().key("n")});
        QCOMPARE(inserted.size() + layout.size() + reset.size() + counts.size(), 0);
        m.setRows(rows(m, QStringLiteral("a9 b8.5 c7")));
        QCOMPARE(changed.size(), 1);
    }

    void equalChartValuesAreNotAChange()
    {
        Model m;
        const auto make = [&](double last) {
            TableRow r = row(m, QStringLiteral("a"), 1);
            SparkData spark;
            spark.values = {1, qQNaN(), last};
            m.put(r, "spark", QVariant::fromValue(spark));
            return std::vector<TableRow>{r};
        };
        m.setRows(make(2));
        QSignalSpy changed(&m, &TableModel::dataChanged);
        m.setRows(make(2));
        QCOMPARE(changed.size(), 0);
        m.setRows(make(3));
        QCOMPARE(changed.size(), 1);
    }

    /// The row under the pointer goes, and with it what held the order: in the middle of the change.
    void aRowThatGoesMayEndTheFreeze()
    {
        Model m;
        QAbstractItemModelTester tester(&m, QAbstractItemModelTester::FailureReportingMode::QtTest);
        m.setRows(rows(m, QStringLiteral("a9 b7 c5 d3")));
        m.setFrozen(true);
        connect(&m, &QAbstractItemModel::rowsRemoved, &m, [&m] { m.setFrozen(false); });
        m.setRows(rows(m, QStringLiteral("a1 c5 e7")));
        QVERIFY(!m.frozen());
        QCOMPARE(ids(m), QStringLiteral("eca"));
        m.setRows(rows(m, QStringLiteral("a1 e2")));
        QCOMPARE(ids(m), QStringLiteral("ea"));
    }

    void orderStandsStillWhileFrozen()
    {
        Model m;
        m.setRows(rows(m, QStringLiteral("a3 b2 c1")));
        m.setFrozen(true);
        m.setRows(rows(m, QStringLiteral("a1 b2 c3 d9")));
        QCOMPARE(ids(m), QStringLiteral("abcd"));
        QCOMPARE(m.row(2).value(QStringLiteral("n")).toString(), QStringLiteral("3"));
        m.setFrozen(false);
        QCOMPARE(ids(m), QStringLiteral("dcba"));
    }

    void persistentIndexesFollowTheirRow()
    {
        Model m;
        m.setRows(rows(m, QStringLiteral("a3 b2 c1")));
        const QPersistentModelIndex c(m.index(2));
        m.setRows(rows(m, QStringLiteral("a3 b2 c9 x5")));
        QCOMPARE(c.row(), 0);
        m.setRows(rows(m, QStringLiteral("a3 b2")));
        QVERIFY(!c.isValid());
    }

    void sameIdTwiceIsOneRow()
    {
        Model m;
        m.setRows(rows(m, QStringLiteral("a3 a2")));
        QCOMPARE(m.count(), 1);
    }

    void randomChangesEndRight()
    {
        Model m;
        QAbstractItemModelTester tester(&m, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QRandomGenerator dice(42);
        for (int round = 0; round < 300; ++round) {
            std::vector<TableRow> next;
            QMap<QString, QString> expected;
            for (char16_t id = u'a'; id <= u'z'; ++id)
                if (dice.bounded(2) == 0) {
                    const int n = dice.bounded(1000);
                    next.push_back(row(m, QString(QChar(id)), n));
                    expected.insert(QString(QChar(id)), QString::number(n));
                }
            m.setFrozen(dice.bounded(4) == 0);
            m.setRows(next);
            QCOMPARE(m.count(), static_cast<int>(expected.size()));
            double last = 1e9;
            for (int i = 0; i < m.count(); ++i) {
                const QVariantMap shown = m.row(i);
                QCOMPARE(shown.value(QStringLiteral("n")).toString(),
                         expected.value(shown.value(QStringLiteral("id")).toString()));
                if (!m.frozen()) {
                    QVERIFY(shown.value(QStringLiteral("n")).toDouble() <= last);
                    last = shown.value(QStringLiteral("n")).toDouble();
                }
            }
        }
    }

    void pagesAskForMore()
    {
        Model m;
        m.setSortedRows(rows(m, QStringLiteral("a3 b2")), 5);
        QVERIFY(m.canLoadMore());
        QSignalSpy more(&m, &TableModel::moreWanted);
        m.loadMore();
        QCOMPARE(more.size(), 1);
        m.setSortedRows(rows(m, QStringLiteral("a3 b2 c1 d0 e0")), 5);
        QVERIFY(!m.canLoadMore());
        m.loadMore();
        QCOMPARE(more.size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestTable)
#include "tst_table.moc"
