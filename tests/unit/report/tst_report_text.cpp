// SPDX-License-Identifier: GPL-3.0-or-later
// JSON, CSV and table of a report: the fields of design 7, formulas in CSV, terminals that obey escapes.
#include <QtTest/QtTest>
#include <nlohmann/json.hpp>

#include "core/aggregate/report/report.h"

using namespace flyball;
using Json = nlohmann::ordered_json;

namespace {

constexpr TimeNs kTime = 1'795'255'200 * kSecond; // 2026-11-21T10:00:00Z

struct Maker {
    SymbolTable symbols;
    Report report(const std::string &keys, const std::vector<std::string> &workflows, bool priced = true)
    {
        ReportOptions options;
        options.keys = *parseReportKeys(keys);
        ReportBuilder builder(options, symbols);
        for (const std::string &workflow : workflows) {
            Call call;
            call.time = kTime;
            call.names.workflow = symbols.intern(workflow);
            call.model = symbols.intern("gpt-4o");
            call.usage.quality = UsageQuality::Exact;
            call.usage[TokenClass::InFresh] = 1000;
            call.usage[TokenClass::CacheRead] = 500;
            call.usage[TokenClass::OutText] = 20;
            call.flags = CallCacheKnown;
            call.costOrigin = priced ? CostOrigin::Computed : CostOrigin::Unpriced;
            call.cost = 7'500'000'500; // half a nano-USD over
            builder.add(call);
        }
        return builder.finish();
    }
};

QStringList keysOf(const Json &object)
{
    QStringList keys;
    for (const auto &[key, value] : object.items())
        keys << QString::fromStdString(key);
    return keys;
}

QStringList lines(const std::string &text) { return QString::fromStdString(text).split('\n'); }

} // namespace

class TestReportText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void jsonFields();
    void jsonValues();
    void emptyReport();
    void unknownIsNull();
    void csvFields();
    void csvGuard_data();
    void csvGuard();
    void hostileNamesInJson();
    void tableMarksBounds();
    void tableIsSafeForATerminal();
    void sumsAreRoundedOnce();
};

void TestReportText::jsonFields()
{
    Maker m;
    const Json json = Json::parse(reportToJson(m.report("workflow", {"a"})));
    QCOMPARE(keysOf(json), (QStringList{"schema", "window", "totals", "coverage", "groups"}));
    QCOMPARE(keysOf(json["window"]), (QStringList{"since", "until", "tz"}));
    const QStringList totals = {"calls",
                                "errors",
                                "runs",
                                "tokens",
                                "cost_nusd",
                                "cost_usd",
                                "cost_bound",
                                "cost_reported_nusd",
                                "cache_hit_rate",
                                "response_cache_hits",
                                "calls_without_usage",
                                "calls_estimated",
                                "calls_partial",
                                "calls_placeholder",
                                "calls_unpriced",
                                "calls_cost_reported",
                                "tokens_unpriced"};
    QCOMPARE(keysOf(json["totals"]), totals);
    // The classes of design 7, and the two audio ones of design 3: without them in_total would not add up.
    QCOMPARE(keysOf(json["totals"]["tokens"]),
             (QStringList{"in_fresh", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_untyped",
                          "in_audio", "out_text", "out_reasoning", "out_audio", "in_total", "out_total"}));
    QCOMPARE(keysOf(json["coverage"]), (QStringList{"calls_without_usage", "calls_unpriced", "duplicates", "ignored",
                                                    "rejected", "unpriced_models"}));
    QCOMPARE(keysOf(json["groups"][0]), QStringList{"key"} + totals);
    QCOMPARE(keysOf(json["groups"][0]["key"]), QStringList{"workflow"});
    QCOMPARE(keysOf(Json::parse(totalsToJson({}, 0, 0))), totals);
}

