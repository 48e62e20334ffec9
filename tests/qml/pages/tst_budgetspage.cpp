// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QClipboard>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A page of a LiteLLM proxy whose budgets the test sets.
class Gateway : public QTcpServer {
public:
    Gateway()
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = nextPendingConnection())
                connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                    if (!socket->readAll().contains("\r\n\r\n"))
                        return;
                    const QByteArray body = "litellm_spend_metric_total{model=\"gpt-4o\"} 1\n" + gauges;
                    socket->write("HTTP/1.1 " + status
                                  + "\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: "
                                  + QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
                    socket->disconnectFromHost();
                });
        });
    }
    [[nodiscard]] QString url() const { return QStringLiteral("http://127.0.0.1:%1/metrics").arg(serverPort()); }
    void key(const QByteArray &name, const QByteArray &left, const QByteArray &cap)
    {
        const QByteArray labels = "{hashed_api_key=\"h-" + name + "\",api_key_alias=\"" + name + "\"} ";
        gauges += "litellm_remaining_api_key_budget_metric" + labels + left + '\n';
        if (!cap.isEmpty())
            gauges += "litellm_api_key_max_budget_metric" + labels + cap
                      + "\nlitellm_api_key_budget_remaining_hours_metric" + labels + "300\n";
    }

    QByteArray status = "200 OK", gauges;
};

const QString kPolicy =
    QStringLiteral(R"({"schema_version":1,"policy_id":"p","revision":1,"timezone":"UTC","tiers":[{"id":"mid",)"
                   R"("models":["anthropic/claude-haiku-4-5"]}],"defaults":{"routing":{"default_tier":"mid"}},)"
                   R"("workflows":{"research_agent":{"budget":{"periods":[)"
                   R"({"window":"day","hard_usd":5},{"window":"month","hard_usd":40}]}}}})");

} // namespace

/// Budgets of a gateway by clicks: on the Sources page and beside the caps of the policy. With FLYBALL_PICTURES=folder
/// every state is saved as a picture.
class TestBudgetsPage : public QObject {
    Q_OBJECT

    std::unique_ptr<WindowFixture> m_window;

    void picture(const QString &name, const std::function<void()> &shown = {})
    {
        const QString folder = qEnvironmentVariable("FLYBALL_PICTURES");
        if (folder.isEmpty())
            return;
        const QSize size = m_window->window().size();
        for (const QSize &one : {QSize(1024, 700), QSize(1440, 900)}) {
            m_window->window().resize(one);
            for (const QString &theme : {QStringLiteral("light"), QStringLiteral("dark")}) {
                m_window->window().setProperty("forcedTheme", theme);
                m_window->settle();
                if (shown)
                    shown();
                QTest::qWait(400);
                QVERIFY(m_window->window().grabWindow().save(
                    QStringLiteral("%1/%2-%3-%4.png").arg(folder, name, theme).arg(one.width())));
            }
        }
        m_window->window().resize(size);
        m_window->settle();
    }
    Session &session() { return m_window->session(); }
    bool shows(const QString &part)
    {
        for (const QString &text : m_window->texts())
            if (text.contains(part))
                return true;
        return false;
    }
    void open(Gateway &gateway)
    {
        TraceWriter writer;
        for (const char *flow : {"research_agent", "support_triage"})
            writer.addRun({.workflow = QString::fromLatin1(flow), .model = QStringLiteral("claude-haiku-4-5")}, 3, 1000,
                          100, wallClockNow() - kMinute);
        m_window = std::make_unique<WindowFixture>(writer.bytes());
        QVERIFY(m_window->ready());
        (void)WindowFixture::takeWarnings();
        session().navigation()->show(QStringLiteral("sources"));
        RemoteForm &form = *session().sources()->remote();
        form.begin(QStringLiteral("prometheus"));
        form.setTarget(gateway.url());
        form.setOption(QStringLiteral("interval_s"), QStringLiteral("1"));
        form.test();
        QTRY_COMPARE(form.state(), QStringLiteral("ok"));
        QVERIFY(form.save());
        QTRY_VERIFY(session().sources()->table()->count() == 2);
        for (const SourceHealth &source : session().view().snapshot->sources)
            if (source.kind == "prometheus")
                session().sources()->selectId(QString::fromStdString(source.id));
    }

private Q_SLOTS:
    void cleanup()
    {
        m_window.reset();
        QCOMPARE(WindowFixture::takeWarnings(), QStringList());
    }
    void onTheSourcesPage();
    void besideTheCaps();
    void oldAndGone();
};

