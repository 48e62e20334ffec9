// SPDX-License-Identifier: GPL-3.0-or-later
// mergeSighting and mergeSpan are commutative and associative: the algebra behind every order test.
#include <QtTest/QtTest>
#include <algorithm>
#include <random>

#include "core/base/symbols.h"
#include "core/formats/format.h"

using namespace flyball;

namespace {

struct Names {
    SymbolTable table;
    std::vector<Symbol> all{0};
    Names()
    {
        // Numbers of symbols descend where texts ascend: a comparison by number would show.
        for (const char *text : {"d", "c", "b", "a"})
            all.push_back(table.intern(text));
    }
    Symbol any(std::mt19937 &random) { return all[random() % all.size()]; }
};

CallFact randomFact(std::mt19937 &random, Names &names)
{
    CallFact f;
    f.group = {1, 1};
    f.sub = 7;
    f.time = static_cast<TimeNs>(random() % 3);
    f.latencyNs = static_cast<std::int64_t>(random() % 3) - 1;
    f.reportedPico = static_cast<std::int64_t>(random() % 3) - 1;
    f.origin = {static_cast<TimeNs>(random() % 2), static_cast<std::int64_t>(random() % 1000), names.any(random)};
    f.ownerStart = static_cast<TimeNs>(random() % 2);
    f.ownerPath = names.any(random);
    f.source = names.any(random);
    f.request = names.any(random);
    f.requestKey = f.request == 0 ? 0 : hash64(names.table.text(f.request));
    f.prompt = names.any(random);
    f.names.session = names.any(random);
    f.names.workflow = names.any(random);
    if (random() % 4) {
        f.raw.quality = UsageQuality::Exact;
        f.raw[TokenClass::InFresh] = static_cast<std::int64_t>(random() % 3);
    }
    // What goes with the counts is a function of where they were read, as in a real file.
    f.flags =
        static_cast<std::uint32_t>(hash64(std::to_string(f.origin.offset) + std::string(names.table.text(f.origin.path))
                                          + std::to_string(f.origin.fileStart))
                                   & 0xFF);
    return f;
}

std::string describe(const CallFact &f, const Names &n)
{
    std::string out;
    for (const std::int64_t v :
         {f.time, f.latencyNs, f.reportedPico, f.origin.fileStart, f.origin.offset, f.ownerStart,
          static_cast<std::int64_t>(f.flags), f.raw.total(), static_cast<std::int64_t>(f.raw.quality)})
        out += std::to_string(v) + " ";
    for (const Symbol s :
         {f.origin.path, f.ownerPath, f.source, f.request, f.prompt, f.names.session, f.names.workflow})
        out += std::string(n.table.text(s)) + "|";
    return out;
}

} // namespace

class TestMerge : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sightingsInEveryOrderAndGrouping();
    void spansInEveryOrder();
    void mergingItselfChangesNothing();
};

void TestMerge::sightingsInEveryOrderAndGrouping()
{
    std::mt19937 random(5);
    Names names;
    for (int set = 0; set < 3000; ++set) {
        std::vector<CallFact> facts(2 + random() % 3);
        for (CallFact &f : facts)
            f = randomFact(random, names);
        std::vector<std::size_t> order(facts.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::string expected;
        do {
            CallFact left = facts[order[0]]; // ((a b) c) d
            for (std::size_t i = 1; i < order.size(); ++i)
                mergeSighting(left, facts[order[i]], names.table);
            CallFact right = facts[order.back()]; // a (b (c d))
            for (std::size_t i = order.size() - 1; i-- > 0;) {
                CallFact next = facts[order[i]];
                mergeSighting(next, right, names.table);
                right = next;
            }
            if (expected.empty())
                expected = describe(left, names);
            QCOMPARE(QByteArray::fromStdString(describe(left, names)), QByteArray::fromStdString(expected));
            QCOMPARE(QByteArray::fromStdString(describe(right, names)), QByteArray::fromStdString(expected));
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

void TestMerge::spansInEveryOrder()
{
    std::mt19937 random(6);
    Names names;
    for (int set = 0; set < 3000; ++set) {
        std::vector<SpanFact> spans(3);
        for (SpanFact &s : spans) {
            s.end = static_cast<TimeNs>(random() % 2);
            s.start = -static_cast<TimeNs>(random() % 2);
            s.parent = random() % 2;
            s.name = names.any(random);
            s.label = random() % 2 ? names.any(random) : 0;
            s.outcome = random() % 2 ? names.any(random) : 0;
            s.errorType = random() % 2 ? names.any(random) : 0;
            s.names.workflow = names.any(random);
            s.role = static_cast<SpanRole>(random() % 2);
            s.failed = random() % 2;
        }
        std::vector<std::size_t> order = {0, 1, 2};
        std::string expected;
        do {
            SpanFact merged = spans[order[0]];
            mergeSpan(merged, spans[order[1]], names.table);
            mergeSpan(merged, spans[order[2]], names.table);
            std::string now;
            for (const std::int64_t v :
                 {merged.start, merged.end, static_cast<std::int64_t>(merged.parent),
                  static_cast<std::int64_t>(merged.role), static_cast<std::int64_t>(merged.failed)})
                now += std::to_string(v) + " ";
            for (const Symbol s : {merged.name, merged.label, merged.outcome, merged.errorType, merged.names.workflow})
                now += std::string(names.table.text(s)) + "|";
            if (expected.empty())
                expected = now;
            QCOMPARE(QByteArray::fromStdString(now), QByteArray::fromStdString(expected));
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

void TestMerge::mergingItselfChangesNothing()
{
    std::mt19937 random(7);
    Names names;
    for (int i = 0; i < 1000; ++i) {
        const CallFact fact = randomFact(random, names);
        CallFact merged = fact;
        mergeSighting(merged, fact, names.table);
        QCOMPARE(describe(merged, names), describe(fact, names));
    }
}

QTEST_GUILESS_MAIN(TestMerge)
#include "tst_merge.moc"
