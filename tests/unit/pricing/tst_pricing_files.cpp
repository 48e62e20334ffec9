// SPDX-License-Identifier: GPL-3.0-or-later
// Price files from outside: refused as a whole with file and field named, the catalog unchanged ($2, $5).
#include "tests/unit/pricing/pricing_support.h"

#include <QTemporaryDir>

using namespace flyball;
using namespace flyball::test;
using C = TokenClass;

class TestPricingFiles : public QObject {
    Q_OBJECT
private slots:
    void broken_data();
    void broken();
    void largeChangesNeedConsent();
    void liteLlm();
    void liteLlmZeroPricesAreNotFree();
    void oddOneHourRatesWarn();
    void factorsOfAFileReplaceByKind();
    void versionNamesEveryLayer();
    void listings();
    void filesThatCannotBeRead();
};

void TestPricingFiles::broken_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("named");
    const auto row = [](const char *name, const QByteArray &json, const char *named) {
        QTest::newRow(name) << json << QByteArray(named);
    };
    const auto book = [](const QByteArray &rates) {
        return R"({"providers":[{"id":"openai","models":[{"id":"fine","prices":[{"rates":{"input":"1"}}]},)"
               R"({"id":"bad","prices":[{"rates":)"
               + rates + "}]}]}]}";
    };
    const char *input = "providers[0].models[1].prices[0].rates.input";
    row("not JSON", "{", "not valid JSON");
    row("empty", "", "not valid JSON");
    row("NaN", book(R"({"input":NaN})"), "not valid JSON");
    row("list", "[]", "not a JSON object");
    row("no prices at all", "{}", "neither a price book");
    row("negative", book(R"({"input":"-1"})"), input);
    row("negative number", book(R"({"input":-1})"), input);
    row("text", book(R"({"input":"three"})"), input);
    row("exponent in text", book(R"({"input":"1e3"})"), input);
    row("boolean", book(R"({"input":true})"), input);
    row("null", book(R"({"input":null})"), input);
    row("above 0.01 USD per token", book(R"({"input":"10000.000001"})"), input);
    row("huge", book(R"({"input":1e300})"), input);
    row("too precise", book(R"({"input":"0.0000000000001"})"), input);
    row("misspelt", book(R"({"imput":"1"})"), "rates.imput");
    row("rates are a list", book("[1]"), "rates");
    row("euro in the book",
        R"({"book":{"currency":"EUR"},"providers":[{"id":"a","models":[{"id":"m","prices":[{"rates":{}}]}]}]})",
        "book.currency");
    row("euro in a row", R"({"providers":[{"id":"a","models":[{"id":"m","prices":[{"currency":"EUR","rates":{}}]}]}]})",
        "prices[0].currency");
    row("no id", R"({"providers":[{"id":"a","models":[{"prices":[{"rates":{}}]}]}]})", "models[0].id");
    row("no models", R"({"providers":[{"id":"a"}]})", "models");
    row("empty book", R"({"providers":[]})", "names no model");
    row("bad date", R"({"providers":[{"id":"a","models":[{"id":"m","prices":[{"from":"soon","rates":{}}]}]}]})",
        "prices[0].from");
    row("bad hours",
        R"({"providers":[{"id":"a","models":[{"id":"m","prices":[{"hours_utc":["25:00","1"],"rates":{}}]}]}]})",
        "hours_utc");
    row("tiers do not ascend",
        R"({"providers":[{"id":"a","models":[{"id":"m","prices":[{"rates":{"input":1},"tiers":[)"
        R"({"above":5,"rates":{"input":1}},{"above":5,"rates":{"input":2}}]}]}]}]})",
        "tiers[1].above");
    row("unknown clause",
        R"({"providers":[{"id":"a","models":[{"id":"m","match":{"like":"x"},"prices":[{"rates":{}}]}]}]})",
        "match.like");
    row("factor",
        R"({"multipliers":{"batch":{"openai":"-2"}},"providers":[{"id":"a","models":[{"id":"m","rates":{}}]}]})",
        "multipliers.batch.openai");
    row("LiteLLM per million in a per-token field",
        R"({"gpt-4o":{"litellm_provider":"openai","input_cost_per_token":2.5,"output_cost_per_token":1e-05}})",
        "gpt-4o.input_cost_per_token");
    row("LiteLLM text",
        R"({"gpt-4o":{"litellm_provider":"openai","input_cost_per_token":"2.5e-06","output_cost_per_token":1e-05}})",
        "gpt-4o.input_cost_per_token");
    row("LiteLLM negative",
        R"({"gpt-4o":{"litellm_provider":"openai","input_cost_per_token":2.5e-06,"output_cost_per_token":-1e-05}})",
        "gpt-4o.output_cost_per_token");
    row("override without a price", R"({"models":[{"model":"m"}]})", "models[0]");
    row("override with two", R"({"models":[{"model":"m","free":true,"rates":{"input":"1"}}]})", "models[0]");
    row("override alias to nothing", R"({"models":[{"model":"m","same_as":{"provider":"openai","model":"none"}}]})",
        "same as none");
    row("override negative", R"({"models":[{"model":"m","rates":{"input":"-1"}}]})", "models[0].rates.input");
    row("override euro", R"({"currency":"EUR","models":[{"model":"m","rates":{"input":"1"}}]})", "currency");
    row("deep", QByteArray(100, '[') + QByteArray(100, ']'), "64 levels");
    row("deep in a clause",
        R"({"providers":[{"id":"a","models":[{"id":"m","match":)" + QByteArray(R"({"or":[)").repeated(20) + R"("x")"
            + QByteArray("]}").repeated(20) + R"(,"prices":[{"rates":{}}]}]}]})",
        "not a match clause");
}

