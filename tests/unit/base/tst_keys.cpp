// SPDX-License-Identifier: GPL-3.0-or-later
// Stored identities: the hash must never change, hex must round-trip.
#include <QtTest/QtTest> // first: moc of Qt 6.4 cannot read <compare> on its own
#include <random>
#include <unordered_set>

#include "core/base/key128.h"

using namespace flyball;

class TestKeys : public QObject {
    Q_OBJECT
private slots:
    void murmurVectors_data();
    void murmurVectors();
    void seedsAndLengthsKeepApart();
    void hexRoundTrip();
    void badHex_data();
    void badHex();
    void lowEntropyIdsSpread();
};

/// Published test vectors of MurmurHash3_x64_128 (h1, h2 as 64-bit words), seed 0: the reference
/// implementation on the empty text, and on two texts widely used to compare ports.
void TestKeys::murmurVectors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<quint64>("hi");
    QTest::addColumn<quint64>("lo");
    QTest::newRow("empty") << QByteArray("") << quint64(0) << quint64(0);
    QTest::newRow("hello") << QByteArray("hello") << quint64(0xcbd8a7b341bd9b02ULL) << quint64(0x5b1e906a48ae1d19ULL);
    QTest::newRow("fox") << QByteArray("The quick brown fox jumps over the lazy dog") << quint64(0xe34bbc7bbc071b6cULL)
                         << quint64(0x7a433ca9c49a9347ULL);
    QTest::newRow("fox.") << QByteArray("The quick brown fox jumps over the lazy dog.")
                          << quint64(0xcd99481f9ee902c9ULL) << quint64(0x695da1a38987b6e7ULL);
}

void TestKeys::murmurVectors()
{
    QFETCH(QByteArray, text);
    QFETCH(quint64, hi);
    QFETCH(quint64, lo);
    const Key128 key = hashKey(text.toStdString());
    QCOMPARE(quint64(key.hi), hi);
    QCOMPARE(quint64(key.lo), lo);
    QCOMPARE(quint64(hash64(text.toStdString())), hi);
}

void TestKeys::seedsAndLengthsKeepApart()
{
    std::unordered_set<Key128> seen;
    std::size_t count = 0;
    for (std::size_t length = 0; length < 64; ++length)
        for (const std::uint64_t seed : {0ULL, 1ULL, 0xC1A0DE01ULL, 0xC1A0DE02ULL}) {
            seen.insert(hashKey(std::string(length, 'x'), seed));
            ++count;
        }
    QCOMPARE(seen.size(), count);
    for (std::size_t bit = 0; bit < 40 * 8; ++bit) {
        std::string text(40, 'x');
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
        QVERIFY(hashKey(text) != hashKey(std::string(40, 'x')));
    }
}

void TestKeys::hexRoundTrip()
{
    std::mt19937_64 random(4);
    for (int i = 0; i < 10'000; ++i) {
        const Key128 key{random() >> (i % 64), random()};
        const std::string hex = toHex(key);
        QCOMPARE(hex.size(), std::size_t(32));
        const auto back = key128FromHex(hex);
        QVERIFY(back && *back == key);
        QByteArray upper = QByteArray::fromStdString(hex).toUpper();
        QVERIFY(key128FromHex(upper.toStdString()) == key);
        QVERIFY(key64FromHex(toHex64(key.lo)) == key.lo);
    }
    QCOMPARE(toHex({0x0123456789abcdefULL, 0xfedcba9876543210ULL}), std::string("0123456789abcdeffedcba9876543210"));
    QCOMPARE(toHex64(0xAB), std::string("00000000000000ab"));
}

void TestKeys::badHex_data()
{
    QTest::addColumn<QByteArray>("hex");
    for (const char *bad : {"", "0", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeg", " 123456789abcdef",
                            "0x23456789abcdef", "0123456789abcde\xFF", "0123456789abcde/",
                            "0123456789abcde:", "0123456789abcde@", "0123456789abcde`", "-123456789abcdef"})
        QTest::addRow("'%s'", bad) << QByteArray(bad);
    QTest::newRow("NUL") << QByteArray("0123456789abcde\0", 16);
}

void TestKeys::badHex()
{
    QFETCH(QByteArray, hex);
    QVERIFY(!key64FromHex(hex.toStdString()));
    QVERIFY(!key128FromHex(hex.toStdString()));
    QVERIFY(!key128FromHex("0123456789abcdef" + hex.toStdString()));
    QVERIFY(!key128FromHex(hex.toStdString() + "0123456789abcdef"));
}

/// Some producers count their ids up; a table keyed by them must not degrade to a list.
void TestKeys::lowEntropyIdsSpread()
{
    std::unordered_set<std::size_t> low, high;
    for (std::uint64_t i = 1; i <= 4096; ++i) {
        low.insert(std::hash<Key128>{}({0, i}) & 0xFFFF);
        high.insert(std::hash<Key128>{}({i, 0}) & 0xFFFF);
    }
    // 4,096 random draws out of 65,536 give 3,972 different ones on average.
    QVERIFY2(low.size() > 3600, qPrintable(QString::number(low.size())));
    QVERIFY2(high.size() > 3600, qPrintable(QString::number(high.size())));
}

QTEST_GUILESS_MAIN(TestKeys)
#include "tst_keys.moc"
