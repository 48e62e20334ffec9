// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QFile>
#include <QFileDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLineEdit>
#include <QTest>

#include "tests/qml/pages/reportprogram.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// Rows of a CSV file by its titles. None of the fleet's names needs quoting.
QList<QMap<QString, QString>> csvRows(const QByteArray &bytes)
{
    QList<QMap<QString, QString>> rows;
    const QStringList lines = QString::fromUtf8(bytes).split(QStringLiteral("\r\n"), Qt::SkipEmptyParts);
    const QStringList titles = lines.value(0).split(u',');
    for (const QString &line : lines.mid(1)) {
        QMap<QString, QString> &row = rows.emplace_back();
        const QStringList cells = line.split(u',');
        for (qsizetype i = 0; i < titles.size(); ++i)
            row[titles.at(i)] = cells.value(i, QStringLiteral("missing"));
    }
    return rows;
}

} // namespace

/// The files that the export sheet writes hold the numbers of `flyballctl report`, exactly.
class TestTotalsExport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_window = std::make_unique<WindowFixture>(fleetTraces());
        QVERIFY(m_window->ready());
        // The file dialog keeps its history in the settings of the person.
        qputenv("HOME", m_window->folder().toUtf8());
        qputenv("XDG_CONFIG_HOME", m_window->folder().toUtf8());
    }
    void init()
    {
        m_window->session().setCallsOpen(false);
        m_window->key(Qt::Key_1, Qt::ControlModifier);
        (void)WindowFixture::takeWarnings();
    }
    void cleanup()
    {
        // The platform without a display says so for every window of widgets.
        QStringList warnings = WindowFixture::takeWarnings();
        warnings.removeIf([](const QString &w) { return w.startsWith(u"This plugin does not support"); });
        QCOMPARE(warnings, QStringList());
    }
    void cleanupTestCase() { m_window.reset(); }

    void workflows_data()
    {
        QTest::addColumn<QString>("range");
        QTest::newRow("24 h") << "24h";
        QTest::newRow("all") << "all";
    }
    void workflows()
    {
        QFETCH(QString, range);
        QVERIFY(m_window->click(QStringLiteral("segment_") + range));
        m_window->settle();
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow")});
        const auto rows = csvRows(saved(QStringLiteral("csv"), {}));
        QCOMPARE(rows.size(), report.groups().size());
        for (const auto &row : rows) {
            const auto sums = report.group({{QStringLiteral("workflow"), row[QStringLiteral("Workflow")]}});
            QVERIFY2(sums, qPrintable(row[QStringLiteral("Workflow")]));
            QCOMPARE(row[QStringLiteral("Spend")], sums->costUnknown() ? QString() : sums->decimal);
            QCOMPARE(row[QStringLiteral("Calls")], QString::number(sums->calls));
            QCOMPARE(row[QStringLiteral("Tokens")], QString::number(sums->tokens));
            QCOMPARE(row[QStringLiteral("Runs")], QString::number(sums->runs));
            QCOMPARE(row[QStringLiteral("Spend bound")], sums->costUnknown() ? QString() : sums->bound);
        }
        const QJsonArray objects = jsonRows(saved(QStringLiteral("json"), {}));
        QCOMPARE(objects.size(), report.groups().size());
        for (const QJsonValue &value : objects) {
            const QJsonObject row = value.toObject();
            const auto sums = report.group({{QStringLiteral("workflow"), row.value(QStringLiteral("name"))}});
            QVERIFY(sums);
            QCOMPARE(row.value(QStringLiteral("spend")),
                     sums->costUnknown() ? QJsonValue() : QJsonValue(sums->decimal));
            QCOMPARE(row.value(QStringLiteral("calls")).toInteger(), sums->calls);
            QCOMPARE(row.value(QStringLiteral("tokens")).toInteger(), sums->tokens);
            QCOMPARE(row.value(QStringLiteral("cache")).toDouble(-1), sums->hitRate.value_or(-1));
        }
    }

    void runs()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
        m_window->key(Qt::Key_2, Qt::ControlModifier);
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("run")});
        QTRY_COMPARE(m_window->session().runs()->table()->count(), report.groups().size());
        const auto rows = csvRows(saved(QStringLiteral("csv"), {}));
        QCOMPARE(rows.size(), report.groups().size());
        for (const auto &row : rows) {
            const auto sums = report.group({{QStringLiteral("run"), row[QStringLiteral("Run")]}});
            QVERIFY2(sums, qPrintable(row[QStringLiteral("Run")]));
            QCOMPARE(row[QStringLiteral("Cost")], sums->costUnknown() ? QString() : sums->decimal);
            QCOMPARE(row[QStringLiteral("Calls")], QString::number(sums->calls));
            QCOMPARE(row[QStringLiteral("Errors")], QString::number(sums->errors));
            QCOMPARE(row[QStringLiteral("Tokens")], QString::number(sums->tokens));
        }
    }

    /// A model without a price exports no amount: unknown is not 0.
    void modelsOfAWorkflow()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_all")));
        QVERIFY(m_window->click(QStringLiteral("workflow_code_review")));
        const ReportProgram report(*m_window, {QStringLiteral("--by"), QStringLiteral("workflow,model")});
        const QJsonArray rows = jsonRows(saved(QStringLiteral("json"), QStringLiteral("mix")));
        QCOMPARE(rows.size(), 2);
        for (const QJsonValue &value : rows) {
            const QJsonObject row = value.toObject();
            const auto sums = report.group({{QStringLiteral("workflow"), QStringLiteral("code_review")},
                                            {QStringLiteral("model"), row.value(QStringLiteral("name"))}});
            QVERIFY(sums);
            QCOMPARE(row.value(QStringLiteral("spend")),
                     sums->costUnknown() ? QJsonValue() : QJsonValue(sums->decimal));
        }
    }

    void everyCall()
    {
        QVERIFY(m_window->click(QStringLiteral("segment_24h")));
        const Sums sums = ReportProgram(*m_window).totals();
        QVERIFY(m_window->click(QStringLiteral("kpi_spend")));
        QTRY_COMPARE(qint64(m_window->session().calls()->calls().size()), sums.calls);
        QTest::qWait(400); // the drawer has slid in
        QVERIFY(m_window->click(QStringLiteral("callsExport")));
        const auto rows = csvRows(chosen(QStringLiteral("csv"), {}));
        QCOMPARE(qint64(rows.size()), sums.calls);
        qint64 tokens = 0, failed = 0, unpriced = 0, nano = 0;
        for (const auto &row : rows) {
            tokens +=
                row[QStringLiteral("input_tokens")].toLongLong() + row[QStringLiteral("output_tokens")].toLongLong();
            failed += row[QStringLiteral("failed")] == u"true";
            unpriced += row[QStringLiteral("cost_state")] == u"unpriced";
            QCOMPARE(row[QStringLiteral("cost_usd")].isEmpty(), row[QStringLiteral("cost_state")] == u"unpriced");
            nano += row[QStringLiteral("cost_usd")].remove(u'.').toLongLong(); // nine decimals each
        }
        QCOMPARE(tokens, sums.tokens);
        QCOMPARE(failed, sums.errors);
        QCOMPARE(unpriced, sums.unpriced);
        QCOMPARE(nano, qint64(sums.cost.nanoUsd()));
        m_window->session().setCallsOpen(false);
    }

