// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A metrics page that is asked for.
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
                    socket->write("HTTP/1.1 " + status
                                  + "\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: "
                                  + QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
                    socket->disconnectFromHost();
                });
        });
    }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(serverPort()) + "/metrics"; }

    QByteArray status = "200 OK";
    QByteArray body = "litellm_spend_metric_total{api_key_alias=\"<b>triage</b>\",model=\"gpt-4o\"} 12.5\n"
                      "litellm_output_tokens_metric_total{api_key_alias=\"checkout\",model=\"gpt-4o\"} 900\n"
                      "litellm_remaining_team_budget_metric{team=\"a\"} 37.5\n"
                      "acme_bill_total{x=\"y\"} 5\n";
};

} // namespace

/// What a source holds, by clicks on the Sources page.
class TestRawPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void seriesOfAGateway();
    void whatGoesWrong();
    void manySeries();
    void recordsOfAFile();
    void requestsOfAReceiver();
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }

private:
    static WindowFixture::Prepare with(const std::string &kind, const std::string &target)
    {
        return [kind, target](const QString &folder, Engine &engine, SessionOptions &) {
            TraceWriter writer;
            writer.addRun({}, 3, 1000, 100, wallClockNow() - kMinute);
            QFile file(folder + QStringLiteral("/spans.jsonl"));
            if (file.open(QIODevice::WriteOnly) && file.write(writer.bytes()) > 0)
                engine.addSource({"spans", "otlp-json", file.fileName().toStdString(), false, {}});
            engine.addSource({"it", kind, target, false, {}});
        };
    }
    static RawModel &browse(WindowFixture &window, const QString &id)
    {
        window.session().navigation()->show(QStringLiteral("sources"));
        window.session().sources()->selectId(id);
        window.settle();
        window.click(QStringLiteral("sourceMore"));
        for (int i = 0; i < 50 && !window.item(QStringLiteral("sourceRaw")); ++i)
            QTest::qWait(20);
        window.click(QStringLiteral("sourceRaw"));
        return *window.session().sources()->raw();
    }
    static QString cell(RawModel &raw, int row, const char *role)
    {
        return raw.table()->row(row).value(QLatin1String(role)).toString();
    }
};

void TestRawPage::seriesOfAGateway()
{
    Page page;
    WindowFixture window(with("prometheus", page.url()));
    QVERIFY(window.ready());
    RawModel &raw = browse(window, QStringLiteral("it"));
    QTRY_COMPARE(raw.state(), QStringLiteral("ready"));
    window.settle();
    QCOMPARE(raw.table()->count(), 4);
    QVERIFY(window.shows(QStringLiteral("api_key_alias=\"<b>triage</b>\", model=\"gpt-4o\""))); // as it stands
    QVERIFY(window.shows(QStringLiteral("counts as spend: output tokens of workflow checkout, model gpt-4o")));
    QVERIFY(window.shows(QStringLiteral("a budget gauge, no spend")));
    QVERIFY(window.shows(QStringLiteral("4 rows")));
    // Only what counts, then by what is typed.
    QVERIFY(window.click(QStringLiteral("segment_unknown")));
    QTRY_COMPARE(raw.table()->count(), 1);
    QCOMPARE(cell(raw, 0, "c0"), QStringLiteral("acme_bill_total"));
    QVERIFY(window.click(QStringLiteral("segment_all")));
    window.key(Qt::Key_F, Qt::ControlModifier);
    window.type(QStringLiteral("CHECKOUT"));
    QTRY_COMPARE(raw.table()->count(), 1);
    QVERIFY(window.shows(QStringLiteral("1 of 4 rows")));
    // Down into the table, and the row to the clipboard.
    window.key(Qt::Key_Down);
    window.key(Qt::Key_C, Qt::ControlModifier);
    QTRY_COMPARE(
        QApplication::clipboard()->text(),
        QStringLiteral("litellm_output_tokens_metric_total\tapi_key_alias=\"checkout\", model=\"gpt-4o\"\t900\t"
                       "counts as spend: output tokens of workflow checkout, model gpt-4o"));
    QVERIFY(window.click(QStringLiteral("rawCopy")));
    QTRY_COMPARE(QApplication::clipboard()->text().count(u'\n'), 2); // a head and the one that is shown
    // Nothing has that in it, and back.
    window.key(Qt::Key_F, Qt::ControlModifier);
    window.type(QStringLiteral("zz"));
    QTRY_COMPARE(raw.state(), QStringLiteral("nothing"));
    window.settle();
    QVERIFY(window.click(QStringLiteral("state_clear")));
    QTRY_COMPARE(raw.table()->count(), 4);
    // What is shown goes into a file as everywhere.
    QVERIFY(window.clickRow(QStringLiteral("rawTable"), 1));
    for (const bool byKey : {true, false}) {
        if (byKey)
            window.key(Qt::Key_E, Qt::ControlModifier);
        else
            QVERIFY(window.click(QStringLiteral("rawExportButton")));
        QTRY_VERIFY(window.item(QStringLiteral("exportSave")));
        window.settle();
        QVERIFY(window.click(QStringLiteral("exportCancel")));
        QTRY_VERIFY(!window.item(QStringLiteral("exportSave")));
    }
    const QVariantList columns{
        QVariantMap{{QStringLiteral("key"), QStringLiteral("c2")}, {QStringLiteral("title"), QStringLiteral("Value")}},
        QVariantMap{{QStringLiteral("key"), QStringLiteral("meaning")},
                    {QStringLiteral("title"), QStringLiteral("Meaning")}}};
    const QString path = window.folder() + QStringLiteral("/raw.csv");
    QCOMPARE(window.session().exporter()->csv(raw.table(), columns, path), QString());
    QFile saved(path);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    const QByteArray csv = saved.readAll();
    QVERIFY2(csv.contains("\n37.5,") && csv.contains("a budget gauge, no spend"), csv.constData());
    window.settle();
    // Asked again it says what is there now.
    page.body = "litellm_spend_metric_total{model=\"gpt-4o\"} 13\n";
    QVERIFY(window.click(QStringLiteral("rawReload")));
    QTRY_COMPARE(raw.table()->count(), 1);
    QCOMPARE(cell(raw, 0, "c2"), QStringLiteral("13"));
    // Closed, nothing of it stays.
    window.key(Qt::Key_Escape);
    QTRY_COMPARE(raw.state(), QStringLiteral("closed"));
    QCOMPARE(raw.table()->count(), 0);
    QTRY_VERIFY(!window.item(QStringLiteral("rawTable")));
}

