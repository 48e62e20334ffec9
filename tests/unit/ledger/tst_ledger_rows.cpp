// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ledger/ledger_fixture.h"
#include "tests/unit/ledger/ledger_samples.h"

using namespace flyball;
using namespace flyball::test;

/// What goes in comes out: every field of every row, across a restart, by name.
class TestLedgerRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void callsRoundTrip();
    void spansSignalsRunsRoundTrip();
    void totalsRoundTripAndAdd();
    void namesBelongToTheTableOfTheReader();
    void sameKeyReplaces();
    void sameKeyReplacesAfterRestartAndMerge();
    void smallTables();
    void rejectsAddUp();
    void failedWriteLeavesNothing();
};

void TestLedgerRows::callsRoundTrip()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    RandomFacts random(symbols, 42);
    LedgerWrite write;
    for (int i = 0; i < 3000; ++i)
        write.calls.push_back(random.storedCall());
    {
        const auto ledger = fixture.open(symbols);
        QVERIFY2(ledger, fixture.error.message.c_str());
        QVERIFY(ledger->openReport().created);
        VERIFY_OK(ledger->commit(write));
    }
    const auto ledger = fixture.open(symbols);
    QVERIFY(ledger && !ledger->openReport().created);
    for (const StoredCall &expected : write.calls) {
        const auto group = ledger->loadGroup(expected.fact.group);
        VERIFY_OK(group);
        QCOMPARE(group->calls.size(), std::size_t{1});
        const StoredCall &found = group->calls.front();
        QCOMPARE(found.counted, expected.counted);
        QVERIFY(same(found.fact, expected.fact));
        QVERIFY(same(found.call, expected.call));
    }
    QVERIFY(!ledger->hasGroup(random.key()));
    QVERIFY(ledger->hasGroup(write.calls.front().fact.group));
}

void TestLedgerRows::spansSignalsRunsRoundTrip()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    RandomFacts random(symbols, 43);
    LedgerWrite write;
    for (int i = 0; i < 500; ++i) {
        write.spans.push_back(random.span());
        write.signals.push_back(random.signal());
        write.runs.push_back(random.run());
    }
    {
        const auto ledger = fixture.open(symbols);
        VERIFY_OK(ledger->commit(write));
    }
    const auto ledger = fixture.open(symbols);
    for (const SpanFact &expected : write.spans) {
        QVERIFY(ledger->hasGroup(expected.trace));
        const auto group = ledger->loadGroup(expected.trace);
        VERIFY_OK(group);
        QCOMPARE(group->spans.size(), std::size_t{1});
        QVERIFY(same(group->spans.front(), expected));
    }
    for (const SignalFact &expected : write.signals) {
        std::vector<SignalFact> found;
        VERIFY_OK(ledger->loadSignals(expected.group, found));
        QCOMPARE(found.size(), std::size_t{1});
        QVERIFY(same(found.front(), expected));
    }
    std::map<Key128, RunRow> expected;
    for (const RunRow &row : write.runs)
        expected[row.info.run] = row;
    const std::vector<RunRow> runs = runsOf(*ledger);
    QCOMPARE(runs.size(), expected.size());
    for (const RunRow &row : runs)
        QVERIFY(same(row, expected.at(row.info.run)));
}

void TestLedgerRows::totalsRoundTripAndAdd()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    RandomFacts random(symbols, 44);
    const auto ledger = fixture.open(symbols);
    std::map<std::pair<std::int64_t, SeriesId>, Totals> expected;
    for (int round = 0; round < 5; ++round) {
        LedgerWrite write;
        for (int i = 0; i < 400; ++i) {
            Cell cell{static_cast<std::int64_t>(random.below(40)) - 20, static_cast<SeriesId>(random.below(5)),
                      random.totals()};
            expected[{cell.bucket, cell.series}] += cell.totals;
            write.minuteDeltas.push_back(cell);
            if (i % 10 == 0) { // a cell that comes back to nothing must go
                Cell gone{1000 + round, 1, random.totals()};
                write.minuteDeltas.push_back(gone);
                Totals negative;
                negative -= gone.totals;
                write.minuteDeltas.push_back({gone.bucket, gone.series, negative});
            }
        }
        VERIFY_OK(ledger->commit(write));
    }
    const std::vector<Cell> cells = cellsOf(*ledger, Resolution::Minute);
    QCOMPARE(cells.size(), expected.size());
    auto at = expected.cbegin();
    for (const Cell &cell : cells) {
        QCOMPARE(std::pair(cell.bucket, cell.series), at->first);
        QVERIFY(cell.totals == at->second);
        ++at;
    }
    std::int64_t n = 0;
    VERIFY_OK(ledger->loadCells(Resolution::Minute, -5, 5, [&](const Cell &cell) {
        QVERIFY(cell.bucket >= -5 && cell.bucket <= 5);
        ++n;
    }));
    QVERIFY(n > 0 && n < static_cast<std::int64_t>(cells.size()));
    QVERIFY(cellsOf(*ledger, Resolution::Quarter).empty());
}

