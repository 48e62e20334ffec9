// SPDX-License-Identifier: GPL-3.0-or-later
// The packed store gives back what it was given.
#include <QtTest/QtTest>
#include <random>

#include "core/engine/factstore.h"
#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

std::string describe(const CallFact &f)
{
    std::string out = toHex(f.group) + " ";
    for (const std::int64_t v : {static_cast<std::int64_t>(f.sub),
                                 f.time,
                                 f.latencyNs,
                                 f.firstTokenNs,
                                 f.reportedPico,
                                 static_cast<std::int64_t>(f.parentSpan),
                                 f.origin.fileStart,
                                 f.origin.offset,
                                 std::int64_t{f.origin.path},
                                 f.ownerStart,
                                 std::int64_t{f.ownerPath},
                                 std::int64_t{f.format},
                                 std::int64_t{f.source},
                                 std::int64_t{f.producer},
                                 std::int64_t{f.request},
                                 std::int64_t{f.prompt},
                                 std::int64_t{f.project},
                                 std::int64_t{f.provider},
                                 std::int64_t{f.modelRequested},
                                 std::int64_t{f.modelServed},
                                 std::int64_t{f.serviceTier},
                                 std::int64_t{f.geo},
                                 std::int64_t{f.errorType},
                                 std::int64_t{f.finishReason},
                                 std::int64_t{f.names.workflow},
                                 std::int64_t{f.names.agent},
                                 std::int64_t{f.names.step},
                                 std::int64_t{f.names.taskType},
                                 std::int64_t{f.names.segment},
                                 std::int64_t{f.names.promptVersion},
                                 std::int64_t{f.names.feature},
                                 std::int64_t{f.names.tier},
                                 std::int64_t{f.names.policyRevision},
                                 std::int64_t{f.names.session},
                                 f.raw.webSearches,
                                 static_cast<std::int64_t>(f.raw.quality),
                                 std::int64_t{f.flags},
                                 static_cast<std::int64_t>(f.convention),
                                 static_cast<std::int64_t>(f.responseCache),
                                 std::int64_t{f.attempt},
                                 std::int64_t{f.outputLimit}})
        out += std::to_string(v) + " ";
    for (const std::int64_t n : f.raw.tokens)
        out += std::to_string(n) + " ";
    return out;
}

class Facts {
public:
    explicit Facts(SymbolTable &symbols) : m_symbols(symbols)
    {
        for (int i = 0; i < 20; ++i)
            m_names.push_back(symbols.intern("name " + std::to_string(i)));
        m_names.push_back(0);
    }
    CallFact next(std::uint64_t group, std::uint64_t sub)
    {
        CallFact f;
        f.group = {group, 1};
        f.sub = sub;
        f.time = number();
        for (std::int64_t *field : {&f.latencyNs, &f.firstTokenNs, &f.reportedPico})
            *field = m_random() % 3 ? -1 : number();
        f.parentSpan = m_random();
        f.origin = {number(), number(), name()};
        f.ownerStart = number();
        for (Symbol *s : {&f.ownerPath,
                          &f.source,
                          &f.producer,
                          &f.request,
                          &f.prompt,
                          &f.project,
                          &f.provider,
                          &f.modelRequested,
                          &f.modelServed,
                          &f.serviceTier,
                          &f.geo,
                          &f.errorType,
                          &f.finishReason,
                          &f.names.workflow,
                          &f.names.agent,
                          &f.names.step,
                          &f.names.taskType,
                          &f.names.segment,
                          &f.names.promptVersion,
                          &f.names.feature,
                          &f.names.tier,
                          &f.names.policyRevision,
                          &f.names.session})
            *s = name();
        f.format = m_symbols.intern(m_random() % 2 ? "claude-code" : "otlp-json");
        for (std::int64_t &n : f.raw.tokens) // none, few, around 2^32, up to 2^53
            n = m_random() % 4 == 0   ? static_cast<std::int64_t>(m_random() >> 11)
                : m_random() % 4 == 0 ? (1LL << 32) - 2 + static_cast<std::int64_t>(m_random() % 4)
                                      : static_cast<std::int64_t>(m_random() % 100);
        f.raw.webSearches = m_random() % 3 ? 0 : static_cast<std::int64_t>(m_random() % 10);
        f.raw.quality = static_cast<UsageQuality>(m_random() % 5);
        f.flags = static_cast<std::uint32_t>(m_random());
        f.convention = static_cast<InputConvention>(m_random() % 4);
        f.responseCache = static_cast<ResponseCache>(m_random() % 3);
        f.attempt = static_cast<std::uint16_t>(m_random());
        f.outputLimit = static_cast<std::uint32_t>(m_random() % 3 * 4096);
        return f;
    }

private:
    std::int64_t number() { return static_cast<std::int64_t>(m_random() >> (1 + m_random() % 60)); }
    Symbol name() { return m_names[m_random() % m_names.size()]; }
    SymbolTable &m_symbols;
    std::vector<Symbol> m_names;
    std::mt19937_64 m_random{3};
};

} // namespace

