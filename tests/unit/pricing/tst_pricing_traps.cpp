// SPDX-License-Identifier: GPL-3.0-or-later
// The traps T1-T14 of the price data, context tiers, dated rows, service tiers, reported cost.
#include "tests/unit/pricing/pricing_support.h"

using namespace flyball;
using namespace flyball::test;
using C = TokenClass;

class TestPricingTraps : public QObject {
    Q_OBJECT
private slots:
    void oldCallsKeepTheirPrice();
    void retiredModelsStayPriced();
    void missingCachedRateIsNeverFree();
    void oneHourWritesCostTwiceInput();
    void untypedWritesAreFlagged();
    void missingModalityIsFlagged();
    void oldBooksShow();
    void thresholds_data();
    void thresholds();
    void sameModelTwoProviders();
    void webSearchIsAFee();
    void serviceTiers_data();
    void serviceTiers();
    void multiplierCanSpareTheCache();
    void hoursOfTheDay_data();
    void hoursOfTheDay();
    void rowsThatEnd();
    void missingRatesAreUnpriced();
    void zeroUsageCostsNothing();
    void reportedCost_data();
    void reportedCost();
};

void TestPricingTraps::oldCallsKeepTheirPrice()
{
    const PriceCatalog catalog = builtIn();
    const Usage u = usage({{C::InFresh, 10000}, {C::OutText, 2000}, {C::OutReasoning, 10000}});
    COMPARE_PRICED(priceOf(catalog, "openai", "o3", u, {at("2025-06-09T23:59:59.999Z"), {}, false, {}}), "0.58");
    COMPARE_PRICED(priceOf(catalog, "openai", "o3", u, {at("2025-06-10T00:00:00Z"), {}, false, {}}), "0.116");
    const Cost before = priceOf(catalog, "openai", "o3", u, {at("2025-01-01T00:00:00Z"), {}, false, {}});
    const Cost after = priceOf(catalog, "openai", "o3", u);
    QVERIFY(before.ruleId != after.ruleId);
    QCOMPARE(catalog.describeRule(after.ruleId),
             std::string("openai / o3, from 2025-06-10, built-in book 0.1.8 of 2026-09-23"));
    QCOMPARE(catalog.describeRule(before.ruleId), std::string("openai / o3, built-in book 0.1.8 of 2026-09-23"));
    QVERIFY(catalog.describeRule(0).starts_with("rule of a price book"));
    QVERIFY(catalog.describeRule(UINT32_MAX).starts_with("rule of a price book"));
    // Without a time the newest price, and it says so.
    const Cost timeless = priceOf(catalog, "openai", "o3", u, {kNoTime, {}, false, {}});
    QCOMPARE(timeless.total, after.total);
    QVERIFY((timeless.flags & TimeAssumed) != 0);
}