void TestLedgerRows::namesBelongToTheTableOfTheReader()
{
    LedgerFixture fixture;
    SymbolTable first;
    SampleFleet fleet(first, 3);
    LedgerWrite write;
    for (int i = 0; i < 200; ++i)
        write.calls.push_back(fleet.next());
    write.runs.push_back(fleet.currentRun());
    {
        const auto ledger = fixture.open(first);
        VERIFY_OK(ledger->commit(write));
    }
    SymbolTable second;
    for (int i = 0; i < 1000; ++i)
        (void)second.intern("shifts every number " + std::to_string(i));
    const auto ledger = fixture.open(second);
    for (const StoredCall &expected : write.calls) {
        const auto group = ledger->loadGroup(expected.fact.group);
        VERIFY_OK(group);
        const auto found = std::find_if(group->calls.begin(), group->calls.end(),
                                        [&](const StoredCall &stored) { return stored.fact.sub == expected.fact.sub; });
        QVERIFY(found != group->calls.end());
        QCOMPARE(second.text(found->call.request), first.text(expected.call.request));
        QCOMPARE(second.text(found->call.model), first.text(expected.call.model));
        QCOMPARE(second.text(found->call.names.session), first.text(expected.call.names.session));
        QCOMPARE(second.text(found->call.prompt), first.text(expected.call.prompt));
        QCOMPARE(second.text(found->fact.origin.path), first.text(expected.fact.origin.path));
    }
    const std::vector<RunRow> runs = runsOf(*ledger);
    QCOMPARE(runs.size(), std::size_t{1});
    QCOMPARE(second.text(runs[0].info.workflow), first.text(write.runs[0].info.workflow));
    QCOMPARE(second.text(runs[0].info.session), first.text(write.runs[0].info.session));
}

void TestLedgerRows::sameKeyReplaces()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    RandomFacts random(symbols, 45);
    const auto ledger = fixture.open(symbols);
    StoredCall call = random.storedCall();
    call.counted = true;
    LedgerWrite write;
    write.calls = {call, call};
    write.calls[1].fact.raw[TokenClass::OutText] = 77;
    write.calls[1].call.usage[TokenClass::OutText] = 77;
    SpanFact span = random.span();
    write.spans = {span, span};
    write.spans[1].name = symbols.intern("the later one");
    VERIFY_OK(ledger->commit(write));
    StoredCall sibling = call;
    sibling.fact.sub = ~call.fact.sub;
    VERIFY_OK(ledger->commit({.calls = {sibling}}));

    auto group = ledger->loadGroup(call.fact.group);
    VERIFY_OK(group);
    QCOMPARE(group->calls.size(), std::size_t{2});
    QCOMPARE(group->calls[0].fact.raw[TokenClass::OutText], 77);
    auto spans = ledger->loadGroup(span.trace);
    QCOMPARE(spans->spans.size(), std::size_t{1});
    QCOMPARE(symbols.text(spans->spans[0].name), std::string_view("the later one"));
}

