// SPDX-License-Identifier: GPL-3.0-or-later
// What the families of each gateway mean, under all the names they go by.
#include <QtTest/QtTest>

#include "core/formats/meters/meanings.h"
#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// What a page amounts to that was not there at the reading before.
QByteArray spendOf(const std::string &page, std::vector<std::string> labels = {})
{
    BookBench b(std::move(labels));
    b.read("up 1\n", 0);
    b.read(page, 15);
    return QByteArray::fromStdString(b.spend());
}

std::string series(const std::string &name, const std::string &labels, const std::string &value)
{
    return name + '{' + labels + "} " + value + '\n';
}

} // namespace

class TestMeterMeanings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void claudeCodeNames();
    void litellmSubsets();
    void litellmOlderAndNewerCacheFamilies();
    void responseCacheIsNoPromptCache();
    void bifrostSubsets();
    void bifrostRoutingMoney();
    void envoyTypes();
    void openLit();
    void kongWithoutPrices();
    void aModelTheGatewayHasNoPriceFor();
    void workflowLabels_data();
    void workflowLabels();
    void unknownFamiliesAreNamed();
    void partsBeforeTheWhole();
};

void TestMeterMeanings::claudeCodeNames()
{
    const std::string labels = "model=\"m\",workflow_name=\"w\"";
    for (const char *name : {"claude_code_cost_usage_total", "claude_code_cost_usage",
                             "claude_code_cost_usage_USD_total", "claude_code_cost_usage_USD"})
        QCOMPARE(spendOf(series(name, labels, "0.5")), QByteArray("w/m money=0.500000000\n"));
    for (const char *name : {"claude_code_token_usage_total", "claude_code_token_usage",
                             "claude_code_token_usage_tokens_total", "claude_code_token_usage_tokens"}) {
        std::string page = series("claude_code_cost_usage_total", labels, "0.25");
        for (const char *type : {"input", "output", "cacheRead", "cacheCreation"})
            page += series(name, labels + ",type=\"" + type + "\"", std::to_string(std::strlen(type)));
        // Input does not include the cache here.
        QCOMPARE(spendOf(page), QByteArray("w/m money=0.250000000 in 5 read 9 untyped 13 out 6\n"));
    }
    // In quotes, as OpenTelemetry names it.
    QCOMPARE(spendOf("{\"claude_code.cost.usage\",\"model\"=\"m\"} 0.5\n"), QByteArray("/m money=0.500000000\n"));
}

void TestMeterMeanings::litellmSubsets()
{
    const std::string labels = "api_key_alias=\"w\",model=\"m\"";
    const std::string page = series("litellm_spend_metric_total", labels, "1")
                             + series("litellm_total_tokens_metric_total", labels, "1300")
                             + series("litellm_input_tokens_metric_total", labels, "1000.0")
                             + series("litellm_output_tokens_metric_total", labels, "300")
                             + series("litellm_input_cached_tokens_metric_total", labels, "600")
                             + series("litellm_input_cache_creation_tokens_metric_total", labels, "100")
                             + series("litellm_output_reasoning_tokens_metric_total", labels, "50");
    QCOMPARE(spendOf(page), QByteArray("w/m money=1.000000000 in 300 read 600 untyped 100 out 250 reasoning 50\n"));
    // None is how Python writes what it has not.
    QCOMPARE(spendOf(series("litellm_spend_metric", "api_key_alias=\"None\",model=\"m\",team_alias=\"t\"", "1")),
             QByteArray("t/m money=1.000000000\n"));
}

void TestMeterMeanings::litellmOlderAndNewerCacheFamilies()
{
    const std::string labels = "api_key_alias=\"w\",model=\"m\"";
    const std::string in =
        series("litellm_spend_metric_total", labels, "1") + series("litellm_input_tokens_metric_total", labels, "1000");
    const std::string newer = series("litellm_input_cached_tokens_metric_total", labels, "600");
    const std::string other = series("litellm_provider_cache_read_input_tokens_metric_total", labels, "600");
    const QByteArray expected("w/m money=1.000000000 in 400 read 600\n");
    QCOMPARE(spendOf(in + newer), expected);
    QCOMPARE(spendOf(in + other), expected);
    QCOMPARE(spendOf(in + newer + other), expected);
    QCOMPARE(spendOf(other + newer + in), expected);
}

void TestMeterMeanings::responseCacheIsNoPromptCache()
{
    const std::string labels = "api_key_alias=\"w\",model=\"m\"";
    QCOMPARE(spendOf(series("litellm_cached_tokens_metric_total", labels, "5000")
                     + series("litellm_cache_hits_metric_total", labels, "3")
                     + series("bifrost_cache_hits_total", "model=\"m\",cache_type=\"direct\"", "3")),
             QByteArray());
}

