// SPDX-License-Identifier: GPL-3.0-or-later
// What a source holds, beside what is made of it: as the reader makes it, and without what must not be shown.
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include <algorithm>
#include <set>

#include "core/gateways/browse/rawfile.h"
#include "core/gateways/browse/rawpage.h"
#include "core/gateways/browse/rawrecord.h"
#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

SourceConfig configOf(const std::string &kind, const std::string &target,
                      std::map<std::string, std::string> options = {})
{
    SourceConfig config;
    config.kind = kind;
    config.target = target;
    config.options = std::move(options);
    return config;
}

/// What a server with this page is shown as.
Result<RawPage> shown(const QByteArray &page, std::map<std::string, std::string> options = {},
                      const QByteArray &head = {}, const QByteArray &status = "200 OK")
{
    HostileServer server(
        [&](const QByteArray &, QTcpSocket &socket) { HostileServer::reply(socket, page, head, status); });
    return browseSource(configOf("prometheus", server.url(), std::move(options)));
}

std::string everything(const RawPage &page)
{
    std::string out;
    for (const RawRow &row : page.rows) {
        for (const std::string &cell : row.cells)
            out += cell + '\t';
        out += row.meaning + '\n';
    }
    for (const std::string &note : page.notes)
        out += note + '\n';
    return out;
}

const char *toneOf(const RawRow &row)
{
    static constexpr const char *kWords[] = {"counts", "known", "unknown", "bad"};
    return kWords[static_cast<std::size_t>(row.tone)];
}

QByteArray bytes(const std::string &text) { return QByteArray::fromStdString(text); }

} // namespace

class TestRawBrowse : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void asTheReaderTakesIt_data();
    void asTheReaderTakesIt();
    void meanings_data();
    void meanings();
    void familiesThatTellTheSame();
    void keysAreNotShown();
    void hostileLabels();
    void manySeries();
    void refusals_data();
    void refusals();
    void nobodyListensThere();
    void serverOfSeries();
    void serverWithoutNames();
    void listeningIsNotAsked();
    void recordsOfAFile();
    void endOfALongFile();
    void newestOfAFolder();
    void noFile();
    void byPolling();
    void fieldsNotTexts_data();
    void fieldsNotTexts();
};

