// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as producers write them, to int64, double and pico-USD.
#include "core/base/jsoncursor.h"

#include <QtTest/QtTest>
#include <random>

using namespace flyball;

class TestNumbers : public QObject {
    Q_OBJECT
private slots:
    void int64_data();
    void int64();
    void doubles();
    void picoUsd_data();
    void picoUsd();
    void picoUsdAgainstDigitArithmetic();
};

void TestNumbers::int64_data()
{
    QTest::addColumn<QByteArray>("digits");
    QTest::addColumn<bool>("valid");
    QTest::addColumn<qint64>("value");
    const auto row = [](const char *digits, bool valid, qint64 value = 0) {
        QTest::addRow("'%s'", digits) << QByteArray(digits) << valid << value;
    };
    row("0", true, 0);
    row("-0", true, 0);
    row("123", true, 123);
    row("-5", true, -5);
    row("1302.0", true, 1302);
    row("1e3", true, 1000);
    row("1.3E3", true, 1300);
    row("-2.5e1", true, -25);
    row("9007199254740991", true, 9007199254740991);
    row("9007199254740993", true, 9007199254740993); // beyond 2^53, written whole: exact
    row("9223372036854775807", true, INT64_MAX);
    row("-9223372036854775808", true, INT64_MIN);
    row("9223372036854775808", false);
    row("-9223372036854775809", false);
    row("99999999999999999999999999", false);
    row("9007199254740991.0", true, 9007199254740991);
    row("9007199254740993.0", false); // a double cannot say it: not guessed
    row("1e16", false);
    row("1e19", false);
    row("1e400", false);
    row("1.5", false);
    row("1e-3", false);
    row("0.0", true, 0);
    for (const char *bad :
         {"", "-", "+1", "abc", "12x", " 1", "1 ", "0x10", "nan", "inf", "-inf", "1e", "--1", "1,000"})
        row(bad, false);
}

void TestNumbers::int64()
{
    QFETCH(QByteArray, digits);
    QFETCH(bool, valid);
    QFETCH(qint64, value);
    std::int64_t out = 4242;
    QCOMPARE(parseInt64(digits.toStdString(), out), valid);
    if (valid)
        QCOMPARE(qint64(out), value);
}

void TestNumbers::doubles()
{
    double out = 0;
    QVERIFY(parseDouble("0.95", out) && out == 0.95);
    QVERIFY(parseDouble("-1e-7", out) && out == -1e-7);
    for (const char *bad : {"", "1e400", "-1e400", "nan", "inf", "infinity", "1.5x", "1,5", "true"})
        QVERIFY2(!parseDouble(bad, out), bad);
}

void TestNumbers::picoUsd_data()
{
    QTest::addColumn<QByteArray>("digits");
    QTest::addColumn<bool>("valid");
    QTest::addColumn<qint64>("pico");
    const auto row = [](const char *digits, bool valid, qint64 pico = 0) {
        QTest::addRow("'%s'", digits) << QByteArray(digits) << valid << pico;
    };
    row("0", true, 0);
    row("-0.0", true, 0);
    row("1", true, 1'000'000'000'000);
    row("0.054399", true, 54'399'000'000); // field.md T1
    row("1e-7", true, 100'000);
    row("1E-12", true, 1);
    row("2.5e-12", true, 2); // half to even
    row("3.5e-12", true, 4);
    row("1e-13", true, 0);
    row("5e-13", true, 0); // exactly half of one: even is 0
    row("1.5e-12", true, 2);
    row("0.0000000000005", true, 0);
    row("0.00000000000050000000000000000000000000000000000000001", true, 1); // more than half
    row("0.00000000000049999999999999999999999999999999999999999", true, 0);
    row("-0.00000000000150", true, -2);
    row("1.0000000000000000000000000000000000000000000000000", true, 1'000'000'000'000);
    row("0.1234567890125", true, 123'456'789'012);
    row("0.1234567890135", true, 123'456'789'014);
    row("3144000", true, 3'144'000'000'000'000'000); // T13: an amount, implausible or not
    row("9000000", true, 9'000'000'000'000'000'000);
    row("9000001", false);
    row("-9000001", false);
    row("9e6", true, 9'000'000'000'000'000'000);
    row("1e7", false);
    row("1e400", false);
    row("-1e400", false);
    row("1e401", false);
    row("0e400", true, 0);
    row("1e-400", true, 0);
    row("1e-401", false);
    row("1e99999999999", false);
    row("00012.5", true, 12'500'000'000'000);
    row("1e+2", true, 100'000'000'000'000);
    row("123456789012345678901234567890123456789012345678901234567890", false);
    for (const char *bad :
         {"", "-", ".", "+1", "abc", "1.2.3", "1e", "1e+", "1e1.5", "$1", "1 ", " 1", "nan", "inf", "1e+-2"})
        row(bad, false);
}

void TestNumbers::picoUsd()
{
    QFETCH(QByteArray, digits);
    QFETCH(bool, valid);
    QFETCH(qint64, pico);
    std::int64_t out = 4242;
    QCOMPARE(parsePicoUsd(digits.toStdString(), out), valid);
    if (valid)
        QCOMPARE(qint64(out), pico);
}

/// The oracle works on the decimal digits alone: cut at the twelfth, look at the rest.
void TestNumbers::picoUsdAgainstDigitArithmetic()
{
    std::mt19937 random(99);
    for (int i = 0; i < 20'000; ++i) {
        const std::string whole = std::to_string(random() % 2000);
        std::string fraction;
        for (auto n = 1 + random() % 45; n > 0; --n)
            fraction += static_cast<char>('0' + (random() % 3 ? random() % 10 : (random() % 2 ? 0 : 5)));
        std::string padded = fraction + "000000000000";
        std::int64_t expected = std::stoll(whole) * 1'000'000'000'000 + std::stoll(padded.substr(0, 12));
        const std::string rest = fraction.size() > 12 ? fraction.substr(12) : "";
        const bool tie = !rest.empty() && rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string::npos;
        if (tie ? expected % 2 != 0 : !rest.empty() && rest[0] >= '5')
            ++expected;
        std::int64_t out = -1;
        const std::string text = whole + "." + fraction;
        QVERIFY2(parsePicoUsd(text, out), text.c_str());
        QVERIFY2(out == expected, (text + " -> " + std::to_string(out)).c_str());
    }
}

QTEST_GUILESS_MAIN(TestNumbers)
#include "tst_numbers.moc"