void TestPricingTraps::retiredModelsStayPriced()
{
    const PriceCatalog catalog = builtIn();
    COMPARE_PRICED(priceOf(catalog, "anthropic", "claude-3-5-sonnet-20241022", usage({{C::InFresh, 1'000'000}})), "3");
    const Cost tiered =
        priceOf(catalog, "google", "gemini-1.5-pro", usage({{C::InFresh, 150'000}, {C::OutText, 5000}}));
    COMPARE_PRICED(tiered, "0.425");
    QVERIFY((tiered.flags & LongContext) != 0);
}

void TestPricingTraps::missingCachedRateIsNeverFree()
{
    const Cost cost = priceOf(builtIn(), "openai", "gpt-5.4-pro", usage({{C::CacheRead, 1'000'00}}));
    COMPARE_PRICED(cost, "3");
    QVERIFY((cost.flags & CacheReadAssumed) != 0);
    const Cost known = priceOf(builtIn(), "openai", "gpt-5.4", usage({{C::CacheRead, 1'000'00}}));
    QVERIFY((known.flags & CacheReadAssumed) == 0);
}

void TestPricingTraps::oneHourWritesCostTwiceInput()
{
    const PriceCatalog catalog = builtIn();
    const Usage u = usage({{C::CacheWrite1h, 1'000'000 / 10}});
    COMPARE_PRICED(priceOf(catalog, "anthropic", "claude-3-haiku-20240307", u), "0.05");
    COMPARE_PRICED(priceOf(catalog, "anthropic", "claude-3-opus-20240229", u), "3");
    // Vertex lists no one-hour rate for Claude: derived, so not the 5-minute one.
    COMPARE_PRICED(priceOf(catalog, "google", "claude-opus-4-8", u), "1");
    // Every Claude list of the book obeys the sanity rule, or it would have warned.
    QVERIFY(catalog.warnings().empty());
    const Cost untold = priceOf(withRates("x", "m", R"({"input":"1","cache_write_5m":"2","output":"1"})"), "x", "m", u);
    COMPARE_PRICED(untold, "0.2");
    QVERIFY((untold.flags & CacheWriteAssumed) != 0);
}

void TestPricingTraps::untypedWritesAreFlagged()
{
    const Cost cost = priceOf(builtIn(), "anthropic", "claude-sonnet-4-6", usage({{C::CacheWriteUntyped, 1'000'000}}));
    COMPARE_PRICED(cost, "3.75");
    QVERIFY((cost.flags & CacheWriteAssumed) != 0);
    const Cost input = priceOf(builtIn(), "openai", "gpt-5", usage({{C::CacheWriteUntyped, 1'000'000}}));
    COMPARE_PRICED(input, "1.25");
    const Cost typed = priceOf(builtIn(), "anthropic", "claude-sonnet-4-6", usage({{C::CacheWrite5m, 1'000'000}}));
    COMPARE_PRICED(typed, "3.75");
    QVERIFY((typed.flags & CacheWriteAssumed) == 0);
}

void TestPricingTraps::missingModalityIsFlagged()
{
    const Usage audio = usage({{C::InFresh, 1000}, {C::InAudio, 10000}, {C::OutAudio, 100}});
    QVERIFY((priceOf(builtIn(), "openai", "gpt-4o-audio-preview", audio).flags & ModalityAssumed) != 0);
    const Cost own = priceOf(builtIn(), "openai", "gpt-audio", audio);
    COMPARE_PRICED(own, "0.3289");
    QVERIFY((own.flags & ModalityAssumed) == 0);
}

void TestPricingTraps::oldBooksShow()
{
    const PriceCatalog catalog = builtIn();
    QCOMPARE(catalog.version(), std::string("0.1.8"));
    QCOMPARE(catalog.date(), std::string("2026-09-23"));
    QCOMPARE(catalog.modelCount(), std::size_t{1694});
    const Usage u = usage({{C::InFresh, 1'000'000}});
    // The announced rise of Sonnet 5 was cancelled; 2/10 holds after its date.
    COMPARE_PRICED(priceOf(catalog, "anthropic", "claude-sonnet-5", u, {at("2026-09-10T00:00:00Z"), {}, false, {}}),
                   "2");
    QVERIFY((priceOf(catalog, "anthropic", "claude-sonnet-5", u, {at("2026-10-20T00:00:00Z"), {}, false, {}}).flags
             & OldPrice)
            == 0);
    QVERIFY((priceOf(catalog, "anthropic", "claude-sonnet-5", u, {at("2026-10-24T00:00:00Z"), {}, false, {}}).flags
             & OldPrice)
            != 0);
}

void TestPricingTraps::thresholds_data()
{
    QTest::addColumn<QString>("provider");
    QTest::addColumn<QString>("model");
    QTest::addColumn<qint64>("fresh");
    QTest::addColumn<qint64>("read");
    QTest::addColumn<QByteArray>("dollars");
    const auto row = [](const char *model, const char *provider, qint64 fresh, qint64 read, const char *dollars) {
        QTest::addRow("%s %lld+%lld", model, fresh, read) << provider << model << fresh << read << QByteArray(dollars);
    };
    row("claude-sonnet-4-5", "anthropic", 200'000, 0, "0.6");
    row("claude-sonnet-4-5", "anthropic", 200'001, 0, "1.200006");
    // The whole input counts, and the cliff holds for cache reads too.
    row("claude-sonnet-4-5", "anthropic", 10, 250'000, "0.15006");
    row("claude-sonnet-4-6", "anthropic", 200'001, 0, "0.600003");
    row("gpt-5.4", "openai", 271'999, 0, "0.6799975");
    row("gpt-5.4", "openai", 272'000, 0, "1.36");
    // xAI's begins at the threshold, not above it.
    row("grok-4.3", "xai", 199'999, 0, "0.24999875");
    row("grok-4.3", "xai", 200'000, 0, "0.5");
    row("gemini-2.5-pro", "google", 200'000, 0, "0.25");
    row("gemini-2.5-pro", "google", 200'001, 0, "0.5000025");
}

void TestPricingTraps::thresholds()
{
    QFETCH(QString, provider);
    QFETCH(QString, model);
    QFETCH(qint64, fresh);
    QFETCH(qint64, read);
    QFETCH(QByteArray, dollars);
    const Cost cost =
        priceOf(builtIn(), qPrintable(provider), qPrintable(model), usage({{C::InFresh, fresh}, {C::CacheRead, read}}));
    COMPARE_PRICED(cost, dollars.constData());
}

void TestPricingTraps::sameModelTwoProviders()
{
    const PriceCatalog catalog = builtIn();
    const Usage u = usage({{C::InFresh, 20'000}, {C::CacheRead, 40'000}, {C::OutText, 2000}});
    COMPARE_PRICED(priceOf(catalog, "aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", u), "0.1122");
    COMPARE_PRICED(priceOf(catalog, "aws", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", u), "0.102");
    // Not the direct price: 10 % more is billed for that name whoever wrote the record.
    COMPARE_PRICED(priceOf(catalog, "anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", u), "0.1122");
    COMPARE_PRICED(priceOf(catalog, "google", "gemini-3.6-flash", usage({{C::InFresh, 1'000'000}})), "0.75");
}

void TestPricingTraps::webSearchIsAFee()
{
    Usage u = usage({{C::InFresh, 1'000'000}});
    u.webSearches = 3;
    const Cost cost = priceOf(builtIn(), "anthropic", "claude-haiku-4-5", u, {kSummer, "batch", false, {}});
    COMPARE_PRICED(cost, "0.53"); // the fee is not halved
    QCOMPARE(cost.fees, usd("0.03"));
    const Cost unknown = priceOf(builtIn(), "deepseek", "deepseek-chat", u);
    QVERIFY(unknown.priced && (unknown.flags & FeeUnknown) != 0);
    u.webSearches = -1;
    COMPARE_UNPRICED(priceOf(builtIn(), "anthropic", "claude-haiku-4-5", u), Unpriced::InvalidUsage);
}

void TestPricingTraps::serviceTiers_data()
{
    QTest::addColumn<QByteArray>("provider");
    QTest::addColumn<QByteArray>("model");
    QTest::addColumn<QByteArray>("tier");
    QTest::addColumn<bool>("fast");
    QTest::addColumn<QByteArray>("geo");
    QTest::addColumn<QByteArray>("dollars");
    QTest::addColumn<quint32>("flags");
    const auto row = [](const char *name, const char *provider, const char *model, const char *tier, bool fast,
                        const char *geo, const char *dollars, quint32 flags) {
        QTest::newRow(name) << QByteArray(provider) << QByteArray(model) << QByteArray(tier) << fast << QByteArray(geo)
                            << QByteArray(dollars) << flags;
    };
    const char *opus = "claude-opus-4-6";
    row("standard", "anthropic", opus, "standard", false, "", "5.5", 0);
    row("batch", "anthropic", opus, "batch", false, "", "2.75", MultiplierApplied);
    row("anthropic priority is committed capacity", "anthropic", opus, "priority", false, "", "5.5", 0);
    row("fast", "anthropic", opus, "", true, "", "33", MultiplierApplied);
    row("us", "anthropic", opus, "", false, "us", "6.05", MultiplierApplied);
    row("global", "anthropic", opus, "", false, "global", "5.5", 0);
    row("not_available", "anthropic", opus, "", false, "not_available", "5.5", 0);
    row("us + fast + batch", "anthropic", opus, "batch", true, "us", "18.15", MultiplierApplied);
    row("fast elsewhere", "anthropic", "claude-opus-4-5", "", true, "", "5.5", ServiceTierAssumed);
    row("openai flex", "openai", "gpt-5", "flex", false, "", "0.6875", MultiplierApplied);
    row("openai priority", "openai", "gpt-5", "priority", false, "", "2.75", MultiplierApplied);
    row("openai default", "openai", "gpt-5", "default", false, "", "1.375", 0);
    row("openai auto", "openai", "gpt-5", "auto", false, "", "1.375", 0);
    row("openai priority without a price", "openai", "o1", "priority", false, "", "22.5",
        ServiceTierAssumed | CacheReadAssumed);
    row("unheard of", "openai", "gpt-5", "turbo", false, "", "1.375", ServiceTierAssumed);
    row("no batch there", "deepseek", "deepseek-v4-pro", "batch", false, "", "0.682", ServiceTierAssumed);
}

void TestPricingTraps::serviceTiers()
{
    QFETCH(QByteArray, provider);
    QFETCH(QByteArray, model);
    QFETCH(QByteArray, tier);
    QFETCH(bool, fast);
    QFETCH(QByteArray, geo);
    QFETCH(QByteArray, dollars);
    QFETCH(quint32, flags);
    const Usage u = usage({{C::InFresh, 1'000'000}, {C::CacheRead, 1'000'000}});
    // Below every context threshold, then scaled: factors do not depend on counts.
    const Usage small = usage({{C::InFresh, 100'000}, {C::CacheRead, 100'000}});
    const PriceQuery query{at("2026-09-01T12:00:00Z"), tier.constData(), fast, geo.constData()};
    const Cost cost = priceOf(builtIn(), provider.constData(), model.constData(), small, query);
    QVERIFY(cost.priced && u.total() == small.total() * 10);
    QCOMPARE(cost.total * 10, usd(dollars.constData()));
    QCOMPARE(describeFlags(cost.flags), describeFlags(flags & ~quint32{CacheReadAssumed}));
}

void TestPricingTraps::multiplierCanSpareTheCache()
{
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog
                .addJson(R"({"multipliers":{"fast":{"acme/m":{"x":"7/3","cache":false}},"geo":{"us":1.1}},"providers":[
                    {"id":"acme","models":[{"id":"m","prices":[{"rates":{"input":"3","cache_read":"1","output":"9"}}]}]}]})",
                         "f.json")
                .ok());
    const Usage u = usage({{C::InFresh, 1'000'001}, {C::CacheRead, 1'000'000}});
    COMPARE_PRICED(priceOf(catalog, "acme", "m", u, {kSummer, {}, true, {}}), "8.000007");
    COMPARE_PRICED(priceOf(catalog, "acme", "m", u, {kSummer, {}, true, "us"}), "8.8000077");
}

void TestPricingTraps::hoursOfTheDay_data()
{
    QTest::addColumn<QByteArray>("model");
    QTest::addColumn<QByteArray>("time");
    QTest::addColumn<QByteArray>("dollars");
    const auto row = [](const char *model, const char *time, const char *dollars) {
        QTest::addRow("%s %s", model, time) << QByteArray(model) << QByteArray(time) << QByteArray(dollars);
    };
    row("deepseek-chat", "2026-01-01T00:29:59.999Z", "0.135");
    row("deepseek-chat", "2026-01-01T00:30:00Z", "0.27");
    row("deepseek-chat", "2026-01-01T16:29:59Z", "0.27");
    row("deepseek-chat", "2026-01-01T16:30:00Z", "0.135");
    row("deepseek-v4-flash", "2026-09-01T00:59:59Z", "0.22");
    row("deepseek-v4-flash", "2026-09-01T01:00:00Z", "0.44");
    row("deepseek-v4-flash", "2026-09-01T06:30:00Z", "0.44");
    row("deepseek-v4-flash", "2026-09-01T10:00:00Z", "0.22");
    // Peak hours came with the new base price, not before.
    row("deepseek-v4-flash", "2026-08-16T01:30:00Z", "0.14");
    row("over-midnight", "2026-01-05T23:00:00Z", "2"); // a Monday
    row("over-midnight", "2026-01-05T21:59:59Z", "1");
    row("over-midnight", "2026-01-06T23:00:00Z", "1");
}

void TestPricingTraps::hoursOfTheDay()
{
    QFETCH(QByteArray, model);
    QFETCH(QByteArray, time);
    QFETCH(QByteArray, dollars);
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog
                .addJson(R"({"providers":[{"id":"acme","models":[{"id":"over-midnight","prices":[
                    {"rates":{"input":1}},
                    {"hours_utc":["22:00","02:00"],"weekdays_utc":["mon"],"rates":{"input":2}}]}]}]})",
                         "h.json")
                .ok());
    const char *provider = model.startsWith("deepseek") ? "deepseek" : "acme";
    COMPARE_PRICED(priceOf(catalog, provider, model.constData(), usage({{C::InFresh, 1'000'000}}),
                           {at(time.constData()), {}, false, {}}),
                   dollars.constData());
}

void TestPricingTraps::rowsThatEnd()
{
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog
                .addJson(R"({"providers":[{"id":"acme","models":[{"id":"m","prices":[
                    {"from":"2026-01-01","until":"2026-02-01","rates":{"input":"1"}}]}]}]})",
                         "u.json")
                .ok());
    const Usage u = usage({{C::InFresh, 1'000'000}});
    COMPARE_PRICED(priceOf(catalog, "acme", "m", u, {at("2026-01-31T23:59:59Z"), {}, false, {}}), "1");
    COMPARE_UNPRICED(priceOf(catalog, "acme", "m", u, {at("2026-02-01T00:00:00Z"), {}, false, {}}),
                     Unpriced::NoRateAtTime);
    COMPARE_UNPRICED(priceOf(catalog, "acme", "m", u, {at("2025-12-31T23:59:59Z"), {}, false, {}}),
                     Unpriced::NoRateAtTime);
}

