// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "tests/unit/ledger/ledger_fixture.h"
#include "tests/unit/ledger/ledger_samples.h"

using namespace flyball;
using namespace flyball::test;

/// Drill-down: filters, order and limits against a plain scan of what was written; readers beside
/// a writer.
class TestLedgerQueries : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void filtersMatchAScan_data();
    void filtersMatchAScan();
    void sinkCanStop();
    void unknownNamesMatchNothing();
    void groups();
    void traceOfARun();
    void readersBesideTheWriter();
    void readsEndAtTheDeadline();

private:
    LedgerFixture m_fixture;
    SymbolTable m_symbols;
    std::unique_ptr<Ledger> m_ledger;
    std::vector<StoredCall> m_calls;
};

void TestLedgerQueries::initTestCase()
{
    m_ledger = m_fixture.open(m_symbols);
    QVERIFY2(m_ledger, m_fixture.error.message.c_str());
    SampleFleet fleet(m_symbols, 11);
    const Symbol segment = m_symbols.intern("paid");
    const Symbol tier = m_symbols.intern("cheap");
    for (int i = 0; i < 5000; ++i) {
        StoredCall stored = fleet.next();
        stored.counted = i % 17 != 0;
        if (!stored.counted)
            stored.call = Call{};
        else if (i % 3 == 0)
            stored.call.names.segment = segment;
        if (stored.counted && i % 5 == 0)
            stored.call.names.tier = tier;
        if (stored.counted && i % 41 == 0)
            stored.call.costOrigin = CostOrigin::NoUsage;
        m_calls.push_back(stored);
    }
    VERIFY_OK(m_ledger->commit({.calls = m_calls}));
}

void TestLedgerQueries::filtersMatchAScan_data()
{
    QTest::addColumn<int>("which");
    for (int which = 0; which < 20; ++which)
        QTest::addRow("filter %d", which) << which;
}

