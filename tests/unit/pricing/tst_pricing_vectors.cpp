// SPDX-License-Identifier: GPL-3.0-or-later
// The built-in book against figures computed by others: genai-prices itself, the corpus generators' price
// tables, and the golden numbers of bills people complained about.
#include "tests/unit/pricing/pricing_support.h"

#include <nlohmann/json.hpp>

using namespace flyball;
using namespace flyball::test;
using C = TokenClass;

class TestPricingVectors : public QObject {
    Q_OBJECT
private slots:
    void publishedVectors();
    void everyNameOfTheSourceLists();
    void corpusPrices_data();
    void corpusPrices();
    void goldenBills_data();
    void goldenBills();
};

void TestPricingVectors::publishedVectors()
{
    const auto file = nlohmann::json::parse(fixture("genai_prices_0.1.8_vectors.json"));
    const PriceCatalog catalog = builtIn();
    int compared = 0;
    for (const auto &vector : file.at("vectors")) {
        const auto &in = vector.at("usage_inclusive");
        const auto count = [&in](const char *key) { return in.value(key, std::int64_t{0}); };
        Usage u = usage({{C::CacheRead, count("cache_read")},
                         {C::CacheWrite5m, count("cache_write_5m")},
                         {C::CacheWrite1h, count("cache_write_1h")},
                         {C::InAudio, count("input_audio")},
                         {C::OutReasoning, count("reasoning")},
                         {C::OutText, count("output") - count("reasoning")}});
        u[C::InFresh] = count("input") - u.inTotal();
        const auto provider = vector.at("provider").get<std::string>();
        const auto model = vector.at("model").get<std::string>();
        const PriceQuery query{at(vector.at("at").get<std::string>().c_str()), {}, false, {}};
        const Cost cost = priceOf(catalog, provider.c_str(), model.c_str(), u, query);
        const auto &expected = vector.at("expected_usd");
        ++compared;
        if (expected.is_null()) {
            COMPARE_UNPRICED(cost, Unpriced::UnknownModel);
            continue;
        }
        QVERIFY2(cost.priced, model.c_str());
        const auto pico = parseDecimal(expected.dump(), 12);
        QVERIFY2(pico && cost.total == *pico, (model + " is " + std::to_string(cost.total)).c_str());
    }
    QCOMPARE(compared, 28);
}

void TestPricingVectors::everyNameOfTheSourceLists()
{
    const PriceCatalog catalog = builtIn();
    const std::array<Usage, 3> usages = {
        usage({{C::InFresh, 10000}, {C::OutText, 1000}}),
        usage({{C::InFresh, 200000}, {C::CacheRead, 100000}, {C::OutText, 5000}}),
        usage({{C::InFresh, 30000}, {C::CacheRead, 50000}, {C::CacheWrite5m, 20000}, {C::OutText, 2000}}),
    };
    int names = 0;
    const QStringList lines = QString::fromStdString(fixture("genai_prices_0.1.8_sweep.tsv")).split('\n');
    for (const QString &line : lines) {
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        const QStringList cells = line.split('\t');
        QCOMPARE(cells.size(), 5);
        ++names;
        for (int i = 0; i < 3; ++i) {
            const Cost cost = priceOf(catalog, qPrintable(cells[0]), qPrintable(cells[1]),
                                      usages[static_cast<std::size_t>(i)], {at("2026-09-01T12:00:00Z"), {}, false, {}});
            QVERIFY2(cost.priced, qPrintable(line));
            // Theirs is a sum of doubles: one pico-USD of play.
            const qint64 off = cost.total - cells[2 + i].toLongLong();
            QVERIFY2(off >= -1 && off <= 1, qPrintable(line + QStringLiteral(" ours %1").arg(cost.total)));
        }
    }
    QCOMPARE(names, 2458);
}

void TestPricingVectors::corpusPrices_data()
{
    QTest::addColumn<QString>("provider");
    QTest::addColumn<QString>("model");
    QTest::addColumn<QList<qint64>>("nano"); // per token: input, output, write 5m, write 1h, read; -1: not priced there
    const auto row = [](const char *provider, const char *model, QList<qint64> nano) {
        QTest::newRow(model) << provider << model << nano;
    };
    row("anthropic", "claude-sonnet-4-5-20250929", {3000, 15000, 3750, 6000, 300});
    row("anthropic", "claude-opus-4-1-20250805", {15000, 75000, 18750, 30000, 1500});
    row("anthropic", "claude-haiku-4-5-20251001", {1000, 5000, 1250, 2000, 100});
    row("anthropic", "claude-opus-4-5-20251101", {5000, 25000, 6250, 10000, 500});
    row("anthropic", "claude-sonnet-4-5", {3000, 15000, 3750, 6000, 300});
    row("anthropic", "claude-haiku-4-5", {1000, 5000, 1250, 2000, 100});
    row("anthropic", "claude-opus-4-5", {5000, 25000, 6250, 10000, 500});
    row("openai", "gpt-5-2025-08-07", {1250, 10000, -1, -1, 125});
    row("openai", "gpt-5-mini-2025-08-07", {250, 2000, -1, -1, 25});
    row("openai", "gpt-4.1-mini-2025-04-14", {400, 1600, -1, -1, 100});
    row("gcp.gemini", "gemini-2.5-flash", {300, 2500, -1, -1, 30});
}

