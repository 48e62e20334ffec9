// SPDX-License-Identifier: GPL-3.0-or-later
// Answers of a spend API that are none: refusals, errors, pages for people.
#include <QProcess>
#include <QSslKey>
#include <QSslServer>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include "core/gateways/rest/restclient.h"
#include "tests/unit/gateways/spend/spend_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

class TestSpendAnswers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("SPEND_TEST_KEY", kKey); }
    void refusedKeyR1_data();
    void refusedKeyR1();
    void retryAfterR2_data();
    void retryAfterR2();
    void backsOffR2();
    void answersThatAreNoneR5_data();
    void answersThatAreNoneR5();
    void redirectsKeepTheKeyR5();
    void nobodyThereR5();
    void certificatesR5_data();
    void certificatesR5();
    void serverWordsAreOneLine_data();
    void serverWordsAreOneLine();

private:
    static constexpr const char *kKey = "sk-"
                                        "flyball-0123456789abcdef"; // not the shape of one
};

namespace {

const std::map<std::string, std::string> kWithKey{{"secret", "env:SPEND_TEST_KEY"}};

/// Wait until the next attempt, in seconds.
double waitOf(const Delivery &delivery) { return static_cast<double>(delivery.health.nextAt - monotonicNow()) / 1e9; }

} // namespace

void TestSpendAnswers::refusedKeyR1_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("401") << 401
                         << QByteArray(R"({"error":{"message":"Authentication Error, Received API Key = )") + kKey
                                + R"(","type":"auth_error"}})"
                         << QByteArray("status 401: Authentication Error");
    QTest::newRow("403") << 403 << QByteArray(R"({"detail":"Not allowed: )") + kKey + "\"}"
                         << QByteArray("status 403: Not allowed");
    QTest::newRow("no words") << 401 << QByteArray() << QByteArray("status 401");
    QTest::newRow("half a key") << 401
                                << QByteArray(R"({"detail":{"error":"bad key sk-)"
                                              "flyball-01234567\"}}")
                                << QByteArray("bad key sk-***");
}

void TestSpendAnswers::refusedKeyR1()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, words);
    SpendLogTable table;
    table.add(spendRow("chatcmpl-1", 60));
    ScriptedServer server([&](const Asked &asked) { return table.answer(asked); });
    SourceBench bench("litellm", server.url(), kWithKey);
    (void)bench.poll();
    const std::string state = bench.state;
    server.script = [&](const Asked &) { return Answered{status, body.toStdString()}; }; // revoked in mid-run
    const Delivery refused = bench.poll(kNow + 10 * kSecond);
    const std::string said = refused.health.error + refused.health.detail + refused.health.warning + refused.state;
    QVERIFY2(refused.health.error.find(words.toStdString()) != std::string::npos, said.c_str());
    QVERIFY2(said.find("flyball-0123") == std::string::npos, said.c_str());
    QVERIFY(refused.state.empty() && bench.state == state);
    const double wait = waitOf(refused);
    QVERIFY2(wait > 890 && wait <= 900, qPrintable(QString::number(wait)));
    QCOMPARE(refused.batch.size(), std::size_t{0});
    server.script = [&](const Asked &asked) { return table.answer(asked); };
    QVERIFY(bench.poll(kNow + 20 * kSecond).health.error.empty());
}

void TestSpendAnswers::retryAfterR2_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<double>("least");
    QTest::addColumn<double>("most");
    QTest::newRow("5") << 429 << QByteArray("5") << 4.0 << 6.0;
    QTest::newRow("503") << 503 << QByteArray("5") << 4.0 << 6.0;
    QTest::newRow("date") << 429 << QByteArray("Sun, 22 Nov 2026 16:01:40 GMT") << 80.0 << 120.0;
    QTest::newRow("past date") << 429 << QByteArray("Sun, 22 Nov 2020 16:01:40 GMT") << 0.8 << 1.2;
    QTest::newRow("-1") << 429 << QByteArray("-1") << 0.8 << 1.2;
    QTest::newRow("0") << 429 << QByteArray("0") << 0.8 << 1.2;
    QTest::newRow("1e9") << 429 << QByteArray("1000000000") << 2880.0 << 4320.0;
    QTest::newRow("garbage") << 429 << QByteArray("soon") << 0.8 << 1.2;
    QTest::newRow("none") << 429 << QByteArray() << 0.8 << 1.2;
    QTest::newRow("of another status") << 500 << QByteArray("50") << 0.8 << 1.2;
}