void TestPricingFiles::broken()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, named);
    PriceCatalog catalog = withRates("openai", "mine", R"({"input":"7","output":"7"})");
    const std::string version = catalog.version();
    const std::size_t count = catalog.modelCount();
    const Usage u = usage({{C::InFresh, 1000}});
    const Cost before = priceOf(catalog, "openai", "gpt-4o", u);
    const auto added = catalog.addJson(json.toStdString(), "prices.json", LargeChange::Accept);
    QVERIFY(!added.ok());
    const QByteArray message = QByteArray::fromStdString(added.error().message);
    QVERIFY2(message.startsWith("prices.json") && message.contains(named), message.constData());
    QVERIFY(!message.contains('\n'));
    QCOMPARE(catalog.version(), version);
    QCOMPARE(catalog.modelCount(), count);
    QVERIFY(!catalog.match("openai", "fine").found());
    const Cost after = priceOf(catalog, "openai", "gpt-4o", u);
    QCOMPARE(after.total, before.total);
    QCOMPARE(after.ruleId, before.ruleId);
    COMPARE_PRICED(priceOf(catalog, "openai", "mine", usage({{C::InFresh, 1'000'000}})), "7");
}

void TestPricingFiles::largeChangesNeedConsent()
{
    const auto book = [](const char *input) {
        return std::string(R"({"providers":[{"id":"openai","models":[{"id":"gpt-4o","prices":[{"rates":{"input":")")
               + input + R"(","output":"10"}}]}]}]})";
    };
    const Usage u = usage({{C::InFresh, 1'000'000}});
    for (const char *within : {"12.5", "0.5"}) {
        PriceCatalog catalog = builtIn();
        QVERIFY2(catalog.addJson(book(within), "n.json").ok(), within);
        COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u), within);
    }
    for (const char *beyond : {"12.500001", "0.499999", "0", "25"}) {
        PriceCatalog catalog = builtIn();
        const auto refused = catalog.addJson(book(beyond), "n.json");
        QVERIFY2(!refused.ok(), beyond);
        QVERIFY(QString::fromStdString(refused.error().message).contains("openai/gpt-4o.input"));
        COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u), "2.5");
        QVERIFY(catalog.addJson(book(beyond), "n.json", LargeChange::Accept).ok());
        COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u), beyond);
    }
    PriceCatalog catalog = builtIn();
    QVERIFY(
        !catalog
             .addJson(R"({"models":[{"provider":"openai","model":"gpt-4o","rates":{"input":"250","output":"10"}}]})",
                      "o.json")
             .ok());
    QVERIFY(catalog.addJson(R"({"models":[{"provider":"openai","model":"gpt-4o","free":true}]})", "o.json").ok());
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u), "0");
}

