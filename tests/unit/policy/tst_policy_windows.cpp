// SPDX-License-Identifier: GPL-3.0-or-later
// Budget windows in the policy's zone: golden test T15, daylight saving, no gap and no overlap.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/windows.h"

using namespace flyball;
using namespace flyball::test;

class TestPolicyWindows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void spans_data();
    void spans();
    void followEachOther_data();
    void followEachOther();
    void zoneOfThePolicy();
};

static TimeNs at(const char *text) { return *parseRfc3339(text); }

void TestPolicyWindows::spans_data()
{
    QTest::addColumn<QByteArray>("zone");
    QTest::addColumn<int>("window");
    QTest::addColumn<QByteArray>("time");
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("end");
    QTest::addColumn<QByteArray>("key");
    const auto row = [](const char *name, const char *zone, PeriodWindow window, const char *time, const char *start,
                        const char *end, const char *key) {
        QTest::newRow(name) << QByteArray(zone) << static_cast<int>(window) << QByteArray(time) << QByteArray(start)
                            << QByteArray(end) << QByteArray(key);
    };
    using W = PeriodWindow;
    row("T15 before the reset", "Asia/Tokyo", W::Month, "2026-10-31T14:59:59Z", "2026-09-30T15:00:00Z",
        "2026-10-31T15:00:00Z", "2026-10");
    row("T15 local midnight", "Asia/Tokyo", W::Month, "2026-10-31T15:00:00Z", "2026-10-31T15:00:00Z",
        "2026-11-30T15:00:00Z", "2026-11");
    row("T15 UTC midnight is no reset", "Asia/Tokyo", W::Month, "2026-11-01T00:00:00Z", "2026-10-31T15:00:00Z",
        "2026-11-30T15:00:00Z", "2026-11");
    row("Tokyo day", "Asia/Tokyo", W::Day, "2026-11-21T15:00:00Z", "2026-11-21T15:00:00Z", "2026-11-22T15:00:00Z",
        "2026-11-22");
    row("spring day has 23 h", "Europe/Berlin", W::Day, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z",
        "2026-03-29T22:00:00Z", "2026-03-29");
    row("autumn day has 25 h", "Europe/Berlin", W::Day, "2026-10-25T00:30:00Z", "2026-10-24T22:00:00Z",
        "2026-10-25T23:00:00Z", "2026-10-25");
    row("month over both offsets", "Europe/Berlin", W::Month, "2026-10-31T22:59:59Z", "2026-09-30T22:00:00Z",
        "2026-10-31T23:00:00Z", "2026-10");
    row("New York month over a change", "America/New_York", W::Month, "2026-03-31T12:00:00Z", "2026-03-01T05:00:00Z",
        "2026-04-01T04:00:00Z", "2026-03");
    row("week over a change", "Europe/Berlin", W::Week, "2026-10-25T20:00:00Z", "2026-10-18T22:00:00Z",
        "2026-10-25T23:00:00Z", "week of 2026-10-19");
    row("Monday", "UTC", W::Week, "2026-11-16T00:00:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z",
        "week of 2026-11-16");
    row("Sunday", "UTC", W::Week, "2026-11-22T23:59:59Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z",
        "week of 2026-11-16");
    row("December", "UTC", W::Month, "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-12");
    row("leap February", "UTC", W::Month, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z",
        "2028-02");
    row("day without midnight", "America/Santiago", W::Day, "2026-09-06T12:00:00Z", "2026-09-06T04:00:00Z",
        "2026-09-07T03:00:00Z", "2026-09-06");
    row("hour of a half-hour zone", "Asia/Kolkata", W::Hour, "2026-11-21T10:45:00Z", "2026-11-21T10:30:00Z",
        "2026-11-21T11:30:00Z", "2026-11-21T16+05:30");
    row("the hour that comes twice, first", "Europe/Berlin", W::Hour, "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z",
        "2026-10-25T01:00:00Z", "2026-10-25T02+02:00");
    row("the hour that comes twice, second", "Europe/Berlin", W::Hour, "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z",
        "2026-10-25T02:00:00Z", "2026-10-25T02+01:00");
    row("half an hour back", "Australia/Lord_Howe", W::Hour, "2026-04-04T15:10:00Z", "2026-04-04T15:00:00Z",
        "2026-04-04T15:30:00Z", "2026-04-05T01+10:30");
}

void TestPolicyWindows::spans()
{
    QFETCH(QByteArray, zone);
    QFETCH(int, window);
    QFETCH(QByteArray, time);
    QFETCH(QByteArray, start);
    QFETCH(QByteArray, end);
    QFETCH(QByteArray, key);
    const WindowSpan span = windowAt(*Zone::named(zone.toStdString()), static_cast<PeriodWindow>(window), at(time));
    QCOMPARE(QByteArray::fromStdString(formatRfc3339(span.start)), start);
    QCOMPARE(QByteArray::fromStdString(formatRfc3339(span.end)), end);
    QCOMPARE(QByteArray::fromStdString(span.key), key);
}

void TestPolicyWindows::followEachOther_data()
{
    QTest::addColumn<QByteArray>("zone");
    for (const char *zone : {"UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                             "America/Santiago", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "+05:30"})
        QTest::newRow(zone) << QByteArray(zone);
}

void TestPolicyWindows::followEachOther()
{
    QFETCH(QByteArray, zone);
    const Zone z = *Zone::named(zone.toStdString());
    for (const PeriodWindow window : {PeriodWindow::Hour, PeriodWindow::Day, PeriodWindow::Week, PeriodWindow::Month}) {
        // Pacific/Apia skipped a whole day at the end of 2011.
        for (const auto &[from, until] : {std::pair{at("2011-12-20T00:00:00Z"), at("2012-02-01T00:00:00Z")},
                                          std::pair{at("2026-01-01T00:00:00Z"), at("2027-01-02T00:00:00Z")}}) {
            WindowSpan span = windowAt(z, window, from);
            while (span.end < until) {
                QVERIFY(span.start < span.end);
                QVERIFY(windowAt(z, window, span.start) == span);
                QVERIFY(windowAt(z, window, span.end - 1) == span);
                const WindowSpan next = windowAt(z, window, span.end);
                QCOMPARE(next.start, span.end);
                QVERIFY(next.key != span.key);
                span = next;
            }
        }
    }
}

void TestPolicyWindows::zoneOfThePolicy()
{
    PolicyDocument d = document("{}");
    QCOMPARE(policyZone(d)->name(), std::string("UTC"));
    d.timezone = "Asia/Tokyo";
    QCOMPARE(policyZone(d)->name(), std::string("Asia/Tokyo"));
    d.timezone = "Mars/Olympus";
    QVERIFY(!policyZone(d));
}

QTEST_GUILESS_MAIN(TestPolicyWindows)
#include "tst_policy_windows.moc"