void TestRawBrowse::asTheReaderTakesIt_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name :
         {"litellm-2026/litellm_metrics.txt", "litellm-2026/litellm_metrics_multiproc.txt",
          "bifrost-2026/bifrost_metrics.txt", "kong-2026/kong_ai_metrics.txt",
          "claude-code-2.1.330/claude_code_otel_metrics.txt", "envoy-ai-gateway-2026/envoy_ai_gateway_metrics.txt"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestRawBrowse::asTheReaderTakesIt()
{
    QFETCH(QString, name);
    const std::string text = fixture(name.toStdString()) + "strange_family{a=\"b\"} 1\nmy_llm_cost_usd_total 3\n";
    BookBench book;
    const MeterSummary summary = book.read(text, 15);
    const auto page = shown(bytes(text));
    QVERIFY2(page, page ? "" : page.error().message.c_str());
    QCOMPARE(page->total, summary.series);
    QCOMPARE(static_cast<std::int64_t>(page->rows.size()), summary.series);
    QVERIFY(!page->truncated());
    QCOMPARE(page->bytes, static_cast<std::int64_t>(text.size()));
    QVERIFY(page->took > 0);
    QVERIFY(summary.counted > 0);
    const auto twice = std::count_if(page->rows.begin(), page->rows.end(),
                                     [](const RawRow &row) { return row.meaning.starts_with("told by "); });
    QCOMPARE(page->count(RawTone::Counts) + twice, summary.counted);
    std::set<std::string> unknown;
    for (const RawRow &row : page->rows)
        if (row.tone == RawTone::Unknown)
            unknown.insert(row.meaning.substr(std::string("no meaning here: family ").size()));
    QCOMPARE(std::vector<std::string>(unknown.begin(), unknown.end()), summary.unknown);
    for (const std::string &workflow : summary.workflows)
        QVERIFY2(everything(*page).find("workflow " + workflow) != std::string::npos, workflow.c_str());
}

void TestRawBrowse::meanings_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("tone");
    QTest::addColumn<QByteArray>("meaning");
    QTest::newRow("money") << QByteArray("litellm_spend_metric_total{api_key_alias=\"w\",model=\"m\"} 2.5")
                           << QByteArray("counts") << QByteArray("counts as spend: money of workflow w, model m");
    QTest::newRow("output") << QByteArray("litellm_output_tokens_metric_total{model=\"m\"} 7") << QByteArray("counts")
                            << QByteArray("counts as spend: output tokens of model m");
    QTest::newRow("by type") << QByteArray("claude_code_token_usage_tokens_total{type=\"cacheRead\",model=\"m\"} 7")
                             << QByteArray("counts")
                             << QByteArray("counts as spend: tokens read from the cache of model m");
    QTest::newRow("type") << QByteArray("claude_code_token_usage_tokens_total{type=\"<b>\"} 7") << QByteArray("unknown")
                          << QByteArray("a type of token that is not known: '<b>'");
    QTest::newRow("no type") << QByteArray("claude_code_token_usage_tokens_total 7") << QByteArray("unknown")
                             << QByteArray("no label type that says which tokens");
    QTest::newRow("sum of others") << QByteArray("litellm_total_tokens_metric_total 9") << QByteArray("known")
                                   << QByteArray("known, no spend");
    QTest::newRow("budget") << QByteArray("litellm_remaining_team_budget_metric{team=\"a\"} 12") << QByteArray("known")
                            << QByteArray("a budget gauge, no spend");
    QTest::newRow("began") << QByteArray("litellm_spend_metric_created{model=\"m\"} 1.7e9") << QByteArray("known")
                           << QByteArray("when that counter began, no spend");
    QTest::newRow("buckets") << QByteArray("gen_ai_client_token_usage_bucket{le=\"1\"} 4") << QByteArray("known")
                             << QByteArray("known, no spend");
    QTest::newRow("process") << QByteArray("process_start_time_seconds 5") << QByteArray("known")
                             << QByteArray("known, no spend");
    QTest::newRow("unknown") << QByteArray("acme_tokens_total{x=\"y\"} 5") << QByteArray("unknown")
                             << QByteArray("no meaning here: family acme_tokens");
    QTest::newRow("NaN") << QByteArray("litellm_spend_metric_total{model=\"m\"} NaN") << QByteArray("bad")
                         << QByteArray("value ignored: NaN");
}

void TestRawBrowse::meanings()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, tone);
    QFETCH(QByteArray, meaning);
    const auto page = shown("up 1\n" + line + "\n");
    QVERIFY(page);
    QCOMPARE(page->rows.size(), std::size_t{2});
    const RawRow &row = page->rows.back();
    QCOMPARE(QByteArray(toneOf(row)), tone);
    QCOMPARE(bytes(row.meaning), meaning);
    QCOMPARE(bytes(row.cells[2]), line.mid(line.lastIndexOf(' ') + 1));
}

/// Of two families that tell the same, one counts: here as in the book.
void TestRawBrowse::familiesThatTellTheSame()
{
    const QByteArray both = "litellm_provider_cache_read_input_tokens_metric_total{model=\"m\"} 40\n"
                            "litellm_input_cached_tokens_metric_total{model=\"m\"} 40\n";
    const auto page = shown(both);
    QVERIFY(page);
    QCOMPARE(QByteArray(toneOf(page->rows[0])), QByteArray("known"));
    QCOMPARE(bytes(page->rows[0].meaning),
             QByteArray("told by litellm_input_cached_tokens_metric as well, which counts"));
    QCOMPARE(QByteArray(toneOf(page->rows[1])), QByteArray("counts"));
    const auto alone = shown(both.left(both.indexOf('\n') + 1));
    QCOMPARE(QByteArray(toneOf(alone->rows[0])), QByteArray("counts"));
}

