// SPDX-License-Identifier: GPL-3.0-or-later
// The hand-made files of fixtures/edge: one oddity a line, counted by hand here.
#include <QFile>
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

std::string fixture(const char *name)
{
    QFile file(QString(FLYBALL_FIXTURES "/edge/") + name);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s is missing", name);
    return file.readAll().toStdString();
}

} // namespace

class TestEdgeFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void claude();
    void otlp();
    void readAsTheOther();
};

void TestEdgeFiles::claude()
{
    World w;
    w.file("claude-code", "p/s1.jsonl", fixture("claude.jsonl"));
    const Coverage &c = w.collator.coverage();
    QCOMPARE(c.lines, std::int64_t(21));
    QCOMPARE(c.ignored, std::int64_t(4)); // two user lines, a remark of the client, agent progress
    const std::map<std::string, std::int64_t> rejects{{"truncated_line", 1}, {"html", 1},     {"not_an_object", 1},
                                                      {"binary", 1},         {"not_json", 1}, {"out_of_range", 1},
                                                      {"invalid_json", 1}};
    QVERIFY(c.rejects == rejects);
    const Totals t = w.totals();
    QCOMPARE(t.calls, std::int64_t(7)); // messages 1 to 5, the failed 8, and 9
    QCOMPARE(t.errors, std::int64_t(1));
    QCOMPARE(t.inTotal(), std::int64_t(5 * 3 + 7));
    QCOMPARE(t.outTotal(), std::int64_t(159 + 4 * 9 + 4)); // message 1 with its larger count, 9 with its last key
    for (const Call &call : w.calls())
        QCOMPARE(w.text(call.prompt), std::string("p1"));
}

void TestEdgeFiles::otlp()
{
    World w;
    const FactBatch batch = w.file("otlp-json", "t.jsonl", fixture("otlp.jsonl"));
    const Coverage &c = w.collator.coverage();
    QCOMPARE(c.lines, std::int64_t(13));
    QCOMPARE(c.ignored, std::int64_t(3)); // an agent's span, a log record, metrics
    QCOMPARE(c.duplicates, std::int64_t(1));
    const std::map<std::string, std::int64_t> rejects{{"bad_id", 1},        {"bad_time", 1},       {"out_of_range", 1},
                                                      {"not_an_export", 1}, {"truncated_line", 1}, {"invalid_json", 1}};
    QVERIFY(c.rejects == rejects);
    const Totals t = w.totals();
    QCOMPARE(t.calls, std::int64_t(7));
    QCOMPARE(t.inTotal(), std::int64_t(70));
    QCOMPARE(t.outTotal(), std::int64_t(35));
    QCOMPARE(t.token(TokenClass::OutReasoning), std::int64_t(1));
    QCOMPARE(batch.signals.size(), std::size_t(2));
    const auto runs = w.runs();
    QCOMPARE(runs.size(), std::size_t(1)); // ids in hex of any case and in base64 are one trace
    QCOMPARE(runs.begin()->second.outcome, Outcome::Success);
}

void TestEdgeFiles::readAsTheOther()
{
    World w;
    w.file("otlp-json", "p/s1.jsonl", fixture("claude.jsonl"));
    w.file("claude-code", "t.jsonl", fixture("otlp.jsonl"));
    QCOMPARE(w.totals().calls, std::int64_t(0));
    QVERIFY(w.rejected("not_an_export") > 0); // said, not passed over
}

QTEST_GUILESS_MAIN(TestEdgeFiles)
#include "tst_edge_files.moc"