void TestReportText::jsonValues()
{
    Maker m;
    Report report = m.report("workflow", {"a", "a", "b"});
    report.rejects = {{"truncated_line", 2}};
    report.rejected = 2;
    report.duplicates = 4;
    report.ignored = 5;
    const Json json = Json::parse(reportToJson(report));
    QCOMPARE(json["schema"].get<std::string>(), std::string("flyball.report/1"));
    QCOMPARE(json["window"]["since"].get<std::string>(), std::string("2026-11-21T10:00:00Z"));
    QCOMPARE(json["window"]["tz"].get<std::string>(), std::string("UTC"));
    const Json &t = json["totals"];
    QCOMPARE(t["calls"].get<std::int64_t>(), std::int64_t(3));
    QCOMPARE(t["tokens"]["in_total"].get<std::int64_t>(), std::int64_t(4500));
    // 3 * 7,500,000,500 pico-USD = 22,500,001.5 nano-USD: half to even, once, on the sum.
    QCOMPARE(t["cost_nusd"].get<std::int64_t>(), std::int64_t(22'500'002));
    QCOMPARE(t["cost_usd"].get<std::string>(), std::string("0.022500002"));
    QCOMPARE(t["cost_bound"].get<std::string>(), std::string("at_least")); // something was rejected
    QCOMPARE(t["cache_hit_rate"].get<double>(), 1.0 / 3);
    QVERIFY(t["cost_reported_nusd"].is_null());
    QCOMPARE(json["coverage"]["rejected"].dump(), std::string(R"({"truncated_line":2})"));
    QCOMPARE(json["coverage"]["duplicates"].get<std::int64_t>(), std::int64_t(4));
    QCOMPARE(json["groups"][0]["key"]["workflow"].get<std::string>(), std::string("a"));
    QCOMPARE(json["groups"][0]["calls"].get<std::int64_t>(), std::int64_t(2));
    QCOMPARE(json["groups"][1]["cost_bound"].get<std::string>(), std::string("exact"));
}

void TestReportText::emptyReport()
{
    Maker m;
    const Report report = m.report("", {});
    const Json json = Json::parse(reportToJson(report));
    QVERIFY(json["window"]["since"].is_null() && json["window"]["until"].is_null());
    QVERIFY(json["groups"].is_array() && json["groups"].empty());
    QVERIFY(json["coverage"]["rejected"].is_object());
    QVERIFY(json["coverage"]["unpriced_models"].is_array());
    QCOMPARE(json["totals"]["cost_usd"].get<std::string>(), std::string("0.000000000"));
    QCOMPARE(json["totals"]["cost_bound"].get<std::string>(), std::string("exact"));
    QCOMPARE(lines(reportToCsv(report)).size(), 3); // head, the totals, the end
}

void TestReportText::unknownIsNull()
{
    Maker m;
    const Json json = Json::parse(reportToJson(m.report("", {"a"}, false)));
    QCOMPARE(json["totals"]["cost_bound"].get<std::string>(), std::string("at_least"));
    QCOMPARE(json["totals"]["calls_unpriced"].get<std::int64_t>(), std::int64_t(1));
    QCOMPARE(json["totals"]["tokens_unpriced"].get<std::int64_t>(), std::int64_t(1520));
    QCOMPARE(json["coverage"]["unpriced_models"].dump(), std::string(R"(["gpt-4o"])"));
    QVERIFY(Json::parse(totalsToJson({}, 0, 0))["cache_hit_rate"].is_null());
}

void TestReportText::csvFields()
{
    Maker m;
    const QStringList csv = lines(reportToCsv(m.report("workflow,model", {"a", "b"})));
    QCOMPARE(csv.size(), 4); // head, two rows, the end of the last line
    QCOMPARE(
        csv[0],
        QString(
            "workflow,model,calls,errors,runs,in_fresh,cache_read,cache_write_5m,cache_write_1h,cache_write_untyped,in_"
            "audio,"
            "out_text,out_reasoning,out_audio,in_total,out_total,cost_nusd,cost_usd,cost_bound,cost_reported_nusd,"
            "cache_hit_rate,"
            "response_cache_hits,calls_without_usage,calls_estimated,calls_partial,calls_placeholder,calls_unpriced,"
            "calls_cost_reported,tokens_unpriced"));
    const QStringList cells = csv[1].split(',');
    QCOMPARE(cells.size(), csv[0].split(',').size());
    QCOMPARE(cells[0], QString("a"));
    QCOMPARE(cells[csv[0].split(',').indexOf("cost_usd")], QString("0.007500000")); // 500 pico: half to even
    QCOMPARE(cells[csv[0].split(',').indexOf("cost_reported_nusd")], QString());    // unknown is empty, not 0
}

