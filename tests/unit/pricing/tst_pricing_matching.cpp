// SPDX-License-Identifier: GPL-3.0-or-later
// Which list prices a producer's (provider, model): order of pricing.md 1.4, provider rule 3a.9.
#include "tests/unit/pricing/pricing_support.h"

#include "core/pricing/model_names.h"

using namespace flyball;
using namespace flyball::test;

class TestPricingMatching : public QObject {
    Q_OBJECT
private slots:
    void order_data();
    void order();
    void unpriced_data();
    void unpriced();
    void disagreeingListsAreUnpriced();
    void overrideComesFirstAndOnlyByExactName();
    void newerListWinsButNotByWeakerMatch();
    void replacingBookHidesOlderOnes();
    void nameForms_data();
    void nameForms();
    void nearestNameSuggestsOnly();
    void providerNames();
    void hostilePatternsAreRefused();
};

void TestPricingMatching::order_data()
{
    QTest::addColumn<QString>("provider");
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("list");
    QTest::addColumn<quint32>("flags");
    const auto row = [](const char *provider, const char *model, const char *list, quint32 flags = 0) {
        QTest::addRow("%s + %s", provider, model) << provider << model << list << flags;
    };
    row("openai", "gpt-4o", "openai/gpt-4o");
    row("OpenAI", " GPT-4o ", "openai/gpt-4o");
    row("openai.chat", "gpt-4o-2024-08-06", "openai/gpt-4o");
    row("openai.responses", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13");
    row("anthropic.messages", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5");
    row("gcp.gemini", "gemini-2.5-pro", "google/gemini-2.5-pro");
    row("gcp.gen_ai", "gemini-2.5-flash", "google/gemini-2.5-flash");
    row("vertex_ai", "claude-sonnet-4-5@20250929", "google/claude-sonnet-4-5");
    row("x_ai", "grok-4", "x-ai/grok-4-0709");
    // The order within one provider: exact, then without decoration, then the list behind it.
    row("openai", "gpt-4o-2099-01-01", "openai/gpt-4o", StrippedName);
    row("openai", "openai/gpt-4o", "openai/gpt-4o", StrippedName);
    row("openai", "gpt-4o:latest", "openai/gpt-4o", StrippedName);
    row("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc", "openai/ft:gpt-4o-mini");
    row("anthropic", "claude-sonnet-4-5[1m]", "anthropic/claude-sonnet-4-5");
    row("anthropic", "claude-opus-5[1m]", "anthropic/claude-opus-5", StrippedName);
    row("az.ai.openai", "gpt-4o", "openai/gpt-4o", FallbackProvider);
    row("azure", "o1", "azure/o1");
    row("azure", "azure/eu/gpt-4o-2024-08-06", "openai/gpt-4o", FallbackProvider | StrippedName);
    // Bedrock names, under its own and under another provider's name (T9).
    row("aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0");
    row("aws.bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0");
    row("anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0", ProviderFromName);
    row("", "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0", ProviderFromName);
    row("", "gemma-4-26b-a4b-it-maas", "google/gemma-4-26b-a4b-it-maas", ProviderAssumed);
    // No provider, a gateway, or one nobody knows: the model's path, else the only first-party list.
    row("", "anthropic/claude-sonnet-4-6", "anthropic/claude-sonnet-4-6", ProviderFromName | StrippedName);
    row("", "claude-sonnet-4-6", "anthropic/claude-sonnet-4-6", ProviderAssumed);
    row("litellm", "gpt-5", "openai/gpt-5", ProviderAssumed);
    row("acme-gateway", "gpt-5", "openai/gpt-5", ProviderAssumed);
    row("openai", "anthropic/claude-sonnet-4-6", "anthropic/claude-sonnet-4-6", ProviderFromName | StrippedName);
    row("openrouter", "anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5");
}

void TestPricingMatching::order()
{
    QFETCH(QString, provider);
    QFETCH(QString, model);
    QFETCH(QString, list);
    QFETCH(quint32, flags);
    const PriceMatch match = builtIn().match(provider.toStdString(), model.toStdString());
    QVERIFY2(match.found(), std::string(unpricedReason(match.status)).c_str());
    QCOMPARE(QString::fromStdString(match.lists.front()->provider + "/" + match.lists.front()->id), list);
    QCOMPARE(describeFlags(match.flags), describeFlags(flags));
}

void TestPricingMatching::unpriced_data()
{
    QTest::addColumn<QString>("provider");
    QTest::addColumn<QString>("model");
    QTest::addColumn<int>("status");
    const auto row = [](const char *provider, const QString &model, Unpriced status) {
        QTest::addRow("%s + %s", provider, qPrintable(model.left(40))) << provider << model << static_cast<int>(status);
    };
    row("openai", "my-finetune-7b", Unpriced::UnknownModel);
    row("openai", "claude-sonnet-4-6", Unpriced::UnknownModel);
    row("openai", "gpt-4o-mini-but-not-really", Unpriced::UnknownModel);
    row("openai", "", Unpriced::NoModel);
    row("anthropic", "<synthetic>", Unpriced::NoModel);
    row("", "  ", Unpriced::NoModel);
    row("ollama", "gpt-oss:20b", Unpriced::LocalModel);
    row("vllm", "gpt-4o", Unpriced::LocalModel);
    row("", "no-such-model", Unpriced::UnknownModel);
    row("openai", QString(300, 'a'), Unpriced::UnknownModel);
    row("openrouter", "anthropic/claude-nobody-9", Unpriced::UnknownModel);
    row("openai", "/////", Unpriced::UnknownModel);
    row("openai", QString("us.").repeated(80), Unpriced::UnknownModel);
    row("openai", QString("a/").repeated(120), Unpriced::UnknownModel);
}

void TestPricingMatching::unpriced()
{
    QFETCH(QString, provider);
    QFETCH(QString, model);
    QFETCH(int, status);
    const PriceCatalog catalog = builtIn();
    const PriceMatch match = catalog.match(provider.toStdString(), model.toStdString());
    QVERIFY(!match.found());
    QCOMPARE(std::string(unpricedReason(match.status)), std::string(unpricedReason(static_cast<Unpriced>(status))));
    COMPARE_UNPRICED(price(match, usage({{TokenClass::InFresh, 1000}}), {kSummer, {}, false, {}}),
                     static_cast<Unpriced>(status));
}

void TestPricingMatching::disagreeingListsAreUnpriced()
{
    PriceCatalog catalog = builtIn();
    const char *two = R"({"providers":[
        {"id":"acme","models":[{"id":"twin","prices":[{"rates":{"input":"1","output":"2"}}]},
                               {"id":"same","prices":[{"rates":{"input":"1","output":"2"}}]}]},
        {"id":"brand","models":[{"id":"twin","prices":[{"rates":{"input":"1","output":"3"}}]},
                                {"id":"same","prices":[{"rates":{"input":"1","output":"2"}}]}]}]})";
    QVERIFY(catalog.addJson(two, "two.json").ok());
    QVERIFY(catalog.match("", "twin").status == Unpriced::AmbiguousModel);
    QVERIFY(catalog.match("", "same").found());
    QVERIFY(catalog.match("acme", "twin").found());
}