void TestLedgerQueries::filtersMatchAScan()
{
    QFETCH(int, which);
    const Call &some = std::find_if(m_calls.begin() + 2500, m_calls.end(), [](const StoredCall &s) {
                           return s.counted && s.call.costOrigin == CostOrigin::Computed;
                       })->call;
    CallFilter filter;
    std::function<bool(const Call &)> matches = [](const Call &) { return true; };
    const auto by = [&](std::optional<Symbol> CallFilter::*field, Symbol value, auto get) {
        filter.*field = value;
        matches = [value, get](const Call &c) { return get(c) == value; };
    };
    switch (which) {
    case 0:
        break;
    case 1:
        filter.since = some.time;
        matches = [&](const Call &c) { return c.time >= some.time; };
        break;
    case 2:
        filter.until = some.time;
        matches = [&](const Call &c) { return c.time < some.time; };
        break;
    case 3:
        filter.run = some.run;
        matches = [&](const Call &c) { return c.run == some.run; };
        break;
    case 4:
        by(&CallFilter::workflow, some.names.workflow, [](const Call &c) { return c.names.workflow; });
        break;
    case 5:
        by(&CallFilter::model, some.model, [](const Call &c) { return c.model; });
        break;
    case 6:
        by(&CallFilter::provider, some.provider, [](const Call &c) { return c.provider; });
        break;
    case 7:
        by(&CallFilter::agent, 0, [](const Call &c) { return c.names.agent; });
        break;
    case 8:
        by(&CallFilter::step, m_symbols.find("edit"), [](const Call &c) { return c.names.step; });
        break;
    case 9:
        by(&CallFilter::source, some.source, [](const Call &c) { return c.source; });
        break;
    case 10:
        by(&CallFilter::tier, m_symbols.find("cheap"), [](const Call &c) { return c.names.tier; });
        break;
    case 11:
        by(&CallFilter::segment, m_symbols.find("paid"), [](const Call &c) { return c.names.segment; });
        break;
    case 12:
        by(&CallFilter::session, some.names.session, [](const Call &c) { return c.names.session; });
        break;
    case 16:
        by(&CallFilter::taskType, some.names.taskType, [](const Call &c) { return c.names.taskType; });
        break;
    case 17:
        by(&CallFilter::promptVersion, some.names.promptVersion, [](const Call &c) { return c.names.promptVersion; });
        break;
    case 18:
        by(&CallFilter::feature, some.names.feature, [](const Call &c) { return c.names.feature; });
        break;
    case 19:
        by(&CallFilter::policyRevision, some.names.policyRevision,
           [](const Call &c) { return c.names.policyRevision; });
        break;
    case 13:
        filter.failed = true;
        matches = [](const Call &c) { return c.failed(); };
        break;
    case 14:
        filter.unpriced = true;
        matches = [](const Call &c) { return c.costOrigin == CostOrigin::Unpriced; };
        break;
    default:
        filter.unpriced = false;
        filter.failed = false;
        filter.model = some.model;
        filter.since = some.time - kHour;
        filter.until = some.time + kHour;
        matches = [&](const Call &c) {
            return c.costOrigin != CostOrigin::Unpriced && !c.failed() && c.model == some.model
                   && c.time >= some.time - kHour && c.time < some.time + kHour;
        };
    }
    std::vector<const Call *> expected;
    for (const StoredCall &stored : m_calls) {
        if (stored.counted && matches(stored.call))
            expected.push_back(&stored.call);
    }
    QVERIFY(!expected.empty());
    const auto hasCost = [](const Call *c) {
        return c->costOrigin != CostOrigin::Unpriced && c->costOrigin != CostOrigin::NoUsage;
    };
    for (const CallOrder order : {CallOrder::TimeAscending, CallOrder::TimeDescending, CallOrder::CostDescending}) {
        std::stable_sort(expected.begin(), expected.end(), [&](const Call *a, const Call *b) {
            if (order == CallOrder::TimeAscending)
                return a->time < b->time;
            if (order == CallOrder::CostDescending && (hasCost(a) != hasCost(b) || (hasCost(a) && a->cost != b->cost)))
                return hasCost(a) != hasCost(b) ? hasCost(a) : a->cost > b->cost;
            return a->time > b->time;
        });
        const std::vector<Call> all = callsOf(*m_ledger, filter, order);
        QCOMPARE(all.size(), expected.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool tie = i > 0 && expected[i - 1]->time == expected[i]->time;
            QVERIFY(tie || same(all[i], *expected[i]) || expected[i]->time == all[i].time);
        }
        const std::vector<Call> some3 = callsOf(*m_ledger, filter, order, 3);
        QCOMPARE(some3.size(), std::min<std::size_t>(3, expected.size()));
        QVERIFY(same(some3.front(), all.front()));
    }
}

void TestLedgerQueries::sinkCanStop()
{
    int seen = 0;
    VERIFY_OK(m_ledger->readCalls({}, CallOrder::TimeAscending, 0, [&](const Call &) { return ++seen < 10; }));
    QCOMPARE(seen, 10);
}

void TestLedgerQueries::unknownNamesMatchNothing()
{
    CallFilter filter;
    filter.model = m_symbols.intern("never seen");
    QVERIFY(callsOf(*m_ledger, filter).empty());
    CallFilter run;
    run.run = Key128{1, 2};
    QVERIFY(callsOf(*m_ledger, run).empty());
    QVERIFY(m_ledger->readTrace({1, 2})->calls.empty());
}

void TestLedgerQueries::groups()
{
    std::set<Key128> producers, sessions;
    const Symbol producer = m_symbols.find("opentelemetry.instrumentation.anthropic 0.40|anthropic");
    const Symbol session = m_calls[1200].fact.names.session;
    QVERIFY(producer != 0 && session != 0);
    for (const StoredCall &stored : m_calls) {
        if (stored.fact.producer == producer)
            producers.insert(stored.fact.group);
        if (stored.fact.names.session == session)
            sessions.insert(stored.fact.group);
    }
    const auto byProducer = m_ledger->groupsOfProducer(producer);
    VERIFY_OK(byProducer);
    QCOMPARE(byProducer->size(), producers.size());
    QVERIFY(std::set<Key128>(byProducer->begin(), byProducer->end()) == producers);
    const auto bySession = m_ledger->groupsOfSession(session);
    VERIFY_OK(bySession);
    QCOMPARE(bySession->size(), sessions.size());
    QVERIFY(std::set<Key128>(bySession->begin(), bySession->end()) == sessions);
    QVERIFY(m_ledger->groupsOfSession(m_symbols.intern("no such session"))->empty());
}

