// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/axisticks.h"

#include <QTest>
#include <QTimeZone>

#include <cmath>

using namespace flyball;

// Contract: from zero there are 4 to 6 ticks at 1, 2, 5 steps that hold the maximum; time ticks stand on round
// local times whatever the zone does; tick texts follow the design.
class TestAxisTicks : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void fromZero_data();
    void fromZero();
    void fromZeroAlwaysFourToSix();
    void around_data();
    void around();
    void timeTicks_data();
    void timeTicks();
    void timeTicksOverDstChange();
    void timeTicksRefuseNonsense();
    void tickTexts_data();
    void tickTexts();
    void valueTexts_data();
    void valueTexts();
};

void TestAxisTicks::fromZero_data()
{
    QTest::addColumn<double>("maximum");
    QTest::addColumn<double>("step");
    QTest::addColumn<double>("high");
    QTest::newRow("design chart") << 1.8 << 0.5 << 2.0;
    QTest::newRow("exact tick is kept") << 2.0 << 0.5 << 2.0;
    QTest::newRow("just over a tick") << 2.0001 << 0.5 << 2.5;
    QTest::newRow("thousands") << 102000.0 << 50000.0 << 150000.0;
    QTest::newRow("tiny") << 0.00031 << 0.0001 << 0.0004;
    QTest::newRow("zero counts as one") << 0.0 << 0.2 << 1.0;
    QTest::newRow("not a number counts as one") << qQNaN() << 0.2 << 1.0;
    QTest::newRow("infinite counts as one") << qInf() << 0.2 << 1.0;
    QTest::newRow("negative counts as one") << -5.0 << 0.2 << 1.0;
}

void TestAxisTicks::fromZero()
{
    QFETCH(double, maximum);
    QFETCH(double, step);
    QFETCH(double, high);
    const ValueAxis axis = axisFromZero(maximum);
    QVERIFY2(std::abs(axis.step / step - 1) < 1e-9, qPrintable(QString::number(axis.step)));
    QVERIFY2(std::abs(axis.high / high - 1) < 1e-9, qPrintable(QString::number(axis.high)));
    QCOMPARE(axis.ticks.first(), 0.0);
}

void TestAxisTicks::fromZeroAlwaysFourToSix()
{
    for (double maximum = 1e-9; maximum < 1e13; maximum *= 1.0137) {
        const ValueAxis axis = axisFromZero(maximum);
        QVERIFY2(axis.ticks.size() >= 4 && axis.ticks.size() <= 6, qPrintable(QString::number(maximum)));
        QVERIFY(axis.high >= maximum * (1 - 1e-9));
        const double mantissa = axis.step / std::pow(10, std::floor(std::log10(axis.step) + 1e-9));
        const bool nice =
            std::abs(mantissa - 1) < 1e-6 || std::abs(mantissa - 2) < 1e-6 || std::abs(mantissa - 5) < 1e-6;
        QVERIFY2(nice, qPrintable(QString::number(axis.step)));
    }
}

void TestAxisTicks::around_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::newRow("pass rate") << 90.2 << 95.1;
    QTest::newRow("one value") << 0.4 << 0.4;
    QTest::newRow("zero") << 0.0 << 0.0;
    QTest::newRow("turned round") << 5.0 << 1.0;
    QTest::newRow("below zero") << -4.0 << 3.0;
    QTest::newRow("close together") << 100.0 << 100.001;
}

void TestAxisTicks::around()
{
    QFETCH(double, low);
    QFETCH(double, high);
    const ValueAxis axis = axisAround(low, high);
    QVERIFY(axis.low <= std::min(low, high));
    QVERIFY(axis.high >= std::max(low, high));
    QVERIFY(axis.high > axis.low);
    QVERIFY(axis.ticks.size() >= 2 && axis.ticks.size() <= 6);
}

void TestAxisTicks::timeTicks_data()
{
    QTest::addColumn<QString>("zone");
    QTest::addColumn<QString>("from");
    QTest::addColumn<qint64>("minutes");
    QTest::addColumn<int>("most");
    QTest::addColumn<QString>("labels");
    // 11:33 local for three hours with room for 12 labels: 15 min steps give 12 ticks, 11:45 to 14:30.
    QTest::newRow("three hours") << "Europe/Berlin"
                                 << "2026-11-17T10:33:00Z" << qint64(180) << 13
                                 << "11:45 12:00 12:15 12:30 12:45 13:00 13:15 13:30 13:45 14:00 14:15 14:30";
    QTest::newRow("few labels") << "Europe/Berlin"
                                << "2026-11-17T10:33:00Z" << qint64(180) << 4 << "12:00 13:00 14:00";
    QTest::newRow("half hour zone") << "Asia/Kolkata"
                                    << "2026-11-17T10:33:00Z" << qint64(180) << 4 << "17:00 18:00 19:00";
    QTest::newRow("days") << "UTC"
                          << "2026-11-03T10:00:00Z" << qint64(14 * 1440) << 8
                          << "5 Nov|7 Nov|9 Nov|11 Nov|13 Nov|15 Nov|17 Nov";
    QTest::newRow("midnight names the day")
        << "UTC"
        << "2026-11-16T20:00:00Z" << qint64(480) << 5 << "20:00|22:00|17 Nov|02:00|04:00";
    QTest::newRow("months") << "UTC"
                            << "2026-01-15T00:00:00Z" << qint64(300 * 1440) << 6
                            << "Mar 2026|May 2026|Jul 2026|Sep 2026|Nov 2026";
}

