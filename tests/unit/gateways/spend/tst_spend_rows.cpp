// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of LiteLLM's spend log, and the payloads it logs of the same calls.
#include <QtTest/QtTest>

#include <cmath>

#include "core/gateways/litellm/spendrow.h"
#include "tests/unit/gateways/spend/spend_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

class TestSpendRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everySampleRow_data();
    void everySampleRow();
    void columnsOfOlderVersions();
    void moneyR4_data();
    void moneyR4();
    void tokensR4_data();
    void tokensR4();
    void rowsThatAreRefused_data();
    void rowsThatAreRefused();
    void cacheHitsInWords_data();
    void cacheHitsInWords();
    void unknownWordsAreKept();
    void workflowLabels_data();
    void workflowLabels();
    void labelsThatAreNone();
    void rowAndPayloadAreOneCall_data();
    void rowAndPayloadAreOneCall();
    void failedRowAndAttempts();
    void hostileText();
};

namespace {

constexpr const char *kUuid = "6f1c2a34-9b0e-4d1f-8a77-0123456789ab";

SpendRow read(const json &row, const std::string &labels = {})
{
    std::vector<std::string> words;
    if (!labels.empty())
        words.push_back(labels);
    const auto label = WorkflowLabel::parse(
        words, {"key_alias", "key", "team", "user", "end_user", "model_group", "tag:", "metadata:"});
    return readSpendRow(row.dump(), *label);
}

void take(World &world, const json &row)
{
    const SpendRow spend = read(row);
    if (spend.payload.empty())
        qFatal("%s", std::string(spend.rejection).c_str());
    world.file("litellm-log", "http://gateway", spend.payload);
}

/// The payload that is logged of the same call.
json payloadOf(const std::string &response, const std::string &call)
{
    return {{"id", response},
            {"litellm_call_id", call},
            {"trace_id", "s-" + response},
            {"call_type", "acompletion"},
            {"custom_llm_provider", "openai"},
            {"model", "gpt-4o"},
            {"model_group", "smart"},
            {"startTime", 1795363140.0},
            {"endTime", 1795363141.0},
            {"status", "success"},
            {"response_cost", 0.0035},
            {"prompt_tokens", 1000},
            {"completion_tokens", 100},
            {"request_tags", {"workflow:logged"}},
            {"metadata", {{"user_api_key_alias", "triage"}}}};
}

} // namespace

void TestSpendRows::everySampleRow_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("bare list") << QByteArray("litellm_spend_logs.json");
    QTest::newRow("page") << QByteArray("litellm_spend_logs_ui_page1.json");
}