void TestPricingMatching::overrideComesFirstAndOnlyByExactName()
{
    const PriceCatalog catalog = withRates("openai", "gpt-4o", R"({"input":"1","output":"1"})");
    const Usage million = usage({{TokenClass::InFresh, 1'000'000}});
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", million), "1");
    COMPARE_PRICED(priceOf(catalog, "openai.chat", "GPT-4o", million), "1");
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o-2024-08-06", million), "2.5");
    COMPARE_PRICED(priceOf(catalog, "azure", "gpt-4o", million), "2.5");
    const PriceCatalog any = withRates("", "gpt-4o", R"({"input":"1","output":"1"})");
    COMPARE_PRICED(priceOf(any, "azure", "gpt-4o", million), "1");
    COMPARE_PRICED(priceOf(any, "", "gpt-4o", million), "1");
}

void TestPricingMatching::newerListWinsButNotByWeakerMatch()
{
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog
                .addJson(R"({"providers":[{"id":"openai","models":[
                    {"id":"gpt-4o","prices":[{"rates":{"input":"3","output":"12"}}]}]}]})",
                         "newer.json")
                .ok());
    const Usage million = usage({{TokenClass::InFresh, 1'000'000}});
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", million), "3");
    // The older book names this one exactly; the newer one would only by cutting the date off.
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o-2024-05-13", million), "5");
    COMPARE_PRICED(priceOf(catalog, "openai", "o3", million), "2");
}

