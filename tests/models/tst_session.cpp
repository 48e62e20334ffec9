// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/models/session_bench.h"

using namespace flyball;

// The window as a whole, from snapshots with known numbers: what is formed when, and what is kept.
class TestSession : public QObject, SessionBench {
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }

    void emptyLedgerSaysSo()
    {
        auto session = open(options());
        QVERIFY(!session->hasData());
        QVERIFY(session->overview()->empty());
        QCOMPARE(session->overview()->emptyHeading(), QStringLiteral("No calls yet"));
        QCOMPARE(session->overview()->spend()->tileState(), QStringLiteral("nodata"));
        QVERIFY(session->firstRun()->wanted());
    }

    void aPausedWindowStandsStill()
    {
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 1)}));
        auto session = open(options());
        session->togglePause();
        QCOMPARE(session->mode(), QStringLiteral("paused"));
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 1), call(2 * kMinute, "alpha", 1)}));
        session->refreshNow();
        QCOMPARE(session->overview()->spend()->value(), QStringLiteral("$1.00"));
        m_now += 12 * kSecond;
        session->refreshNow();
        QCOMPARE(plain(session->modeDetail()), QStringLiteral("12 s"));
        session->togglePause();
        QCOMPARE(session->overview()->spend()->value(), QStringLiteral("$2.00"));
        QCOMPARE(session->mode(), QStringLiteral("live"));
    }

    void aBurstOfSnapshotsIsOneRefresh()
    {
        auto session = open(options());
        QSignalSpy spy(session.get(), &Session::refreshed);
        QSignalSpy chart(session->overview(), &OverviewModel::chartChanged);
        for (int i = 0; i < 50; ++i) {
            m_engine->publish(m_maker->make({call(kMinute, "alpha", i)}));
            QCoreApplication::processEvents();
        }
        QTRY_COMPARE(session->overview()->spend()->value(), QStringLiteral("$49.00"));
        QVERIFY2(spy.size() <= 3, qPrintable(QString::number(spy.size())));
        // The hero chart moves once a second, and the last change is not lost.
        const auto last = [&] {
            double sum = 0;
            const StackData data = session->overview()->chart();
            for (const StackBand &band : data.bands)
                for (const double v : band.values)
                    sum += v;
            return sum;
        };
        QTRY_COMPARE(last(), 49.0);
        QVERIFY2(chart.size() <= 2, qPrintable(QString::number(chart.size())));
    }

    void nothingIsFormedWhileHidden()
    {
        auto session = open(options());
        session->setVisible(false);
        QSignalSpy spy(session.get(), &Session::refreshed);
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 5)}));
        QTest::qWait(400);
        QCOMPARE(spy.size(), 0);
        session->setVisible(true);
        QTRY_COMPARE(session->overview()->spend()->value(), QStringLiteral("$5.00"));
    }

    void zoomAndBack()
    {
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 1), call(2 * kHour, "alpha", 7)}));
        auto session = open(options());
        QCOMPARE(session->overview()->spend()->value(), QStringLiteral("$8.00"));
        const double at = static_cast<double>((kNow - 2 * kHour) / 1'000'000);
        session->range()->zoom(at - 600'000, at + 600'000);
        QCOMPARE(session->range()->key(), QStringLiteral("custom"));
        QCOMPARE(session->overview()->spend()->value(), QStringLiteral("$7.00"));
        session->range()->pan(3'600'000);
        QCOMPARE(session->overview()->spend()->tileState(), QStringLiteral("nodata"));
        session->range()->back();
        QCOMPARE(session->range()->key(), QStringLiteral("3h"));
        QCOMPARE(session->overview()->spend()->value(), QStringLiteral("$8.00"));
    }

    void oldMinutesAreReadByTheQueryThread()
    {
        const std::vector<Call> calls{call(kMinute, "alpha", 1), call(9 * kDay, "alpha", 4)};
        m_maker->minutesFrom = kNow - kDay;
        const auto snapshot = m_maker->make(calls);
        Totals old;
        old.add(calls[1]);
        m_engine->ledger.minutes.push_back({bucketOf(calls[1].time, kMinute), 0, old});
        m_engine->hold = true;
        m_engine->publish(snapshot);
        auto session = open(options());
        const double at = static_cast<double>(calls[1].time / 1'000'000);
        session->range()->zoom(at - 1'200'000, at + 1'200'000);
        QCOMPARE(session->overview()->spend()->tileState(), QStringLiteral("loading"));
        QVERIFY(session->view().folded.cells.empty()); // cells of the former range do not fit these bins
        m_engine->answer();
        QTRY_COMPARE(session->overview()->spend()->value(), QStringLiteral("$4.00"));
    }

    void theClockCountsSecondsWhileSomethingMoves()
    {
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 1)}));
        auto session = open(options());
        StatusModel &status = *session->status();
        status.tick(kNow);
        const qsizetype whole = status.clock().size();
        status.tick(kNow + 9 * kSecond);
        QCOMPARE(status.clock().size(), whole);
        status.tick(kNow + 11 * kSecond);
        QCOMPARE(status.clock().size(), whole - 3); // ":51"
        const auto later = m_maker->make({call(kMinute, "alpha", 1)});
        later->callsAdded = 5;
        m_engine->publish(later);
        status.tick(kNow + 12 * kSecond);
        QCOMPARE(status.clock().size(), whole);
    }

    void importTellsHowLong()
    {
        auto snapshot = m_maker->make({});
        snapshot->import = {true, 1'200'000'000, 1'900'000'000, 5, 3.2};
        m_engine->publish(snapshot);
        auto session = open(options());
        QVERIFY(session->importing()->active());
        QCOMPARE(plain(session->importing()->text()), QStringLiteral("Reading 1.2 of 1.9 GB, 4 s left"));
        session->importing()->cancel();
        QCOMPARE(m_engine->log.back(), std::string("cancel"));
    }

    void paletteFindsRunsAndPages()
    {
        m_maker->runs.push_back(
            makeRun(*m_engine, 0xabcdef, "alpha", kNow - kHour, kNow - kMinute, Outcome::Success, 5));
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 1)}));
        auto session = open(options());
        PaletteModel *palette = session->palette();
        QAbstractItemModelTester tester(palette, QAbstractItemModelTester::FailureReportingMode::QtTest);
        palette->setQuery(QStringLiteral("sour"));
        palette->activate(0);
        QCOMPARE(session->navigation()->page(), QStringLiteral("sources"));
        palette->setQuery(QString::fromStdString(toHex(Key128{7, 0xabcdef})).left(16));
        palette->activate(0);
        QCOMPARE(session->navigation()->page(), QStringLiteral("run"));
        palette->setQuery(QStringLiteral("zzzz nothing"));
        QCOMPARE(palette->count(), 0);
        palette->activate(0);
    }

    void exportKeepsExactNumbers()
    {
        m_engine->publish(m_maker->make({makeCall(*m_engine, kNow - kMinute, "=cmd()", "m", 1'234'567'890'123)}));
        auto session = open(options());
        const QVariantList columns{QVariantMap{{QStringLiteral("key"), QStringLiteral("name")},
                                               {QStringLiteral("title"), QStringLiteral("Workflow")}},
                                   QVariantMap{{QStringLiteral("key"), QStringLiteral("spark")},
                                               {QStringLiteral("title"), QStringLiteral("Chart")}},
                                   QVariantMap{{QStringLiteral("key"), QStringLiteral("spend")},
                                               {QStringLiteral("title"), QStringLiteral("Spend")}}};
        const QString path = m_dir.filePath(QStringLiteral("out.csv"));
        QCOMPARE(session->exporter()->csv(session->overview()->workflows(), columns, path), QString());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("Workflow,Spend,Spend bound\r\n\"'=cmd()\",1.234567890,\r\n"));
        const QString link = m_dir.filePath(QStringLiteral("link.csv"));
        QVERIFY(QFile::link(path, link));
        QVERIFY(!session->exporter()->csv(session->overview()->workflows(), columns, link).isEmpty());
        const QString json = m_dir.filePath(QStringLiteral("out.json"));
        QCOMPARE(session->exporter()->json(session->overview()->workflows(), columns, json), QString());
        QFile jsonFile(json);
        QVERIFY(jsonFile.open(QIODevice::ReadOnly));
        QVERIFY(jsonFile.readAll().contains("\"spend\": \"1.234567890\""));
    }

    void settingsAreRememberedAndDemoLeavesThemAlone()
    {
        SessionOptions o = options();
        {
            auto session = open(o);
            session->settings()->setTheme(QStringLiteral("light"));
            session->settings()->setRetentionDays(90);
            session->settings()->setWindowW(1111);
            session->range()->setKey(QStringLiteral("7d"));
        }
        QCOMPARE(m_engine->retention, 90);
        o.temporary = true;
        {
            Session demo(*m_engine, o);
            QCOMPARE(demo.settings()->theme(), QStringLiteral("light"));
            QVERIFY(!demo.firstRun()->wanted());
            demo.settings()->setTheme(QStringLiteral("dark"));
        }
        o.temporary = false;
        Session again(*m_engine, o);
        QCOMPARE(again.settings()->theme(), QStringLiteral("light"));
        QCOMPARE(again.settings()->windowW(), 1111.0);
        QCOMPARE(again.range()->key(), QStringLiteral("7d"));
    }

    void firstRunListsAndStarts()
    {
        SessionOptions o = options();
        const QString root = m_dir.path();
        o.detect = [root] {
            DetectedSource s;
            s.kind = "claude-code";
            s.root = root.toStdString();
            s.files = 214;
            s.bytes = 1'900'000'000;
            s.newestMtimeNs = kNow;
            s.oldestMtimeNs = kNow - 40 * kDay;
            return std::vector<DetectedSource>{s};
        };
        auto session = open(o);
        FirstRun *first = session->firstRun();
        QTRY_COMPARE(first->state(), QStringLiteral("ready"));
        QCOMPARE(first->startText(), QStringLiteral("Start with 1 source"));
        QCOMPARE(plain(first->sizeText()), QStringLiteral("214 files, 1.9 GB"));
        QVERIFY(m_engine->log.empty()); // listed, not read
        first->toggle(0);
        QVERIFY(!first->canStart());
        first->toggle(0);
        first->start();
        QCOMPARE(m_engine->log.front(), "add " + root.toStdString());
        QVERIFY(!first->wanted());
    }
};

int main(int argc, char **argv)
{
    QGuiApplication app(argc, argv); // clipboard
    TestSession test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_session.moc"