void TestRawBrowse::keysAreNotShown()
{
    qputenv("FLYBALL_TEST_RAW_KEY", "hush-hush-1234");
    const QByteArray page = "a{key=\"hush-hush-1234\",other=\"sk-abcDEF123\",auth=\"Bearer xyz.1\"} 1\n"
                            "b{x=\"the hush-hush-1234 inside\",task=\"task-12\"} 2\n";
    const auto answer = shown(page, {{"secret", "env:FLYBALL_TEST_RAW_KEY"}});
    QVERIFY(answer);
    const std::string all = everything(*answer);
    for (const char *secret : {"hush-hush", "abcDEF", "xyz"})
        QVERIFY2(all.find(secret) == std::string::npos, all.c_str());
    QVERIFY(all.find("task-12") != std::string::npos);
    QVERIFY(all.find("the *** inside") != std::string::npos);
}

void TestRawBrowse::hostileLabels()
{
    const auto page = shown("x{a=\"<b>bold</b>\\nnext \xE2\x80\xAE rtl\",b=\"\x01\x7f\"} 1\n");
    QVERIFY2(page, page ? "" : page.error().message.c_str());
    const std::string &labels = page->rows[0].cells[1];
    QVERIFY(labels.find("<b>bold</b> next") != std::string::npos); // as it stands, on one line
    for (const char c : labels)
        QVERIFY(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    // Text that is longer than a cell ends between characters.
    std::string longText;
    for (int i = 0; i < 1365; ++i)
        longText += "\xE2\x82\xAC";
    const auto cut = shown(bytes("x{a=\"" + longText + "\"} 1\n"));
    QVERIFY(cut);
    QVERIFY(cut->rows[0].cells[1].size() <= kMostRawCell + 3);
    QVERIFY(QString::fromStdString(cut->rows[0].cells[1]).indexOf(QChar(0xFFFD)) < 0);
}

void TestRawBrowse::manySeries()
{
    QByteArray text;
    for (int i = 0; i < 20'000; ++i)
        text += "litellm_spend_metric_total{api_key_alias=\"w" + QByteArray::number(i) + "\",model=\"m\"} 1\n";
    const auto page = shown(text);
    QVERIFY(page);
    QCOMPARE(page->total, std::int64_t(20'000));
    QCOMPARE(page->count(RawTone::Counts), std::int64_t(20'000));
    QVERIFY(!page->truncated());
    QCOMPARE(bytes(page->rows[19'999].cells[1]), QByteArray("api_key_alias=\"w19999\", model=\"m\""));
    // What goes beyond the bounds is counted, not kept.
    RawPageMaker maker({"a"});
    for (std::size_t i = 0; i < kMostRawRows + 7; ++i)
        maker.add({"x"}, {}, RawTone::Known);
    RawPageMaker large({"a"});
    for (int i = 0; i < 20'000; ++i)
        large.add({std::string(kMostRawCell, 'x')}, {}, RawTone::Known);
    const RawPage rows = maker.finish();
    QCOMPARE(rows.rows.size(), kMostRawRows);
    QCOMPARE(rows.total, static_cast<std::int64_t>(kMostRawRows + 7));
    QVERIFY(rows.truncated());
    const RawPage texts = large.finish();
    QVERIFY(texts.truncated());
    QVERIFY(texts.rows.size() <= kMostRawBytes / kMostRawCell + 1);
}

void TestRawBrowse::refusals_data()
{
    QTest::addColumn<QByteArray>("page");
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("why");
    QTest::newRow("key") << QByteArray("{}") << QByteArray() << QByteArray("401 Unauthorized")
                         << QByteArray("it asks for a key (HTTP 401)");
    QTest::newRow("busy") << QByteArray() << QByteArray() << QByteArray("503 Busy")
                          << QByteArray("it is busy (HTTP 503)");
    QTest::newRow("web page") << QByteArray("<html>") << QByteArray("Content-Type: text/html\r\n")
                              << QByteArray("200 OK") << QByteArray("it answered with a web page, not with metrics");
    QTest::newRow("broken") << QByteArray("up 1\nx{ 2\n") << QByteArray() << QByteArray("200 OK")
                            << QByteArray("line 2: ");
}

void TestRawBrowse::refusals()
{
    QFETCH(QByteArray, page);
    QFETCH(QByteArray, head);
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, why);
    const auto answer = shown(page, {}, head, status);
    QVERIFY(!answer);
    QVERIFY2(bytes(answer.error().message).startsWith(why), answer.error().message.c_str());
}

void TestRawBrowse::nobodyListensThere()
{
    QTcpServer closed;
    QVERIFY(closed.listen(QHostAddress::LocalHost));
    const std::string url = "http://127.0.0.1:" + std::to_string(closed.serverPort()) + "/metrics";
    closed.close();
    QVERIFY(!browseSource(configOf("prometheus", url)));
    const auto option = browseSource(configOf("prometheus", url, {{"nonsense", "1"}}));
    QVERIFY(!option && option.error().message.find("nonsense") != std::string::npos);
}

namespace {

const QByteArray kVector =
    R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"litellm_spend_metric_total",)"
    R"("api_key_alias":"w","model":"m","job":"gw"},"value":[1795363200,"12.5"]}]}})";
const QByteArray kNames = R"({"status":"success","data":["acme_cost_total","litellm_spend_metric_total",)"
                          R"("litellm_output_tokens_metric_total","up","flyball:litellm_spend_metric_total:sum"]})";

Result<RawPage> ofServer(const QByteArray &names, const QByteArray &status,
                         std::map<std::string, std::string> options = {})
{
    HostileServer server([&](const QByteArray &request, QTcpSocket &socket) {
        if (request.contains("/label/__name__/values"))
            HostileServer::reply(socket, names, "Content-Type: application/json\r\n", status);
        else
            HostileServer::reply(socket, kVector, "Content-Type: application/json\r\n");
    });
    return browseSource(configOf("promql", server.url("/"), std::move(options)));
}

} // namespace

void TestRawBrowse::serverOfSeries()
{
    const auto page = ofServer(kNames, "200 OK");
    QVERIFY2(page, page ? "" : page.error().message.c_str());
    QCOMPARE(bytes(everything(*page)),
             QByteArray("litellm_spend_metric_total\tapi_key_alias=\"w\", model=\"m\", job=\"gw\"\t12.5\t"
                        "counts as spend: money of workflow w, model m\n"
                        "acme_cost_total\t\t\tno meaning here: family acme_cost\n"
                        "flyball:litellm_spend_metric_total:sum\t\t\tnot asked for: a recorded sum of what is read\n"
                        "litellm_output_tokens_metric_total\t\t\tno sample in the last 5 minutes\n"
                        "up\t\t\tknown, no spend\n"));
}

void TestRawBrowse::serverWithoutNames()
{
    const auto page = ofServer("404 page not found", "404 Not Found");
    QVERIFY(page);
    QCOMPARE(page->rows.size(), std::size_t{1});
    QCOMPARE(page->notes.size(), std::size_t{1});
    QVERIFY(page->notes[0].find("HTTP 404") != std::string::npos);
}

void TestRawBrowse::listeningIsNotAsked()
{
    const auto page = browseSource(configOf("otlp", "127.0.0.1:0"));
    QVERIFY(!page);
    QCOMPARE(page.error().code, ErrorCode::InvalidArgument);
}

namespace {

std::string claudeLine(int number, const std::string &words)
{
    const std::string n = std::to_string(number);
    return R"({"parentUuid":null,"sessionId":"s","cwd":"/w","type":"assistant","uuid":"u)" + n
           + R"(","timestamp":"2026-11-20T10:00:00.000Z","requestId":"req_)" + n + R"(","message":{"id":"msg_)" + n
           + R"(","role":"assistant","model":"claude-sonnet-4-5","stop_reason":"end_turn","content":[{"type":"text","text":")"
           + words + R"("}],"usage":{"input_tokens":)" + n + R"(,"output_tokens":5}}})" + "\n";
}

void put(const QString &path, const std::string &text)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes(text)) != static_cast<qint64>(text.size()))
        qFatal("not written");
}

} // namespace

void TestRawBrowse::recordsOfAFile()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.jsonl"));
    const std::string first = claudeLine(11, "what nobody may read");
    put(path, first + "{\"type\":\"user\",\"message\":{\"content\":\"nor this\"}}\n" + "{broken\n");
    const auto page = browseSource(configOf("claude-code", path.toStdString()));
    QVERIFY2(page, page ? "" : page.error().message.c_str());
    QCOMPARE(page->rows.size(), std::size_t{3}); // the newest first
    QCOMPARE(QByteArray(toneOf(page->rows[0])), QByteArray("bad"));
    QVERIFY(page->rows[0].meaning.starts_with("refused: "));
    QCOMPARE(QByteArray(toneOf(page->rows[1])), QByteArray("known"));
    QCOMPARE(QByteArray(toneOf(page->rows[2])), QByteArray("counts"));
    QCOMPARE(bytes(page->rows[2].meaning), QByteArray("a call, model claude-sonnet-4-5, 11 in, 5 out"));
    QCOMPARE(page->rows[2].cells[0], std::string("0"));
    QCOMPARE(page->rows[1].cells[0], std::to_string(first.size()));
    const std::string all = everything(*page);
    QVERIFY2(all.find("nobody") == std::string::npos && all.find("nor this") == std::string::npos, all.c_str());
    QVERIFY(all.find("input_tokens: 11") != std::string::npos);
    QVERIFY(all.find("requestId: \"req_11\"") != std::string::npos);
}

void TestRawBrowse::endOfALongFile()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.jsonl"));
    std::string text;
    int count = 0;
    while (static_cast<std::int64_t>(text.size()) < kMostRawTail + 500'000)
        text += claudeLine(++count, std::string(4000, 'x'));
    put(path, text);
    const auto page = browseSource(configOf("claude-code", path.toStdString()));
    QVERIFY(page);
    QCOMPARE(page->rows.size(), kMostRawRecords);
    QVERIFY(page->bytes <= kMostRawTail);
    for (std::size_t i = 0; i < page->rows.size(); ++i)
        QCOMPARE(bytes(page->rows[i].meaning),
                 "a call, model claude-sonnet-4-5, " + QByteArray::number(count - static_cast<int>(i)) + " in, 5 out");
    // Each stands where it says.
    const auto at = static_cast<std::size_t>(std::stoll(page->rows[3].cells[0]));
    QCOMPARE(text.compare(at, 40, claudeLine(count - 3, {}), 0, 40), 0);
    QCOMPARE(page->notes.size(), std::size_t{3});
}

void TestRawBrowse::newestOfAFolder()
{
    QTemporaryDir folder;
    for (const char *name : {"old.jsonl", "new.jsonl"}) {
        put(folder.filePath(QLatin1String(name)), claudeLine(name[0], "x"));
        QFile file(folder.filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(name[0] == 'o' ? -1 : 0),
                                 QFileDevice::FileModificationTime));
    }
    const auto page = browseSource(configOf("claude-code", folder.path().toStdString()));
    QVERIFY(page);
    QCOMPARE(page->rows.size(), std::size_t{1});
    QVERIFY(page->notes[0].starts_with("the newest of 2 files: "));
    QVERIFY(page->notes[0].ends_with("new.jsonl"));
    // The format is found out where nobody said it.
    const auto detected = browseSource(configOf({}, folder.filePath(QStringLiteral("old.jsonl")).toStdString()));
    QVERIFY2(detected, detected ? "" : detected.error().message.c_str());
    QCOMPARE(bytes(detected->rows[0].meaning), QByteArray("a call, model claude-sonnet-4-5, 111 in, 5 out"));
}

