// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic against an independent oracle in decimal digits; order, overflow, speed ($4, rule 3a.8).
#include "tests/unit/pricing/pricing_support.h"

#include <QElapsedTimer>
#include <algorithm>
#include <numeric>
#include <random>

using namespace flyball;
using namespace flyball::test;
using C = TokenClass;

class TestPricingExactness : public QObject {
    Q_OBJECT
private slots:
    void decimals_data();
    void decimals();
    void factors_data();
    void factors();
    void randomCallsAgainstTheOracle();
    void halfPicoRoundsToEven();
    void overflowIsUnpriced();
    void hugeCountsStayExact();
    void sumsDoNotDependOnOrder();
    void fastEnough();
};

void TestPricingExactness::decimals_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("scale");
    QTest::addColumn<bool>("round");
    QTest::addColumn<bool>("valid");
    QTest::addColumn<qint64>("value");
    const auto row = [](const char *text, int scale, bool round, bool valid, qint64 value = 0) {
        QTest::addRow("'%s' e%d%s", text, scale, round ? " rounded" : "")
            << QByteArray(text) << scale << round << valid << value;
    };
    row("0", 12, false, true, 0);
    row("3", 12, false, true, 3'000'000'000'000);
    row("0.075", 12, false, true, 75'000'000'000);
    row("-1.5", 1, false, true, -15);
    row("0.1234567890123", 12, false, false);
    row("0.1234567890120", 12, false, true, 123'456'789'012);
    row("0.05", 1, true, true, 0);
    row("0.15", 1, true, true, 2);
    row("0.25", 1, true, true, 2);
    row("0.2500001", 1, true, true, 3);
    row("0.2499999", 1, true, true, 2);
    row("0.0500", 1, true, true, 0);
    row("9223372036854775807", 0, false, true, INT64_MAX);
    row("9223372036854775808", 0, false, false);
    row("9999999999999999999999999999999999999999999999", 0, false, false);
    for (const char *bad :
         {"", ".", "1.", ".5", "1e3", "+1", "--1", "1,5", " 1", "1 ", "0x1", "1.2.3", "NaN", "inf", "-"})
        row(bad, 6, false, false);
}

void TestPricingExactness::decimals()
{
    QFETCH(QByteArray, text);
    QFETCH(int, scale);
    QFETCH(bool, round);
    QFETCH(bool, valid);
    QFETCH(qint64, value);
    const auto parsed = parseDecimal(text.toStdString(), scale, round);
    QCOMPARE(parsed.has_value(), valid);
    if (valid) {
        QCOMPARE(qint64{*parsed}, value);
        const auto again = parseDecimal(formatDecimal(*parsed, scale), scale);
        QVERIFY(again && *again == *parsed);
    }
}

void TestPricingExactness::factors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("numerator");
    QTest::addColumn<qint64>("denominator");
    QTest::newRow("half") << QByteArray("0.5") << qint64{1} << qint64{2};
    QTest::newRow("ratio") << QByteArray("20/11") << qint64{20} << qint64{11};
    QTest::newRow("1.1") << QByteArray("1.1") << qint64{11} << qint64{10};
    for (const char *bad : {"0", "-1", "1/0", "1001", "0.0001", "x", "1/2/3", ""})
        QTest::newRow(bad) << QByteArray(bad) << qint64{0} << qint64{1};
}

void TestPricingExactness::factors()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, numerator);
    QFETCH(qint64, denominator);
    const auto factor = parseFactor(text.toStdString());
    QCOMPARE(factor.has_value(), numerator != 0);
    if (factor) {
        QCOMPARE(qint64{factor->numerator}, numerator);
        QCOMPARE(qint64{factor->denominator}, denominator);
    }
}