void TestRawPage::whatGoesWrong()
{
    Page page;
    page.status = "503 Service Unavailable";
    WindowFixture window(with("prometheus", page.url()));
    QVERIFY(window.ready());
    RawModel &raw = browse(window, QStringLiteral("it"));
    QTRY_COMPARE(raw.state(), QStringLiteral("error"));
    window.settle();
    QVERIFY(window.shows(QStringLiteral("it is busy (HTTP 503)")));
    QVERIFY(!window.item(QStringLiteral("rawCopy"))->isEnabled());
    page.status = "200 OK";
    page.body = "\n";
    QVERIFY(window.click(QStringLiteral("state_again")));
    QTRY_COMPARE(raw.state(), QStringLiteral("none"));
    window.settle();
    QVERIFY(window.shows(QStringLiteral("Nothing is there")));
}

void TestRawPage::manySeries()
{
    Page page;
    page.body.clear();
    for (int i = 0; i < 20'000; ++i)
        page.body += "litellm_spend_metric_total{api_key_alias=\"w" + QByteArray::number(i) + "\",model=\"m\"} 1\n";
    WindowFixture window(with("prometheus", page.url()));
    QVERIFY(window.ready());
    RawModel &raw = browse(window, QStringLiteral("it"));
    QTRY_COMPARE_WITH_TIMEOUT(raw.table()->count(), 20'000, 15'000);
    window.settle();
    // As many rows are made as are seen.
    int rows = 0;
    for (QQuickItem *item : window.items())
        rows += QString::fromLatin1(item->metaObject()->className()).startsWith(QStringLiteral("TableRow")) ? 1 : 0;
    QVERIFY2(rows > 0 && rows < 80, QByteArray::number(rows).constData());
    QVERIFY(window.clickRow(QStringLiteral("rawTable"), 0));
    window.key(Qt::Key_End);
    window.settle();
    QTRY_VERIFY(window.shows(QStringLiteral("api_key_alias=\"w19999\", model=\"m\"")));
    window.key(Qt::Key_F, Qt::ControlModifier);
    window.type(QStringLiteral("w1999"));
    QTRY_COMPARE(raw.table()->count(), 11);
}

void TestRawPage::recordsOfAFile()
{
    TraceWriter writer;
    writer.addRun({}, 3, 1000, 100, wallClockNow() - kMinute);
    WindowFixture window(writer.bytes());
    QVERIFY(window.ready());
    window.session().navigation()->show(QStringLiteral("sources"));
    window.settle();
    const QString id = QString::fromStdString(window.session().view().snapshot->sources.front().id);
    RawModel &raw = browse(window, id);
    QTRY_COMPARE(raw.state(), QStringLiteral("ready"));
    QCOMPARE(raw.columns(), (QStringList{QStringLiteral("Offset"), QStringLiteral("Bytes"), QStringLiteral("Fields")}));
    QVERIFY(raw.table()->count() > 0);
    QVERIFY2(cell(raw, 0, "c2").startsWith(QStringLiteral("resourceSpans: [")), qPrintable(cell(raw, 0, "c2")));
    window.settle();
    QVERIFY(window.item(QStringLiteral("rawTable")));
}

void TestRawPage::requestsOfAReceiver()
{
    WindowFixture window(with("otlp", "127.0.0.1:0"));
    QVERIFY(window.ready());
    const auto url = [&] { return QString::fromStdString(window.session().view().snapshot->sources.back().url); };
    QTRY_VERIFY(!url().isEmpty());
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, url().section(u':', -1).toUShort());
    QVERIFY(socket.waitForConnected());
    const QByteArray host = url().section(u'/', -1).toLatin1();
    socket.write("POST /v1/traces HTTP/1.1\r\nHost: " + host
                 + "\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"what\":");
    QTRY_VERIFY(socket.bytesAvailable() > 0);
    RawModel &raw = browse(window, QStringLiteral("it"));
    QTRY_COMPARE(raw.state(), QStringLiteral("ready"));
    QCOMPARE(raw.table()->count(), 1);
    QCOMPARE(cell(raw, 0, "c1"), QStringLiteral("/v1/traces"));
    QCOMPARE(cell(raw, 0, "c4"), QStringLiteral("400"));
    QCOMPARE(cell(raw, 0, "meaning"), QStringLiteral("refused: truncated_line"));
}

QTEST_MAIN(TestRawPage)
#include "tst_rawpage.moc"