void TestPricingMatching::replacingBookHidesOlderOnes()
{
    PriceCatalog catalog = builtIn();
    QFile seed(FLYBALL_SOURCE_DIR "/resources/prices/seed_book.json");
    const auto added = catalog.addFile(seed.fileName().toStdString());
    QVERIFY2(added.ok(), added.ok() ? "" : added.error().message.c_str());
    const Usage u = usage({{TokenClass::InFresh, 1'000'000}, {TokenClass::OutText, 1'000'000}});
    COMPARE_PRICED(priceOf(catalog, "anthropic", "claude-haiku-4-5-20251001", u), "1.5");
    COMPARE_PRICED(priceOf(catalog, "anthropic", "claude-sonnet-4-6", u), "18");
    COMPARE_PRICED(priceOf(catalog, "anthropic", "claude-opus-4-6", u), "90");
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u), "12.5");
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o-mini", u), "0.75");
    QVERIFY(!catalog.match("openai", "gpt-5").found());
    QVERIFY(catalog.modelCount() < 10);
    QCOMPARE(catalog.version(), std::string("0.1.8+seed"));
}

void TestPricingMatching::nameForms_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("last");
    const auto row = [](const char *name, const char *last) { QTest::newRow(name) << name << last; };
    row("gpt-4o", "gpt-4o");
    row("gpt-4o-2024-08-06", "gpt-4o");
    row("claude-sonnet-4-5-20250929", "claude-sonnet-4-5");
    row("claude-sonnet-4-5@20250929", "claude-sonnet-4-5");
    row("claude-sonnet-4-5-20259929", "claude-sonnet-4-5-20259929");
    row("bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5");
    row("openrouter/anthropic/claude-3.7-sonnet:thinking", "claude-3.7-sonnet");
    row("ft:gpt-4o-2024-08-06:org::id", "ft:gpt-4o-2024-08-06");
    row("claude-opus-4-6[1m]", "claude-opus-4-6");
    row("[1m]", "[1m]");
    row(":latest", ":latest");
    row("us.", "us.");
}

void TestPricingMatching::nameForms()
{
    QFETCH(QString, name);
    QFETCH(QString, last);
    const NameForms forms = flyball::nameForms(name.toStdString());
    QCOMPARE(QString::fromStdString(forms.forms.front()), name);
    bool found = false;
    for (const std::string &form : forms.forms)
        found |= QString::fromStdString(form) == last;
    QVERIFY(found);
    QVERIFY(forms.forms.size() <= 64);
}

void TestPricingMatching::nearestNameSuggestsOnly()
{
    const PriceCatalog catalog = builtIn();
    QCOMPARE(catalog.nearestName("claude-sonet-4-5"), std::string("anthropic/claude-sonnet-4-5"));
    QCOMPARE(catalog.nearestName("gpt4o"), std::string("openai/gpt-4o"));
    QCOMPARE(catalog.nearestName("zzzzzzzzzzzzzzzzzzzz"), std::string());
    QCOMPARE(catalog.nearestName(""), std::string());
    QVERIFY(!catalog.match("anthropic", "claude-sonet-4-5").found());
}

void TestPricingMatching::providerNames()
{
    const PriceCatalog catalog = builtIn();
    for (const auto &[name, id] :
         std::initializer_list<std::pair<const char *, const char *>>{{"openai.chat", "openai"},
                                                                      {"Anthropic", "anthropic"},
                                                                      {"gcp.vertex_ai", "google"},
                                                                      {"az.ai.openai", "azure"},
                                                                      {"aws.bedrock", "aws"},
                                                                      {"xai", "x-ai"},
                                                                      {"google-vertex-eu", "google"},
                                                                      {"litellm", ""},
                                                                      {"ollama", ""},
                                                                      {"nobody", ""},
                                                                      {"", ""}})
        QCOMPARE(catalog.providerId(name), std::string(id));
}

void TestPricingMatching::hostilePatternsAreRefused()
{
    for (const char *pattern : {"(a+)+$", "(a|a)*b", "a*a*a*a*b", "(x)\\\\1", "(", "[z-a]"}) {
        PriceCatalog catalog = builtIn();
        const std::string json = std::string(R"({"providers":[{"id":"p","models":[{"id":"m","match":{"regex":")")
                                 + pattern + R"("},"prices":[{"rates":{"input":"1"}}]}]}]})";
        const auto added = catalog.addJson(json, "r.json");
        QVERIFY2(!added.ok(), pattern);
        QVERIFY(QString::fromStdString(added.error().message).contains("models[0].match.regex"));
    }
}

QTEST_GUILESS_MAIN(TestPricingMatching)
#include "tst_pricing_matching.moc"