void TestLedgerQueries::traceOfARun()
{
    RandomFacts random(m_symbols, 12);
    const Call &some = m_calls[1].call;
    SpanFact span = random.span();
    span.trace = some.run;
    SignalFact onRun = random.signal();
    onRun.group = some.run;
    SignalFact onCall = random.signal();
    onCall.group = some.group;
    VERIFY_OK(m_ledger->commit({.spans = {span}, .signals = {onRun, onCall}}));
    const auto reader = m_fixture.open(m_symbols, Ledger::Mode::ReadOnly);
    const auto trace = reader->readTrace(some.run);
    VERIFY_OK(trace);
    const auto expected = std::count_if(m_calls.begin(), m_calls.end(),
                                        [&](const StoredCall &s) { return s.counted && s.call.run == some.run; });
    QCOMPARE(static_cast<std::ptrdiff_t>(trace->calls.size()), expected);
    QCOMPARE(trace->spans.size(), std::size_t{1});
    QVERIFY(same(trace->spans[0], span));
    QCOMPARE(trace->signals.size(), std::size_t{2});
    // A reader finds a group among the newest rows, whose keys only the writer holds.
    const auto group = reader->loadGroup(m_calls[1].fact.group);
    VERIFY_OK(group);
    QVERIFY(!group->calls.empty());
}

void TestLedgerQueries::readersBesideTheWriter()
{
    LedgerFixture fixture;
    SymbolTable symbols;
    const auto writer = fixture.open(symbols);
    std::atomic<bool> stop = false;
    std::atomic<int> reads = 0, wrong = 0;
    std::thread thread([&] {
        const auto reader = fixture.open(symbols, Ledger::Mode::ReadOnly);
        while (reader && !stop) {
            // Rows and position commit together, and each read is one snapshot.
            std::int64_t n = 0;
            const Result<> r = reader->readCalls({}, CallOrder::TimeAscending, 0, [&](const Call &call) {
                n += symbols.text(call.request).empty() ? 1000 : 1;
                return true;
            });
            if (!r || n % 100 != 0)
                ++wrong;
            ++reads;
        }
    });
    SampleFleet fleet(symbols, 13);
    for (int batch = 0; batch < 100; ++batch) {
        LedgerWrite write;
        for (int i = 0; i < 100; ++i)
            write.calls.push_back(fleet.next());
        VERIFY_OK(writer->commit(write));
        if (batch % 10 == 0)
            writer->checkpoint();
    }
    while (reads < 3)
        std::this_thread::yield();
    stop = true;
    thread.join();
    QCOMPARE(wrong.load(), 0);
    QCOMPARE(callsOf(*writer).size(), std::size_t{10'000});
}

void TestLedgerQueries::readsEndAtTheDeadline()
{
    const auto reader = m_fixture.open(m_symbols, Ledger::Mode::ReadOnly);
    reader->setReadDeadline(50 * kSecond / 1000);
    std::int64_t seen = 0;
    const Result<> r = reader->readCalls({}, CallOrder::TimeAscending, 0, [&](const Call &) {
        ++seen;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return true;
    });
    QVERIFY(!r);
    QCOMPARE(r.error().code, ErrorCode::Cancelled);
    QVERIFY(seen < static_cast<std::int64_t>(m_calls.size()) / 2);
    reader->setReadDeadline(5 * kSecond);
    QVERIFY(callsOf(*reader, {}, CallOrder::TimeAscending, 10).size() == 10); // usable afterwards
}

QTEST_GUILESS_MAIN(TestLedgerQueries)
#include "tst_ledger_queries.moc"
