// SPDX-License-Identifier: GPL-3.0-or-later
// Collation against a brute force that knows rule 3a.5 and nothing of the code.
#include <QtTest/QtTest>
#include <algorithm>
#include <map>
#include <random>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

struct Sighting {
    std::string id, request;
    bool sidechain = false;
    int out = 0;
};

/// Rule 3a.5 in the plainest words: output of every call of every message, sorted.
std::vector<int> bruteForce(const std::vector<Sighting> &all)
{
    std::map<std::string, std::vector<Sighting>> messages;
    std::vector<int> calls;
    for (const Sighting &s : all)
        messages[s.id].push_back(s);
    for (const auto &[id, sightings] : messages) {
        std::map<std::string, int> byRequest;
        int joined = -1;
        for (const Sighting &s : sightings) {
            const bool joins = s.sidechain || s.request.empty();
            int &kept = joins ? joined : byRequest.emplace(s.request, -1).first->second;
            kept = std::max(kept, s.out);
        }
        if (byRequest.empty())
            byRequest["none"] = joined;
        else
            byRequest.begin()->second = std::max(byRequest.begin()->second, joined);
        for (const auto &[request, out] : byRequest)
            calls.push_back(out);
    }
    std::sort(calls.begin(), calls.end());
    return calls;
}

} // namespace

class TestCollator : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void againstBruteForce();
    void traitsAreOred();
    void coverageAddsUp();
};

void TestCollator::againstBruteForce()
{
    std::mt19937 random(2026);
    for (int set = 0; set < 400; ++set) {
        std::vector<Sighting> all;
        World w;
        const auto files = 1 + random() % 4;
        for (std::size_t f = 0; f < files; ++f) {
            std::string text;
            for (auto n = 1 + random() % 8; n > 0; --n) {
                Sighting s;
                s.id = "m" + std::to_string(random() % 4);
                s.request = random() % 4 ? "r" + std::to_string(random() % 3) : "";
                s.sidechain = random() % 5 == 0;
                s.out = static_cast<int>(random() % 6);
                all.push_back(s);
                text +=
                    toText({.id = s.id, .request = s.request, .usage = usageText(1, s.out), .sidechain = s.sidechain});
            }
            w.file("claude-code", "p/" + std::to_string(f) + ".jsonl", text);
        }
        std::vector<int> seen;
        for (const Call &call : w.calls())
            seen.push_back(static_cast<int>(call.usage.outTotal()));
        std::sort(seen.begin(), seen.end());
        QCOMPARE(seen, bruteForce(all));
    }
}

void TestCollator::traitsAreOred()
{
    World w;
    const Symbol subject = w.symbols.intern("producer");
    QCOMPARE(w.collator.traits(subject), 0U);
    QVERIFY(w.collator.addTrait({subject, ProducerExclusive}));
    QVERIFY(!w.collator.addTrait({subject, ProducerExclusive}));
    QVERIFY(w.collator.addTrait({subject, ProducerCarriesCache | ProducerExclusive}));
    QCOMPARE(w.collator.traits(subject), std::uint32_t(ProducerCarriesCache | ProducerExclusive));
    QCOMPARE(w.collator.traits(subject + 1), 0U);
}

/// 3a.13: every line is a call's, ignored or rejected; nothing vanishes.
void TestCollator::coverageAddsUp()
{
    World w;
    w.file("claude-code", "p/a.jsonl",
           toText({}) + userLine("2026-11-21T10:00:00Z", "p") + "{broken\n" + toText({.id = "m2", .request = "r2"})
               + "<html>\n{}\n");
    const Coverage &c = w.collator.coverage();
    QCOMPARE(c.lines, std::int64_t(6));
    QCOMPARE(c.rejected, std::int64_t(2));
    QCOMPARE(c.ignored, std::int64_t(2));
    QCOMPARE(w.totals().calls, std::int64_t(2));
    QCOMPARE(w.rejected("truncated_line"), std::int64_t(1));
    QCOMPARE(w.rejected("html"), std::int64_t(1));
}

QTEST_GUILESS_MAIN(TestCollator)
#include "tst_collator.moc"
