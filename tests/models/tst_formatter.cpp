// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRegularExpression>
#include <QTest>

#include "core/models/shell/exporter.h"
#include "core/models/text/displayname.h"
#include "core/models/text/formatter.h"

using namespace flyball;

// The contract of design/design.md 6: how every kind of number is written.
class TestFormatter : public QObject {
    Q_OBJECT

    static Formatter english() { return Formatter(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc()); }
    static QString plain(QString text) { return text.replace(QChar(0x202f), u' '); }
    static UsdSum pico(qint64 usd, qint64 rest = 0) { return UsdSum::fromParts(usd, rest); }

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void money_data()
    {
        QTest::addColumn<qint64>("usd");
        QTest::addColumn<qint64>("rest");
        QTest::addColumn<QString>("table");
        QTest::addColumn<QString>("fine");
        QTest::addColumn<QString>("tile");
        const auto row = [](const char *name, qint64 usd, qint64 rest, const char *table, const char *fine,
                            const char *tile) {
            QTest::newRow(name) << usd << rest << QString::fromUtf8(table) << QString::fromUtf8(fine)
                                << QString::fromUtf8(tile);
        };
        const qint64 cent = kPicoPerUsd / 100;
        row("zero is written as money", 0, 0, "$0.00", "$0.00", "$0.00");
        row("one pico is never 0.00", 0, 1, "< $0.01", "< $0.0001", "< $0.0001");
        row("below four decimals", 0, cent / 101, "< $0.01", "< $0.0001", "< $0.0001");
        row("4 decimals below a tenth of a cent", 0, 4'500'000'000, "< $0.01", "$0.0045", "$0.0045");
        row("4 decimals below ten cents", 0, 68'500'000'000, "$0.07", "$0.0685", "$0.0685");
        row("3 decimals below a dollar", 0, 501'000'000'000, "$0.50", "$0.501", "$0.501");
        row("half a cent rounds to even, down", 0, 125'000'000'000, "$0.12", "$0.125", "$0.125");
        row("half a cent rounds to even, up", 0, 135'000'000'000, "$0.14", "$0.135", "$0.135");
        row("dollars", 642, 180'000'000'000, "$642.18", "$642.18", "$642.18");
        row("thousands", 1284, 70'000'000'000, "$1,284.07", "$1,284.07", "$1.28 k");
        row("tens of thousands", 22'600, 0, "$22,600.00", "$22,600.00", "$22.6 k");
        row("rounding climbs to k", 999, 995'000'000'000, "$1,000.00", "$1,000.00", "$1.00 k");
        row("rounding climbs to M", 999'999, 0, "$999,999.00", "$999,999.00", "$1.00 M");
        row("beyond double", 9'007'199'254'740'993, 10'000'000'000, "$9,007,199,254,740,993.01",
            "$9,007,199,254,740,993.01", "$9,007,199 B");
        row("negative", -3, 500'000'000'000, "−$2.50", "−$2.50", "−$2.50");
    }
    void money()
    {
        QFETCH(qint64, usd);
        QFETCH(qint64, rest);
        QTEST(plain(english().money(pico(usd, rest))), "table");
        QTEST(plain(english().moneyFine(pico(usd, rest))), "fine");
        QTEST(plain(english().moneyTile(pico(usd, rest))), "tile");
    }

    void localeDecidesSeparators()
    {
        const Formatter german(QLocale(QLocale::German, QLocale::Germany), QTimeZone::utc());
        QCOMPARE(german.money(pico(1284, 70'000'000'000)), QStringLiteral("$1.284,07"));
        QCOMPARE(plain(german.tokens(1'940'000)), QStringLiteral("1,94 M"));
    }

    void exactKeepsEveryDigit()
    {
        QCOMPARE(english().moneyExact(pico(0, 123'456'789'012)), QStringLiteral("$0.123456789012"));
        QCOMPARE(english().moneyExact(pico(1, 0)), QStringLiteral("$1.00"));
    }

    void price_data()
    {
        QTest::addColumn<qint64>("atto"); // = pico-USD per million tokens
        QTest::addColumn<QString>("text");
        QTest::newRow("trailing zeros to two") << qint64(5'000'000'000'000) << "5.00";
        QTest::newRow("three decimals") << qint64(75'000'000'000) << "0.075";
        QTest::newRow("never zero for a price") << qint64(1'000) << "< 0.001";
        QTest::newRow("free is zero") << qint64(0) << "0.00";
    }
    void price()
    {
        QFETCH(qint64, atto);
        QTEST(english().price(UsdSum(atto)), "text");
    }

    void tokens_data()
    {
        QTest::addColumn<qint64>("n");
        QTest::addColumn<QString>("text");
        QTest::newRow("small") << qint64(999) << "999";
        QTest::newRow("k with a decimal") << qint64(9'300) << "9.3 k";
        QTest::newRow("just below 100 k") << qint64(99'949) << "99.9 k";
        QTest::newRow("rounds to 100 k") << qint64(99'950) << "100 k";
        QTest::newRow("whole k") << qint64(805'000) << "805 k";
        QTest::newRow("rounds to a million") << qint64(999'500) << "1.00 M";
        QTest::newRow("M with two") << qint64(1'940'000) << "1.94 M";
        QTest::newRow("M with one") << qint64(61'230'000) << "61.2 M";
        QTest::newRow("M whole") << qint64(640'000'000) << "640 M";
        QTest::newRow("B") << qint64(2'410'000'000) << "2.41 B";
    }
    void tokens()
    {
        QFETCH(qint64, n);
        QTEST(plain(english().tokens(n)), "text");
    }

    void duration_data()
    {
        QTest::addColumn<qint64>("ns");
        QTest::addColumn<QString>("text");
        QTest::newRow("milliseconds") << qint64(120'000'000) << "120 ms";
        QTest::newRow("short") << qint64(1'200'000'000) << "1.2 s";
        QTest::newRow("seconds") << 42 * qint64(kSecond) << "42 s";
        QTest::newRow("two units") << 250 * qint64(kSecond) << "4 min 10 s";
        QTest::newRow("zero second unit is left out") << 3 * qint64(kHour) << "3 h";
        QTest::newRow("rounding carries") << qint64(kHour) - 1 << "1 h";
        QTest::newRow("days") << 50 * qint64(kHour) << "2 d 2 h";
        QTest::newRow("unknown") << qint64(-1) << "—";
    }
    void duration()
    {
        QFETCH(qint64, ns);
        QFETCH(QString, text);
        QCOMPARE(plain(english().duration(ns)), text);
    }

    void percentAndBytes()
    {
        const Formatter f = english();
        QCOMPARE(plain(f.percentText(0.618)), QStringLiteral("61.8 %"));
        QCOMPARE(plain(f.points(-0.049)), QStringLiteral("−4.9 pt"));
        QCOMPARE(plain(f.change(1.092, 1)), QStringLiteral("+9.2 %"));
        QCOMPARE(plain(f.change(0.5, 1)), plain(f.percentText(-0.5)));
        QCOMPARE(plain(f.change(11, 1)), QStringLiteral("+1,000.0 %"));
        QCOMPARE(plain(f.change(177.868, 1)), QStringLiteral("178×")); // was "+17,686.8 %"
        QCOMPARE(plain(f.change(11.2, 1)), QStringLiteral("11×"));
        QCOMPARE(f.change(5, 0), QString());
        QCOMPARE(f.change(5, 0.0099, Formatter::kLeastSpend), QString());
        QCOMPARE(plain(f.change(0.02, 0.01, Formatter::kLeastSpend)), QStringLiteral("+100.0 %"));
        QCOMPARE(plain(f.percentInterval(0.948, 0.956)), QStringLiteral("94.8–95.6 %"));
        QCOMPARE(plain(f.bytesOf(1'200'000'000, 1'900'000'000)), QStringLiteral("1.2 of 1.9 GB"));
    }

    void unknownIsNotZero()
    {
        Totals t;
        t.calls = 3;
        t.callsUnpriced = 3;
        QCOMPARE(english().spend(t), QStringLiteral("unknown"));
        t.cost = UsdSum(12 * kPicoPerUsd);
        t.callsUnpriced = 1;
        QCOMPARE(english().spend(t), QStringLiteral("≥ $12.00"));
        t.callsEstimated = 1;
        QCOMPARE(english().spend(t), QStringLiteral("≈ $12.00"));
        Totals failed;
        failed.calls = failed.errors = 2;
        QCOMPARE(english().spend(failed), QStringLiteral("$0.00"));
    }

    void timesFollowTheZone()
    {
        // 2026-11-21T19:40:08Z is 01:10:08 of the 22nd in Kolkata (+05:30).
        const TimeNs t = *parseRfc3339("2026-11-21T19:40:08Z");
        const Formatter f(QLocale(QLocale::English), QTimeZone("Asia/Kolkata"));
        QCOMPARE(f.clock(t), QStringLiteral("Sun 22 Nov 2026, 01:10:08 UTC+5:30"));
        QCOMPARE(f.startOfDay(t), *parseRfc3339("2026-11-21T18:30:00Z"));
        QCOMPARE(f.startOfMonth(t), *parseRfc3339("2026-10-31T18:30:00Z"));
        QCOMPARE(f.when(t, t), QStringLiteral("01:10"));
        QCOMPARE(f.when(t - 2 * kDay, t), QStringLiteral("20 Nov"));
        QCOMPARE(f.when(t - 400 * kDay, t), QStringLiteral("18 Oct 2025"));
    }

    void daylightSavingDayHas25Hours()
    {
        const Formatter f(QLocale(QLocale::English), QTimeZone("Europe/Berlin"));
        const TimeNs noon = *parseRfc3339("2026-10-25T12:00:00Z"); // clocks go back at 01:00Z
        const TimeNs start = f.startOfDay(noon);
        QCOMPARE(f.startOfDay(start + 26 * kHour) - start, TimeNs(25 * kHour));
    }

    void names_data()
    {
        QTest::addColumn<QString>("raw");
        QTest::addColumn<QString>("shown");
        QTest::newRow("line breaks") << "a\nb\r\nc\td"
                                     << "a b c d";
        QTest::newRow("escape sequence") << "\x1b[31mred"
                                         << "[31mred";
        QTest::newRow("bidi override") << QStringLiteral("exe\u202egnp") << QStringLiteral("exe\ufffdgnp");
        QTest::newRow("markup stays literal") << "<img src=x>**b**"
                                              << "<img src=x>**b**";
        QTest::newRow("blanks around") << "  a  "
                                       << "a";
        QTest::newRow("flood of marks") << QStringLiteral("a") + QString(20, QChar(0x0301))
                                        << QStringLiteral("a") + QString(3, QChar(0x0301));
        QTest::newRow("emoji stays") << QStringLiteral("\U0001F600 ok") << QStringLiteral("\U0001F600 ok");
    }
    void names()
    {
        QFETCH(QString, raw);
        QTEST(displayName(raw), "shown");
    }
    void longNamesEnd()
    {
        const QString shown = displayName(QString(300, u'x'));
        QCOMPARE(shown.size(), kMaxNameChars + 1);
        QVERIFY(shown.endsWith(QChar(0x2026)));
    }

    void baseNames_data()
    {
        QTest::addColumn<QString>("raw");
        QTest::addColumn<QString>("safe");
        QTest::newRow("climbing out") << "../../.bashrc"
                                      << "bashrc.csv";
        QTest::newRow("absolute") << "/etc/passwd"
                                  << "etc-passwd.csv";
        QTest::newRow("NUL and newline") << QString::fromLatin1("a\0b\nc", 5) << "a-b-c.csv";
        QTest::newRow("nothing left") << "///"
                                      << "flyball.csv";
        QTest::newRow("too long") << QString(300, u'a') << QString(80, u'a') + ".csv";
    }
    void baseNames()
    {
        QFETCH(QString, raw);
        QTEST(safeBaseName(raw, QStringLiteral("csv")), "safe");
    }

    void csvCells_data()
    {
        QTest::addColumn<QVariant>("value");
        QTest::addColumn<QString>("cell");
        QTest::newRow("formula") << QVariant("=1+1") << "\"'=1+1\"";
        QTest::newRow("plus") << QVariant("+x") << "\"'+x\"";
        QTest::newRow("minus text") << QVariant("-x") << "\"'-x\"";
        QTest::newRow("at") << QVariant("@SUM(A1)") << "\"'@SUM(A1)\"";
        QTest::newRow("tab") << QVariant("\t=1") << "\"'\t=1\"";
        QTest::newRow("behind a quote") << QVariant("\"=1") << "\"'\"\"=1\"";
        QTest::newRow("negative number stays a number") << QVariant(-3.5) << "-3.5";
        QTest::newRow("exact money stays a number") << QVariant("-12.345678901") << "-12.345678901";
        QTest::newRow("whole number") << QVariant(qlonglong(71'941)) << "71941";
        QTest::newRow("comma") << QVariant("a,b") << "\"a,b\"";
        QTest::newRow("unknown is empty") << QVariant() << "";
    }
    void csvCells()
    {
        QFETCH(QVariant, value);
        QTEST(csvCell(value), "cell");
    }
};

QTEST_GUILESS_MAIN(TestFormatter)
#include "tst_formatter.moc"
