// SPDX-License-Identifier: GPL-3.0-or-later
// Keys, windows and zones of reports (design 7, rule 3a.1).
#include <QtTest/QtTest>
#include <algorithm>
#include <random>

#include "core/aggregate/report/report.h"

using namespace flyball;

namespace {

TimeNs at(const char *text) { return parseRfc3339(text).value(); }

Zone zone(const char *name)
{
    const auto named = Zone::named(name);
    if (!named)
        qFatal("zone %s", name);
    return *named;
}

struct Maker {
    SymbolTable symbols;
    Call call(const char *time, const char *model = "gpt-4o", const char *workflow = "triage")
    {
        Call c;
        c.time = at(time);
        c.run = hashKey(workflow);
        c.model = symbols.intern(model);
        c.names.workflow = symbols.intern(workflow);
        c.usage.quality = UsageQuality::Exact;
        c.usage[TokenClass::InFresh] = 1;
        c.costOrigin = CostOrigin::Computed;
        c.cost = kPicoPerUsd;
        return c;
    }
};

QStringList keysOf(const Report &report)
{
    QStringList keys;
    for (const ReportGroup &group : report.groups) {
        QStringList parts;
        for (const std::string &part : group.key)
            parts << QString::fromStdString(part);
        keys << parts.join("|") + "=" + QString::number(group.totals.calls);
    }
    return keys;
}

} // namespace

class TestReportKeys : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keyNames();
    void unknownKeys_data();
    void unknownKeys();
    void windowIsHalfOpen();
    void when_data();
    void when();
    void timeKeys_data();
    void timeKeys();
    void everyKey();
    void groupsAddUpInAnyOrder();
    void runsAreCountedOnce();
    void claudeRunKeys();
};

void TestReportKeys::keyNames()
{
    const std::string all =
        "workflow,model,provider,tier,task,step,agent,run,session,segment,source,status,minute,hour,day,month";
    const auto keys = parseReportKeys(all);
    QVERIFY(keys.ok());
    std::string back;
    for (const ReportKey key : *keys)
        back += (back.empty() ? "" : ",") + std::string(reportKeyName(key));
    QCOMPARE(back, all);
    QCOMPARE(parseReportKeys("")->size(), std::size_t(0));
    QCOMPARE(parseReportKeys("day,model,day")->size(), std::size_t(2)); // once is enough
}

void TestReportKeys::unknownKeys_data()
{
    QTest::addColumn<QByteArray>("list");
    QTest::addColumn<QByteArray>("named");
    const auto row = [](const char *list, const char *named) {
        QTest::newRow(list) << QByteArray(list) << QByteArray(named);
    };
    row("banana", "'banana'");
    row("day,banana", "'banana'");
    row("Day", "'Day'");
    row("day,", "''");
    row(",", "''");
    row("day, model", "' model'");
}

void TestReportKeys::unknownKeys()
{
    QFETCH(QByteArray, list);
    QFETCH(QByteArray, named);
    const auto keys = parseReportKeys(list.toStdString());
    QVERIFY(!keys.ok());
    QCOMPARE(keys.error().code, ErrorCode::InvalidArgument);
    QVERIFY(QByteArray::fromStdString(keys.error().message).contains(named));
}

void TestReportKeys::windowIsHalfOpen()
{
    Maker m;
    ReportOptions options;
    options.since = at("2026-11-21T10:00:00Z");
    options.until = at("2026-11-21T11:00:00Z");
    ReportBuilder builder(options, m.symbols);
    for (const char *time : {"2026-11-21T09:59:59.999999999Z", "2026-11-21T10:00:00Z", "2026-11-21T10:59:59.999999999Z",
                             "2026-11-21T11:00:00Z"})
        builder.add(m.call(time));
    const Report report = builder.finish();
    QCOMPARE(report.totals.calls, std::int64_t(2));
    QCOMPARE(qint64(report.first), qint64(options.since));
    QVERIFY(report.groups.empty());
}