void TestPricingVectors::corpusPrices()
{
    QFETCH(QString, provider);
    QFETCH(QString, model);
    QFETCH(QList<qint64>, nano);
    const PriceCatalog catalog = builtIn();
    const std::array<C, 5> classes = {C::InFresh, C::OutText, C::CacheWrite5m, C::CacheWrite1h, C::CacheRead};
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const qint64 rate = nano[static_cast<int>(i)];
        if (rate < 0)
            continue;
        for (const char *time : {"2026-01-02T03:04:05Z", "2026-03-01T00:00:00Z"}) {
            const Cost cost = priceOf(catalog, qPrintable(provider), qPrintable(model), usage({{classes[i], 7}}),
                                      {at(time), {}, false, {}});
            QVERIFY(cost.priced);
            QCOMPARE(cost.total, rate * 7 * kPicoPerNano);
            QCOMPARE(cost.flags, std::uint32_t{0});
        }
    }
    // With no provider the same prices, marked.
    QVERIFY((catalog.match("", model.toStdString()).flags & ProviderAssumed) != 0);
    QVERIFY(catalog.match("", model.toStdString()).found());
}

void TestPricingVectors::goldenBills_data()
{
    QTest::addColumn<QByteArray>("rates");
    QTest::addColumn<QList<qint64>>("tokens"); // fresh, read, write 5m, write 1h, out
    QTest::addColumn<QByteArray>("dollars");
    const auto row = [](const char *name, const char *rates, QList<qint64> tokens, const char *dollars) {
        QTest::newRow(name) << QByteArray(rates) << tokens << QByteArray(dollars);
    };
    row("T1 write counted once", R"({"input":"3","cache_read":".30","output":"15"})", {}, "");
    row("T1 cache write", R"({"input":"3","cache_read":"0.30","cache_write_5m":"3.75","output":"15"})",
        {3, 0, 12304, 0, 550}, "0.054399");
    row("T2 Bedrock", R"({"input":"3.3","cache_read":"0.33","cache_write_5m":"4.125","output":"16.5"})",
        {3, 13216, 25, 0, 12}, "0.004672305");
    row("T3 OpenAI cached", R"({"input":"1.25","cache_read":"0.125","output":"10"})", {51232, 1188096, 0, 0, 12909},
        "0.341642");
    row("T4 Opus write", R"({"input":"5","cache_write_5m":"6.25","output":"25"})", {6, 0, 159217, 0, 2745},
        "1.06376125");
    row("T5 one-hour write", R"({"input":"5","cache_write_5m":"6.25","cache_write_1h":"10","output":"25"})",
        {0, 0, 0, 344139, 0}, "3.44139");
    row("T6 stream", R"({"input":"0.8","cache_read":"0.08","output":"4"})", {4, 2455, 0, 0, 23}, "0.0002916");
}

void TestPricingVectors::goldenBills()
{
    QFETCH(QByteArray, rates);
    QFETCH(QList<qint64>, tokens);
    QFETCH(QByteArray, dollars);
    if (tokens.isEmpty()) {
        // ".30" is not how a price is written; a lax reader would take it for something else.
        PriceCatalog catalog = builtIn();
        const std::string json = R"({"models":[{"model":"m","rates":)" + rates.toStdString() + "}]}";
        QVERIFY(!catalog.addJson(json, "x.json").ok());
        return;
    }
    const PriceCatalog catalog = withRates("openai", "golden", rates.constData());
    const Usage u = usage({{C::InFresh, tokens[0]},
                           {C::CacheRead, tokens[1]},
                           {C::CacheWrite5m, tokens[2]},
                           {C::CacheWrite1h, tokens[3]},
                           {C::OutText, tokens[4]}});
    const Cost cost = priceOf(catalog, "openai", "golden", u);
    COMPARE_PRICED(cost, dollars.constData());
    QCOMPARE(cost.flags, std::uint32_t{Overridden});
}

QTEST_GUILESS_MAIN(TestPricingVectors)
#include "tst_pricing_vectors.moc"
