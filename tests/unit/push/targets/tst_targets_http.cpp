// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/httpclient.h"

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QSslKey>
#include <QSslServer>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <thread>

using namespace flyball;

namespace {

/// Answers each request with the next of its texts, then the last again; keeps what it was sent.
class Server {
public:
    explicit Server(QList<QByteArray> answers, QTcpServer *server = nullptr)
        : m_server(server), m_answers(std::move(answers))
    {
        if (!m_server)
            m_server.reset(new QTcpServer);
        QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, m_server.get(), [this] {
            while (QTcpSocket *socket = m_server->nextPendingConnection())
                serve(socket);
        });
        m_server->listen(QHostAddress::LocalHost);
    }
    [[nodiscard]] std::string url(const char *scheme = "http") const
    {
        return std::string(scheme) + "://127.0.0.1:" + std::to_string(m_server->serverPort());
    }
    QList<QByteArray> requests;
    int dripMs = 0; ///< a byte each

private:
    void serve(QTcpSocket *socket)
    {
        QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket, seen = QByteArray()]() mutable {
            seen += socket->readAll();
            const qsizetype end = seen.indexOf("\r\n\r\n");
            if (end < 0)
                return;
            requests.append(seen);
            seen.clear();
            const QByteArray answer = m_answers.size() > 1 ? m_answers.takeFirst() : m_answers.value(0);
            if (dripMs > 0) {
                drip(socket, answer);
                return;
            }
            socket->write(answer);
            socket->disconnectFromHost();
        });
    }
    void drip(QTcpSocket *socket, const QByteArray &answer)
    {
        auto *timer = new QTimer(socket);
        QObject::connect(timer, &QTimer::timeout, socket, [socket, answer, at = 0]() mutable {
            if (at < answer.size())
                socket->write(answer.mid(at++, 1));
        });
        timer->start(dripMs);
    }
    std::unique_ptr<QTcpServer> m_server;
    QList<QByteArray> m_answers;
};

QByteArray answer(const QByteArray &body, const QByteArray &status = "200 OK", const QByteArray &headers = {})
{
    return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + headers
           + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

HttpConnection connectionTo(const std::string &url)
{
    HttpConnection connection;
    connection.url = url;
    connection.headers = {{"x-api-key", "secret-1"}};
    connection.deadline = Milliseconds(1500);
    connection.retry = {3, Milliseconds(5), Milliseconds(20)};
    return connection;
}

Result<HttpReply> fetch(HttpConnection connection, const char *method = "GET")
{
    auto client = HttpClient::open(std::move(connection));
    if (!client)
        return client.error();
    return qstrcmp(method, "GET") == 0 ? (*client)->get("/a") : (*client)->send(method, "/a", "{}");
}

} // namespace

