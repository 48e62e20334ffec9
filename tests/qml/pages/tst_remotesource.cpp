// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QLineEdit>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>

#include "core/models/text/displayname.h"
#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"
#include "tests/unit/push/targets/fakekeychain.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A metrics page whose counter grows with every reading.
class Page : public QTcpServer {
public:
    Page()
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = nextPendingConnection())
                connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                    if (!socket->readAll().contains("\r\n\r\n"))
                        return;
                    spend += step;
                    const QByteArray body =
                        "# TYPE litellm_spend_metric counter\n"
                        "litellm_spend_metric_total{api_key_alias=\"<b>triage</b>\",model=\"gpt-4o\"} "
                        + QByteArray::number(spend, 'f', 2) + "\n";
                    socket->write("HTTP/1.1 " + status
                                  + "\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: "
                                  + QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
                    socket->disconnectFromHost();
                });
        });
    }
    [[nodiscard]] QString url() const { return QStringLiteral("http://127.0.0.1:%1/metrics").arg(serverPort()); }

    QByteArray status = "200 OK";
    double spend = 1, step = 0.25;
};

} // namespace

/// A gateway added, tried, edited, tied and removed by clicks on the Sources page.
class TestRemoteSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void addedByClicks();
    void nobodyThere();
    void forgetsWhatWasCancelled();
    void keyIsKept();
    void metersAlone();
    void metricsOfAnAgentAlone();
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }

private:
    static QByteArray traces()
    {
        TraceWriter writer;
        writer.addRun({}, 3, 1000, 100, wallClockNow() - kMinute);
        return writer.bytes();
    }
    static void openForm(WindowFixture &window)
    {
        window.session().navigation()->show(QStringLiteral("sources"));
        window.settle();
        QVERIFY(window.click(QStringLiteral("addSource")));
        QTRY_VERIFY(window.item(QStringLiteral("add-prometheus")));
        QVERIFY(window.click(QStringLiteral("add-prometheus")));
        QTRY_VERIFY(window.item(QStringLiteral("remoteAddress")));
        window.settle();
        QVERIFY(window.click(QStringLiteral("remoteAddress")));
    }
    static const SourceHealth *gateway(WindowFixture &window)
    {
        static std::shared_ptr<const Snapshot> held;
        held = window.session().view().snapshot;
        for (const SourceHealth &source : held->sources)
            if (source.kind == "prometheus")
                return &source;
        return nullptr;
    }
};

void TestRemoteSource::addedByClicks()
{
    Page page;
    WindowFixture window(traces());
    QVERIFY(window.ready());
    openForm(window);
    window.type(page.url());
    QVERIFY(!window.item(QStringLiteral("remoteSave"))->isEnabled()); // not before it was tried
    QVERIFY(window.click(QStringLiteral("option-interval_s")));
    window.type(QStringLiteral("1"));
    QVERIFY(window.click(QStringLiteral("remoteTest")));
    RemoteForm &form = *window.session().sources()->remote();
    QTRY_COMPARE(form.state(), QStringLiteral("ok"));
    QVERIFY2(form.stateText().startsWith(QStringLiteral("reached, 1 series, 1 workflow")),
             qPrintable(form.stateText()));
    window.settle();
    QVERIFY(window.shows(form.stateText()));
    QVERIFY(window.click(QStringLiteral("remoteSave")));
    QTRY_VERIFY(gateway(window) && gateway(window)->state == SourceState::Live);
    // The first reading is where counting begins; what it grew by since is spend of the gateway's own money.
    const auto spent = [&] { return window.session().view().snapshot->totals.cost; };
    const UsdSum before = spent();
    QTRY_VERIFY_WITH_TIMEOUT((spent() - before).toDecimal() >= "0.500000000", 8000);
    QCOMPARE((spent() - before).nanoUsd() % 250'000'000, 0);
    const QString id = QString::fromStdString(gateway(window)->id);
    window.session().sources()->selectId(id);
    window.settle();
    QVERIFY(window.shows(QStringLiteral("127.0.0.1:%1").arg(page.serverPort())));
    QVERIFY(window.shows(page.url()));
    ConfigStore stored(window.folder() + QStringLiteral("/config.json"), true);
    // Tied to other sources: kept, not counted, and back.
    const std::int64_t calls = window.session().view().snapshot->totals.calls;
    QVERIFY(window.click(QStringLiteral("sourceMore")));
    QTRY_VERIFY(window.item(QStringLiteral("sourceTold")));
    QVERIFY(window.click(QStringLiteral("sourceTold")));
    QTRY_COMPARE(spent().toDecimal(), before.toDecimal());
    QCOMPARE(window.session().view().snapshot->totals.calls, calls);
    window.session().sources()->setTold(id, false);
    QTRY_VERIFY(spent().toDecimal() != before.toDecimal());
    // It goes away: said, and the numbers stay.
    page.status = "503 Service Unavailable";
    QTRY_VERIFY_WITH_TIMEOUT(gateway(window)->state == SourceState::Failing, 8000);
    QVERIFY2(QString::fromStdString(gateway(window)->error).contains(QStringLiteral("503")),
             gateway(window)->error.c_str());
    window.settle();
    QVERIFY(window.session().sources()->problems() == 1);
    const UsdSum kept = spent();
    window.session().sources()->remove(id, false);
    QTRY_VERIFY(!gateway(window));
    QCOMPARE(spent().toDecimal(), kept.toDecimal());
}