void TestAxisTicks::timeTicks()
{
    QFETCH(QString, zone);
    QFETCH(QString, from);
    QFETCH(qint64, minutes);
    QFETCH(int, most);
    QFETCH(QString, labels);
    const qint64 start = QDateTime::fromString(from, Qt::ISODate).toMSecsSinceEpoch();
    QStringList found;
    for (const TimeTick &tick : flyball::timeTicks(start, start + minutes * 60000, most, offsetOfZone(zone)))
        found.append(tick.label);
    QCOMPARE(found.join(labels.contains('|') ? "|" : " "), labels);
    QVERIFY(found.size() <= most);
}

// On 25 Oct 2026 Berlin goes from +2 to +1 at 01:00 UTC: ticks stay on round local hours and never go back in time.
void TestAxisTicks::timeTicksOverDstChange()
{
    const QTimeZone berlin("Europe/Berlin");
    for (const char *day : {"2026-10-24T20:00:00Z", "2026-03-28T20:00:00Z"}) {
        const qint64 start = QDateTime::fromString(QString::fromLatin1(day), Qt::ISODate).toMSecsSinceEpoch();
        const auto ticks = flyball::timeTicks(start, start + 12 * 3600000LL, 8, offsetOfZone("Europe/Berlin"));
        QVERIFY(ticks.size() >= 3);
        qint64 before = start - 1;
        for (const TimeTick &tick : ticks) {
            QVERIFY(tick.timeMs > before);
            before = tick.timeMs;
            const QTime local = QDateTime::fromMSecsSinceEpoch(tick.timeMs, berlin).time();
            QCOMPARE(local.minute(), 0);
        }
    }
}

void TestAxisTicks::timeTicksRefuseNonsense()
{
    const OffsetAt utc = offsetOfZone("UTC");
    QVERIFY(flyball::timeTicks(1000, 1000, 8, utc).isEmpty());
    QVERIFY(flyball::timeTicks(2000, 1000, 8, utc).isEmpty());
    QVERIFY(flyball::timeTicks(0, 1000, 0, utc).isEmpty());
    QVERIFY(flyball::timeTicks(-5, 1000, 4, utc).isEmpty());
    QVERIFY(flyball::timeTicks(0, std::numeric_limits<qint64>::max(), 4, utc).isEmpty());
}

void TestAxisTicks::tickTexts_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<double>("step");
    QTest::addColumn<int>("unit");
    QTest::addColumn<QString>("text");
    QTest::newRow("dollars") << 1.5 << 0.5 << int(ChartUnit::Usd) << "$1.50";
    QTest::newRow("whole dollars") << 1200.0 << 200.0 << int(ChartUnit::Usd) << "$1,200";
    QTest::newRow("parts of a cent") << 0.0002 << 0.0001 << int(ChartUnit::Usd) << "$0.0002";
    QTest::newRow("minus") << -2.0 << 1.0 << int(ChartUnit::Usd) << QString::fromUtf8("\u2212$2");
    QTest::newRow("thousands of tokens") << 40000.0 << 40000.0 << int(ChartUnit::Tokens)
                                         << QString::fromUtf8("40\u2009k");
    QTest::newRow("zero tokens") << 0.0 << 40000.0 << int(ChartUnit::Tokens) << "0";
    QTest::newRow("millions") << 2.5e6 << 5e5 << int(ChartUnit::Tokens) << QString::fromUtf8("2,500\u2009k");
    QTest::newRow("percent") << 94.0 << 4.0 << int(ChartUnit::Percent) << QString::fromUtf8("94\u2009%");
    QTest::newRow("seconds") << 3.0 << 1.0 << int(ChartUnit::Seconds) << QString::fromUtf8("3\u2009s");
}

void TestAxisTicks::tickTexts()
{
    QFETCH(double, value);
    QFETCH(double, step);
    QFETCH(int, unit);
    QTEST(tickText(value, step, static_cast<ChartUnit>(unit)), "text");
}

void TestAxisTicks::valueTexts_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<int>("unit");
    QTest::addColumn<QString>("text");
    QTest::newRow("below display is never zero") << 0.00001 << int(ChartUnit::Usd) << "< $0.0001";
    QTest::newRow("zero") << 0.0 << int(ChartUnit::Usd) << "$0.00";
    QTest::newRow("tenths") << 0.306 << int(ChartUnit::Usd) << "$0.306";
    QTest::newRow("hundredths") << 0.0685 << int(ChartUnit::Usd) << "$0.0685";
    QTest::newRow("unknown") << qQNaN() << int(ChartUnit::Usd) << QString::fromUtf8("—");
    QTest::newRow("tokens") << 805000.0 << int(ChartUnit::Tokens) << QString::fromUtf8("805\u2009k");
}

void TestAxisTicks::valueTexts()
{
    QFETCH(double, value);
    QFETCH(int, unit);
    QTEST(valueText(value, static_cast<ChartUnit>(unit)), "text");
}

QTEST_GUILESS_MAIN(TestAxisTicks)
#include "tst_axisticks.moc"
