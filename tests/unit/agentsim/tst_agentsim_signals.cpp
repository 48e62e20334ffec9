// SPDX-License-Identifier: GPL-3.0-or-later
#include "span_reader.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <csignal>

// The live path: wall clock, signals, the death of a parent.
class TestAgentsimSignals : public QObject {
    Q_OBJECT
private slots:
    void stopsWithWholeLines_data();
    void stopsWithWholeLines();
    void liveSpansAreNow();
    void speedIsKept();
    void diesWithItsParent();
};

namespace {

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

void TestAgentsimSignals::stopsWithWholeLines_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<QString>("speed");
    QTest::newRow("SIGTERM, live") << SIGTERM << "2000";
    QTest::newRow("SIGINT, live") << SIGINT << "2000";
    QTest::newRow("SIGTERM, as fast as possible") << SIGTERM << "0";
}

void TestAgentsimSignals::stopsWithWholeLines()
{
    QFETCH(int, signal);
    QFETCH(QString, speed);
    const QTemporaryDir dir;
    QProcess process;
    process.start(simPath(), {"--out", dir.path(), "--speed", speed, "--for", "3000d", "--start",
                              "2026-11-21T12:00:00Z", "--truth", dir.filePath("truth.json")});
    QVERIFY(process.waitForStarted());
    const QString path = dir.filePath("traces.jsonl");
    QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(path).size() > 200'000, 20000);
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
    QVERIFY(process.waitForFinished(10000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);

    const QByteArray traces = contents(path);
    QVERIFY(traces.endsWith("]}]}]}\n"));
    const QJsonObject truth = QJsonDocument::fromJson(contents(dir.filePath("truth.json"))).object();
    QCOMPARE(truth["lines"].toInteger(), traces.count('\n'));
    QCOMPARE(truth["bytes"].toInteger(), traces.size());
    if (traces.size() > 50'000'000)
        return; // the byte and line counts above cover it; parsing all would take long
    QStringList errors;
    qint64 calls = 0;
    for (const SpanRow &row : readSpans(traces, errors))
        calls += row.isCall();
    QCOMPARE(errors, QStringList());
    QCOMPARE(truth["totals"].toObject()["calls"].toInteger(), calls);
}

void TestAgentsimSignals::liveSpansAreNow()
{
    const QTemporaryDir dir;
    const qint64 before = QDateTime::currentMSecsSinceEpoch();
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(QProcess::execute(simPath(), {"--out", dir.path(), "--history", "10m", "--for", "3s", "--rate", "40"}), 0);
    QVERIFY2(timer.elapsed() >= 2900 && timer.elapsed() < 10000, qPrintable(QString::number(timer.elapsed())));
    QStringList errors;
    qint64 oldest = INT64_MAX, newest = 0, live = 0;
    for (const SpanRow &row : readSpans(contents(dir.filePath("traces.jsonl")), errors)) {
        oldest = std::min(oldest, row.startNs / 1'000'000);
        newest = std::max(newest, row.endNs / 1'000'000);
        live += row.endNs / 1'000'000 > before;
    }
    QVERIFY(live > 20);
    QVERIFY(newest <= QDateTime::currentMSecsSinceEpoch());
    QVERIFY(newest > before + 2000);
    QVERIFY(oldest > before - 601'000 && oldest < before - 500'000);
}

void TestAgentsimSignals::speedIsKept()
{
    const QTemporaryDir dir;
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(QProcess::execute(
                 simPath(), {"--out", dir.path(), "--start", "2026-11-21T12:00:00Z", "--speed", "600", "--for", "10m"}),
             0);
    QVERIFY2(timer.elapsed() >= 950 && timer.elapsed() < 4000, qPrintable(QString::number(timer.elapsed())));
    // The pace changes nothing in what is written.
    QVERIFY(contents(dir.filePath("traces.jsonl")) == simulate({"--for", "10m"}).traces);
}

void TestAgentsimSignals::diesWithItsParent()
{
    const QTemporaryDir dir;
    const QString truth = dir.filePath("truth.json");
    // The shell ends while its child would go on for ever; the truth is written by a clean end only.
    QProcess shell;
    shell.start("/bin/sh", {"-c", "\"$0\" --out \"$1\" --truth \"$2\" --die-with-parent >/dev/null 2>&1 & sleep 1",
                            simPath(), dir.path(), truth});
    QVERIFY(shell.waitForFinished(10000));
    QTRY_VERIFY_WITH_TIMEOUT(contents(truth).endsWith("]}\n"), 5000);
}

QTEST_GUILESS_MAIN(TestAgentsimSignals)
#include "tst_agentsim_signals.moc"