void TestRemoteSource::nobodyThere()
{
    quint16 port = 0;
    {
        QTcpServer nobody;
        nobody.listen(QHostAddress::LocalHost);
        port = nobody.serverPort();
    }
    WindowFixture window(traces());
    QVERIFY(window.ready());
    openForm(window);
    window.type(QStringLiteral("http://127.0.0.1:%1/metrics").arg(port));
    QVERIFY(window.click(QStringLiteral("remoteTest")));
    RemoteForm &form = *window.session().sources()->remote();
    QTRY_COMPARE_WITH_TIMEOUT(form.state(), QStringLiteral("bad"), 15000);
    window.settle();
    QVERIFY(window.shows(form.stateText()));
    QVERIFY(window.item(QStringLiteral("remoteSave"))->isEnabled()); // it may come up later
    QVERIFY(window.click(QStringLiteral("remoteCancel")));
    QTRY_VERIFY(!window.item(QStringLiteral("remoteAddress")));
    QVERIFY(!gateway(window));
}

/// What was typed and not kept is not there when the form is opened again: it would look as if it were in force.
void TestRemoteSource::forgetsWhatWasCancelled()
{
    WindowFixture window(traces());
    QVERIFY(window.ready());
    openForm(window);
    QVERIFY(window.click(QStringLiteral("option-secret")));
    window.type(QStringLiteral("env:KEY"));
    QCOMPARE(window.item(QStringLiteral("option-secret"))->property("text").toString(), QStringLiteral("env:KEY"));
    QVERIFY(window.click(QStringLiteral("remoteCancel")));
    QTRY_VERIFY(!window.item(QStringLiteral("remoteAddress")));
    openForm(window);
    QCOMPARE(window.item(QStringLiteral("option-secret"))->property("text").toString(), QString());
    QCOMPARE(window.item(QStringLiteral("remoteAddress"))->property("text").toString(), QString());
}

/// A key is not shown while it is typed, and the keychain has it then.
void TestRemoteSource::keyIsKept()
{
    WindowFixture window(traces());
    QVERIFY(window.ready());
    const auto keys = std::make_shared<FakeKeychain>();
    setKeychain(keys);
    openForm(window);
    window.type(QStringLiteral("http://127.0.0.1:4000/metrics"));
    const auto field = [&] { return window.item(QStringLiteral("option-secret")); };
    QVERIFY(window.click(QStringLiteral("option-secret")));
    QVERIFY(!window.item(QStringLiteral("keepKey"))); // there is nothing to keep yet
    window.type(QStringLiteral("sk-123"));
    QCOMPARE(field()->property("echoMode").toInt(), int(QLineEdit::Password));
    QTRY_VERIFY(window.item(QStringLiteral("keepKey")));
    window.settle();
    QVERIFY(window.click(QStringLiteral("keepKey")));
    QTRY_COMPARE(field()->property("text").toString(), QStringLiteral("keychain:flyball http://127.0.0.1:4000"));
    QCOMPARE(field()->property("echoMode").toInt(), int(QLineEdit::Normal));
    QVERIFY(keys->entries.contains("flyball http://127.0.0.1:4000"));
    window.settle();
    QVERIFY(window.click(QStringLiteral("remoteCancel")));
    QTRY_VERIFY(!window.item(QStringLiteral("remoteAddress")));
    setKeychain({});
}