private:
    static QJsonArray jsonRows(const QByteArray &bytes)
    {
        return QJsonDocument::fromJson(bytes).object().value(QStringLiteral("rows")).toArray();
    }

    /// Opens the sheet by its key, then as chosen().
    QByteArray saved(const QString &format, const QString &part)
    {
        m_window->key(Qt::Key_E, Qt::ControlModifier);
        return chosen(format, part);
    }

    /// Clicks format, part and "Save as…", types a name into the file dialog and reads what was written.
    QByteArray chosen(const QString &format, const QString &part)
    {
        if (!QTest::qWaitFor([this] { return m_window->item(QStringLiteral("exportSave")) != nullptr; }))
            return "no sheet";
        QTest::qWait(200);
        if (!m_window->click(QStringLiteral("segment_") + format))
            return "no such format";
        if (!part.isEmpty() && !m_window->click(QStringLiteral("segment_") + part))
            return "no such part";
        if (!m_window->click(QStringLiteral("exportSave")))
            return "no button";
        QFileDialog *dialog = nullptr;
        const bool asked = QTest::qWaitFor([&dialog] {
            const auto all = QApplication::topLevelWidgets();
            for (QWidget *widget : all)
                if (auto *found = qobject_cast<QFileDialog *>(widget); found && found->isVisible())
                    dialog = found;
            return dialog != nullptr;
        });
        auto *name = asked ? dialog->findChild<QLineEdit *>(QStringLiteral("fileNameEdit")) : nullptr;
        if (!name)
            return "no file dialog";
        const QString path = QStringLiteral("%1/export-%2.%3").arg(m_window->folder()).arg(++m_files).arg(format);
        name->selectAll();
        QTest::keyClicks(name, path);
        QTest::keyClick(name, Qt::Key_Return);
        QFile file(path);
        if (!QTest::qWaitFor([&path] { return QFile::exists(path); }) || !file.open(QIODevice::ReadOnly))
            return "no file";
        m_window->window().requestActivate();
        if (!QTest::qWaitForWindowActive(&m_window->window()))
            return "the window did not come back";
        m_window->settle();
        return file.readAll();
    }

    std::unique_ptr<WindowFixture> m_window;
    int m_files = 0;
};

QTEST_MAIN(TestTotalsExport)
#include "tst_totals_export.moc"
