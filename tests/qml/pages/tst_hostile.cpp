// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTcpServer>
#include <QTest>

#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

/// Names from traces that would be markup, links or pictures anywhere else: every page shows them as
/// they are, fetches nothing and stays alive (reliability.md U1).
class TestHostile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_listener.listen(QHostAddress::LocalHost));
        const QString picture = QStringLiteral("<img src=\"http://127.0.0.1:%1/x.png\">").arg(m_listener.serverPort());
        const qint64 end = QDateTime::currentMSecsSinceEpoch() * 1'000'000 - 60'000'000'000;
        m_workflow = picture + QStringLiteral("<b>w</b>");
        m_step = QStringLiteral("<a href=\"file:///etc/passwd\">s</a> &lt; **b**");
        m_agent = picture + QStringLiteral("a");
        m_model = picture + QStringLiteral("m");
        TraceWriter writer;
        writer.addRun({.workflow = m_workflow,
                       .step = m_step,
                       .agent = m_agent,
                       .model = m_model,
                       .provider = picture,
                       .error = picture + QStringLiteral("e")},
                      4, 8000, 200, end);
        writer.addRun({.workflow = QString(QChar(0x202E)) + QStringLiteral("txt\x1b[31m\n=1+1"),
                       .step = QStringLiteral("%1 %s {0}")},
                      2, 500, 20, end);
        m_window = std::make_unique<WindowFixture>(writer.bytes());
        QVERIFY(m_window->ready());
    }
    void init() { (void)WindowFixture::takeWarnings(); }
    void cleanup()
    {
        QCOMPARE(WindowFixture::takeWarnings(), QStringList());
        QCOMPARE(WindowFixture::networkAccesses(), 0);
        QVERIFY(!m_listener.hasPendingConnections());
    }
    void cleanupTestCase() { m_window.reset(); }

    void pageShowsNamesLiterally_data()
    {
        QTest::addColumn<QString>("page");
        QTest::addColumn<QStringList>("names");
        QTest::newRow("overview") << "overview" << QStringList{m_workflow};
        QTest::newRow("workflow") << "workflow" << QStringList{m_workflow, m_step, m_agent, m_model};
        QTest::newRow("runs") << "runs" << QStringList{m_workflow};
        QTest::newRow("run") << "run" << QStringList{m_step, m_model};
        QTest::newRow("prices") << "prices" << QStringList{m_model};
        QTest::newRow("sources") << "sources" << QStringList{};
        QTest::newRow("settings") << "settings" << QStringList{m_workflow};
    }
    void pageShowsNamesLiterally()
    {
        QFETCH(QString, page);
        QFETCH(QStringList, names);
        open(page);
        QTRY_COMPARE(m_window->session().navigation()->page(), page);
        QTest::qWait(300);
        m_window->settle();
        for (const QString &name : qAsConst(names))
            QVERIFY2(m_window->shows(name), qPrintable(name));
        everyTextIsPlain();
        QVERIFY(!m_window->window().grabWindow().isNull());
    }

    void drawerShowsNamesLiterally()
    {
        open(QStringLiteral("overview"));
        m_window->session().openCallsOf(QStringLiteral("all"), {});
        QTRY_VERIFY(m_window->item(QStringLiteral("drawerTable")));
        QTRY_VERIFY(m_window->shows(m_workflow));
        everyTextIsPlain();
        m_window->key(Qt::Key_Escape);
    }

    void paletteShowsNamesLiterally()
    {
        m_window->key(Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(m_window->item(QStringLiteral("paletteField")));
        m_window->type(QStringLiteral("img"));
        QTest::qWait(100);
        everyTextIsPlain();
        QVERIFY(m_window->texts().filter(QStringLiteral("<img")).size() > 0);
        m_window->key(Qt::Key_Escape);
    }

    void controlCharactersNeverReachTheScreen()
    {
        open(QStringLiteral("overview"));
        const auto texts = m_window->texts();
        for (const QString &text : texts)
            for (const QChar c : text)
                QVERIFY2(c != QChar(0x202E) && c != QChar(0x1b) && c != QLatin1Char('\n'), qPrintable(text));
    }

private:
    void open(const QString &page)
    {
        Navigation &navigation = *m_window->session().navigation();
        navigation.show(page == QStringLiteral("run") ? QStringLiteral("runs") : QStringLiteral("overview"));
        m_window->settle();
        if (page == QStringLiteral("run"))
            QTRY_VERIFY(m_window->session().runs()->table()->count() > 0);
        if (page == QStringLiteral("workflow"))
            navigation.openWorkflow(idOf(*m_window->session().overview()->workflows(), QStringLiteral("name")));
        else if (page == QStringLiteral("run"))
            navigation.openRun(idOf(*m_window->session().runs()->table(), QStringLiteral("workflow")));
        else
            navigation.show(page);
        m_window->settle();
    }
    /// Its model is in no price book, so the hostile one is not the costliest.
    QString idOf(const TableModel &table, const QString &role) const
    {
        for (int row = 0; row < table.count(); ++row)
            if (table.row(row).value(role).toString() == m_workflow)
                return table.row(row).value(QStringLiteral("id")).toString();
        return {};
    }
    void everyTextIsPlain()
    {
        const auto items = m_window->items();
        int seen = 0;
        for (const QQuickItem *item : items) {
            if (!item->inherits("QQuickText"))
                continue;
            ++seen;
            QCOMPARE(item->property("textFormat").toInt(), int(Qt::PlainText));
        }
        QVERIFY(seen > 10);
    }

    QTcpServer m_listener;
    QString m_workflow, m_step, m_agent, m_model;
    std::unique_ptr<WindowFixture> m_window;
};

QTEST_MAIN(TestHostile)
#include "tst_hostile.moc"
