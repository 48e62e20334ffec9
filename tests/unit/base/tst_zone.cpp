// SPDX-License-Identifier: GPL-3.0-or-later
// Days and hours of a zone; dates of clock changes from the tz database (2026).
#include "core/base/zone.h"

#include <QtTest/QtTest>

using namespace flyball;

namespace {

TimeNs at(const char *text)
{
    const auto parsed = parseRfc3339(text);
    return parsed ? *parsed : kNoTime;
}

Zone zone(const char *name)
{
    const auto named = Zone::named(name);
    if (!named)
        qFatal("zone %s is missing on this machine", name);
    return *named;
}

std::int64_t dayOf(int year, unsigned month, unsigned day) { return daysFromCivil(year, month, day); }

std::string startOf(const Zone &z, int year, unsigned month, unsigned day)
{
    return formatRfc3339(z.dayStart(dayOf(year, month, day)));
}

} // namespace

class TestZone : public QObject {
    Q_OBJECT
private slots:
    void names_data();
    void names();
    void fixedOffsets();
    void berlinDays();
    void berlinHourHeldTwice();
    void midnightSkipped();
    void midnightHeldTwice();
    void lordHoweHalfHour();
    void yearsBeyondTheTable();
    void daysTile_data();
    void daysTile();
};

void TestZone::names_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<bool>("known");
    for (const char *good : {"UTC", "Z", "+00:00", "+05:30", "-03:00", "+14:00", "-12:00", "Europe/Berlin",
                             "Africa/Cairo", "America/Argentina/Buenos_Aires"})
        QTest::addRow("%s", good) << QByteArray(good) << true;
    for (const char *bad : {"", " ", "Mars/Base", "+25:00", "+05:60", "+5:30", "+05:3", "+0530x", "05:30", "+-5:30",
                            "+ 5:30", "../UTC", "/etc/passwd", "Europe/", "+05:30 "})
        QTest::addRow("'%s'", bad) << QByteArray(bad) << false;
}

void TestZone::names()
{
    QFETCH(QByteArray, name);
    QFETCH(bool, known);
    const auto named = Zone::named(name.toStdString());
    QCOMPARE(named.ok(), known);
    if (known)
        QCOMPARE(QByteArray::fromStdString(named->name()), name);
    else
        QVERIFY(QByteArray::fromStdString(named.error().message).contains(name));
}

void TestZone::fixedOffsets()
{
    const Zone india = zone("+05:30");
    const TimeNs t = at("2026-11-21T18:29:59Z");
    QCOMPARE(india.dayKey(t), std::string("2026-11-21"));
    QCOMPARE(india.dayKey(t + kSecond), std::string("2026-11-22"));
    QCOMPARE(india.hourKey(t), std::string("2026-11-21T23+05:30"));
    QCOMPARE(india.minuteKey(t), std::string("2026-11-21T23:59+05:30"));
    QCOMPARE(india.monthKey(at("2026-11-30T18:30:00Z")), std::string("2026-12"));
    QCOMPARE(startOf(india, 2026, 11, 22), std::string("2026-11-21T18:30:00Z"));
    const Zone west = zone("-03:30");
    QCOMPARE(west.hourKey(at("2026-01-01T03:29:00Z")), std::string("2025-12-31T23-03:30"));
    const Zone utc;
    QCOMPARE(utc.name(), std::string("UTC"));
    QCOMPARE(utc.hourKey(t), std::string("2026-11-21T18Z")); // design 7: day, hour, minute keys
    QCOMPARE(utc.minuteKey(t), std::string("2026-11-21T18:29Z"));
    QCOMPARE(zone("+00:00").minuteKey(t), std::string("2026-11-21T18:29Z"));
}

/// 2026: 29 March 02:00 -> 03:00, 25 October 03:00 -> 02:00.
void TestZone::berlinDays()
{
    const Zone berlin = zone("Europe/Berlin");
    QCOMPARE(startOf(berlin, 2026, 3, 29), std::string("2026-03-28T23:00:00Z"));
    QCOMPARE(startOf(berlin, 2026, 3, 30), std::string("2026-03-29T22:00:00Z")); // 23 hours
    QCOMPARE(startOf(berlin, 2026, 10, 25), std::string("2026-10-24T22:00:00Z"));
    QCOMPARE(startOf(berlin, 2026, 10, 26), std::string("2026-10-25T23:00:00Z")); // 25 hours
    QCOMPARE(berlin.hourKey(at("2026-03-29T00:59:59Z")), std::string("2026-03-29T01+01:00"));
    QCOMPARE(berlin.hourKey(at("2026-03-29T01:00:00Z")), std::string("2026-03-29T03+02:00"));
}