void TestLedgerRows::sameKeyReplacesAfterRestartAndMerge()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    SampleFleet fleet(symbols, 9);
    std::vector<StoredCall> calls;
    for (int i = 0; i < 70'000; ++i) // beyond the size at which keys move to their table
        calls.push_back(fleet.next());
    {
        const auto ledger = fixture.open(symbols);
        VERIFY_OK(ledger->commit({.calls = calls}));
        for (std::size_t i = 0; i < calls.size(); i += 7)
            calls[i].fact.raw[TokenClass::OutText] = static_cast<std::int64_t>(i);
        VERIFY_OK(ledger->commit({.calls = {calls.begin(), calls.begin() + 35'000}}));
    }
    const auto ledger = fixture.open(symbols);
    VERIFY_OK(ledger->commit({.calls = {calls.begin() + 35'000, calls.end()}}));
    QCOMPARE(callsOf(*ledger).size(), calls.size());
    for (std::size_t i = 0; i < calls.size(); i += 1003) {
        const auto group = ledger->loadGroup(calls[i].fact.group);
        VERIFY_OK(group);
        const auto found = std::count_if(group->calls.begin(), group->calls.end(),
                                         [&](const StoredCall &stored) { return same(stored.fact, calls[i].fact); });
        QCOMPARE(found, 1);
    }
}

void TestLedgerRows::smallTables()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    RandomFacts random(symbols, 46);
    std::vector<std::pair<SeriesId, SeriesKey>> series;
    for (SeriesId id = 0; id < 50; ++id)
        series.push_back({id,
                          {random.symbol(), random.symbol(), random.symbol(), random.symbol(), random.symbol(),
                           random.symbol(), random.symbol(), random.symbol()}});
    const Symbol producer = symbols.intern("scope|1|openai");
    const std::string state("binary\0state", 12);
    {
        const auto ledger = fixture.open(symbols);
        LedgerWrite write;
        write.newSeries = series;
        write.traits = {{producer, ProducerExclusive}, {producer, ProducerCarriesCache}};
        write.files = {{"a", "1:2", "old"}, {"a", "1:2", state}, {"b", "1:3", "x"}};
        write.rejectSource = "a";
        write.lines = 10;
        write.ignored = 3;
        write.duplicates = 1;
        VERIFY_OK(ledger->commit(write));
        VERIFY_OK(ledger->commit({.rejectSource = "a", .lines = 5}));
        VERIFY_OK(ledger->setMeta("book", "v1"));
        VERIFY_OK(ledger->setMeta("book", "v2"));
    }
    const auto ledger = fixture.open(symbols);
    const auto loaded = ledger->loadSeries();
    VERIFY_OK(loaded);
    QVERIFY(loaded.value() == series);
    const auto traits = ledger->loadTraits();
    QCOMPARE(traits->size(), std::size_t{1});
    QCOMPARE(traits->front().subject, producer);
    QCOMPARE(traits->front().flags, std::uint32_t{ProducerExclusive | ProducerCarriesCache});
    const auto files = ledger->loadFiles("a");
    QCOMPARE(files->size(), std::size_t{1});
    QCOMPARE(files->front().state, state);
    QCOMPARE(ledger->loadFiles("")->size(), std::size_t{2});
    const auto counters = ledger->loadCounters();
    QCOMPARE(counters->size(), std::size_t{1});
    QCOMPARE(counters->front().lines, 15);
    QCOMPARE(counters->front().ignored, 3);
    QCOMPARE(counters->front().duplicates, 1);
    QCOMPARE(ledger->meta("book"), std::string("v2"));
    QCOMPARE(ledger->meta("absent"), std::string());
}

void TestLedgerRows::rejectsAddUp()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    const Symbol cut = symbols.intern("cut");
    const Symbol bad = symbols.intern("bad_json");
    const Symbol path = symbols.intern("/f");
    LedgerWrite write;
    write.rejectSource = "s";
    write.now = 5 * kSecond;
    for (int i = 0; i < 260; ++i)
        write.rejects.push_back({cut, path, i * 10, 10});
    write.rejects.push_back({bad, path, 7, 1});
    VERIFY_OK(ledger->commit(write));
    VERIFY_OK(
        ledger->commit({.rejects = {{cut, path, 2590, 10}, {cut, path, 9999, 10}}, .rejectSource = "s", .now = 6}));
    const auto rejects = ledger->loadRejects();
    VERIFY_OK(rejects);
    std::map<std::string, std::int64_t> sums;
    std::map<std::string, int> places;
    for (const RejectCount &reject : rejects.value()) {
        sums[reject.reason] += reject.count;
        places[reject.reason] += reject.path.empty() ? 0 : 1;
        if (reject.offset == 2590) // seen twice
            QCOMPARE(reject.count, 2);
    }
    QCOMPARE(sums["cut"], 262);
    QCOMPARE(sums["bad_json"], 1);
    QCOMPARE(places["cut"], 100);
    QCOMPARE(places["bad_json"], 1);
}

void TestLedgerRows::failedWriteLeavesNothing()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    const auto ledger = fixture.open(symbols);
    SampleFleet fleet(symbols, 5);
    const StoredCall kept = fleet.next();
    VERIFY_OK(ledger->commit({.calls = {kept}}));
    const auto reader = fixture.open(symbols, Ledger::Mode::ReadOnly);
    // A reader cannot write at all; what it has been given must not linger in it either.
    const StoredCall refused = fleet.next();
    const Result<> r = reader->commit({.calls = {refused}});
    QVERIFY(!r);
    QCOMPARE(r.error().code, ErrorCode::Locked);
    QVERIFY(!reader->hasGroup(refused.fact.group));
    QCOMPARE(callsOf(*reader).size(), std::size_t{1});
}

QTEST_GUILESS_MAIN(TestLedgerRows)
#include "tst_ledger_rows.moc"