class TestTargetsHttp : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wholeAnswersOfAnyStatus()
    {
        Server server({answer("{\"a\":1}"), answer("no", "404 Not Found"), answer("{}", "500 Oops"),
                       answer("no", "401 Unauthorized", "WWW-Authenticate: Basic realm=x\r\n")});
        const Result<HttpReply> first = fetch(connectionTo(server.url() + "/base/"));
        QVERIFY(first.ok());
        QCOMPARE(first->body, std::string("{\"a\":1}"));
        QVERIFY(server.requests[0].startsWith("GET /base/a HTTP/1.1\r\n"));
        QVERIFY(server.requests[0].contains("x-api-key: secret-1"));
        for (const int status : {404, 500, 401}) {
            const Result<HttpReply> next = fetch(connectionTo(server.url()), "POST");
            QVERIFY2(next.ok(), next ? "" : next.error().message.c_str());
            QCOMPARE(next->status, status);
        }
        QCOMPARE(server.requests.size(), 4);
    }

    void refusalsDoNotRepeatTheKey()
    {
        Server server({answer("no key secret-1 here: secret-1", "401 Unauthorized"), answer("secret-1")});
        QCOMPARE(fetch(connectionTo(server.url()), "POST")->body, std::string("no key *** here: ***"));
        HttpConnection bearer = connectionTo(server.url());
        bearer.headers = {{"Authorization", "Bearer secret-1"}};
        QCOMPARE(fetch(bearer)->body, std::string("secret-1")); // an answer is what it is
    }

    void refusedUrls_data()
    {
        QTest::addColumn<QByteArray>("url");
        for (const char *url : {"", "no url", "ftp://127.0.0.1/x", "http://user:pass@127.0.0.1/",
                                "http://127.0.0.1/?q=1", "http://gateway.example/", "file:///etc/passwd"})
            QTest::newRow(*url ? url : "empty") << QByteArray(url);
    }
    void refusedUrls()
    {
        QFETCH(QByteArray, url);
        const auto client = HttpClient::open(connectionTo(url.toStdString()));
        QVERIFY(!client);
        QCOMPARE(client.error().code, ErrorCode::InvalidArgument);
    }

    void limits()
    {
        Server large({answer(QByteArray(100'000, 'x'))});
        HttpConnection small = connectionTo(large.url());
        small.mostBytes = 1000;
        QCOMPARE(fetch(small).error().code, ErrorCode::OutOfRange);

        Server slow({answer(QByteArray(4000, 'x'))});
        slow.dripMs = 10; // each byte is progress: only a total deadline ends it
        QElapsedTimer clock;
        clock.start();
        HttpConnection hasty = connectionTo(slow.url());
        hasty.deadline = Milliseconds(400);
        QCOMPARE(fetch(hasty).error().code, ErrorCode::OutOfRange);
        QVERIFY(clock.elapsed() < 1200);

        Server cut({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"});
        HttpConnection once = connectionTo(cut.url());
        once.retry.attempts = 1;
        const Result<HttpReply> half = fetch(once);
        QVERIFY(!half);
        QCOMPARE(half.error().code, ErrorCode::Unreadable);

        Server packed({answer("xx", "200 OK", "Content-Encoding: gzip\r\n")});
        QVERIFY(!fetch(connectionTo(packed.url())));
    }

    void redirectsStayHome()
    {
        Server other({answer("{}")});
        Server home({answer("", "302 Found", "Location: /b\r\n"), answer("{\"b\":2}")});
        const Result<HttpReply> followed = fetch(connectionTo(home.url()));
        QVERIFY(followed.ok());
        QCOMPARE(followed->body, std::string("{\"b\":2}"));
        QVERIFY(home.requests[1].startsWith("GET /b "));

        for (const QByteArray &where :
             {QByteArray::fromStdString(other.url()) + "/x", QByteArray("file:///etc/passwd"),
              QByteArray::fromStdString(other.url("https")) + "/x", QByteArray("//127.0.0.1:1/x")}) {
            Server away({answer("", "307 Go", "Location: " + where + "\r\n")});
            QCOMPARE(fetch(connectionTo(away.url())).error().code, ErrorCode::Malformed);
        }
        QCOMPARE(other.requests.size(), 0);

        Server loop({answer("", "302 Found", "Location: /a\r\n")});
        QVERIFY(!fetch(connectionTo(loop.url())));
        QCOMPARE(loop.requests.size(), 4);
        Server posted({answer("", "307 Go", "Location: /b\r\n"), answer("{}")});
        QVERIFY(!fetch(connectionTo(posted.url()), "POST"));
        QCOMPARE(posted.requests.size(), 1);
    }

    void aProxyThatAsksForALoginR5()
    {
        for (const char *scheme : {"http", "https"}) {
            Server proxy({answer("<html>log in</html>", "407 Proxy Authentication Required",
                                 "Proxy-Authenticate: Basic realm=\"corp\"\r\n")});
            const QByteArray variable = QByteArray(scheme) + "_proxy";
            qputenv(variable, QByteArray::fromStdString(proxy.url()));
            HttpConnection far = connectionTo(std::string(scheme) + "://gateway.example");
            far.plainAllowed = true;
            const Result<HttpReply> reply = fetch(far, "POST");
            qunsetenv(variable);
            // Nobody is asked for a password, and a page of the proxy is no answer of the gateway.
            QVERIFY(!reply || reply->status == 407);
            QVERIFY(!proxy.requests.isEmpty());
            QVERIFY(!proxy.requests[0].contains("Proxy-Authorization"));
            if (qstrcmp(scheme, "https") != 0)
                continue;
            QVERIFY(!reply);
            QVERIFY(reply.error().message.find("secret-1") == std::string::npos);
            QVERIFY(proxy.requests[0].startsWith("CONNECT gateway.example:443"));
            for (const QByteArray &request : proxy.requests)
                QVERIFY(!request.contains("secret-1")); // what is not under TLS does not see the key
        }
    }

    void proxiesOfTheEnvironment()
    {
        Server proxy({answer("{\"by\":\"proxy\"}")});
        Server direct({answer("{}")});
        qputenv("http_proxy", QByteArray::fromStdString(proxy.url()));
        HttpConnection far = connectionTo("http://gateway.example");
        far.plainAllowed = true;
        const Result<HttpReply> reply = fetch(far);
        const Result<HttpReply> near = fetch(connectionTo(direct.url()));
        qunsetenv("http_proxy");
        QVERIFY2(reply.ok(), reply ? "" : reply.error().message.c_str());
        QCOMPARE(reply->body, std::string("{\"by\":\"proxy\"}"));
        QVERIFY(proxy.requests[0].startsWith("GET http://gateway.example/a HTTP/1.1"));
        QVERIFY(near.ok()); // a key for loopback never goes to a proxy
        QCOMPARE(proxy.requests.size(), 1);
        QCOMPARE(direct.requests.size(), 1);
    }

    void onlyReadingIsRepeated()
    {
        Server busy({answer("", "503 Busy"), answer("", "429 Slow"), answer("{}")});
        QCOMPARE(fetch(connectionTo(busy.url()))->status, 200);
        QCOMPARE(busy.requests.size(), 3);
        Server always({answer("", "503 Busy")});
        QCOMPARE(fetch(connectionTo(always.url()))->status, 503);
        QCOMPARE(always.requests.size(), 3);
        Server posted({answer("", "503 Busy")});
        QCOMPARE(fetch(connectionTo(posted.url()), "POST")->status, 503);
        QCOMPARE(posted.requests.size(), 1);
        // A wait that reaches past the deadline is not begun.
        Server later({answer("", "503 Busy", "Retry-After: 3600\r\n")});
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(fetch(connectionTo(later.url()))->status, 503);
        QVERIFY(clock.elapsed() < 1000);
    }

    void delays()
    {
        const RetryPolicy policy{5, Milliseconds(500), Milliseconds(10'000)};
        const auto delay = [&](int next, const char *after, double unit) {
            return retryDelay(policy, next, after, 1'000'000, unit).count();
        };
        QCOMPARE(delay(2, "", 0.5), 500);
        QCOMPARE(delay(3, "", 0.5), 1000);
        QCOMPARE(delay(20, "", 0.5), 10'000);
        QCOMPARE(delay(2, "", 0.0), 400);
        QCOMPARE(delay(2, "", 1.0), 600);
        QCOMPARE(delay(2, "5", 0.5), 5000);
        QCOMPARE(delay(2, "0", 0.5), 1000);
        QCOMPARE(delay(2, "1000000000", 0.5), 3'600'000);
        QCOMPARE(delay(2, "-1", 0.5), 500);
        QCOMPARE(delay(2, "soon", 0.5), 500);
        QCOMPARE(delay(2, "Mon, 12 Jan 1970 13:46:50 GMT", 0.5), 10'000);
    }

    void stopEndsAWait()
    {
        Server silent({QByteArray()});
        silent.dripMs = 10'000;
        auto client = HttpClient::open([&] {
            HttpConnection connection = connectionTo(silent.url());
            connection.deadline = Milliseconds(20'000);
            return connection;
        }());
        QVERIFY(client.ok());
        std::thread other([&] {
            QTest::qWait(0);
            std::this_thread::sleep_for(Milliseconds(100));
            (*client)->stop();
        });
        QElapsedTimer clock;
        clock.start();
        const Result<HttpReply> reply = (*client)->get("/a");
        other.join();
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, ErrorCode::Cancelled);
        QVERIFY(clock.elapsed() < 3000);
    }

    void tlsIsVerified()
    {
        const QString openssl = QStandardPaths::findExecutable(QStringLiteral("openssl"));
        if (openssl.isEmpty())
            QSKIP("openssl is not installed");
        const QTemporaryDir folder;
        const QString key = folder.filePath(QStringLiteral("key")), pem = folder.filePath(QStringLiteral("pem"));
        QCOMPARE(QProcess::execute(openssl, {"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                                             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                                             "-out", pem, "-batch"}),
                 0);
        auto *tls = new QSslServer;
        QSslConfiguration ssl = QSslConfiguration::defaultConfiguration();
        QFile keyFile(key);
        QVERIFY(keyFile.open(QIODevice::ReadOnly));
        ssl.setPrivateKey(QSslKey(&keyFile, QSsl::Rsa));
        ssl.setLocalCertificate(QSslCertificate::fromPath(pem).value(0));
        tls->setSslConfiguration(ssl);
        Server server({answer("{}")}, tls);
        HttpConnection connection = connectionTo(server.url("https"));
        connection.retry.attempts = 1;
        QCOMPARE(fetch(connection).error().code, ErrorCode::Unreadable);
        QCOMPARE(server.requests.size(), 0);
        connection.caFile = pem.toStdString();
        const Result<HttpReply> trusted = fetch(connection);
        QVERIFY2(trusted.ok(), trusted ? "" : trusted.error().message.c_str());
        connection.caFile = key.toStdString();
        QCOMPARE(fetch(connection).error().code, ErrorCode::Unreadable);
    }
};

QTEST_GUILESS_MAIN(TestTargetsHttp)
#include "tst_targets_http.moc"
