// SPDX-License-Identifier: GPL-3.0-or-later
// Instants and dates; QDate is the calendar oracle.
#include "core/base/time.h"

#include <QDate>
#include <QDateTime>
#include <QtTest/QtTest>
#include <random>

using namespace flyball;

class TestTime : public QObject {
    Q_OBJECT
private slots:
    void parse_data();
    void parse();
    void refused_data();
    void refused();
    void format();
    void roundTripAgainstQt();
    void civilDaysAgainstQt();
    void buckets();
};

void TestTime::parse_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("ns");
    const auto row = [](const char *text, qint64 ns) { QTest::addRow("%s", text) << QByteArray(text) << ns; };
    row("1970-01-01T00:00:00Z", 0);
    row("2001-09-09T01:46:40Z", 1'000'000'000 * kSecond); // the billionth second
    row("2001-09-09T01:46:40.123Z", 1'000'000'000 * kSecond + 123'000'000);
    row("2001-09-09T01:46:40.123456789Z", 1'000'000'000 * kSecond + 123'456'789);
    row("2001-09-09T01:46:40.1234567899999Z", 1'000'000'000 * kSecond + 123'456'789);
    row("2001-09-09T01:46:40.1Z", 1'000'000'000 * kSecond + 100'000'000);
    row("2001-09-09t01:46:40z", 1'000'000'000 * kSecond);
    row("2001-09-09 01:46:40Z", 1'000'000'000 * kSecond);
    row("2001-09-09T07:16:40+05:30", 1'000'000'000 * kSecond);
    row("2001-09-08T20:46:40-05:00", 1'000'000'000 * kSecond);
    row("2001-09-09T01:46:40+00:00", 1'000'000'000 * kSecond);
    row("2001-09-09T03:46:40.5+0200", 1'000'000'000 * kSecond + 500'000'000);
    row("2016-12-31T23:59:60Z", 1'483'228'800 * kSecond); // a leap second is the next second
    row("2024-02-29T00:00:00Z", 1'709'164'800 * kSecond);
    row("2200-12-31T23:59:59Z", 7'289'654'399 * kSecond);
}

void TestTime::parse()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, ns);
    const auto parsed = parseRfc3339(text.toStdString());
    QVERIFY(parsed.has_value());
    QCOMPARE(qint64(*parsed), ns);
}

void TestTime::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text : {"",
                             "2026",
                             "2026-11-21",
                             "2026-11-21T21:12:27",
                             "2026-11-21T21:12Z",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-01-00T00:00:00Z",
                             "2026-01-32T00:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-02-30T00:00:00Z",
                             "2026-04-31T00:00:00Z",
                             "2026-01-01T24:00:00Z",
                             "2026-01-01T00:60:00Z",
                             "2026-01-01T00:00:61Z",
                             "2026-01-01T00:00:00.Z",
                             "2026-01-01T00:00:00Zx",
                             "2026-01-01T00:00:00+5:30",
                             "2026-01-01T00:00:00+24:00",
                             "2026-01-01T00:00:00+05:60",
                             "2026-01-01T00:00:00+",
                             "2026-01-01T00:00:00+05",
                             "1969-12-31T23:59:59Z",
                             "1970-01-01T00:30:00+01:00",
                             "2201-01-01T00:00:00Z",
                             "-2026-01-01T00:00:00Z",
                             "2026/01/01T00:00:00Z",
                             "2026-1-01T00:00:00Z",
                             " 2026-01-01T00:00:00Z",
                             "2026-01-01X00:00:00Z",
                             "٢٠٢٦-01-01T00:00:00Z",
                             "0000-00-00T00:00:00Z",
                             "1763759547"})
        QTest::addRow("%s", text) << QByteArray(text);
}

void TestTime::refused()
{
    QFETCH(QByteArray, text);
    QVERIFY(!parseRfc3339(text.toStdString()).has_value());
}

void TestTime::format()
{
    QCOMPARE(formatRfc3339(0), std::string("1970-01-01T00:00:00Z"));
    QCOMPARE(formatRfc3339(1'000'000'000 * kSecond), std::string("2001-09-09T01:46:40Z"));
    QCOMPARE(formatRfc3339(1'000'000'000 * kSecond + 396'000'000), std::string("2001-09-09T01:46:40.396Z"));
    QCOMPARE(formatRfc3339(1'000'000'000 * kSecond + 999'999), std::string("2001-09-09T01:46:40Z"));
    QCOMPARE(formatRfc3339(-1), std::string("1969-12-31T23:59:59.999Z"));
}

void TestTime::roundTripAgainstQt()
{
    std::mt19937_64 random(5);
    for (int i = 0; i < 20'000; ++i) {
        const auto ms = static_cast<qint64>(random() % 7'258'118'400'000ULL); // up to 2200
        const QString qt = QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC).toString(Qt::ISODateWithMs);
        const auto parsed = parseRfc3339(qt.toStdString());
        QVERIFY2(parsed && *parsed == ms * 1'000'000, qPrintable(qt));
        QCOMPARE(qint64(*parseRfc3339(formatRfc3339(*parsed))), ms * 1'000'000);
    }
}

void TestTime::civilDaysAgainstQt()
{
    const QDate epoch(1970, 1, 1);
    for (std::int64_t day = -140'000; day < 100'000; ++day) {
        const QDate date = epoch.addDays(day);
        int year = 0;
        unsigned month = 0, dayOfMonth = 0;
        civilFromDays(day, year, month, dayOfMonth);
        if (date.year() != year || date.month() != static_cast<int>(month) || date.day() != static_cast<int>(dayOfMonth)
            || daysFromCivil(year, month, dayOfMonth) != day)
            QFAIL(qPrintable(date.toString(Qt::ISODate)));
    }
}

void TestTime::buckets()
{
    QCOMPARE(qint64(bucketOf(0, kMinute)), qint64(0));
    QCOMPARE(qint64(bucketOf(kMinute - 1, kMinute)), qint64(0));
    QCOMPARE(qint64(bucketOf(kMinute, kMinute)), qint64(1));
    QCOMPARE(qint64(bucketOf(-1, kMinute)), qint64(-1));
    QCOMPARE(qint64(bucketOf(-kMinute, kMinute)), qint64(-1));
    QCOMPARE(qint64(bucketOf(-kMinute - 1, kMinute)), qint64(-2));
}

QTEST_GUILESS_MAIN(TestTime)
#include "tst_time.moc"