void TestZone::berlinHourHeldTwice()
{
    const Zone berlin = zone("Europe/Berlin");
    // Two different hours of UTC: their keys must differ, or one row would hold both.
    QCOMPARE(berlin.hourKey(at("2026-10-25T00:30:00Z")), std::string("2026-10-25T02+02:00"));
    QCOMPARE(berlin.hourKey(at("2026-10-25T01:30:00Z")), std::string("2026-10-25T02+01:00"));
    QCOMPARE(berlin.dayKey(at("2026-10-25T00:30:00Z")), berlin.dayKey(at("2026-10-25T01:30:00Z")));
}

/// Cairo 2026: Friday 24 April 00:00 -> 01:00, so the day begins at one o'clock.
void TestZone::midnightSkipped()
{
    const Zone cairo = zone("Africa/Cairo");
    QCOMPARE(startOf(cairo, 2026, 4, 24), std::string("2026-04-23T22:00:00Z"));
    QCOMPARE(cairo.minuteKey(at("2026-04-23T21:59:00Z")), std::string("2026-04-23T23:59+02:00"));
    QCOMPARE(cairo.minuteKey(at("2026-04-23T22:00:00Z")), std::string("2026-04-24T01:00+03:00"));
    // Beirut 2026: Sunday 29 March 00:00 -> 01:00.
    const Zone beirut = zone("Asia/Beirut");
    QCOMPARE(startOf(beirut, 2026, 3, 29), std::string("2026-03-28T22:00:00Z"));
    QCOMPARE(beirut.minuteKey(beirut.dayStart(dayOf(2026, 3, 29))), std::string("2026-03-29T01:00+03:00"));
}

/// Cairo 2026: Thursday 29 October 24:00 -> 23:00: Thursday has 25 hours.
void TestZone::midnightHeldTwice()
{
    const Zone cairo = zone("Africa/Cairo");
    QCOMPARE(startOf(cairo, 2026, 10, 29), std::string("2026-10-28T21:00:00Z"));
    QCOMPARE(startOf(cairo, 2026, 10, 30), std::string("2026-10-29T22:00:00Z"));
    QCOMPARE(cairo.dayKey(at("2026-10-29T21:30:00Z")), std::string("2026-10-29"));
    // Havana 2026: Sunday 1 November 01:00 -> 00:00: the day begins at the first of two midnights.
    const Zone havana = zone("America/Havana");
    QCOMPARE(startOf(havana, 2026, 11, 1), std::string("2026-11-01T04:00:00Z"));
    QCOMPARE(startOf(havana, 2026, 11, 2), std::string("2026-11-02T05:00:00Z"));
}

/// Lord Howe shifts by half an hour: +10:30 and +11.
void TestZone::lordHoweHalfHour()
{
    const Zone howe = zone("Australia/Lord_Howe");
    QCOMPARE(howe.minuteKey(at("2026-01-01T00:00:00Z")), std::string("2026-01-01T11:00+11:00"));
    QCOMPARE(howe.minuteKey(at("2026-07-01T00:00:00Z")), std::string("2026-07-01T10:30+10:30"));
}

void TestZone::yearsBeyondTheTable()
{
    const Zone berlin = zone("Europe/Berlin");
    QCOMPARE(berlin.hourKey(at("2090-07-01T12:00:00Z")), std::string("2090-07-01T14+02:00"));
    QCOMPARE(berlin.hourKey(at("2090-01-01T12:00:00Z")), std::string("2090-01-01T13+01:00"));
    QCOMPARE(berlin.dayKey(kNoTime + 20 * 365 * kDay).empty(), false);
}

void TestZone::daysTile_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name : {"UTC", "+05:45", "Europe/Berlin", "Africa/Cairo", "Asia/Beirut", "America/Havana",
                             "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"})
        QTest::addRow("%s", name) << QByteArray(name);
}

/// Every instant lies in exactly one day: starts ascend, and each day's start is its first instant.
void TestZone::daysTile()
{
    QFETCH(QByteArray, name);
    const Zone z = zone(name.constData());
    TimeNs before = z.dayStart(dayOf(2023, 12, 31));
    for (std::int64_t day = dayOf(2024, 1, 1); day < dayOf(2028, 1, 1); ++day) {
        const TimeNs start = z.dayStart(day);
        QVERIFY(start > before);
        QVERIFY(start - before >= 22 * kHour && start - before <= 26 * kHour);
        QCOMPARE(qint64(z.localDay(start)), qint64(day));
        QCOMPARE(qint64(z.localDay(start - 1)), qint64(day - 1));
        QCOMPARE(qint64(z.localDay(start + 12 * kHour)), qint64(day));
        before = start;
    }
}

QTEST_GUILESS_MAIN(TestZone)
#include "tst_zone.moc"