class TestFactStore : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void roundTrip();
    void mergedIntoRareFields();
    void groupsAndOrder();
    void duplicateOnlyWhereItIsOne();
    void spansAndSignals();
    void spansKeepTheirNames();
    void clearAndReuse();
};

void TestFactStore::roundTrip()
{
    SymbolTable symbols;
    Facts facts(symbols);
    FactStore store(symbols);
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> expected;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        const CallFact f = facts.next(i / 3, i % 3);
        bool duplicate = true;
        store.addCall(store.groupFor(f.group), f, duplicate);
        QVERIFY(!duplicate);
        expected[{i / 3, i % 3}] = describe(f);
    }
    FactStore::Group group;
    std::size_t seen = 0;
    for (std::uint32_t g = 0; g < store.groupCount(); ++g) {
        store.copyGroup(g, group);
        for (const CallFact &f : group.calls) {
            const std::string &want = expected.at({f.group.hi, f.sub});
            if (describe(f) != want)
                QCOMPARE(QByteArray::fromStdString(describe(f)), QByteArray::fromStdString(want));
            ++seen;
        }
    }
    QCOMPARE(seen, expected.size());
}

/// A sighting without rare fields, then one with them, then a plain one: none are lost or left over.
void TestFactStore::mergedIntoRareFields()
{
    SymbolTable symbols;
    FactStore store(symbols);
    CallFact plain;
    plain.group = {1, 1};
    plain.sub = 1;
    plain.format = symbols.intern("otlp-json");
    plain.ownerStart = 5;
    plain.raw.quality = UsageQuality::Exact;
    plain.raw[TokenClass::InFresh] = 10;
    CallFact large = plain;
    large.raw[TokenClass::InFresh] = 10'000'000'000;
    large.reportedPico = 77;
    large.raw.webSearches = 4;
    bool duplicate = false;
    const std::uint32_t group = store.groupFor(plain.group);
    for (const CallFact *f : {&plain, &large, &plain})
        store.addCall(group, *f, duplicate);
    FactStore::Group out;
    store.copyGroup(group, out);
    QCOMPARE(out.calls.size(), std::size_t(1));
    QCOMPARE(out.calls[0].raw[TokenClass::InFresh], std::int64_t(10'000'000'000));
    QCOMPARE(out.calls[0].reportedPico, std::int64_t(77));
    QCOMPARE(out.calls[0].raw.webSearches, std::int64_t(4));
}

void TestFactStore::groupsAndOrder()
{
    SymbolTable symbols;
    Facts facts(symbols);
    FactStore store(symbols);
    QCOMPARE(store.findGroup({9, 1}), FactStore::kNone);
    bool duplicate = false;
    for (const std::uint64_t sub : {5U, 1U, 9U, 3U}) {
        const CallFact f = facts.next(9, sub);
        store.addCall(store.groupFor(f.group), f, duplicate);
    }
    QCOMPARE(store.groupCount(), std::size_t(1));
    QCOMPARE(store.findGroup({9, 1}), std::uint32_t(0));
    FactStore::Group out;
    store.copyGroup(0, out);
    std::vector<std::uint64_t> subs;
    for (const CallFact &f : out.calls)
        subs.push_back(f.sub);
    QCOMPARE(subs, (std::vector<std::uint64_t>{1, 3, 5, 9})); // by sub, not by arrival
    const std::uint32_t spansOnly = store.groupFor({10, 1});
    QVERIFY(store.formatOf(spansOnly) == nullptr); // no call, no format to resolve it
    QVERIFY(store.formatOf(0) != nullptr);
}

void TestFactStore::duplicateOnlyWhereItIsOne()
{
    SymbolTable symbols;
    FactStore store(symbols);
    const auto fact = [&](const char *format, const char *path) {
        CallFact f;
        f.group = {1, hash64(format)};
        f.format = symbols.intern(format);
        f.origin.path = f.ownerPath = symbols.intern(path);
        return f;
    };
    const auto seen = [&](const char *format, const char *path) {
        bool duplicate = false;
        const CallFact f = fact(format, path);
        store.addCall(store.groupFor(f.group), f, duplicate);
        return duplicate;
    };
    QVERIFY(!seen("claude-code", "a"));
    QVERIFY(!seen("claude-code", "a")); // its own content blocks
    QVERIFY(seen("claude-code", "b"));
    QVERIFY(!seen("otlp-json", "a"));
    QVERIFY(seen("otlp-json", "a")); // a span does not repeat in its file by design
}

void TestFactStore::spansAndSignals()
{
    SymbolTable symbols;
    FactStore store(symbols);
    const std::uint32_t group = store.groupFor({1, 2});
    for (std::uint64_t i = 0; i < 3000; ++i) {
        SpanFact span;
        span.trace = {1, 2};
        span.span = 3000 - i;
        span.end = static_cast<TimeNs>(i);
        store.addSpan(group, span);
        span.end = -1; // an earlier end of the same span: the later one stays
        store.addSpan(group, span);
    }
    SignalFact signal;
    signal.group = {1, 2};
    signal.id = 5;
    QVERIFY(store.addSignal(group, signal));
    QVERIFY(!store.addSignal(group, signal));
    signal.span = 7;
    QVERIFY(store.addSignal(group, signal)); // the same words about another span
    FactStore::Group out;
    store.copyGroup(group, out);
    QCOMPARE(out.spans.size(), std::size_t(3000));
    for (std::size_t i = 0; i < out.spans.size(); ++i) {
        QCOMPARE(quint64(out.spans[i].span), quint64(i + 1));
        QCOMPARE(qint64(out.spans[i].end), qint64(2999 - i));
    }
    QCOMPARE(out.signals.size(), std::size_t(2));
}

void TestFactStore::spansKeepTheirNames()
{
    SymbolTable symbols;
    FactStore store(symbols);
    std::mt19937 random(11);
    const auto any = [&] { return symbols.intern("n" + std::to_string(random() % 3)); };
    const auto words = [&](const SpanFact &s) {
        std::string text = toHex(s.trace) + toHex64(s.span) + toHex64(s.parent) + std::to_string(s.start) + "-"
                           + std::to_string(s.end);
        for (const Symbol symbol : {s.name, s.label, s.outcome, s.errorType, s.names.workflow, s.names.agent,
                                    s.names.step, s.names.taskType, s.names.segment, s.names.promptVersion,
                                    s.names.feature, s.names.tier, s.names.policyRevision, s.names.session})
            text += "," + std::to_string(symbol);
        return text + std::to_string(static_cast<int>(s.role)) + (s.failed ? "f" : "") + (s.budgetExceeded ? "b" : "");
    };
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> expected;
    for (std::uint64_t i = 0; i < 4000; ++i) {
        SpanFact span;
        span.trace = {i % 50, 9};
        span.span = i + 1;
        span.parent = random();
        span.start = static_cast<TimeNs>(random());
        span.end = span.start + static_cast<TimeNs>(random());
        span.name = any();
        span.label = any();
        span.outcome = any();
        span.errorType = any();
        span.names = {any(), any(), any(), any(), any(), any(), any(), any(), any(), any()};
        span.role = static_cast<SpanRole>(random() % 5);
        span.failed = random() % 2 == 0;
        span.budgetExceeded = random() % 2 == 0;
        store.addSpan(store.groupFor(span.trace), span);
        expected[{i % 50, i + 1}] = words(span);
    }
    FactStore::Group out;
    std::size_t seen = 0;
    for (std::uint32_t group = 0; group < store.groupCount(); ++group) {
        store.copyGroup(group, out);
        for (const SpanFact &span : out.spans) {
            QCOMPARE(words(span), (expected[{span.trace.hi, span.span}]));
            ++seen;
        }
    }
    QCOMPARE(seen, expected.size());
}

void TestFactStore::clearAndReuse()
{
    SymbolTable symbols;
    Facts facts(symbols);
    FactStore store(symbols);
    for (int round = 0; round < 3; ++round) {
        bool duplicate = false;
        for (std::uint64_t i = 0; i < 2000; ++i) {
            const CallFact f = facts.next(i, 1);
            store.addCall(store.groupFor(f.group), f, duplicate);
            QVERIFY(!duplicate);
        }
        const CallFact last = facts.next(9999, 1);
        store.addCall(store.groupFor(last.group), last, duplicate);
        FactStore::Group out;
        store.copyGroup(store.findGroup(last.group), out);
        QCOMPARE(describe(out.calls.at(0)), describe(last));
        store.clear();
        QCOMPARE(store.groupCount(), std::size_t(0));
        QCOMPARE(store.findGroup({5, 1}), FactStore::kNone);
    }
}

QTEST_GUILESS_MAIN(TestFactStore)
#include "tst_factstore.moc"
