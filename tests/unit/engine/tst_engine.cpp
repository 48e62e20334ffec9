// SPDX-License-Identifier: GPL-3.0-or-later
// The engine with its threads: start, live data, queries, overrides, stop at any moment.
#include <QElapsedTimer>
#include <QtTest/QtTest>
#include <atomic>
#include <future>
#include <thread>

#include "core/engine/engine.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

OtlpSpan chat(unsigned trace)
{
    return {.trace = trace,
            .id = 1,
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.provider.name", "openai"},
                           {"gen_ai.request.model", "gpt-4o"},
                           {"gen_ai.usage.input_tokens", "1000"},
                           {"gen_ai.usage.output_tokens", "500"}}};
}

EngineOptions optionsOf(const PipelineBench &b, const char *source = "t.jsonl")
{
    EngineOptions options;
    options.ledgerPath = b.path("state/ledger.db");
    options.overridesPath = b.path("overrides.json");
    if (source)
        options.sources = {{"otlp", "", b.path(source), false}};
    return options;
}

std::unique_ptr<Engine> started(EngineOptions options)
{
    auto engine = Engine::start(std::move(options));
    if (!engine)
        qFatal("%s", engine.error().message.c_str());
    return std::move(*engine);
}

bool waitFor(const std::function<bool()> &condition)
{
    QElapsedTimer timer;
    timer.start();
    while (!condition() && timer.elapsed() < 60'000)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return condition();
}

} // namespace

class TestEngine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startReadStop();
    void aQuietLedgerShowsWhatItHas_data();
    void aQuietLedgerShowsWhatItHas();
    void liveDataReachesTheCallback();
    void queriesSeeTheLedger();
    void overridesThereAndBack();
    void badOverridesChangeNothing();
    void sourcesComeAndGo();
    void stopAtAnyMoment();
    void startFailures_data();
    void startFailures();
};

void TestEngine::startReadStop()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1), chat(2)}));
    {
        const auto engine = started(optionsOf(b));
        QVERIFY(engine->latest() != nullptr);
        QVERIFY(waitFor([&] { return engine->latest()->settled && engine->latest()->totals.calls == 2; }));
        QVERIFY(engine->latest()->quartersComplete);
    }
    const auto engine = started(optionsOf(b, nullptr)); // what was read is stored
    QVERIFY(waitFor([&] { return engine->latest()->totals.calls == 2; }));
}

void TestEngine::aQuietLedgerShowsWhatItHas_data()
{
    QTest::addColumn<bool>("source");
    QTest::newRow("the source has nothing new") << true;
    QTest::newRow("no source at all") << false;
}

void TestEngine::aQuietLedgerShowsWhatItHas()
{
    QFETCH(bool, source);
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1), chat(2)}));
    {
        const auto engine = started(optionsOf(b));
        QVERIFY(waitFor([&] { return engine->latest()->settled && engine->latest()->totals.calls == 2; }));
    }
    const auto engine = started(optionsOf(b, source ? "t.jsonl" : nullptr));
    QVERIFY(waitFor([&] { return engine->latest()->quartersComplete; }));
    // Pages sum cells by their series: one without its names would be left out.
    const auto snapshot = engine->latest();
    Totals shown;
    snapshot->quarters.forEach(INT64_MIN, INT64_MAX, [&](const Cell &cell) {
        if (cell.series < snapshot->series->size())
            shown += cell.totals;
    });
    QCOMPARE(shown.calls, std::int64_t(2));
    QVERIFY(shown == snapshot->totals);
}

void TestEngine::liveDataReachesTheCallback()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1)}));
    const auto engine = started(optionsOf(b));
    std::atomic<int> called{0};
    std::atomic<bool> ownThread{true};
    const auto here = std::this_thread::get_id();
    engine->onSnapshot([&] {
        ++called;
        ownThread = ownThread && std::this_thread::get_id() != here;
    });
    QVERIFY(waitFor([&] { return engine->latest()->totals.calls == 1; }));
    std::uint64_t sequence = engine->latest()->sequence;
    for (unsigned i = 2; i <= 6; ++i) {
        b.append("t.jsonl", exportLine("s", {chat(i)}));
        QVERIFY(waitFor([&] { return engine->latest()->totals.calls == i; }));
        QVERIFY(engine->latest()->sequence > sequence);
        sequence = engine->latest()->sequence;
    }
    QVERIFY(called >= 5);
    QVERIFY(ownThread);
    QCOMPARE(engine->latest()->totals.cost.nanoUsd(), std::int64_t(6 * 7'500'000));
}

void TestEngine::queriesSeeTheLedger()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1), chat(2), chat(3)}));
    const auto engine = started(optionsOf(b));
    QVERIFY(waitFor([&] { return engine->latest()->totals.calls == 3; }));
    std::vector<std::promise<int>> order(20);
    for (int i = 0; i < 20; ++i)
        engine->query([&, i](Ledger &reader) {
            int calls = 0;
            (void)reader.readCalls({}, CallOrder::TimeAscending, 0, [&](const Call &) { return ++calls > 0; });
            order[static_cast<std::size_t>(i)].set_value(calls);
        });
    for (std::promise<int> &answer : order)
        QCOMPARE(answer.get_future().get(), 3);
}