void TestMeterMeanings::bifrostSubsets()
{
    const std::string labels = "model=\"m\",provider=\"p\",virtual_key_name=\"w\",team_name=\"t\",project_name=\"\"";
    const std::string page = series("bifrost_cost_total", labels, "2")
                             + series("bifrost_input_tokens_total", labels, "1e3")
                             + series("bifrost_output_tokens_total", labels, "10")
                             + series("bifrost_cache_read_input_tokens_total", labels, "500")
                             + series("bifrost_cache_write_input_tokens_total", labels, "300")
                             + series("bifrost_cache_write_input_tokens_5m_total", labels, "200")
                             + series("bifrost_cache_write_input_tokens_1h_total", labels, "60");
    QCOMPARE(spendOf(page), QByteArray("w/m money=2.000000000 in 200 read 500 5m 200 1h 60 untyped 40 out 10\n"));
}

void TestMeterMeanings::bifrostRoutingMoney()
{
    const std::string labels = "model=\"m\",virtual_key_name=\"w\"";
    QCOMPARE(spendOf(series("bifrost_cost_total", labels, "2") + series("bifrost_routing_llm_cost_total", labels, ".25")
                     + series("bifrost_routing_embedding_cost_total", labels, "0.125")
                     + series("bifrost_routing_llm_requests_total", labels, "7")),
             QByteArray("w/m money=2.375000000\n"));
}

void TestMeterMeanings::envoyTypes()
{
    const std::string labels = "gen_ai_response_model=\"unknown\",gen_ai_request_model=\"m\",gen_ai_token_type=\"";
    for (const char *unit : {"", "_tokens", "_token"}) {
        const std::string name = std::string("gen_ai_client_token_usage") + unit;
        const std::string page =
            series(name + "_sum", labels + "input\"", "1000") + series(name + "_sum", labels + "cached_input\"", "600")
            + series(name + "_sum", labels + "cache_creation_input\"", "100")
            + series(name + "_sum", labels + "output\"", "50.5") + series(name + "_sum", labels + "reasoning\"", "20")
            + series(name + "_sum", labels + "total\"", "1050") + series(name + "_count", labels + "input\"", "9")
            + series(name + "_bucket", labels + "input\",le=\"+Inf\"", "9");
        // No money: our prices are asked. Halves go to the even number.
        QCOMPARE(spendOf(page), QByteArray("/m money=- in 300 read 600 untyped 100 out 30 reasoning 20\n"));
    }
    BookBench b;
    QCOMPARE(b.read(series("gen_ai_client_token_usage_sum", labels + "poetry\"", "1"), 0).trouble,
             std::vector<std::string>{"1 value ignored: a type of token that is not known"});
}

void TestMeterMeanings::openLit()
{
    const std::string labels = "gen_ai_request_model=\"m\"";
    QCOMPARE(spendOf(series("gen_ai_usage_cost_USD_sum", labels, "0.25")
                     + series("gen_ai_usage_input_tokens_total", labels, "100")
                     + series("gen_ai_client_token_usage_sum", labels + ",gen_ai_token_type=\"input\"", "100")),
             QByteArray("/m money=0.250000000 in 100\n"));
}

void TestMeterMeanings::kongWithoutPrices()
{
    QCOMPARE(spendOf(series("kong_ai_llm_tokens_total", "ai_model=\"m\",token_type=\"prompt_tokens\"", "10")
                     + series("kong_ai_llm_tokens_total", "ai_model=\"m\",token_type=\"completion_tokens\"", "5")
                     + series("kong_ai_llm_tokens_total", "ai_model=\"m\",token_type=\"total_tokens\"", "15")),
             QByteArray("/m money=- in 10 out 5\n"));
}

void TestMeterMeanings::aModelTheGatewayHasNoPriceFor()
{
    // Money is counted for one of two models; the other one is for our prices.
    const auto tokens = [](const char *model) {
        return series("kong_ai_llm_tokens_total",
                      std::string("ai_model=\"") + model + "\",token_type=\"prompt_tokens\"", "10");
    };
    QCOMPARE(spendOf(series("kong_ai_llm_cost_total", "ai_model=\"a\"", "1") + tokens("a") + tokens("b")),
             QByteArray("/a money=1.000000000 in 10\n/b money=- in 10\n"));
    // Money without a model is for all of them: priced again it would count twice.
    QCOMPARE(spendOf(series("kong_ai_llm_cost_total", "workspace=\"x\"", "1") + tokens("a")),
             QByteArray("/ money=1.000000000\n/a money=0.000000000 in 10\n"));
}

