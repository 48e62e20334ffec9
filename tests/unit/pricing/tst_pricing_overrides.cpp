// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/pricing/pricing_support.h"

#include <QFileInfo>
#include <QTemporaryDir>

using namespace flyball;
using namespace flyball::test;
using C = TokenClass;

class TestPricingOverrides : public QObject {
    Q_OBJECT
private slots:
    void savedAndLoaded();
    void aFailedSaveLeavesTheOldFile();
    void brokenFilesAreReported();
    void changesCanBeTakenBack();
    void badEntriesAreRefused();
    void contractStart();
    void sameAsTakesOverEveryRow();
    void freeModels();
    void refusedOverridesLeaveTheCatalog();
};

namespace {

PriceOverride rates(std::string provider, std::string model, const char *input, const char *output)
{
    PriceOverride entry;
    entry.provider = std::move(provider);
    entry.model = std::move(model);
    entry.rates[RateKey::Input] = *parseDecimal(input, 12);
    entry.rates[RateKey::Output] = *parseDecimal(output, 12);
    return entry;
}

PriceOverride sameAs(std::string model, std::string provider, std::string target)
{
    PriceOverride entry;
    entry.model = std::move(model);
    entry.kind = PriceOverride::Kind::SameAs;
    entry.sameAsProvider = std::move(provider);
    entry.sameAsModel = std::move(target);
    return entry;
}

} // namespace

void TestPricingOverrides::savedAndLoaded()
{
    QTemporaryDir dir;
    const std::string path = dir.filePath("overrides.json").toStdString();
    OverrideStore store;
    PriceOverride entry = rates("openai", "my \"model\"\n", "0.000000000001", "10000");
    entry.from = at("2026-02-03T00:00:00Z");
    entry.note = "contract";
    QVERIFY(store.set(entry).ok());
    QVERIFY(store.set(sameAs("deploy", "openai", "gpt-4o")).ok());
    QVERIFY(store.save(path).ok());
    QCOMPARE(QFileInfo(QString::fromStdString(path)).permissions()
                 & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteOther),
             QFile::Permissions());
    QCOMPARE(QDir(dir.path()).entryList(QDir::Files).size(), 1);
    const auto loaded = OverrideStore::load(path);
    QVERIFY(loaded.ok());
    QVERIFY(loaded->entries() == store.entries());
    QVERIFY(loaded->previous() == store.previous());
    const auto none = OverrideStore::load(dir.filePath("none.json").toStdString());
    QVERIFY(none.ok() && none->entries().empty());
    // The file is a price file too.
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog.addFile(path).ok());
    QVERIFY(catalog.match("azure", "deploy").found());
}

void TestPricingOverrides::aFailedSaveLeavesTheOldFile()
{
    OverrideStore store;
    QVERIFY(store.set(rates("", "m", "1", "1")).ok());
    const auto saved = store.save("/proc/flyball/overrides.json");
    QVERIFY(!saved.ok());
    QVERIFY(QString::fromStdString(saved.error().message).startsWith("overrides.json"));
    // A folder in the way of the rename: nothing of the attempt stays.
    QTemporaryDir dir;
    QVERIFY(QDir(dir.path()).mkpath("overrides.json/x"));
    QVERIFY(!store.save(dir.filePath("overrides.json").toStdString()).ok());
    QCOMPARE(QDir(dir.path()).entryList(QDir::Files).size(), 0);
}

