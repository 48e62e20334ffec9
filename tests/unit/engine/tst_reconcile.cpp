// SPDX-License-Identifier: GPL-3.0-or-later
// Two channels of the same calls side by side: what both told, what one of them did, and why the money differs.
#include <QDirIterator>
#include <QtTest/QtTest>

#include "core/engine/reconcile.h"
#include "tests/unit/engine/gateway_texts.h"
#include "tests/unit/engine/pipeline_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

std::string span(const SpanText &t) { return spanText(t); }
std::string row(const RowText &t) { return rowText(t); }

std::int64_t nano(const UsdSum &sum) { return sum.nanoUsd(); }

const ChannelPair::Reason &reason(const ChannelPair &pair, DifferenceReason which)
{
    return pair.reasons[static_cast<std::size_t>(which)];
}

} // namespace

class TestReconcile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bothAndOnlyOne();
    void stepsSumToTheDifference();
    void missingCounts();
    void refusedByTime();
    void sessionsOfATranscript();
    void nothingToCompare();

private:
    static std::vector<ChannelPair> pairsOf(PipelineBench &b)
    {
        auto pairs = reconcile(b.pipeline().ledger(), b.symbols(), b.catalog, 0, INT64_MAX);
        return pairs ? std::move(*pairs) : std::vector<ChannelPair>();
    }
    static void load(PipelineBench &b, const std::string &spans, const std::string &rows)
    {
        b.write("spans.jsonl", spans);
        b.write("gateway.jsonl", rows);
        b.addSource("spans", "spans.jsonl", "otlp-json");
        b.addSource("gw", "gateway.jsonl", "litellm-log");
        b.open();
        b.drain();
    }
};

/// gpt-4o: 1,000 in at $2.50 and 100 out at $10 per million are $0.0035.
void TestReconcile::bothAndOnlyOne()
{
    PipelineBench b;
    // 1, 2, 5 told by both; 3 only by its span, 4 only by the gateway; 6 outside of what both told.
    load(b, span({1}) + span({2}) + span({3}) + span({5}) + span({6}), row({1}) + row({2}) + row({4}) + row({5}));
    const auto pairs = pairsOf(b);
    QCOMPARE(pairs.size(), std::size_t{1});
    const ChannelPair &pair = pairs.front();
    QVERIFY(b.text(pair.first).ends_with("spans.jsonl"));
    QVERIFY(b.text(pair.second).ends_with("gateway.jsonl"));
    QCOMPARE(pair.both, std::int64_t(3));
    QCOMPARE(nano(pair.counted), std::int64_t(10'500'000));
    QCOMPARE(nano(pair.firstCost), std::int64_t(10'500'000));
    QCOMPARE(nano(pair.secondCost), std::int64_t(10'500'000));
    QCOMPARE(nano(pair.stated), std::int64_t(10'500'000));
    QCOMPARE(pair.stating, std::int64_t(3));
    for (const auto &r : pair.reasons)
        QCOMPARE(r.calls, std::int64_t(0));
    QCOMPARE(pair.onlyFirst.calls, std::int64_t(1));
    QCOMPARE(nano(pair.onlyFirst.cost), std::int64_t(3'500'000));
    QCOMPARE(pair.onlySecond.calls, std::int64_t(1));
    // The calls behind the number are found again, and are those.
    for (const bool second : {false, true}) {
        CallFilter filter;
        filter.members = second ? pair.onlySecond.members : pair.onlyFirst.members;
        std::vector<std::string> found;
        QVERIFY(bool(b.pipeline().ledger().readCalls(filter, CallOrder::TimeAscending, 0, [&](const Call &call) {
            found.push_back(b.text(call.request));
            return true;
        })));
        QCOMPARE(found, std::vector<std::string>{second ? "chatcmpl-4" : "chatcmpl-3"});
    }
}