void TestSpendAnswers::retryAfterR2()
{
    QFETCH(int, status);
    QFETCH(QByteArray, value);
    QFETCH(double, least);
    QFETCH(double, most);
    ScriptedServer server([&](const Asked &) {
        Answered out{status, R"({"detail":"slow down"})"};
        if (!value.isEmpty())
            out.head = "Retry-After: " + value.toStdString() + "\r\n";
        return out;
    });
    SourceBench bench("litellm", server.url());
    const Delivery delivery = bench.poll();
    QCOMPARE(server.asked.size(), std::size_t{1}); // who polls comes again anyway
    const double wait = waitOf(delivery);
    QVERIFY2(wait > least - 0.5 && wait <= most, qPrintable(QString::number(wait)));
    QVERIFY(delivery.health.error.find("status " + std::to_string(status) + ": slow down") != std::string::npos);
}

void TestSpendAnswers::backsOffR2()
{
    bool good = false;
    SpendLogTable table;
    ScriptedServer server([&](const Asked &asked) {
        return good ? table.answer(asked) : Answered{500, "Internal Server Error"};
    });
    SourceBench bench("litellm", server.url());
    double expected = 1;
    for (int i = 0; i < 12; ++i, expected = std::min(expected * 2, 300.0)) {
        const double wait = waitOf(bench.poll());
        QVERIFY2(wait > expected * 0.8 - 0.5 && wait <= expected * 1.2, qPrintable(QString::number(wait)));
    }
    good = true;
    const double wait = waitOf(bench.poll());
    QVERIFY(wait > 9 && wait <= 10);
    good = false;
    QVERIFY(waitOf(bench.poll()) <= 1.2); // from the beginning
}

void TestSpendAnswers::answersThatAreNoneR5_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("login page") << QByteArray("<!doctype html><html>log in</html>") << QByteArray("text/html")
                                << QByteArray("web page");
    QTest::newRow("page as json") << QByteArray("\n <html>") << QByteArray("application/json")
                                  << QByteArray("web page");
    QTest::newRow("json as page") << QByteArray("{\"data\":[]}") << QByteArray("text/html; charset=utf-8")
                                  << QByteArray("web page");
    QTest::newRow("words") << QByteArray("all is well") << QByteArray("text/plain") << QByteArray("not JSON");
    QTest::newRow("nothing") << QByteArray() << QByteArray("application/json") << QByteArray("not JSON");
    QTest::newRow("other schema") << QByteArray(R"({"logs":[]})") << QByteArray("application/json")
                                  << QByteArray("no list \"data\"");
    QTest::newRow("data is text") << QByteArray(R"({"data":"x"})") << QByteArray("application/json")
                                  << QByteArray("no list \"data\"");
    QTest::newRow("cut") << QByteArray(R"({"data":[{"request_id":"a")") << QByteArray("application/json")
                         << QByteArray("no list \"data\"");
    QTest::newRow("bare list") << QByteArray("[]") << QByteArray("application/json") << QByteArray("no list \"data\"");
}

void TestSpendAnswers::answersThatAreNoneR5()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, words);
    ScriptedServer server([&](const Asked &) { return Answered{200, body.toStdString(), type.toStdString()}; });
    SourceBench bench("litellm", server.url(), kWithKey);
    const Delivery delivery = bench.poll();
    QVERIFY2(delivery.health.error.find(words.toStdString()) != std::string::npos, delivery.health.error.c_str());
    QVERIFY(delivery.state.empty());
    QVERIFY(delivery.health.error.find(kKey) == std::string::npos);
}

void TestSpendAnswers::redirectsKeepTheKeyR5()
{
    ScriptedServer thief([](const Asked &) { return Answered{200, R"({"data":[]})"}; });
    ScriptedServer server([&](const Asked &) {
        return Answered{302, "", "text/plain", "Location: " + thief.url() + "/spend/logs/ui\r\n"};
    });
    SourceBench bench("litellm", server.url(), kWithKey);
    QVERIFY(bench.poll().health.error.find("redirects elsewhere") != std::string::npos);
    QVERIFY(thief.asked.empty());
}

void TestSpendAnswers::nobodyThereR5()
{
    std::string url;
    {
        const ScriptedServer gone([](const Asked &) { return Answered{}; });
        url = gone.url();
    }
    SourceBench bench("litellm", url, kWithKey);
    const Delivery delivery = bench.poll();
    QVERIFY(!delivery.health.error.empty());
    QVERIFY(delivery.health.error.find(kKey) == std::string::npos);
    QVERIFY(waitOf(delivery) <= 1.2);
}