void TestReportText::csvGuard_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("cell");
    const auto row = [](const char *name, const char *cell) {
        QTest::addRow("'%s'", name) << QByteArray(name) << QByteArray(cell);
    };
    row("plain", "plain");
    row("", "");
    row("with, comma", "\"with, comma\"");
    row("with \"quotes\"", "\"with \"\"quotes\"\"\"");
    row("two\nlines", "\"two\nlines\"");
    row("=1+1", "\"'=1+1\"");
    row("+1", "\"'+1\"");
    row("-1", "\"'-1\"");
    row("@SUM(A1)", "\"'@SUM(A1)\"");
    row("\t=1", "\"'\t=1\"");
    row("\r=1", "\"'\r=1\"");
    row("\n=1", "\"'\n=1\"");
    row(" =1", "\"' =1\"");
    row("'=1", "\"''=1\"");
    row("\"=1", "\"'\"\"=1\"");
    row("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"");
    row("\xEF\xBC\x9D"
        "1",
        "\"'\xEF\xBC\x9D"
        "1\""); // full-width =
    row("\xE2\x82\xAC"
        "1",
        "\xE2\x82\xAC"
        "1");
    row("a=1", "a=1");
    row("2026-11-21", "2026-11-21");
}

/// OWASP "CSV injection": no cell of outside text may begin a formula in a spreadsheet.
void TestReportText::csvGuard()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, cell);
    Maker m;
    const std::string csv = reportToCsv(m.report("workflow", {name.toStdString()}));
    const QByteArray row = QByteArray::fromStdString(csv.substr(csv.find('\n') + 1));
    QVERIFY2(row.startsWith(cell + ",1,0,1,"), row.constData());
}

void TestReportText::hostileNamesInJson()
{
    Maker m;
    const std::string names[] = {"\xFF\xFE",
                                 "a\"b\\c",
                                 std::string("nul\0x", 5),
                                 "\x1b[31m",
                                 "\xE2\x80\xAE"
                                 "gnp.exe",
                                 std::string(100'000, 'x')};
    for (const std::string &name : names) {
        const std::string text = reportToJson(m.report("workflow", {name}));
        const Json json = Json::parse(text, nullptr, false);
        QVERIFY(!json.is_discarded());
        QCOMPARE(text.back(), '\n');
        QCOMPARE(std::count(text.begin(), text.end(), '\n'), std::ptrdiff_t(1)); // one line, whatever is in it
        if (name[0] != '\xFF')
            QCOMPARE(json["groups"][0]["key"]["workflow"].get<std::string>(), name);
    }
}

void TestReportText::tableMarksBounds()
{
    Maker m;
    QVERIFY(reportToTable(m.report("", {"a"})).find("0.007500000") != std::string::npos);
    const std::string unpriced = reportToTable(m.report("workflow", {"a"}, false));
    QVERIFY(unpriced.find("unknown") != std::string::npos); // T11: never 0.00
    QVERIFY(unpriced.find("no price: gpt-4o") != std::string::npos);
    Report rejected = m.report("", {"a"});
    rejected.rejected = 1;
    rejected.rejects = {{"html", 1}};
    QVERIFY(reportToTable(rejected).find("≥ 0.0075") != std::string::npos);
    QVERIFY(reportToTable(rejected).find("rejected: 1 html") != std::string::npos);
}

void TestReportText::tableIsSafeForATerminal()
{
    Maker m;
    const std::string table = reportToTable(m.report("workflow", {"\x1b[2J\x1b]0;owned\x07", "a\nb\rc\x7f",
                                                                  "\xE2\x80\xAE"
                                                                  "abc",
                                                                  "\xC2\x9B"
                                                                  "31m",
                                                                  "\xE2\x80\xA8x"}));
    for (const char c : table)
        QVERIFY(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    for (const char *mark : {"\xE2\x80\xAE", "\xC2\x9B", "\xE2\x80\xA8"})
        QVERIFY(table.find(mark) == std::string::npos);
    QCOMPARE(lines(QString::fromStdString(table).trimmed().toStdString()).size(), 7); // head, five rows, total
}

void TestReportText::sumsAreRoundedOnce()
{
    Totals totals;
    Call call;
    call.usage.quality = UsageQuality::Exact;
    call.costOrigin = CostOrigin::Computed;
    call.cost = 400; // below half a nano-USD each: rounding every call would give 0
    for (int i = 0; i < 1000; ++i)
        totals.add(call);
    QCOMPARE(Json::parse(totalsToJson(totals, 1, 0))["cost_nusd"].get<std::int64_t>(), std::int64_t(400));
}

QTEST_GUILESS_MAIN(TestReportText)
#include "tst_report_text.moc"