void TestPricingOverrides::brokenFilesAreReported()
{
    QTemporaryDir dir;
    QFile file(dir.filePath("overrides.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"models":[{"model":"m","rates":{"input":"1"}},{"model":"n","rates":{"input":"x"}}]})");
    file.close();
    const auto loaded = OverrideStore::load(file.fileName().toStdString());
    QVERIFY(!loaded.ok());
    QVERIFY(QString::fromStdString(loaded.error().message).startsWith("overrides.json: models[1].rates.input"));
}

void TestPricingOverrides::changesCanBeTakenBack()
{
    OverrideStore store;
    QVERIFY(store.set(rates("openai", "m", "1", "1")).ok());
    QVERIFY(store.set(rates("OpenAI", "M", "2", "2")).ok()); // the same name: replaced
    QCOMPARE(store.entries().size(), std::size_t{1});
    QCOMPARE(store.entries()[0].rates[RateKey::Input], *parseDecimal("2", 12));
    store.revert();
    QCOMPARE(store.entries()[0].rates[RateKey::Input], *parseDecimal("1", 12));
    store.revert();
    QCOMPARE(store.entries()[0].rates[RateKey::Input], *parseDecimal("2", 12));
    QVERIFY(store.remove("openai", "m"));
    QVERIFY(store.entries().empty());
    QVERIFY(!store.remove("openai", "m"));
    store.revert();
    QCOMPARE(store.entries().size(), std::size_t{1});
}

void TestPricingOverrides::badEntriesAreRefused()
{
    OverrideStore store;
    QVERIFY(!store.set(rates("openai", " ", "1", "1")).ok());
    QVERIFY(!store.set(sameAs("m", "", "M")).ok());
    QVERIFY(!store.set(sameAs("m", "", "")).ok());
    PriceOverride nothing;
    nothing.model = "m";
    QVERIFY(!store.set(nothing).ok());
    PriceOverride high = rates("", "m", "1", "1");
    high.rates[RateKey::CacheRead] = kMaxRate + 1;
    QVERIFY(!store.set(high).ok());
    high.rates[RateKey::CacheRead] = -2;
    QVERIFY(!store.set(high).ok());
    QVERIFY(store.entries().empty());
}

void TestPricingOverrides::contractStart()
{
    OverrideStore store;
    PriceOverride entry = rates("openai", "gpt-4o", "1", "4");
    entry.from = at("2026-06-01T00:00:00Z");
    QVERIFY(store.set(entry).ok());
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog.setOverrides(store).ok());
    const Usage u = usage({{C::InFresh, 1'000'000}});
    const Cost before = priceOf(catalog, "openai", "gpt-4o", u, {at("2026-05-31T23:59:59Z"), {}, false, {}});
    COMPARE_PRICED(before, "2.5");
    QVERIFY((before.flags & Overridden) == 0);
    const Cost after = priceOf(catalog, "openai", "gpt-4o", u, {at("2026-06-01T00:00:00Z"), {}, false, {}});
    COMPARE_PRICED(after, "1");
    QVERIFY((after.flags & Overridden) != 0);
    QCOMPARE(catalog.describeRule(after.ruleId), std::string("openai / gpt-4o, from 2026-06-01, overrides"));
    // The batch discount of the provider holds for a contract as well.
    COMPARE_PRICED(priceOf(catalog, "openai", "gpt-4o", u, {kSummer, "batch", false, {}}), "0.5");
}

void TestPricingOverrides::sameAsTakesOverEveryRow()
{
    OverrideStore store;
    QVERIFY(store.set(sameAs("prod-east", "openai", "o3")).ok());
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog.setOverrides(store).ok());
    const Usage u = usage({{C::InFresh, 1'000'000}});
    for (const char *provider : {"azure", "openai", "", "nobody"}) {
        COMPARE_PRICED(priceOf(catalog, provider, "prod-east", u, {at("2025-01-01T00:00:00Z"), {}, false, {}}), "10");
        COMPARE_PRICED(priceOf(catalog, provider, "prod-east", u), "2");
    }
}

void TestPricingOverrides::freeModels()
{
    OverrideStore store;
    PriceOverride entry;
    entry.provider = "ollama";
    entry.model = "llama3.1:8b";
    entry.kind = PriceOverride::Kind::Free;
    QVERIFY(store.set(entry).ok());
    PriceCatalog catalog = builtIn();
    const Usage all = usage({{C::InFresh, 5}, {C::CacheRead, 5}, {C::OutAudio, 5}, {C::OutReasoning, 5}});
    COMPARE_UNPRICED(priceOf(catalog, "ollama", "llama3.1:8b", all), Unpriced::LocalModel);
    QVERIFY(catalog.setOverrides(store).ok());
    COMPARE_PRICED(priceOf(catalog, "ollama", "llama3.1:8b", all), "0");
    COMPARE_UNPRICED(priceOf(catalog, "vllm", "llama3.1:8b", all), Unpriced::LocalModel);
}

void TestPricingOverrides::refusedOverridesLeaveTheCatalog()
{
    OverrideStore good, bad;
    QVERIFY(good.set(rates("openai", "m", "1", "1")).ok());
    QVERIFY(bad.set(sameAs("m", "openai", "no-such-model")).ok());
    PriceCatalog catalog = builtIn();
    QVERIFY(catalog.setOverrides(good).ok());
    const std::string rule = catalog.describeRule(priceOf(catalog, "openai", "m", usage({{C::InFresh, 1}})).ruleId);
    QVERIFY(!catalog.setOverrides(bad).ok());
    QVERIFY(catalog.match("openai", "m").found());
    // A file added later does not push the operator's own prices aside.
    QVERIFY(catalog
                .addJson(R"({"providers":[{"id":"openai","models":[{"id":"m","rates":{"input":2,"output":2}}]}]})",
                         "b.json")
                .ok());
    const Cost cost = priceOf(catalog, "openai", "m", usage({{C::InFresh, 1'000'000}}));
    COMPARE_PRICED(cost, "1");
    QCOMPARE(catalog.describeRule(cost.ruleId), rule);
}

QTEST_GUILESS_MAIN(TestPricingOverrides)
#include "tst_pricing_overrides.moc"
