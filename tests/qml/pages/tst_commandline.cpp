// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "app/flyball/commandline.h"

using namespace flyball;

/// What `flyball` takes on its command line, and that it refuses the rest before it touches anything.
class TestCommandLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QFile file(m_folder.filePath(QStringLiteral("a.jsonl")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{}\n");
    }

    void takesEverything()
    {
        const QString file = m_folder.filePath(QStringLiteral("a.jsonl"));
        const auto line = parseCommandLine(
            {QStringLiteral("otlp-json:") + file, QStringLiteral("--page"), QStringLiteral("runs"),
             QStringLiteral("--theme=light"), QStringLiteral("--since"), QStringLiteral("2026-11-21T10:00:00Z"),
             QStringLiteral("--until"), QStringLiteral("2026-11-21T11:00:00Z"), QStringLiteral("--screenshot"),
             m_folder.filePath(QStringLiteral("p.png")), QStringLiteral("--size"), QStringLiteral("800x600"),
             QStringLiteral("--after"), QStringLiteral("50")});
        QVERIFY2(line.ok(), line.ok() ? "" : line.error().message.c_str());
        QCOMPARE(line->sources.size(), std::size_t(1));
        QCOMPARE(line->sources.at(0).kind, std::string("otlp-json"));
        QCOMPARE(QString::fromStdString(line->sources.at(0).target), file);
        QCOMPARE(line->page, QStringLiteral("runs"));
        QCOMPARE(line->theme, QStringLiteral("light"));
        QCOMPARE(*line->until - *line->since, kHour);
        QCOMPARE(line->size, QSize(800, 600));
        QCOMPARE(line->afterMs, 50);
        QVERIFY(line->separateLedger());
    }

    void nothingMeansTheOwnLedger()
    {
        const auto line = parseCommandLine({});
        QVERIFY(line.ok());
        QVERIFY(!line->separateLedger());
    }

    void refuses_data()
    {
        const QString file = m_folder.filePath(QStringLiteral("a.jsonl"));
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("named"); // what the message has to name
        QTest::newRow("unknown option") << QStringList{"--frob"} << "--frob";
        QTest::newRow("missing value") << QStringList{"--page"} << "--page";
        QTest::newRow("page not built") << QStringList{"--page", "incidents"} << "incidents";
        QTest::newRow("no such file") << QStringList{"/nowhere/x.jsonl"} << "/nowhere/x.jsonl";
        QTest::newRow("no such kind") << QStringList{"frob:/tmp"} << "frob";
        QTest::newRow("kind not built") << QStringList{"clickhouse:/tmp"} << "clickhouse";
        QTest::newRow("no address") << QStringList{"prometheus:/tmp"} << "/tmp";
        QTest::newRow("option without a value") << QStringList{"prometheus:http://h/m#interval_s"} << "interval_s";
        QTest::newRow("theme") << QStringList{"--theme", "blue"} << "blue";
        QTest::newRow("size") << QStringList{"--screenshot", m_folder.filePath("p.png"), "--size", "800"} << "800";
        QTest::newRow("huge size") << QStringList{"--screenshot", m_folder.filePath("p.png"), "--size", "99999x9"}
                                   << "99999x9";
        QTest::newRow("after") << QStringList{"--screenshot", m_folder.filePath("p.png"), "--after", "-1"} << "-1";
        QTest::newRow("time") << QStringList{"--since", "yesterday"} << "yesterday";
        QTest::newRow("since after until")
            << QStringList{"--since", "2026-11-22", "--until", "2026-11-21"} << "--since";
        QTest::newRow("prices missing") << QStringList{"--prices", "/nowhere/p.json"} << "/nowhere/p.json";
        QTest::newRow("prices is a folder") << QStringList{"--prices", m_folder.path()} << m_folder.path();
        QTest::newRow("picture folder") << QStringList{"--screenshot", "/nowhere/p.png"} << "/nowhere";
        QTest::newRow("size alone") << QStringList{"--size", "80x60"} << "--size";
        QTest::newRow("demo and source") << QStringList{"--demo", file} << "--demo";
    }
    void refuses()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, named);
        const auto line = parseCommandLine(arguments);
        QVERIFY(!line.ok());
        const QString message = QString::fromStdString(line.error().message);
        QVERIFY2(message.contains(named), qPrintable(message));
        QVERIFY2(!message.contains(QLatin1Char('\n')), qPrintable(message));
    }

    void optionsStandBehindTheAddress()
    {
        const auto line = parseCommandLine({QStringLiteral("prometheus:http://h:1/m#interval_s=5&workflow_label=team"),
                                            QStringLiteral("--otlp=127.0.0.1:0")});
        QVERIFY2(line.ok(), line.ok() ? "" : line.error().message.c_str());
        QCOMPARE(line->sources.at(0).target, std::string("http://h:1/m"));
        QCOMPARE(line->sources.at(0).options.at("workflow_label"), std::string("team"));
        QCOMPARE(line->otlp, std::string("127.0.0.1:0"));
        QCOMPARE(parseCommandLine({QStringLiteral("--otlp")})->otlp, std::string("127.0.0.1:4318"));
    }

    void aDateIsMidnightHere()
    {
        const auto line = parseCommandLine({QStringLiteral("--since"), QStringLiteral("2026-11-21")});
        QVERIFY(line.ok());
        QCOMPARE(*line->since, QDate(2026, 11, 21).startOfDay().toSecsSinceEpoch() * kSecond);
    }

    void afterTwoDashesAllIsASource()
    {
        QDir folder(m_folder.path());
        QVERIFY(folder.mkdir(QStringLiteral("--demo")));
        QDir::setCurrent(m_folder.path());
        const auto line = parseCommandLine({QStringLiteral("--"), QStringLiteral("--demo")});
        QVERIFY2(line.ok(), line.ok() ? "" : line.error().message.c_str());
        QVERIFY(!line->demo);
        QCOMPARE(QString::fromStdString(line->sources.at(0).target), m_folder.filePath(QStringLiteral("--demo")));
    }

    void programEndsWith2AndChangesNothing_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("page") << QStringList{"--page", "incidents"};
        QTest::newRow("source") << QStringList{"/nowhere/x"};
        QTest::newRow("prices") << QStringList{"--prices", m_folder.filePath("a.jsonl")};
    }
    void programEndsWith2AndChangesNothing()
    {
        QFETCH(QStringList, arguments);
        const QString home = m_folder.filePath(QStringLiteral("home"));
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("FLYBALL_HOME"), home);
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(FLYBALL_BIN_DIR "/flyball"), arguments);
        QVERIFY(process.waitForFinished(30000));
        QCOMPARE(process.exitCode(), 2);
        const QByteArray error = process.readAllStandardError();
        QCOMPARE(error.count('\n'), 1);
        QVERIFY(error.startsWith("flyball: "));
        QVERIFY(!QFileInfo::exists(home));
    }

    void screenshotPrintsTheHeadline()
    {
        const QString picture = m_folder.filePath(QStringLiteral("p.png"));
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("FLYBALL_HOME"), m_folder.filePath(QStringLiteral("other")));
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(FLYBALL_BIN_DIR "/flyball"),
                      {m_folder.filePath(QStringLiteral("a.jsonl")), QStringLiteral("--screenshot"), picture,
                       QStringLiteral("--size"), QStringLiteral("1024x700"), QStringLiteral("--after"),
                       QStringLiteral("100")});
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 0);
        QCOMPARE(QImage(picture).size(), QSize(1024, 700));
        const QByteArray out = process.readAllStandardOutput();
        QVERIFY2(out.contains("headline: "), out.constData());
        QVERIFY2(out.contains("headline: Calls: 0"), out.constData());
        QVERIFY(!QFileInfo::exists(m_folder.filePath(QStringLiteral("other/config/config.json"))));
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
