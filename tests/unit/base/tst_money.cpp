// SPDX-License-Identifier: GPL-3.0-or-later
// Exact sums: against 128-bit integers, in any order, and back to zero.
#include <QtTest/QtTest> // first: moc of Qt 6.4 cannot read <compare> on its own
#include <algorithm>
#include <numeric>
#include <random>

#include "core/base/money.h"

using namespace flyball;

namespace {

__int128 valueOf(const UsdSum &sum) { return static_cast<__int128>(sum.usd()) * kPicoPerUsd + sum.picoRemainder(); }

std::int64_t randomPico(std::mt19937_64 &random)
{
    // From single pico-USD to the largest call, both signs: sums cross every carry.
    const auto shift = random() % 63;
    return static_cast<std::int64_t>(random()) >> shift;
}

} // namespace

class TestMoney : public QObject {
    Q_OBJECT
private slots:
    void sumsAgainst128Bits();
    void orderDoesNotMatter();
    void subtractionIsTheInverse();
    void remainderIsAlwaysPositive();
    void ordering();
    void nanoAndDecimal_data();
    void nanoAndDecimal();
    void divideHalfEven_data();
    void divideHalfEven();
};

void TestMoney::sumsAgainst128Bits()
{
    std::mt19937_64 random(1);
    UsdSum sum;
    __int128 oracle = 0;
    for (int i = 0; i < 200'000; ++i) {
        const std::int64_t pico = randomPico(random);
        sum.add(pico);
        oracle += pico;
        QVERIFY(valueOf(sum) == oracle);
    }
    // A billion calls of the largest amount: whole USD stay far from the end of int64.
    UsdSum huge = UsdSum::fromParts(9'223'372'036'854'775LL, 999'999'999'999);
    huge.add(INT64_MAX);
    QCOMPARE(qint64(huge.usd()), 9'223'372'036'854'775LL + 9'223'372 + 1);
}

void TestMoney::orderDoesNotMatter()
{
    std::mt19937_64 random(2);
    std::vector<std::int64_t> parts(2000);
    for (std::int64_t &p : parts)
        p = randomPico(random);
    UsdSum forward;
    for (const std::int64_t p : parts)
        forward.add(p);
    for (int round = 0; round < 20; ++round) {
        std::shuffle(parts.begin(), parts.end(), random);
        UsdSum a, b;
        const std::size_t cut = random() % parts.size();
        for (std::size_t i = 0; i < parts.size(); ++i)
            (i < cut ? a : b).add(parts[i]);
        QVERIFY(a + b == forward);
        QVERIFY(b + a == forward);
    }
}

void TestMoney::subtractionIsTheInverse()
{
    std::mt19937_64 random(3);
    for (int i = 0; i < 20'000; ++i) {
        const UsdSum a(randomPico(random));
        const UsdSum b(randomPico(random));
        QVERIFY((a + b) - b == a);
        QVERIFY(((a - b) + b) == a);
        QVERIFY((a - a).isZero());
    }
}

void TestMoney::remainderIsAlwaysPositive()
{
    QCOMPARE(qint64(UsdSum(-1).usd()), qint64(-1));
    QCOMPARE(qint64(UsdSum(-1).picoRemainder()), qint64(999'999'999'999));
    QCOMPARE(qint64(UsdSum(-kPicoPerUsd).usd()), qint64(-1));
    QCOMPARE(qint64(UsdSum(-kPicoPerUsd).picoRemainder()), qint64(0));
    QVERIFY(UsdSum::fromParts(1, -1) == UsdSum(kPicoPerUsd - 1));
    QVERIFY(UsdSum::fromParts(0, 3 * kPicoPerUsd + 5) == UsdSum::fromParts(3, 5));
    QVERIFY(UsdSum(INT64_MIN) + UsdSum(INT64_MAX) == UsdSum(-1));
}

void TestMoney::ordering()
{
    QVERIFY(UsdSum(-1) < UsdSum());
    QVERIFY(UsdSum(1) > UsdSum());
    QVERIFY(UsdSum(kPicoPerUsd) > UsdSum(kPicoPerUsd - 1));
    QVERIFY(UsdSum(-kPicoPerUsd) < UsdSum(-kPicoPerUsd + 1));
}

void TestMoney::nanoAndDecimal_data()
{
    QTest::addColumn<qint64>("pico");
    QTest::addColumn<qint64>("nano");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](qint64 pico, qint64 nano, const char *text) {
        QTest::addRow("%lld", static_cast<long long>(pico)) << pico << nano << QByteArray(text);
    };
    row(0, 0, "0.000000000");
    row(499, 0, "0.000000000");
    row(500, 0, "0.000000000"); // half to even
    row(501, 1, "0.000000001");
    row(1'500, 2, "0.000000002");
    row(2'500, 2, "0.000000002");
    row(-500, 0, "0.000000000");
    row(-1'500, -2, "-0.000000002");
    row(54'399'000'000, 54'399'000, "0.054399000");
    row(1'063'761'250'000, 1'063'761'250, "1.063761250"); // field.md T4
    row(12'345'678'901'500, 12'345'678'902, "12.345678902");
    row(12'345'678'900'500, 12'345'678'900, "12.345678900");
    row(-1, 0, "0.000000000");
    row(-kPicoPerUsd, -1'000'000'000, "-1.000000000");
}

void TestMoney::nanoAndDecimal()
{
    QFETCH(qint64, pico);
    QFETCH(qint64, nano);
    QFETCH(QByteArray, text);
    QCOMPARE(qint64(UsdSum(pico).nanoUsd()), nano);
    QCOMPARE(QByteArray::fromStdString(UsdSum(pico).toDecimal()), text);
}

void TestMoney::divideHalfEven_data()
{
    QTest::addColumn<qint64>("numerator");
    QTest::addColumn<qint64>("denominator");
    QTest::addColumn<qint64>("quotient");
    const auto row = [](qint64 n, qint64 d, qint64 q) {
        QTest::addRow("%lld/%lld", static_cast<long long>(n), static_cast<long long>(d)) << n << d << q;
    };
    row(0, 7, 0);
    row(7, 2, 4);
    row(5, 2, 2);
    row(-5, 2, -2);
    row(-7, 2, -4);
    row(-1, 2, 0);
    row(1, 3, 0);
    row(2, 3, 1);
    row(-2, 3, -1);
    row(INT64_MAX, 1, INT64_MAX);
    row(INT64_MIN, 1, INT64_MIN);
    row(INT64_MAX, 2, 4611686018427387904); // ...903.5: even is ...904
}

void TestMoney::divideHalfEven()
{
    QFETCH(qint64, numerator);
    QFETCH(qint64, denominator);
    QFETCH(qint64, quotient);
    QCOMPARE(qint64(flyball::divideHalfEven(numerator, denominator)), quotient);
}

QTEST_GUILESS_MAIN(TestMoney)
#include "tst_money.moc"