void TestPricingFiles::liteLlm()
{
    PriceCatalog catalog = builtIn();
    const char *map = R"({
      "sample_spec":{"input_cost_per_token":0.0,"litellm_provider":"one of ...","max_tokens":"text"},
      "gpt-4o":{"litellm_provider":"openai","input_cost_per_token":2.5e-06,"output_cost_per_token":1e-05,
        "cache_read_input_token_cost":1.25e-06,"input_cost_per_token_priority":4.25e-06,
        "output_cost_per_token_priority":1.7e-05,"cache_read_input_token_cost_priority":2.125e-06,
        "input_cost_per_token_batches":1.25e-06,"output_cost_per_token_batches":5e-06,"mode":"chat"},
      "xai/grok-x":{"litellm_provider":"xai","input_cost_per_token":3e-06,"output_cost_per_token":1.5e-05,
        "input_cost_per_token_above_128k_tokens":6e-06,"output_cost_per_token_above_128k_tokens":3e-05},
      "dashscope/qwen-x":{"litellm_provider":"dashscope","tiered_pricing":[
        {"range":[0,256000.0],"input_cost_per_token":4e-07,"output_cost_per_token":1.2e-06,"output_cost_per_reasoning_token":4e-06},
        {"range":[256000.0,1000000.0],"input_cost_per_token":1.2e-06,"output_cost_per_token":3.6e-06}]},
      "our-deployment":{"input_cost_per_token":2.8333333333333335e-07,"output_cost_per_token":0.000001}
    })";
    const auto added = catalog.addJson(map, "litellm.json");
    QVERIFY2(added.ok(), added.ok() ? "" : added.error().message.c_str());
    const Usage u = usage({{C::InFresh, 100'000}, {C::CacheRead, 100'000}});
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u), "0.375");
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u, {kSummer, "priority", false, {}}), "0.6375");
    // No batch price for cache reads in that list: the standard one.
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u, {kSummer, "batch", false, {}}), "0.25");
    COMPARE_PRICED(priceOf(catalog, "xai", "grok-x", usage({{C::InFresh, 127'999}})), "0.383997");
    COMPARE_PRICED(priceOf(catalog, "x_ai", "xai/grok-x", usage({{C::InFresh, 128'000}})), "0.768");
    COMPARE_PRICED(priceOf(catalog, "dashscope", "qwen-x", usage({{C::InFresh, 256'000}, {C::OutReasoning, 1000}})),
                   "0.1064");
    COMPARE_PRICED(priceOf(catalog, "dashscope", "qwen-x", usage({{C::InFresh, 256'001}})), "0.3072012");
    COMPARE_PRICED(priceOf(catalog, "whatever", "our-deployment", usage({{C::InFresh, 3'000'000}})),
                   "0.849999999999"); // finer than 1e-18 USD per token is rounded
}

void TestPricingFiles::liteLlmZeroPricesAreNotFree()
{
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog
                .addJson(R"({"m0":{"litellm_provider":"acme","input_cost_per_token":0.0,"output_cost_per_token":0.0},
                             "m1":{"litellm_provider":"acme","input_cost_per_token":1e-06}})",
                         "l.json")
                .ok());
    QVERIFY(!catalog.match("acme", "m0").found());
    QVERIFY(catalog.match("acme", "m1").found());
    QCOMPARE(catalog.warnings().size(), std::size_t{1});
    QVERIFY(QString::fromStdString(catalog.warnings().front()).contains("1 entries without a token price"));
}

void TestPricingFiles::oddOneHourRatesWarn()
{
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog
                .addJson(R"({"claude-3-haiku-20240307":{"litellm_provider":"anthropic","input_cost_per_token":2.5e-07,
                    "output_cost_per_token":1.25e-06,"cache_creation_input_token_cost_above_1hr":5.9e-07}})",
                         "l.json")
                .ok());
    QVERIFY(catalog.warnings().empty());
    PriceCatalog odd = builtIn();
    QVERIFY(odd.addJson(R"({"claude-3-haiku-20240307":{"litellm_provider":"anthropic","input_cost_per_token":2.5e-07,
                    "output_cost_per_token":1.25e-06,"cache_creation_input_token_cost_above_1hr":6e-06}})",
                        "l.json", LargeChange::Accept)
                .ok());
    QCOMPARE(odd.warnings().size(), std::size_t{1});
}

void TestPricingFiles::factorsOfAFileReplaceByKind()
{
    PriceCatalog catalog = builtIn();
    QVERIFY(
        catalog
            .addJson(R"({"multipliers":{"batch":{"default":0.25},"flex":false},"fees":{"web_search":{"openai":"20"}},
                    "providers":[{"id":"openai","models":[{"id":"gpt-4o","rates":{"input":2.5,"output":10}}]}]})",
                     "f.json")
            .ok());
    Usage u = usage({{C::InFresh, 1'000'000}});
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u, {kSummer, "batch", false, {}}), "0.625");
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u, {kSummer, "priority", false, {}}), "4.25");
    QVERIFY((priceOf(catalog, "openai", "gpt-4o", u, {kSummer, "flex", false, {}}).flags & ServiceTierAssumed) != 0);
    PriceCatalog prefixed = builtIn();
    QVERIFY(
        prefixed
            .addJson(
                R"({"multipliers":{"batch":{"acme":"1/2","acme/big*":"1/4","acme/big-x*":"1/5","acme/big-x1":"1/8"}},
                    "providers":[{"id":"acme","models":[{"id":"small","rates":{"input":1}},{"id":"big-2","rates":{"input":1}},
                    {"id":"big-x2","rates":{"input":1}},{"id":"big-x1","rates":{"input":1}}]}]})",
                "p.json")
            .ok());
    for (const auto &[model, dollars] : {std::pair{"small", "0.5"}, std::pair{"big-2", "0.25"},
                                         std::pair{"big-x2", "0.2"}, std::pair{"big-x1", "0.125"}})
        COMPARE_PRICED(priceOf(prefixed, "acme", model, u, {kSummer, "batch", false, {}}), dollars);
    u.webSearches = 1;
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u), "2.52");
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-5", u), "1.26");
}