void TestMeterMeanings::workflowLabels_data()
{
    QTest::addColumn<QByteArray>("labels");
    QTest::addColumn<QByteArray>("chosen");
    QTest::addColumn<QByteArray>("workflow");
    const auto row = [](const char *name, const char *labels, const char *chosen, const char *workflow) {
        QTest::newRow(name) << QByteArray(labels) << QByteArray(chosen) << QByteArray(workflow);
    };
    row("workflow before the key", "api_key_alias=\"k\",workflow=\"w\"", "", "w");
    row("resource attribute", "workflow_name=\"w\",team_name=\"t\"", "", "w");
    row("metadata", "metadata_workflow=\"w\",api_key_alias=\"k\"", "", "w");
    row("tag", "tag_workflow=\"w\"", "", "w");
    row("tag that is set", "api_key_alias=\"k\",tag_workflow_triage=\"true\"", "", "triage");
    row("tag that is not set", "api_key_alias=\"k\",tag_workflow_triage=\"false\",tag_workflow=\"true\"", "", "k");
    row("key of LiteLLM", "api_key_alias=\"k\",team_alias=\"t\"", "", "k");
    row("key of Bifrost", "virtual_key_name=\"k\",team_name=\"t\"", "", "k");
    row("team", "team_alias=\"t\"", "", "t");
    row("None", "workflow=\"None\",api_key_alias=\"k\"", "", "k");
    row("empty", "workflow=\"\",api_key_alias=\"k\"", "", "k");
    row("nothing", "", "", "");
    row("chosen", "workflow=\"w\",user=\"u\"", "user", "u");
    row("chosen, the first there", "workflow=\"w\",user=\"u\"", "job,user,workflow", "u");
    row("chosen and not there", "workflow=\"w\"", "user", "");
}

void TestMeterMeanings::workflowLabels()
{
    QFETCH(QByteArray, labels);
    QFETCH(QByteArray, chosen);
    QFETCH(QByteArray, workflow);
    std::vector<std::string> choice;
    for (const QByteArray &one : chosen.split(','))
        if (!one.isEmpty())
            choice.push_back(one.toStdString());
    QCOMPARE(spendOf(series("litellm_spend_metric_total", labels.toStdString(), "1"), choice),
             workflow + "/ money=1.000000000\n");
}

void TestMeterMeanings::unknownFamiliesAreNamed()
{
    BookBench b;
    const MeterSummary summary =
        b.read("acme_llm_dollars_total 3\nacme_latency_bucket{le=\"1\"} 2\nacme_latency_sum 2\nacme_latency_count 1\n"
               "litellm_mcp_tool_call_spend_metric_total 5\npython_info 1\nprocess_cpu_seconds_total 1\n"
               "litellm_request_total_latency_metric_sum 1\nup 1\n",
               0);
    QCOMPARE(summary.unknown,
             (std::vector<std::string>{"acme_latency", "acme_llm_dollars", "litellm_mcp_tool_call_spend_metric"}));
    QCOMPARE(summary.series, std::int64_t(9));
    QCOMPARE(summary.counted, std::int64_t(0));
}

void TestMeterMeanings::partsBeforeTheWhole()
{
    // Read in the middle of a call: its cached tokens are counted, its input is not yet. Nothing is counted twice.
    const std::string labels = "api_key_alias=\"w\",model=\"m\"";
    const auto page = [&](const char *in, const char *read, const char *out, const char *reasoning) {
        return series("litellm_spend_metric_total", labels, "3") // of earlier calls
               + series("litellm_input_tokens_metric_total", labels, in)
               + series("litellm_input_cached_tokens_metric_total", labels, read)
               + series("litellm_output_tokens_metric_total", labels, out)
               + series("litellm_output_reasoning_tokens_metric_total", labels, reasoning);
    };
    for (const int step : {15, 65, 3700}) { // in the same minute, in the next one, and much later
        BookBench b;
        b.read(page("0", "0", "0", "0"), 0);
        b.read(page("0", "600", "0", "50"), 1);
        b.restart();
        b.read(page("1000", "600", "80", "50"), step);
        QCOMPARE(QByteArray::fromStdString(b.spend()),
                 QByteArray("w/m money=0.000000000 in 400 read 600 out 30 reasoning 50\n"));
    }
}

QTEST_GUILESS_MAIN(TestMeterMeanings)
#include "tst_meter_meanings.moc"
