// SPDX-License-Identifier: GPL-3.0-or-later
// Pricing history again is one visible, reversible action (design 3): there and back, to the pico-USD.
#include <QtTest/QtTest>

#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned trace, const std::string &model)
{
    return {.trace = trace,
            .id = 1,
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.provider.name", "openai"},
                           {"gen_ai.request.model", model},
                           {"gen_ai.usage.input_tokens", "1000"},
                           {"gen_ai.usage.output_tokens", "500"}}};
}

std::shared_ptr<const PriceCatalog> overridden(const std::string &models)
{
    auto store = OverrideStore::fromJson(
        R"({"format":"flyball.overrides/1","currency":"USD","models":[)" + models + "]}", "test");
    if (!store)
        qFatal("%s", store.error().message.c_str());
    auto catalog = std::make_shared<PriceCatalog>(*builtInPrices());
    if (const Result<> set = catalog->setOverrides(*store); !set)
        qFatal("%s", set.error().message.c_str());
    return catalog;
}

} // namespace

class TestPipelinePrices : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void thereAndBack();
    void unpricedBecomesPriced();
    void pendingFactsArePricedAnew();
    void largeHistoryInSlices();
    void interruptedRepricingGoesOn();
};

void TestPipelinePrices::thereAndBack()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1, "gpt-4o"), chat(2, "gpt-4o"), chat(3, "gpt-4o-mini")}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    const Totals book = b.pipeline().snapshot()->totals;
    const std::string rows = b.stored();
    const std::uint64_t generation = b.pipeline().snapshot()->prices.generation;
    // 2 * (1000 * 3 + 500 * 15) + gpt-4o-mini 1000 * .15 + 500 * .6 = 21000 + 450 micro-USD.
    const auto dear = overridden(R"({"provider":"openai","model":"gpt-4o","rates":{"input":"3","output":"15"}})");
    QVERIFY(b.pipeline().reprice(dear, [] { return true; }).ok());
    const auto snapshot = b.pipeline().snapshot();
    QCOMPARE(snapshot->totals.cost.toDecimal(), std::string("0.021450000"));
    QVERIFY(snapshot->prices.generation != generation);
    QCOMPARE(snapshot->prices.overrides, std::int64_t(1));
    QCOMPARE(snapshot->totals.calls, std::int64_t(3));
    AGREE(b);
    for (const Call &call : b.calls())
        QCOMPARE((call.priceFlags & Overridden) != 0, b.text(call.model) == "gpt-4o");
    QVERIFY(b.pipeline().reprice(b.catalog, [] { return true; }).ok());
    QVERIFY(b.pipeline().snapshot()->totals == book);
    QCOMPARE(b.stored(), rows);
    AGREE(b);
    b.restart();
    QVERIFY(b.pipeline().snapshot()->totals == book);
}

void TestPipelinePrices::unpricedBecomesPriced()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1, "our-deployment")}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.callsUnpriced, std::int64_t(1));
    QCOMPARE(b.pipeline().snapshot()->totals.tokensUnpriced, std::int64_t(1500));
    const auto alias = overridden(R"({"model":"our-deployment","same_as":{"provider":"openai","model":"gpt-4o"}})");
    QVERIFY(b.pipeline().reprice(alias, [] { return true; }).ok());
    QCOMPARE(b.pipeline().snapshot()->totals.callsUnpriced, std::int64_t(0));
    QCOMPARE(b.pipeline().snapshot()->totals.cost.toDecimal(), std::string("0.007500000"));
    const auto free = overridden(R"({"model":"our-deployment","free":true})");
    QVERIFY(b.pipeline().reprice(free, [] { return true; }).ok());
    QVERIFY(b.pipeline().snapshot()->totals.cost.isZero());
    QCOMPARE(b.pipeline().snapshot()->totals.bound(), CostBound::Exact); // own hardware is known to cost 0
    QVERIFY(b.pipeline().reprice(b.catalog, [] { return true; }).ok());
    QCOMPARE(b.pipeline().snapshot()->totals.bound(), CostBound::AtLeast);
    AGREE(b);
}

void TestPipelinePrices::pendingFactsArePricedAnew()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1, "gpt-4o")}));
    b.addSource("otlp", "t.jsonl");
    b.open();
    while (!b.pipeline().hasPending())
        b.pipeline().readSome(1 << 20);
    const auto dear = overridden(R"({"provider":"openai","model":"gpt-4o","rates":{"input":"3","output":"15"}})");
    QVERIFY(b.pipeline().reprice(dear, [] { return true; }).ok());
    b.append("t.jsonl", exportLine("s", {chat(2, "gpt-4o")}));
    b.drain();
    QCOMPARE(b.pipeline().snapshot()->totals.cost.toDecimal(), std::string("0.021000000"));
    AGREE(b);
}

void TestPipelinePrices::largeHistoryInSlices()
{
    PipelineBench b;
    std::string text;
    for (unsigned i = 1; i <= 4500; ++i)
        text += exportLine("s", {chat(i, "gpt-4o")});
    b.write("t.jsonl", text);
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    const Totals book = b.pipeline().snapshot()->totals;
    int steps = 0;
    const auto dear = overridden(R"({"provider":"openai","model":"gpt-4o","rates":{"input":"3","output":"15"}})");
    QVERIFY(b.pipeline()
                .reprice(dear,
                         [&] {
                             ++steps;
                             return true;
                         })
                .ok());
    QVERIFY(steps >= 3); // 2,000 traces at a time, so that the window keeps moving
    QCOMPARE(b.pipeline().snapshot()->totals.cost.nanoUsd(), std::int64_t(4500) * 10'500'000);
    AGREE(b);
    QVERIFY(b.pipeline().reprice(b.catalog, [] { return true; }).ok());
    QVERIFY(b.pipeline().snapshot()->totals == book);
    AGREE(b);
}

/// Stopped in the middle: the next start knows that rows stand at two prices, and finishes.
void TestPipelinePrices::interruptedRepricingGoesOn()
{
    PipelineBench b;
    std::string text;
    for (unsigned i = 1; i <= 4500; ++i)
        text += exportLine("s", {chat(i, "gpt-4o")});
    b.write("t.jsonl", text);
    b.addSource("otlp", "t.jsonl");
    b.open();
    b.drain();
    QVERIFY(!b.pipeline().pricesChanged());
    const auto dear = overridden(R"({"provider":"openai","model":"gpt-4o","rates":{"input":"3","output":"15"}})");
    QVERIFY(!b.pipeline().reprice(dear, [] { return false; }).ok());
    AGREE(b);
    b.catalog = dear;
    b.restart();
    QVERIFY(b.pipeline().pricesChanged());
    QVERIFY(b.pipeline().reprice(dear, [] { return true; }).ok());
    QCOMPARE(b.pipeline().snapshot()->totals.cost.nanoUsd(), std::int64_t(4500) * 10'500'000);
    QVERIFY(!b.pipeline().pricesChanged());
    AGREE(b);
    b.restart();
    QVERIFY(!b.pipeline().pricesChanged());
    b.catalog = builtInPrices(); // another book at the next start: noticed
    b.restart();
    QVERIFY(b.pipeline().pricesChanged());
}

QTEST_GUILESS_MAIN(TestPipelinePrices)
#include "tst_pipeline_prices.moc"