void TestReportKeys::when_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("zone");
    QTest::addColumn<QByteArray>("instant"); // empty: refused
    const auto row = [](const char *text, const char *zone, const char *instant) {
        QTest::addRow("%s %s", text, zone) << QByteArray(text) << QByteArray(zone) << QByteArray(instant);
    };
    row("2026-11-21", "UTC", "2026-11-21T00:00:00Z");
    row("2026-11-21", "+05:30", "2026-11-20T18:30:00Z");
    row("2026-11-21", "Europe/Berlin", "2026-11-20T23:00:00Z");
    row("2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00Z"); // midnight does not exist: the first instant of the day
    row("2026-11-21T14:30", "Europe/Berlin", "2026-11-21T13:30:00Z");
    row("2026-07-21T14:30:15", "Europe/Berlin", "2026-07-21T12:30:15Z");
    row("2026-11-21T14:30:00Z", "Europe/Berlin", "2026-11-21T14:30:00Z");
    row("2026-11-21T14:30:00+02:00", "+05:30", "2026-11-21T12:30:00Z");
    for (const char *bad : {"", "yesterday", "2026-11", "2026-13-01", "2026-02-30", "21.11.2026", "2026-11-21T25:00",
                            "2026-11-21T14", "1795255200"})
        row(bad, "UTC", "");
}

void TestReportKeys::when()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, zone);
    QFETCH(QByteArray, instant);
    const auto parsed = parseWhen(text.toStdString(), ::zone(zone.constData()));
    QCOMPARE(parsed.ok(), !instant.isEmpty());
    if (parsed)
        QCOMPARE(QByteArray::fromStdString(formatRfc3339(*parsed)), instant);
    else
        QVERIFY(QByteArray::fromStdString(parsed.error().message).contains("'" + text + "'"));
}

void TestReportKeys::timeKeys_data()
{
    QTest::addColumn<QByteArray>("zone");
    QTest::addColumn<QByteArray>("keys"); // minute|hour|day|month
    QTest::newRow("UTC") << QByteArray("UTC") << QByteArray("2026-11-30T21:12Z|2026-11-30T21Z|2026-11-30|2026-11");
    QTest::newRow("half an hour") << QByteArray("+05:30")
                                  << QByteArray("2026-12-01T02:42+05:30|2026-12-01T02+05:30|2026-12-01|2026-12");
    QTest::newRow("Berlin") << QByteArray("Europe/Berlin")
                            << QByteArray("2026-11-30T22:12+01:00|2026-11-30T22+01:00|2026-11-30|2026-11");
    QTest::newRow("Kathmandu") << QByteArray("Asia/Kathmandu")
                               << QByteArray("2026-12-01T02:57+05:45|2026-12-01T02+05:45|2026-12-01|2026-12");
}

void TestReportKeys::timeKeys()
{
    QFETCH(QByteArray, zone);
    QFETCH(QByteArray, keys);
    Maker m;
    ReportOptions options;
    options.keys = *parseReportKeys("minute,hour,day,month");
    options.zone = ::zone(zone.constData());
    ReportBuilder builder(options, m.symbols);
    builder.add(m.call("2026-11-30T21:12:27.396Z"));
    QCOMPARE(keysOf(builder.finish()), QStringList{QString(keys) + "=1"});
}

void TestReportKeys::everyKey()
{
    Maker m;
    Call call = m.call("2026-11-21T10:00:00Z");
    call.provider = m.symbols.intern("openai");
    call.names.tier = m.symbols.intern("mid");
    call.names.taskType = m.symbols.intern("plan");
    call.names.step = m.symbols.intern("draft");
    call.names.agent = m.symbols.intern("main");
    call.names.session = m.symbols.intern("s1");
    call.names.segment = m.symbols.intern("free");
    call.source = m.symbols.intern("/traces");
    call.run = {0x0af7651916cd43ddULL, 0x8448eb211c80319cULL};
    call.flags = CallFailed;
    ReportOptions options;
    options.keys = *parseReportKeys("workflow,model,provider,tier,task,step,agent,run,session,segment,source,status");
    ReportBuilder builder(options, m.symbols);
    builder.add(call);
    Call bare;
    bare.time = call.time;
    builder.add(bare);
    const QStringList keys = keysOf(builder.finish());
    // Empty string for "not known"; a call without a run of its own still has the null run.
    QCOMPARE(keys,
             (QStringList{
                 "|||||||00000000000000000000000000000000||||ok=1",
                 "triage|gpt-4o|openai|mid|plan|draft|main|0af7651916cd43dd8448eb211c80319c|s1|free|/traces|error=1"}));
}