void TestPricingTraps::missingRatesAreUnpriced()
{
    const PriceCatalog catalog = builtIn();
    COMPARE_UNPRICED(priceOf(catalog, "openai", "text-embedding-3-small", usage({{C::InFresh, 10}, {C::OutText, 1}})),
                     Unpriced::NoRateForClass);
    COMPARE_PRICED(priceOf(catalog, "openai", "text-embedding-3-small", usage({{C::InFresh, 1'000'000}})), "0.02");
    COMPARE_UNPRICED(priceOf(catalog, "google", "gemma-3-27b-it", usage({{C::InFresh, 10}})), Unpriced::NoRateForClass);
    COMPARE_UNPRICED(priceOf(catalog, "openai", "gpt-4o", usage({{C::InFresh, -1}})), Unpriced::InvalidUsage);
}

void TestPricingTraps::zeroUsageCostsNothing()
{
    const Cost cost = priceOf(builtIn(), "openai", "gpt-4o", usage({}));
    QVERIFY(cost.priced);
    QCOMPARE(cost.total, PicoUsd{0});
    COMPARE_PRICED(priceOf(builtIn(), "perplexity", "sonar", usage({})), "0");
}

void TestPricingTraps::reportedCost_data()
{
    QTest::addColumn<QByteArray>("reported");
    QTest::addColumn<QByteArray>("computed"); // empty: unpriced
    QTest::addColumn<qint64>("tokens");
    QTest::addColumn<bool>("plausible");
    const auto row = [](const char *name, const char *reported, const char *computed, qint64 tokens, bool plausible) {
        QTest::newRow(name) << QByteArray(reported) << QByteArray(computed) << tokens << plausible;
    };
    row("T12 zero with tokens", "0", "0.05", 1000, false);
    row("T12 zero with tokens, unpriced", "0", "", 1000, false);
    row("zero of a free model", "0", "0", 1000, true);
    row("T13 odd unit", "3144000", "3.144", 900'000, false);
    row("T13 odd unit, unpriced", "3144000", "", 900'000, false);
    row("T13 odd unit, tokens unknown", "3144000", "", -1, false);
    row("unpriced within the bound", "0.05", "", 1000, true);
    row("unpriced at the bound", "10", "", 1000, true);
    row("unpriced over the bound", "10.000000000001", "", 1000, false);
    row("drift of a gateway", "0.091311", "0.054399", 12857, true);
    row("21 times", "2.1", "0.1", 10'000, false);
    row("a hundredth", "0.0009", "0.1", 10'000, false);
    row("negative", "-0.01", "0.1", 10'000, false);
    row("step record without tokens", "0.0123", "", -1, true);
    row("no tokens, small fee", "0.03", "0", 0, true);
    row("no tokens, large", "5", "0", 0, false);
}

void TestPricingTraps::reportedCost()
{
    QFETCH(QByteArray, reported);
    QFETCH(QByteArray, computed);
    QFETCH(qint64, tokens);
    QFETCH(bool, plausible);
    Cost cost;
    cost.priced = !computed.isEmpty();
    if (cost.priced)
        cost.total = usd(computed.constData());
    QCOMPARE(plausibleReportedCost(usd(reported.constData()), cost, tokens), plausible);
}

QTEST_GUILESS_MAIN(TestPricingTraps)
#include "tst_pricing_traps.moc"