namespace {

std::shared_ptr<ModelPrices> listOf(const Rates &rates)
{
    auto list = std::make_shared<ModelPrices>();
    list->rows.emplace_back();
    list->rows.back().rates.standard = rates;
    list->rows.back().ruleId = 8;
    return list;
}

PriceMatch matchOf(std::shared_ptr<const ModelPrices> list)
{
    PriceMatch match;
    match.status = Unpriced::No;
    match.lists = {std::move(list)};
    return match;
}

/// numerator / denominator half-even by schoolbook comparison, not by the code under test.
__int128 oracleRound(__int128 numerator, __int128 denominator)
{
    __int128 quotient = 0;
    for (int bit = 126; bit >= 0; --bit) {
        const __int128 candidate = quotient + (static_cast<__int128>(1) << bit);
        if (candidate <= numerator / denominator)
            quotient = candidate;
    }
    const __int128 rest = numerator - quotient * denominator;
    if (rest * 2 > denominator)
        return quotient + 1;
    return rest * 2 == denominator ? quotient + quotient % 2 : quotient;
}

} // namespace

void TestPricingExactness::randomCallsAgainstTheOracle()
{
    std::mt19937_64 random(20261121);
    const auto upTo = [&random](std::int64_t limit) {
        return std::uniform_int_distribution<std::int64_t>(0, limit)(random);
    };
    for (int i = 0; i < 20'000; ++i) {
        Rates rates;
        for (AttoUsd &rate : rates.atto)
            rate = upTo(i % 2 == 0 ? kMaxRate / 1000 : 100'000'000'000'000);
        auto list = listOf(rates);
        list->service[0] = {1 + upTo(20), 1 + upTo(20), true};
        list->fast = {1 + upTo(20), 1 + upTo(20), i % 3 != 0};
        list->rows[0].webSearchFee = upTo(100'000'000'000'000'000);
        Usage u;
        for (std::int64_t &count : u.tokens)
            count = upTo(i % 5 == 0 ? 3 : 300'000);
        u.webSearches = upTo(3);
        const bool batch = i % 4 == 1, fast = i % 7 < 2;
        const Cost cost = price(matchOf(list), u, {0, batch ? "batch" : "", fast, {}});

        static constexpr std::array<RateKey, kTokenClasses> kKeyOf = {
            RateKey::Input,        RateKey::CacheRead,       RateKey::CacheWrite5m,
            RateKey::CacheWrite1h, RateKey::CacheWrite5m,    RateKey::InputAudio,
            RateKey::Output,       RateKey::OutputReasoning, RateKey::OutputAudio};
        const Factor one{1, 1, true};
        const Factor &b = batch ? list->service[0] : one;
        const Factor &f = fast ? list->fast : one;
        __int128 sum =
            static_cast<__int128>(u.webSearches) * list->rows[0].webSearchFee * b.denominator * f.denominator;
        for (std::size_t k = 0; k < kTokenClasses; ++k) {
            const bool cacheClass = k >= 1 && k <= 4;
            const Factor &own = cacheClass && !f.onCache ? one : f; // spared classes keep the common denominator
            sum += static_cast<__int128>(u.tokens[k]) * rates[kKeyOf[k]] * b.numerator * own.numerator
                   * (&own == &one ? f.denominator : 1);
        }
        const __int128 expected = oracleRound(sum, static_cast<__int128>(kAttoPerPico) * b.denominator * f.denominator);
        QVERIFY(cost.priced);
        QVERIFY2(cost.total == static_cast<PicoUsd>(expected), std::to_string(i).c_str());
        QCOMPARE(std::accumulate(cost.byClass.begin(), cost.byClass.end(), cost.fees), cost.total);
    }
}

void TestPricingExactness::halfPicoRoundsToEven()
{
    Rates rates;
    rates[RateKey::Input] = kAttoPerPico / 2;
    const PriceMatch match = matchOf(listOf(rates));
    const std::array<PicoUsd, 6> expected = {0, 0, 1, 2, 2, 2};
    for (std::int64_t tokens = 0; tokens < 6; ++tokens)
        QCOMPARE(price(match, usage({{C::InFresh, tokens}}), {0, {}, false, {}}).total,
                 expected[static_cast<std::size_t>(tokens)]);
    // One rounding of the sum, not one per class: three times half a pico is 1.5.
    rates[RateKey::Output] = rates[RateKey::CacheRead] = kAttoPerPico / 2;
    const Cost three =
        price(matchOf(listOf(rates)), usage({{C::InFresh, 1}, {C::CacheRead, 1}, {C::OutText, 1}}), {0, {}, false, {}});
    QCOMPARE(three.total, PicoUsd{2});
}

void TestPricingExactness::overflowIsUnpriced()
{
    Rates rates;
    rates.atto.fill(kMaxRate);
    const PriceMatch match = matchOf(listOf(rates));
    Usage u;
    u.tokens.fill(INT64_MAX / 16);
    COMPARE_UNPRICED(price(match, u, {0, {}, false, {}}), Unpriced::OutOfRange);
    u.tokens.fill(0);
    u[C::InFresh] = 922'337'203; // 0.01 USD each: just below 2^63 pico-USD
    QVERIFY(price(match, u, {0, {}, false, {}}).priced);
    u[C::InFresh] = 922'337'204;
    COMPARE_UNPRICED(price(match, u, {0, {}, false, {}}), Unpriced::OutOfRange);
    u[C::InFresh] = -1;
    COMPARE_UNPRICED(price(match, u, {0, {}, false, {}}), Unpriced::InvalidUsage);
    u.tokens.fill(0);
    u.webSearches = INT64_MAX;
    auto list = listOf(rates);
    list->rows[0].webSearchFee = kMaxFee;
    list->fast = {999'999'999, 999'999'998, false};
    COMPARE_UNPRICED(price(matchOf(list), u, {0, {}, true, {}}), Unpriced::OutOfRange);
}

void TestPricingExactness::hugeCountsStayExact()
{
    // 2^53 + 1 is where doubles begin to lose tokens.
    Rates rates;
    rates[RateKey::Input] = kAttoPerPico;
    const std::int64_t tokens = (std::int64_t{1} << 53) + 1;
    QCOMPARE(price(matchOf(listOf(rates)), usage({{C::InFresh, tokens}}), {0, {}, false, {}}).total, tokens);
}

void TestPricingExactness::sumsDoNotDependOnOrder()
{
    const PriceCatalog catalog = builtIn();
    std::mt19937_64 random(7);
    std::vector<PicoUsd> costs;
    const PriceMatch sonnet = catalog.match("anthropic", "claude-sonnet-4-5");
    for (int i = 0; i < 5000; ++i) {
        const auto tokens = static_cast<std::int64_t>(random() % 300'000);
        costs.push_back(
            price(sonnet, usage({{C::InFresh, tokens}, {C::CacheRead, tokens / 3}}), {kSummer, {}, false, {}}).total);
    }
    UsdSum forward, shuffled;
    for (const PicoUsd cost : costs)
        forward.add(cost);
    std::shuffle(costs.begin(), costs.end(), random);
    for (const PicoUsd cost : costs)
        shuffled.add(cost);
    QVERIFY(forward == shuffled);
}

void TestPricingExactness::fastEnough()
{
    const PriceCatalog catalog = builtIn();
    const PriceMatch match = catalog.match("anthropic", "claude-sonnet-4-5");
    Usage u = usage({{C::InFresh, 5}, {C::CacheRead, 90'000}, {C::CacheWrite5m, 3000}, {C::OutText, 700}});
    constexpr int kCalls = 1'000'000;
    std::int64_t sum = 0;
    qint64 best = INT64_MAX;
    for (int round = 0; round < 3; ++round) {
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < kCalls; ++i) {
            u[C::InFresh] = i & 1023;
            sum += price(match, u, {kSummer, "standard", false, {}}).total & 0xff;
        }
        best = std::min(best, timer.nsecsElapsed() / kCalls);
    }
    QElapsedTimer timer;
    timer.start();
    constexpr int kMatches = 2000;
    for (int i = 0; i < kMatches; ++i)
        sum +=
            catalog.match("openrouter", i % 2 == 0 ? "anthropic/claude-sonnet-4.5" : "no/such-model").found() ? 1 : 0;
    qInfo("price %lld ns, match %lld ns (checksum %lld)", best, timer.nsecsElapsed() / kMatches,
          static_cast<long long>(sum));
    // Ten times the goal: this fails on a mistake, not on a busy machine.
#ifdef __SANITIZE_ADDRESS__
    constexpr qint64 kLimit = 20'000;
#else
    constexpr qint64 kLimit = 1000;
#endif
    QVERIFY(best < kLimit);
}

QTEST_GUILESS_MAIN(TestPricingExactness)
#include "tst_pricing_exactness.moc"
