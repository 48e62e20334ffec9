// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// A gateway whose counters have grown once since its first reading.
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
                    const bool grown = ++readings > 1;
                    const auto line = [&](const QByteArray &name, const QByteArray &value) {
                        return "litellm_" + name + "_metric_total{api_key_alias=\"" + workflow + "\",model=\"" + model
                               + "\"} " + value + "\n";
                    };
                    const QByteArray body = line("input_tokens", QByteArray::number(7 + (grown ? input : 0)))
                                            + line("output_tokens", QByteArray::number(3 + (grown ? output : 0)))
                                            + line("spend", grown ? "1.5" : "1");
                    socket->write("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: "
                                  + QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
                    socket->disconnectFromHost();
                });
        });
    }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(serverPort()) + "/metrics"; }

    QByteArray workflow = "research_agent", model = "claude-sonnet-4-5";
    int readings = 0, input = 3000, output = 300;
};

} // namespace

/// Meters beside the calls of another source, tied and untied by clicks on the Sources page.
class TestMetersPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theSameCalls();
    void otherModels();
    void twoTellers();
    void notMetered();
    void nothingElse();
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }

private:
    /// Three calls of 1,000 and 100 tokens each a minute ago, and a gateway.
    static WindowFixture::Prepare with(const Page &page, bool second = false)
    {
        return [&page, second](const QString &folder, Engine &engine, SessionOptions &) {
            TraceWriter writer; // one for both: each run has ids of its own
            const auto trace = [&](const char *name, const RunNames &names) {
                const qsizetype before = writer.bytes().size();
                writer.addRun(names, 3, 1000, 100, wallClockNow() - kSecond);
                QFile file(folder + u'/' + QLatin1String(name));
                if (file.open(QIODevice::WriteOnly) && file.write(writer.bytes().mid(before)) > 0)
                    engine.addSource({name, "otlp-json", file.fileName().toStdString(), false, {}});
            };
            trace("spans.jsonl", {});
            RunNames other;
            other.workflow = QStringLiteral("other");
            if (second)
                trace("more.jsonl", other);
            engine.addSource({"gw", "prometheus", page.url(), false, {{"interval_s", "1"}}});
        };
    }
    /// Once the gateway has told what it spent: $0.50, more than all calls here.
    static MetersModel &open(WindowFixture &window)
    {
        (void)QTest::qWaitFor([&] { return !(spent(window) < UsdSum(500'000'000'000)); }, 10'000);
        window.session().navigation()->show(QStringLiteral("sources"));
        window.session().sources()->selectId(QStringLiteral("gw"));
        window.settle();
        return *window.session().sources()->meters();
    }
    static UsdSum spent(WindowFixture &window) { return window.session().view().snapshot->totals.cost; }
};

void TestMetersPage::theSameCalls()
{
    Page page;
    WindowFixture window(with(page));
    QVERIFY(window.ready());
    MetersModel &model = open(window);
    QTRY_COMPARE_WITH_TIMEOUT(model.verdict(), QStringLiteral("same"), 20'000);
    QTRY_COMPARE(model.state(), QStringLiteral("ready"));
    window.settle();
    QVERIFY2(model.guess().startsWith(QStringLiteral("The same calls, it seems: tokens agree exactly")),
             qPrintable(model.guess()));
    QVERIFY(window.shows(model.guess()));
    QCOMPARE(model.rows()->count(), 1);
    const QVariantMap row = model.rows()->row(0);
    QCOMPARE(row.value(QStringLiteral("nameSub")).toString(), QStringLiteral("research_agent"));
    QCOMPARE(row.value(QStringLiteral("meters")).toString(), QStringLiteral("$0.50"));
    QCOMPARE(row.value(QStringLiteral("metersSub")), row.value(QStringLiteral("callsSub")));
    // 1,500 at $3, as many from the cache at $0.30, 300 at $15 a million: $0.00945. The gateway says $0.50.
    const QStringList keys{QStringLiteral("meters"), QStringLiteral("calls"), QStringLiteral("difference"),
                           QStringLiteral("metersTokens"), QStringLiteral("callsTokens")};
    QCOMPARE(model.rows()->copyText(0, keys), QStringLiteral("0.500000000\t0.009450000\t0.490550000\t3300\t3300"));
    // Tied with a click: the total is that of the calls alone, and both sides are still there.
    const UsdSum both = spent(window);
    QVERIFY(window.click(QStringLiteral("metersTie")));
    QTRY_COMPARE((both - spent(window)).toDecimal(), std::string("0.500000000"));
    QTRY_VERIFY(model.told());
    window.settle();
    QCOMPARE(model.rows()->copyText(0, keys), QStringLiteral("0.500000000\t0.009450000\t0.490550000\t3300\t3300"));
    QVERIFY(window.shows(QStringLiteral("Kept, not counted.")));
    // Read anew from the ledger, too.
    window.session().sources()->selectId(QStringLiteral("spans.jsonl"));
    QTRY_VERIFY(!model.shown());
    window.session().sources()->selectId(QStringLiteral("gw"));
    QTRY_COMPARE(model.state(), QStringLiteral("ready"));
    QCOMPARE(model.rows()->copyText(0, keys), QStringLiteral("0.500000000\t0.009450000\t0.490550000\t3300\t3300"));
    window.settle();
    // And undone.
    QVERIFY(window.click(QStringLiteral("metersTie")));
    QTRY_COMPARE(spent(window).toDecimal(), both.toDecimal());
    QTRY_VERIFY(!model.told());
}

void TestMetersPage::otherModels()
{
    Page page;
    page.model = "gpt-4o";
    WindowFixture window(with(page));
    QVERIFY(window.ready());
    MetersModel &model = open(window);
    QTRY_COMPARE_WITH_TIMEOUT(model.rows()->count(), 2, 20'000);
    QCOMPARE(model.verdict(), QStringLiteral("nothing"));
    window.settle();
    QVERIFY(window.shows(QStringLiteral("only metered")));
    QVERIFY(window.shows(QStringLiteral("not metered")));
    QVERIFY(window.shows(QStringLiteral("No other source tells calls of its models in this range.")));
}

/// Of two sources with the same model it finds the one whose calls went through the gateway, and says the others' too.
void TestMetersPage::twoTellers()
{
    Page page;
    page.input = 6000;
    page.output = 600;
    WindowFixture window(with(page, true));
    QVERIFY(window.ready());
    MetersModel &model = open(window);
    QTRY_COMPARE_WITH_TIMEOUT(model.verdict(), QStringLiteral("same"), 20'000);
    QCOMPARE(model.against().size(), 3);
    QVERIFY(model.against().front().toMap().value(QStringLiteral("text")).toString().contains(QStringLiteral("2")));
    window.settle();
    QVERIFY(window.item(QStringLiteral("metersAgainst")));
    model.choose(model.against().at(1).toMap().value(QStringLiteral("key")).toString());
    QVERIFY(model.verdict() != QStringLiteral("same"));
    QVERIFY2(model.guess().contains(QStringLiteral(" apart")), qPrintable(model.guess()));
    QTRY_VERIFY(window.shows(model.guess()));
}

void TestMetersPage::notMetered()
{
    Page page;
    WindowFixture window(with(page));
    QVERIFY(window.ready());
    open(window);
    window.session().sources()->selectId(QStringLiteral("spans.jsonl"));
    window.settle();
    QTRY_VERIFY(!window.session().sources()->meters()->shown());
    QTRY_VERIFY(window.item(QStringLiteral("reconcilePanel")));
    QVERIFY(!window.item(QStringLiteral("metersPanel")));
}

/// Nothing to hold it against, and nothing to tie it to.
void TestMetersPage::nothingElse()
{
    Page page;
    WindowFixture window([&page](const QString &, Engine &engine, SessionOptions &) {
        engine.addSource({"gw", "prometheus", page.url(), false, {{"interval_s", "1"}}});
    });
    QVERIFY(window.ready());
    MetersModel &model = open(window);
    QTRY_COMPARE_WITH_TIMEOUT(model.heading(), QStringLiteral("No other source tells calls in this range"), 20'000);
    window.settle();
    QVERIFY(window.shows(QStringLiteral("No other source tells calls in this range")));
    QVERIFY(!window.item(QStringLiteral("metersTie")));
    // Tied all the same, from the menu: then it can be taken back here.
    window.session().sources()->setTold(QStringLiteral("gw"), true);
    QTRY_COMPARE_WITH_TIMEOUT(model.state(), QStringLiteral("ready"), 20'000);
    QTRY_VERIFY(window.item(QStringLiteral("metersTie")));
}

QTEST_MAIN(TestMetersPage)
#include "tst_meterspage.moc"