void TestReportKeys::groupsAddUpInAnyOrder()
{
    Maker m;
    std::mt19937 random(6);
    std::vector<Call> calls;
    for (int i = 0; i < 2000; ++i) {
        Call call = m.call("2026-11-21T10:00:00Z", random() % 2 ? "a" : "b", random() % 3 ? "w" : "v");
        call.time += static_cast<TimeNs>(random() % 100) * kHour;
        call.cost = static_cast<PicoUsd>(random());
        call.costOrigin = random() % 5 ? CostOrigin::Computed : CostOrigin::Unpriced;
        calls.push_back(call);
    }
    ReportOptions options;
    options.keys = *parseReportKeys("day,model,workflow");
    std::string expected;
    for (int round = 0; round < 3; ++round) {
        ReportBuilder builder(options, m.symbols);
        for (const Call &call : calls)
            builder.add(call);
        const Report report = builder.finish();
        Totals sum;
        for (const ReportGroup &group : report.groups)
            sum += group.totals;
        QVERIFY(sum == report.totals);
        QVERIFY(std::is_sorted(report.groups.begin(), report.groups.end(),
                               [](const auto &a, const auto &b) { return a.key < b.key; }));
        QCOMPARE(report.unpricedModels, (std::vector<std::string>{"a", "b"}));
        const std::string json = reportToJson(report);
        if (round == 0)
            expected = json;
        QVERIFY(json == expected);
        std::shuffle(calls.begin(), calls.end(), random);
    }
}

void TestReportKeys::runsAreCountedOnce()
{
    Maker m;
    ReportOptions options;
    options.keys = *parseReportKeys("model");
    ReportBuilder builder(options, m.symbols);
    builder.add(m.call("2026-11-21T10:00:00Z", "a", "w1"));
    builder.add(m.call("2026-11-21T10:00:00Z", "b", "w1"));
    builder.add(m.call("2026-11-21T10:00:00Z", "b", "w1"));
    builder.add(m.call("2026-11-21T10:00:00Z", "b", "w2"));
    Call hit = m.call("2026-11-21T10:00:00Z", "b", "w3");
    hit.responseCache = ResponseCache::Exact; // no call, and yet the run it answered
    builder.add(hit);
    Call metered = m.call("2026-11-21T10:00:00Z", "b", "w4");
    metered.flags |= CallMetered; // of many runs, or of none
    builder.add(metered);
    const Report report = builder.finish();
    QCOMPARE(report.runs, std::int64_t(3));
    QCOMPARE(report.groups[0].runs, std::int64_t(1));
    QCOMPARE(report.groups[1].runs, std::int64_t(3));
}

void TestReportKeys::claudeRunKeys()
{
    Maker m;
    ReportOptions options;
    options.keys = *parseReportKeys("run");
    ReportBuilder builder(options, m.symbols);
    Call call = m.call("2026-11-21T10:00:00Z");
    call.format = m.symbols.intern("claude-code");
    call.names.session = m.symbols.intern("9627c309");
    builder.add(call);
    call.prompt = m.symbols.intern("prompt-7");
    builder.add(call);
    QCOMPARE(keysOf(builder.finish()), (QStringList{"9627c309=1", "9627c309/prompt-7=1"}));
}

QTEST_GUILESS_MAIN(TestReportKeys)
#include "tst_report_keys.moc"