void TestEngine::overridesThereAndBack()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1)}));
    const std::string dear =
        R"({"format":"flyball.overrides/1","currency":"USD","models":[{"provider":"openai","model":"gpt-4o","rates":{"input":"3","output":"15"}}]})";
    std::string saved;
    {
        const auto engine = started(optionsOf(b));
        QVERIFY(waitFor([&] { return engine->latest()->totals.calls == 1; }));
        const auto change = [&](const std::string &json) {
            std::promise<bool> done;
            engine->changeOverrides(json, [&](const Result<> &result) { done.set_value(result.ok()); });
            return done.get_future().get();
        };
        QVERIFY(change(dear));
        QVERIFY(waitFor([&] { return engine->latest()->totals.cost.nanoUsd() == 10'500'000; }));
        QCOMPARE(engine->prices()->overrides().size(), std::size_t(1));
        QVERIFY(change(""));
        QVERIFY(waitFor([&] { return engine->latest()->totals.cost.nanoUsd() == 7'500'000; }));
        QVERIFY(change(dear));
        saved = engine->overrides();
        std::promise<std::pair<UsdSum, UsdSum>> repriced;
        engine->reprice([&](UsdSum before, UsdSum after) { repriced.set_value({before, after}); });
        const auto [before, after] = repriced.get_future().get();
        QVERIFY(before == after && before.nanoUsd() == 10'500'000);
    }
    const auto engine = started(optionsOf(b)); // kept over a restart
    QCOMPARE(engine->overrides(), saved);
    QVERIFY(waitFor([&] { return engine->latest()->totals.cost.nanoUsd() == 10'500'000; }));
}

void TestEngine::badOverridesChangeNothing()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1)}));
    const auto engine = started(optionsOf(b));
    QVERIFY(waitFor([&] { return engine->latest()->totals.calls == 1; }));
    for (
        const char *bad :
        {"{", "[]", R"({"format":"flyball.overrides/1","currency":"EUR","models":[]})",
         R"({"format":"flyball.overrides/1","currency":"USD","models":[{"model":"x","rates":{"input":"-3","output":"1"}}]})"}) {
        std::promise<Error> done;
        engine->changeOverrides(bad, [&](const Result<> &result) {
            done.set_value(result ? Error{ErrorCode::Internal, ""} : result.error());
        });
        QVERIFY2(!done.get_future().get().message.empty(), bad);
    }
    QCOMPARE(engine->prices()->overrides().size(), std::size_t(0));
    QCOMPARE(engine->latest()->totals.cost.nanoUsd(), std::int64_t(7'500'000));
}

void TestEngine::sourcesComeAndGo()
{
    PipelineBench b;
    b.write("t.jsonl", exportLine("s", {chat(1)}));
    b.write("u.jsonl", exportLine("s", {chat(2), chat(3)}));
    const auto engine = started(optionsOf(b));
    engine->addSource({"more", "", b.path("u.jsonl"), false});
    QVERIFY(waitFor([&] { return engine->latest()->totals.calls == 3; }));
    engine->pauseSource("more", true);
    engine->retrySource("otlp");
    engine->setRetentionDays(0);
    engine->cancelImport();
    engine->pauseSource("more", false);
    QVERIFY(waitFor([&] { return engine->latest()->sources.size() == 2 && engine->latest()->settled; }));
    QCOMPARE(engine->latest()->totals.calls, std::int64_t(3));
    engine->removeSource("more", true);
    QVERIFY(waitFor([&] { return engine->latest()->totals.calls == 1; }));
    QCOMPARE(engine->latest()->sources.size(), std::size_t(1));
    engine->removeSource("no such source", true);
    engine->retrySource("no such source");
    b.append("t.jsonl", exportLine("s", {chat(4)}));
    QVERIFY(waitFor([&] { return engine->latest()->totals.calls == 2; }));
}

/// Stopped in the middle of an import, again and again: the end is the same as of one read.
void TestEngine::stopAtAnyMoment()
{
    PipelineBench b;
    std::string text;
    constexpr unsigned calls = 20'000;
    for (unsigned i = 1; i <= calls; ++i)
        text += exportLine("s", {chat(i)});
    b.write("t.jsonl", text);
    for (int round = 0; round < 6; ++round) {
        const auto engine = started(optionsOf(b));
        engine->query([](Ledger &) {});
        std::this_thread::sleep_for(std::chrono::milliseconds(round * 15));
    }
    const auto engine = started(optionsOf(b));
    QVERIFY(waitFor([&] { return engine->latest()->settled && engine->latest()->totals.calls >= calls; }));
    QCOMPARE(engine->latest()->totals.calls, std::int64_t(calls));
    QCOMPARE(engine->latest()->totals.cost.nanoUsd(), std::int64_t(calls) * 7'500'000);
    QCOMPARE(engine->latest()->duplicates, std::int64_t(0));
}

void TestEngine::startFailures_data()
{
    QTest::addColumn<QByteArray>("what");
    QTest::newRow("price file missing") << QByteArray("missing");
    QTest::newRow("price file broken") << QByteArray("broken");
    QTest::newRow("overrides broken") << QByteArray("overrides");
    QTest::newRow("ledger is a folder") << QByteArray("folder");
}

/// Refused before anything is touched, with a message that names the file.
void TestEngine::startFailures()
{
    QFETCH(QByteArray, what);
    PipelineBench b;
    b.write("broken.json", "{\"providers\":");
    EngineOptions options = optionsOf(b, nullptr);
    std::string name;
    if (what == "missing") {
        options.priceFiles = {name = b.path("none.json")};
    } else if (what == "broken") {
        options.priceFiles = {name = b.path("broken.json")};
    } else if (what == "overrides") {
        b.write("overrides.json", "[");
        name = b.path("overrides.json");
    } else {
        b.write("state/ledger.db/x", "");
        name = options.ledgerPath;
    }
    const auto engine = Engine::start(std::move(options));
    QVERIFY(!engine.ok());
    QVERIFY2(engine.error().message.find(name.substr(name.rfind('/') + 1)) != std::string::npos,
             engine.error().message.c_str());
}

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