void TestSpendRows::everySampleRow()
{
    QFETCH(QByteArray, file);
    const json whole = fixture(file.toStdString());
    const json &rows = whole.is_array() ? whole : whole.at("data");
    QVERIFY(rows.size() >= 5);
    std::int64_t calls = 0, failed = 0, kept = 0, pico = 0;
    std::map<std::string, std::int64_t> input, read_, written, output;
    World w;
    for (const json &row : rows) {
        take(w, row);
        const json &usage = row["metadata"]["usage_object"];
        const std::string workflow = row["metadata"]["user_api_key_alias"];
        if (row["cache_hit"] == "True") {
            ++kept;
            continue;
        }
        ++calls;
        failed += row["status"] == "failure";
        pico += std::llround(row["spend"].get<double>() * 1e9) * 1000;
        if (usage.is_null())
            continue;
        const std::int64_t hit = usage["cache_read_input_tokens"], write = usage["cache_creation_input_tokens"];
        input[workflow] += row["prompt_tokens"].get<std::int64_t>() - hit - write;
        read_[workflow] += hit;
        written[workflow] += write;
        output[workflow] += row["completion_tokens"].get<std::int64_t>();
    }
    const Totals totals = w.totals();
    QCOMPARE(totals.calls, calls);
    QCOMPARE(totals.errors, failed);
    QCOMPARE(totals.responseCacheHits, kept);
    QCOMPARE(totals.costReported.nanoUsd(), pico / 1000);
    std::map<std::string, std::int64_t> gotInput, gotRead, gotWritten, gotOutput;
    for (const Call &call : w.calls()) {
        const std::string workflow = w.text(call.names.workflow);
        QCOMPARE(qint64(call.latencyNs), qint64(6'250'000'000));
        QCOMPARE(qint64(call.firstTokenNs), qint64(810'000'000));
        if (call.responseCache != ResponseCache::None || !call.hasUsage())
            continue;
        gotInput[workflow] += call.usage[TokenClass::InFresh];
        gotRead[workflow] += call.usage[TokenClass::CacheRead];
        gotWritten[workflow] += call.usage[TokenClass::CacheWriteUntyped];
        gotOutput[workflow] += call.usage[TokenClass::OutText];
    }
    QVERIFY(gotInput == input && gotRead == read_ && gotWritten == written && gotOutput == output);
}

void TestSpendRows::columnsOfOlderVersions()
{
    json row = spendRow("chatcmpl-1", 60);
    row["metadata"] = json{{"user_api_key_alias", "old"},
                           {"additional_usage_values", {{"prompt_tokens_details", {{"cached_tokens", 600}}}}}}
                          .dump(1);
    row["request_tags"] = R"(["User-Agent: x","task:classify"])";
    row["status"] = nullptr;
    row["spend"] = "0.0035";
    World w;
    take(w, row);
    const Call call = w.only();
    QCOMPARE(tokensOf(call.usage), std::string("in 400 read 600 out 100"));
    QCOMPARE(w.text(call.names.workflow), std::string("old"));
    QCOMPARE(w.text(call.names.taskType), std::string("classify"));
    QCOMPARE(qint64(call.reportedPico), qint64(3'500'000'000));
    QVERIFY(!call.failed());
}

void TestSpendRows::moneyR4_data()
{
    QTest::addColumn<QByteArray>("spend");
    QTest::addColumn<qlonglong>("pico"); // -1: not known
    QTest::addColumn<QByteArray>("rejection");
    QTest::newRow("number") << QByteArray("0.0123") << 12'300'000'000LL << QByteArray();
    QTest::newRow("text") << QByteArray("\"0.0123\"") << 12'300'000'000LL << QByteArray();
    QTest::newRow("exponent") << QByteArray("1e-7") << 100'000LL << QByteArray();
    QTest::newRow("null") << QByteArray("null") << -1LL << QByteArray();
    QTest::newRow("empty") << QByteArray("\"\"") << -1LL << QByteArray();
    QTest::newRow("refund") << QByteArray("-3.2") << -1LL << QByteArray("refund");
    QTest::newRow("refund as text") << QByteArray("\"-3.2\"") << -1LL << QByteArray("refund");
    QTest::newRow("too large") << QByteArray("1e400") << -1LL << QByteArray("bad_money");
    QTest::newRow("list") << QByteArray("[]") << -1LL << QByteArray("bad_money");
    QTest::newRow("word") << QByteArray("\"free\"") << -1LL << QByteArray("bad_money");
    QTest::newRow("truth") << QByteArray("true") << -1LL << QByteArray("bad_money");
}

void TestSpendRows::moneyR4()
{
    QFETCH(QByteArray, spend);
    QFETCH(qlonglong, pico);
    QFETCH(QByteArray, rejection);
    json row = spendRow("chatcmpl-1", 60);
    row["spend"] = "HERE";
    std::string text = row.dump();
    text.replace(text.find("\"HERE\""), 6, spend.toStdString());
    const SpendRow out = readSpendRow(text, {});
    QCOMPARE(std::string(out.rejection), rejection.toStdString());
    if (!rejection.isEmpty())
        return;
    World w;
    w.file("litellm-log", "http://gateway", out.payload);
    QCOMPARE(qint64(w.only().reportedPico), qint64(pico));
}

void TestSpendRows::tokensR4_data()
{
    QTest::addColumn<QByteArray>("tokens");
    QTest::addColumn<bool>("good");
    QTest::newRow("2^53") << QByteArray("9007199254740992") << true;
    QTest::newRow("beyond") << QByteArray("9007199254740993") << false;
    QTest::newRow("negative") << QByteArray("-1") << false;
    QTest::newRow("text") << QByteArray("\"1000\"") << true;
    QTest::newRow("part") << QByteArray("1.5") << false;
    QTest::newRow("list") << QByteArray("[1]") << false;
}

void TestSpendRows::tokensR4()
{
    QFETCH(QByteArray, tokens);
    QFETCH(bool, good);
    json row = spendRow("chatcmpl-1", 60);
    row["prompt_tokens"] = "HERE";
    std::string text = row.dump();
    text.replace(text.find("\"HERE\""), 6, tokens.toStdString());
    World w;
    w.file("litellm-log", "http://gateway", readSpendRow(text, {}).payload);
    QCOMPARE(w.totals().calls, good ? 1 : 0);
    QCOMPARE(w.rejected("out_of_range"), good ? 0 : 1);
}

void TestSpendRows::rowsThatAreRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("rejection");
    QTest::newRow("no id") << QByteArray(R"({"model":"m","spend":1})") << QByteArray("no_id");
    QTest::newRow("null id") << QByteArray(R"({"request_id":null,"spend":1})") << QByteArray("no_id");
    QTest::newRow("None") << QByteArray(R"({"request_id":"None"})") << QByteArray("no_id");
    QTest::newRow("list") << QByteArray("[1,2]") << QByteArray("not_an_object");
    QTest::newRow("cut") << QByteArray(R"({"request_id":"a","spend")") << QByteArray("not_an_object");
    QTest::newRow("number") << QByteArray("17") << QByteArray("not_an_object");
}

void TestSpendRows::rowsThatAreRefused()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, rejection);
    const SpendRow row = readSpendRow(text.toStdString(), {});
    QCOMPARE(std::string(row.rejection), rejection.toStdString());
    QVERIFY(row.payload.empty());
}

void TestSpendRows::cacheHitsInWords_data()
{
    QTest::addColumn<QByteArray>("word");
    QTest::addColumn<int>("calls");
    QTest::newRow("True") << QByteArray("\"True\"") << 0;
    QTest::newRow("true") << QByteArray("true") << 0;
    QTest::newRow("False") << QByteArray("\"False\"") << 1;
    QTest::newRow("None") << QByteArray("\"None\"") << 1;
    QTest::newRow("empty") << QByteArray("\"\"") << 1;
    QTest::newRow("null") << QByteArray("null") << 1;
}

void TestSpendRows::cacheHitsInWords()
{
    QFETCH(QByteArray, word);
    QFETCH(int, calls);
    json row = spendRow("chatcmpl-1", 60);
    row["cache_hit"] = json::parse(word.toStdString());
    World w;
    take(w, row);
    QCOMPARE(w.totals().calls, calls);
    QCOMPARE(w.totals().responseCacheHits, 1 - calls);
}

void TestSpendRows::unknownWordsAreKept()
{
    json row = spendRow("chatcmpl-1", 60);
    row["call_type"] = "acall_of_next_year";
    row["status"] = "queued";
    row["custom_llm_provider"] = "nobody";
    row["new_column"] = {{"a", 1}};
    World w;
    take(w, row);
    QCOMPARE(w.text(w.only().provider), std::string("nobody"));
    QVERIFY(!w.only().failed());
}

void TestSpendRows::workflowLabels_data()
{
    QTest::addColumn<QByteArray>("label");
    QTest::addColumn<QByteArray>("workflow");
    QTest::newRow("alias") << QByteArray("key_alias") << QByteArray("triage");
    QTest::newRow("key") << QByteArray("key") << QByteArray("88dc28");
    QTest::newRow("team alias") << QByteArray("team") << QByteArray("agents");
    QTest::newRow("tag") << QByteArray("tag:job") << QByteArray("nightly");
    QTest::newRow("own metadata") << QByteArray("metadata:flow") << QByteArray("billing");
    QTest::newRow("asked metadata") << QByteArray("metadata:run") << QByteArray("17");
    QTest::newRow("model group") << QByteArray("model_group") << QByteArray("smart");
    QTest::newRow("not there") << QByteArray("end_user") << QByteArray();
}

void TestSpendRows::workflowLabels()
{
    QFETCH(QByteArray, label);
    QFETCH(QByteArray, workflow);
    json row = spendRow("chatcmpl-1", 60);
    row["request_tags"] = {"jobs:no", "job:nightly"};
    row["metadata"]["user_api_key_team_alias"] = "agents";
    row["metadata"]["spend_logs_metadata"] = {{"flow", "billing"}};
    row["metadata"]["requester_metadata"] = {{"run", 17}};
    QCOMPARE(read(row, label.toStdString()).workflow, workflow.toStdString());
}

void TestSpendRows::labelsThatAreNone()
{
    for (const char *word : {"nonsense", "tag:", "tag", "key:x", ":"}) {
        const auto label = WorkflowLabel::parse({word}, {"key", "tag:"});
        QVERIFY2(!label, word);
        QVERIFY(label.error().message.find("tag:NAME") != std::string::npos);
    }
}

void TestSpendRows::rowAndPayloadAreOneCall_data()
{
    QTest::addColumn<QByteArray>("filed"); // request_id of the row
    QTest::addColumn<QByteArray>("response");
    QTest::newRow("filed by the response") << QByteArray("chatcmpl-1") << QByteArray("chatcmpl-1");
    QTest::newRow("filed by the call") << QByteArray(kUuid) << QByteArray("chatcmpl-1");
    QTest::newRow("the response is a uuid")
        << QByteArray("0b0e2a34-9b0e-4d1f-8a77-ffffffffffff") << QByteArray("0b0e2a34-9b0e-4d1f-8a77-ffffffffffff");
}

void TestSpendRows::rowAndPayloadAreOneCall()
{
    QFETCH(QByteArray, filed);
    QFETCH(QByteArray, response);
    const json payload = payloadOf(response.toStdString(), kUuid);
    json row = spendRow(filed.toStdString(), 60);
    row["session_id"] = payload["trace_id"];
    std::string first;
    for (const bool rowFirst : {true, false}) {
        World w;
        if (rowFirst)
            take(w, row);
        w.file("litellm-log", "l.jsonl", payload.dump());
        if (!rowFirst)
            take(w, row);
        const Call call = w.only();
        QCOMPARE(w.text(call.request), response.toStdString());
        QCOMPARE(w.totals().calls, 1);
        QCOMPARE(w.runs().size(), std::size_t{1});
        if (first.empty())
            first = w.describe();
        QCOMPARE(w.describe(), first);
    }
    // Another call of the same trace stays one.
    World w;
    json other = spendRow("chatcmpl-2", 50);
    other["session_id"] = payload["trace_id"];
    take(w, row);
    take(w, other);
    w.file("litellm-log", "l.jsonl", payload.dump());
    QCOMPARE(w.totals().calls, 2);
}

void TestSpendRows::failedRowAndAttempts()
{
    json row = spendRow(kUuid, 60);
    row["status"] = "failure";
    row["spend"] = 0;
    row["prompt_tokens"] = row["completion_tokens"] = row["total_tokens"] = 0;
    row["metadata"]["error_information"] = {{"error_class", "RateLimitError"}, {"error_code", "429"}};
    World alone;
    take(alone, row);
    QCOMPARE(alone.totals().errors, 1);
    QCOMPARE(alone.text(alone.only().errorType), std::string("RateLimitError"));
    QVERIFY(!alone.only().hasUsage());
    // The log has each attempt, the spend log the request.
    World both;
    for (const double start : {1795363140.0, 1795363141.5}) {
        json attempt = payloadOf(kUuid, kUuid);
        attempt["startTime"] = start;
        attempt["status"] = "failure";
        attempt["prompt_tokens"] = attempt["completion_tokens"] = 0;
        both.file("litellm-log", "l.jsonl", attempt.dump());
    }
    QCOMPARE(both.totals().calls, 2);
    take(both, row);
    QCOMPARE(both.totals().calls, 2);
    QCOMPARE(both.totals().errors, 2);
}

void TestSpendRows::hostileText()
{
    json row = spendRow("chatcmpl-\"\n<img src=x>", 60);
    row["model"] = std::string("m\0x", 3) + "\u202E";
    row["metadata"]["note"] = "line\nbreak";
    World w;
    take(w, row);
    QCOMPARE(w.text(w.only().request), std::string("chatcmpl-\"\n<img src=x>"));
    // Whatever stands in it, nothing is read beyond one row.
    std::string text = row.dump();
    for (std::size_t cut = 0; cut < text.size(); ++cut)
        QVERIFY(readSpendRow(std::string_view(text).substr(0, cut), {}).payload.empty());
    const std::string deep = R"({"request_id":"a","metadata":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
    World d;
    const SpendRow nested = readSpendRow(deep, {});
    d.file("litellm-log", "http://gateway", nested.payload);
    QVERIFY(d.totals().calls <= 1);
}

QTEST_GUILESS_MAIN(TestSpendRows)
#include "tst_spend_rows.moc"