void TestPricingFiles::versionNamesEveryLayer()
{
    PriceCatalog catalog = withRates("", "m", R"({"input":"1"})");
    QCOMPARE(catalog.version(), std::string("0.1.8+rates.json"));
    OverrideStore store;
    PriceOverride entry;
    entry.model = "n";
    entry.kind = PriceOverride::Kind::Free;
    QVERIFY(store.set(entry).ok());
    QVERIFY(catalog.setOverrides(store).ok());
    QCOMPARE(catalog.version(), std::string("0.1.8+rates.json+overrides"));
    QVERIFY(catalog.setOverrides({}).ok());
    QCOMPARE(catalog.version(), std::string("0.1.8+rates.json"));
    QCOMPARE(catalog.books().size(), std::size_t{2});
}

void TestPricingFiles::listings()
{
    const PriceCatalog catalog = withRates("openai", "gpt-4o", R"({"input":"1","output":"1"})");
    std::size_t hidden = 0, gpt4o = 0;
    for (const ModelListing &listing : catalog.models()) {
        QVERIFY(listing.prices != nullptr && !listing.prices->rows.empty());
        hidden += listing.hidden ? 1 : 0;
        if (listing.prices->provider == "openai" && listing.prices->id == "gpt-4o")
            ++gpt4o;
    }
    QCOMPARE(catalog.models().size(), std::size_t{1695});
    QCOMPARE(gpt4o, std::size_t{2});
    QVERIFY(hidden >= 1);
    QVERIFY(catalog.models().front().prices->isOverride);
}

void TestPricingFiles::filesThatCannotBeRead()
{
    PriceCatalog catalog = builtIn();
    QTemporaryDir dir;
    const auto missing = catalog.addFile(dir.filePath("none.json").toStdString());
    QVERIFY(!missing.ok() && missing.error().code == ErrorCode::NotFound);
    QVERIFY(QString::fromStdString(missing.error().message).contains("none.json"));
    const auto folder = catalog.addFile(dir.path().toStdString());
    QVERIFY(!folder.ok() && folder.error().code == ErrorCode::Unreadable);
    QCOMPARE(catalog.version(), std::string("0.1.8"));
}

QTEST_GUILESS_MAIN(TestPricingFiles)
#include "tst_pricing_files.moc"