void TestBudgetsPage::onTheSourcesPage()
{
    Gateway gateway;
    gateway.key("research_agent", "13", "50");
    gateway.key("support_triage", "+Inf", {});
    gateway.key("<img src='http://x'>", "-3.25", "10");
    open(gateway);
    QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("3, the fullest $13.25 of $10.00")), 8000);
    picture(QStringLiteral("sources"));
    QVERIFY(m_window->click(QStringLiteral("sourceMore")));
    QTRY_VERIFY(m_window->item(QStringLiteral("sourceBudgets")));
    QVERIFY(m_window->click(QStringLiteral("sourceBudgets")));
    QTRY_VERIFY(m_window->item(QStringLiteral("allBudgets")));
    m_window->settle();
    QVERIFY(shows(QStringLiteral("$13.25 of $10.00")));
    QVERIFY(shows(QStringLiteral("$37.00 of $50.00")));
    QVERIFY(shows(QStringLiteral("no cap")));
    QVERIFY(m_window->shows(QStringLiteral("<img src='http://x'>"))); // as plain text, and nobody is asked for it
    picture(QStringLiteral("dialog"));
    // The row under the pointer is what is copied, by button and by keys.
    QVERIFY(m_window->clickRow(QStringLiteral("allBudgets"), 1));
    QVERIFY(m_window->click(QStringLiteral("budgetsCopy")));
    QTRY_VERIFY(
        QGuiApplication::clipboard()->text().startsWith(QStringLiteral("research_agent\t37.000000000\t13.000000000")));
    QVERIFY(m_window->clickRow(QStringLiteral("allBudgets"), 0));
    m_window->key(Qt::Key_End);
    m_window->key(Qt::Key_C, Qt::ControlModifier);
    QTRY_VERIFY(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("support_triage\t")));
    QVERIFY(m_window->click(QStringLiteral("budgetsClose")));
    QTRY_VERIFY(!m_window->item(QStringLiteral("allBudgets")));
    QCOMPARE(WindowFixture::networkAccesses(), 0);
}

void TestBudgetsPage::besideTheCaps()
{
    Gateway gateway;
    gateway.key("research_agent", "13", "50");
    gateway.key("somebody", "1", "2");
    open(gateway);
    QVERIFY(session().policy()->setDocumentText(kPolicy));
    session().navigation()->show(QStringLiteral("policy"));
    m_window->settle();
    QTRY_VERIFY(m_window->item(QStringLiteral("scope_w:research_agent")));
    QVERIFY(m_window->click(QStringLiteral("scope_w:research_agent")));
    QTRY_COMPARE_WITH_TIMEOUT(session().budgets()->here()->count(), 1, 8000);
    QVERIFY(m_window->reveal(QStringLiteral("budgetsHere")));
    const QString differs = QStringLiteral("the gateway holds $50.00, the policy says $5.00 per day, $40.00 per month");
    QTRY_VERIFY(shows(differs));
    QVERIFY(shows(QStringLiteral("1 of 1 is not what the policy says")));
    picture(QStringLiteral("policy"), [this] { (void)m_window->reveal(QStringLiteral("policyBudgets")); });
    // Somebody sets the gateway right: the next page says so.
    gateway.gauges.clear();
    gateway.key("research_agent", "3", "40");
    gateway.key("somebody", "1", "2");
    QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("the gateway holds one of the policy's caps")), 15000);
    QVERIFY(!shows(differs));
    // All of them, in the dialog; and the workflow that has none.
    QVERIFY(m_window->reveal(QStringLiteral("budgetsAll")));
    QVERIFY(m_window->click(QStringLiteral("budgetsAll")));
    QTRY_VERIFY(m_window->item(QStringLiteral("allBudgets")));
    QCOMPARE(session().budgets()->all()->count(), 2);
    m_window->key(Qt::Key_Escape);
    QTRY_VERIFY(!m_window->item(QStringLiteral("allBudgets")));
    QVERIFY(m_window->click(QStringLiteral("scope_w:support_triage")));
    QTRY_VERIFY(shows(QStringLiteral("None of the 2 budgets told belongs to this workflow.")));
}

void TestBudgetsPage::oldAndGone()
{
    Gateway gateway;
    gateway.key("research_agent", "13", "50");
    open(gateway);
    QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("1, the fullest $37.00 of $50.00")), 8000);
    gateway.status = "503 Busy";
    // What it told last stays, and says how old it is.
    QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("1, the fullest $37.00 of $50.00, as told ")), 20000);
    session().navigation()->show(QStringLiteral("policy"));
    QVERIFY(session().policy()->setDocumentText(kPolicy));
    QTRY_VERIFY(m_window->reveal(QStringLiteral("budgetsProblem")));
    QVERIFY(shows(QStringLiteral("told its budgets last ")));
    picture(QStringLiteral("stale"), [this] { (void)m_window->reveal(QStringLiteral("policyBudgets")); });
    gateway.status = "200 OK";
    gateway.gauges.clear();
    QTRY_COMPARE_WITH_TIMEOUT(session().budgets()->total(), 0, 60000);
    QTRY_VERIFY(shows(QStringLiteral("No source tells of budgets yet.")));
    picture(QStringLiteral("none"), [this] { (void)m_window->reveal(QStringLiteral("budgetsHere")); });
}

QTEST_MAIN(TestBudgetsPage)
#include "tst_budgetspage.moc"