void TestReconcile::stepsSumToTheDifference()
{
    PipelineBench b;
    load(b, span({1}) + span({2}) + span({3}),
         row({1, 1000, 300}) + row({2, 1000, 100, "gpt-4o-mini"}) + row({3, 2000, 100, "gpt-4o-mini"}));
    const auto pairs = pairsOf(b);
    QCOMPARE(pairs.size(), std::size_t{1});
    const ChannelPair &pair = pairs.front();
    // gpt-4o-mini: $0.15 and $0.60 per million.
    QCOMPARE(nano(pair.firstCost), std::int64_t(3 * 3'500'000));
    QCOMPARE(nano(pair.secondCost), std::int64_t(5'500'000 + 210'000 + 360'000));
    const auto &counts = reason(pair, DifferenceReason::Counts);
    const auto &price = reason(pair, DifferenceReason::Price);
    QCOMPARE(counts.calls, std::int64_t(2));
    QCOMPARE(nano(counts.difference), std::int64_t(2'000'000 + 2'500'000));
    QCOMPARE(price.calls, std::int64_t(2));
    QCOMPARE(nano(price.difference), std::int64_t(210'000 - 3'500'000 + 360'000 - 6'000'000));
    UsdSum sum;
    for (const auto &r : pair.reasons)
        sum += r.difference;
    QVERIFY(sum == pair.secondCost - pair.firstCost);
    // Counted: more output of the gateway's, and the model it really asked.
    QCOMPARE(nano(pair.counted), std::int64_t(5'500'000 + 210'000 + 360'000));
}

void TestReconcile::missingCounts()
{
    PipelineBench b;
    load(b, span({1, -1}) + span({2}), row({1}) + row({2}));
    const auto pairs = pairsOf(b);
    QCOMPARE(pairs.size(), std::size_t{1});
    const auto &missing = reason(pairs.front(), DifferenceReason::Missing);
    QCOMPARE(missing.calls, std::int64_t(1));
    QCOMPARE(nano(missing.difference), std::int64_t(3'500'000));
    QCOMPARE(nano(pairs.front().firstCost), std::int64_t(3'500'000));
    QCOMPARE(nano(pairs.front().secondCost), std::int64_t(7'000'000));
}

void TestReconcile::refusedByTime()
{
    PipelineBench b;
    load(b, span({1}), row({1, 1000, 100, "gpt-4o", "0.0035", 3600}));
    const auto pairs = pairsOf(b);
    QCOMPARE(pairs.size(), std::size_t{1});
    QCOMPARE(pairs.front().both, std::int64_t(0));
    QCOMPARE(pairs.front().refused, std::int64_t(1));
}

/// Codex names the session only: what its events say is compared session by session.
void TestReconcile::sessionsOfATranscript()
{
    PipelineBench b;
    const QString root = QStringLiteral(FLYBALL_FIXTURES "/codex-0.169/");
    for (QDirIterator it(root + QStringLiteral("sessions"), QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
        QFile file(it.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        b.write("t/" + QFileInfo(file).fileName().toStdString(), file.readAll().toStdString());
    }
    QFile logs(root + QStringLiteral("otel/logs.jsonl"));
    QVERIFY(logs.open(QIODevice::ReadOnly));
    b.write("logs.jsonl", logs.readAll().toStdString());
    b.addSource("t", "t", "codex");
    b.addSource("otel", "logs.jsonl", "otlp-json");
    b.open();
    b.drain();
    const auto pairs = pairsOf(b);
    QCOMPARE(pairs.size(), std::size_t{1});
    QVERIFY(pairs.front().both > 3);
    QVERIFY(b.text(pairs.front().second).ends_with("logs.jsonl"));
    UsdSum sum;
    for (const auto &r : pairs.front().reasons)
        sum += r.difference;
    QVERIFY(sum == pairs.front().secondCost - pairs.front().firstCost);
}

void TestReconcile::nothingToCompare()
{
    PipelineBench b;
    load(b, span({1}), "");
    QVERIFY(pairsOf(b).empty());
}

QTEST_GUILESS_MAIN(TestReconcile)
#include "tst_reconcile.moc"