void TestSpendAnswers::certificatesR5_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<int>("days");
    QTest::addColumn<bool>("trusted"); // by the CA file option
    QTest::addColumn<bool>("good");
    QTest::newRow("good") << QByteArray("IP:127.0.0.1") << 2 << true << true;
    QTest::newRow("self-signed") << QByteArray("IP:127.0.0.1") << 2 << false << false;
    QTest::newRow("expired") << QByteArray("IP:127.0.0.1") << -1 << true << false;
    QTest::newRow("wrong host") << QByteArray("DNS:elsewhere.example") << 2 << true << false;
}

void TestSpendAnswers::certificatesR5()
{
    QFETCH(QByteArray, name);
    QFETCH(int, days);
    QFETCH(bool, trusted);
    QFETCH(bool, good);
    const QString openssl = QStandardPaths::findExecutable(QStringLiteral("openssl"));
    QVERIFY2(!openssl.isEmpty(), "the openssl program is needed (packaging/deps.sh)");
    const QTemporaryDir folder;
    const auto path = [&](const char *file) { return folder.filePath(QString::fromLatin1(file)); };
    QFile extensions(path("ext"));
    QVERIFY(extensions.open(QIODevice::WriteOnly) && extensions.write("subjectAltName=" + name + "\n") > 0);
    extensions.close();
    const auto run = [&](const QStringList &words) {
        QProcess process;
        process.start(openssl, words);
        return process.waitForFinished() && process.exitCode() == 0;
    };
    QVERIFY(run({"req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=of-a-test", "-keyout", path("key"),
                 "-out", path("csr"), "-batch"}));
    QVERIFY(run({"x509", "-req", "-in", path("csr"), "-signkey", path("key"), "-days", QString::number(days),
                 "-extfile", path("ext"), "-out", path("pem")}));
    QFile keyFile(path("key"));
    QVERIFY(keyFile.open(QIODevice::ReadOnly));
    QSslConfiguration ssl = QSslConfiguration::defaultConfiguration();
    ssl.setPrivateKey(QSslKey(&keyFile, QSsl::Rsa));
    ssl.setLocalCertificate(QSslCertificate::fromPath(path("pem")).value(0));
    auto tls = std::make_unique<QSslServer>();
    tls->setSslConfiguration(ssl);
    ScriptedServer server([](const Asked &) { return Answered{200, R"({"data":[]})"}; }, std::move(tls));
    std::map<std::string, std::string> options = kWithKey;
    if (trusted)
        options["ca_file"] = path("pem").toStdString();
    SourceBench bench("litellm", server.url("https"), options);
    const Delivery delivery = bench.poll();
    QVERIFY2(delivery.health.error.empty() == good, delivery.health.error.c_str());
    if (!good)
        QVERIFY2(server.asked.empty(), "the key was sent");
}

void TestSpendAnswers::serverWordsAreOneLine_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("words");
    const json errors = fixture("litellm_errors.json");
    for (const auto &[name, body] : errors.items()) {
        const json &error = body.contains("error") ? body["error"]["message"] : body["detail"]["error"];
        QTest::newRow(name.c_str()) << QByteArray::fromStdString(body.dump())
                                    << QByteArray::fromStdString(error.get<std::string>().substr(0, 60));
    }
    QTest::newRow("bifrost") << QByteArray::fromStdString(fixture("bifrost_error_budget_402.json").dump())
                             << QByteArray("Budget exceeded: virtual key budget exceeded: 25.01 >= 25.00");
    QTest::newRow("lines") << QByteArray("a\r\nb\x1b[31mc") << QByteArray("a  b [31mc");
    QTest::newRow("bearer") << QByteArray("no: Bearer abc.def/g= ok") << QByteArray("no: Bearer *** ok");
    QTest::newRow("page") << QByteArray("<html>secret</html>") << QByteArray();
}

void TestSpendAnswers::serverWordsAreOneLine()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, words);
    const std::string said = serverWords(body.toStdString());
    QCOMPARE(QByteArray::fromStdString(said).left(words.isEmpty() ? 1 : words.size()), words);
    QVERIFY(said.size() <= 203);
}

QTEST_GUILESS_MAIN(TestSpendAnswers)
#include "tst_spend_answers.moc"