void TestRawBrowse::noFile()
{
    QVERIFY(!browseSource(configOf("claude-code", "/nowhere/at/all")));
    QTemporaryDir folder;
    const auto page = browseSource(configOf("claude-code", folder.path().toStdString()));
    QVERIFY(page);
    QVERIFY(page->rows.empty() && page->notes.size() == 1);
}

namespace {

/// Tells nothing at first, then what it is given; or fails.
class Told final : public PolledSource {
public:
    explicit Told(Delivery delivery, int silent = 2) : m_delivery(std::move(delivery)), m_silent(silent) {}
    Delivery poll(const std::string &state, TimeNs) override
    {
        states.push_back(state);
        Delivery out;
        if (++polls > m_silent)
            out = m_delivery;
        out.state = std::to_string(polls);
        return out;
    }
    int polls = 0;
    std::vector<std::string> states;

private:
    Delivery m_delivery;
    int m_silent;
};

} // namespace

void TestRawBrowse::byPolling()
{
    SymbolTable symbols;
    Delivery delivery;
    CallFact call;
    call.time = kNow;
    call.modelServed = symbols.intern("gpt-4o");
    call.names.workflow = symbols.intern("<b>w</b>");
    call.raw[TokenClass::InFresh] = 5;
    call.raw.quality = UsageQuality::Exact;
    delivery.batch.calls.push_back(call);
    delivery.batch.rejects.push_back({symbols.intern("missed_by_stream"), 0, 0, 0});
    delivery.health.detail = "the stream is open";
    Told told(delivery);
    const auto page = browseByPolling(told, symbols, kMinute);
    QVERIFY(page);
    QCOMPARE(told.polls, 3);
    QCOMPARE(told.states, (std::vector<std::string>{"", "1", "2"}));
    QCOMPARE(bytes(everything(*page)),
             QByteArray("2026-11-22T16:00:00Z\tgpt-4o\t<b>w</b>\ta call, model gpt-4o, workflow <b>w</b>, 5 in, 0 out\n"
                        "\t\t\trefused: missed_by_stream\nthe stream is open\n"));
    // Who stays silent is left after a while, and who fails says why.
    Told silent(delivery, 1'000'000'000);
    const auto nothing = browseByPolling(silent, symbols, 0);
    QVERIFY(nothing && nothing->rows.empty());
    QCOMPARE(silent.polls, 1);
    Delivery broken;
    broken.health.error = "it is gone";
    Told failed(broken, 0);
    const auto error = browseByPolling(failed, symbols, kMinute);
    QVERIFY(!error && error.error().message == "it is gone");
}

void TestRawBrowse::fieldsNotTexts_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::addColumn<QByteArray>("fields");
    QTest::newRow("numbers") << QByteArray(R"({"a":1,"b":-2.5,"c":true,"d":null})")
                             << QByteArray("a: 1, b: -2.5, c: true, d: null");
    QTest::newRow("known names") << QByteArray(R"({"model":"m","prompt":"secret"})")
                                 << QByteArray("model: \"m\", prompt: text of 6 bytes");
    QTest::newRow("lists")
        << QByteArray(R"({"messages":[{"content":"x"},2],"a":["secret"],"b":[]})")
        << QByteArray("messages: [{content: text of 1 byte}, of 2 elements], a: [1 element], b: [0 elements]");
    QTest::newRow("inside") << QByteArray(R"({"u":{"n":3,"t":"x","in":{"deep":{"er":1}}}})")
                            << QByteArray("u: {n: 3, t: text of 1 byte, in: {deep: {er: 1}}}");
    QTest::newRow("span") << QByteArray(R"({"attributes":[{"key":"k","value":{"intValue":"7"}},)"
                                        R"({"key":"p","value":{"stringValue":"secret"}}]})")
                          << QByteArray("attributes: [{key: \"k\", value: {intValue: \"7\"}}, {key: \"p\", value: "
                                        "{stringValue: text of 6 bytes}}]");
    QTest::newRow("no object") << QByteArray("[1]") << QByteArray("not JSON, 3 bytes");
    QTest::newRow("binary") << QByteArray("\x0a\x01\x02") << QByteArray("not JSON, 3 bytes");
}

void TestRawBrowse::fieldsNotTexts()
{
    QFETCH(QByteArray, record);
    QFETCH(QByteArray, fields);
    QCOMPARE(bytes(fieldsOf(record.toStdString())), fields);
    // However deep it goes, it comes to an end.
    const std::string nested = fieldsOf("{\"a\":" + std::string(100, '[') + "{\"b\":1}" + std::string(100, ']') + "}");
    QVERIFY(nested.starts_with("a: ["));
    std::string wide = "{\"l\":[";
    for (int i = 0; i < 2000; ++i)
        wide += std::string(i > 0 ? "," : "") + "{\"x\":[{\"y\":[{\"z\":1},{\"z\":2}]},{\"y\":3}]}";
    QVERIFY(fieldsOf(wide + "]}").size() < kMostRawCell + 2000);
    // Cut anywhere it neither crashes nor tells a text.
    for (int i = 0; i < record.size(); ++i)
        QVERIFY(fieldsOf(record.left(i).toStdString()).find("secret") == std::string::npos);
}

QTEST_GUILESS_MAIN(TestRawBrowse)
#include "tst_raw_browse.moc"