/// A gateway and nothing else: spend is shown, and what only calls can tell is not.
void TestRemoteSource::metersAlone()
{
    Page page;
    WindowFixture window([&](const QString &, Engine &engine, SessionOptions &) {
        engine.addSource({"gw", "prometheus", page.url().toStdString(), false, {{"interval_s", "1"}}});
    });
    QVERIFY(window.ready());
    QTRY_VERIFY_WITH_TIMEOUT(!window.session().view().snapshot->totals.cost.isZero(), 8000);
    QCOMPARE(window.session().view().snapshot->totals.calls, std::int64_t(0));
    QTRY_VERIFY(!window.session().view().empty());
    window.settle();
    QVERIFY(window.shows(QStringLiteral("metered, no calls told")));
    QVERIFY(window.shows(displayName(std::string_view("<b>triage</b>"))));
    window.session().navigation()->show(QStringLiteral("runs"));
    window.settle();
    QCOMPARE(window.session().view().snapshot->runCount, std::int64_t(0));
    // The engine alone has it: there are no options to keep, and what counts is what the engine counts.
    window.session().navigation()->show(QStringLiteral("sources"));
    window.session().sources()->selectId(QStringLiteral("gw"));
    window.settle();
    QVERIFY(window.click(QStringLiteral("sourceMore")));
    QTRY_VERIFY(window.item(QStringLiteral("sourceTold")));
    QVERIFY(!window.item(QStringLiteral("sourceOptions"))->isEnabled());
    QVERIFY(window.click(QStringLiteral("sourceTold")));
    QTRY_VERIFY(gateway(window)->told);
    QTRY_VERIFY(window.session().view().snapshot->totals.cost.isZero());
    window.settle();
    QVERIFY(window.click(QStringLiteral("sourceMore")));
    QTRY_VERIFY(window.shows(QStringLiteral("Count what it meters")));
}

/// Sent to the receiver as Claude Code does with its metrics exporter alone.
void TestRemoteSource::metricsOfAnAgentAlone()
{
    const QByteArray now = QByteArray::number(static_cast<qlonglong>(wallClockNow() - kMinute));
    QByteArray json =
        "{'resourceMetrics':[{'resource':{'attributes':[{'key':'workflow.name','value':{'stringValue':'triage'}}]},"
        "'scopeMetrics':[{'metrics':[{'name':'claude_code.cost.usage','sum':{'aggregationTemporality':1,"
        "'isMonotonic':true,'dataPoints':[{'attributes':[{'key':'model','value':{'stringValue':'claude-sonnet-4-5'}},"
        "{'key':'session.id','value':{'stringValue':'s1'}}],'startTimeUnixNano':'"
        + now + "','timeUnixNano':'" + now + "','asDouble':12.5}]}}]}]}]}";
    json.replace('\'', '"');
    QByteArray answer;
    WindowFixture window([&](const QString &, Engine &engine, SessionOptions &) {
        engine.addSource({"gw", "otlp", "127.0.0.1:0", false, {}});
        QUrl receiver;
        const auto listens = [&] {
            const auto snapshot = engine.latest();
            for (const SourceHealth &source : snapshot->sources)
                if (source.kind == "otlp")
                    receiver = QUrl(QString::fromStdString(source.url));
            return receiver.port() > 0;
        };
        if (!QTest::qWaitFor(listens, 8000))
            return;
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(receiver.port()));
        socket.write("POST /v1/metrics HTTP/1.1\r\nHost: " + receiver.authority().toUtf8()
                     + "\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(json.size())
                     + "\r\n\r\n" + json);
        socket.waitForReadyRead(8000);
        answer = socket.readAll();
    });
    QVERIFY(answer.startsWith("HTTP/1.1 200"));
    QVERIFY(window.ready());
    QTRY_COMPARE(window.session().view().snapshot->totals.cost, UsdSum(12'500'000'000'000));
    QCOMPARE(window.session().view().snapshot->totals.calls, std::int64_t(0));
    window.settle();
    QVERIFY(window.shows(QStringLiteral("metered, no calls told")));
    QVERIFY(window.shows(QStringLiteral("triage")));
    // The operator may say that others tell these calls.
    window.session().navigation()->show(QStringLiteral("sources"));
    window.session().sources()->selectId(QStringLiteral("gw"));
    window.settle();
    QVERIFY(window.click(QStringLiteral("sourceMore")));
    QTRY_VERIFY(window.item(QStringLiteral("sourceTold")));
    QVERIFY(window.click(QStringLiteral("sourceTold")));
    QTRY_VERIFY(window.session().view().snapshot->totals.cost.isZero());
}

QTEST_MAIN(TestRemoteSource)
#include "tst_remotesource.moc"
