// SPDX-License-Identifier: GPL-3.0-or-later
// The receiver in front of the real pipeline and ledger: promised is what is stored, and it is what files would say.
#include <QtTest/QtTest>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/gateways/otlp/receiver.h"
#include "core/gateways/registry.h"
#include "tests/unit/engine/pipeline_bench.h"
#include "tests/unit/gateways/otlp_receiving.h"

using namespace flyball;
using namespace flyball::test;

namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = FLYBALL_FIXTURES;

std::string contentOf(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

/// "derived-collector-style.logs.jsonl", "logs-0001.pb" -> "/v1/logs"
std::string pathOf(const fs::path &file)
{
    for (const char *signal : {"traces", "logs", "metrics"})
        if (file.filename().string().find(signal) != std::string::npos)
            return std::string("/v1/") + signal;
    return {};
}

struct Request {
    std::string path;
    std::string body;
    bool protobuf = false;
};

/// A pipeline whose only source is a receiver, stepped by hand.
class Bench : public PipelineBench {
public:
    Bench()
    {
        openRemote = [](const SourceConfig &config, SymbolTable &symbols) {
            otlp::ReceiverSettings settings;
            settings.target = config.target;
            settings.address = "127.0.0.1";
            settings.port = 0;
            return Result<std::unique_ptr<RemoteSource>>(otlp::makeReceiver(std::move(settings), symbols));
        };
        SourceConfig config;
        config.id = "otlp";
        config.kind = "otlp";
        config.target = "127.0.0.1:4318";
        sources.push_back(config);
        open();
        drain();
    }
    [[nodiscard]] std::string url() { return pipeline().snapshot()->sources.front().url; }
    /// Reads until something waits to be committed.
    void readUntilPending()
    {
        while (!pipeline().hasPending()) {
            pipeline().readSome(1 << 20);
            QTest::qSleep(1);
        }
    }
    int send(const Request &request, const std::string &coding = {})
    {
        Client client(url());
        client.send(
            post(url(), request.path, coding.empty() ? request.body : gzipped(request.body),
                 {{"Content-Type", request.protobuf ? kProtobuf : "application/json"}, {"Content-Encoding", coding}}));
        while (!client.hasAnswer()) {
            pipeline().readSome(1 << 20);
            (void)pipeline().commit();
            QTest::qSleep(1);
        }
        return client.read().status;
    }
};

#define AGREE(bench) QCOMPARE(QByteArray::fromStdString((bench).disagreement()), QByteArray())

} // namespace

class TestOtlpPipeline : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everySampleAsItsFile_data();
    void everySampleAsItsFile();
    void promisedIsWhatIsCommitted();
    void aFullDisk();
    void anExportOfNothingIsAnsweredToo();
    void whatIsRefusedIsCounted();
    void stoppingInTheMiddle();
    void stateOfTheSource();
};

void TestOtlpPipeline::everySampleAsItsFile_data()
{
    QTest::addColumn<QStringList>("files"); // posted
    QTest::addColumn<QStringList>("lines"); // the same as lines of JSON
    const auto add = [](const std::string &name, std::vector<fs::path> files, std::vector<fs::path> lines) {
        std::sort(files.begin(), files.end());
        QStringList posted;
        QStringList read;
        for (const fs::path &file : files)
            posted.append(QString::fromStdString(file.string()));
        for (const fs::path &file : lines)
            read.append(QString::fromStdString(file.string()));
        QTest::newRow(name.c_str()) << posted << read;
    };
    std::map<fs::path, std::pair<std::vector<fs::path>, std::vector<fs::path>>> folders;
    for (const auto &entry : fs::recursive_directory_iterator(kFixtures)) {
        const fs::path folder = entry.path().parent_path();
        const bool telemetry = folder.filename() == "otel" || folder.filename() == "claude-code-2.1.330"
                               || folder.string().find("/otel-openai") != std::string::npos
                               || folder.string().find("/traceloop") != std::string::npos
                               || folder.string().find("/openinference") != std::string::npos
                               || folder.string().find("/vercel-ai") != std::string::npos;
        if (!telemetry || pathOf(entry.path()).empty())
            continue;
        if (entry.path().extension() == ".pb")
            folders[folder].first.push_back(entry.path());
        else if (entry.path().extension() == ".jsonl")
            folders[folder].second.push_back(entry.path());
    }
    for (const auto &[folder, files] : folders) {
        const std::string name = fs::relative(folder, kFixtures).string();
        add(name + " lines", files.second, files.second);
        if (!files.first.empty())
            add(name + " protobuf", files.first, files.second);
        // Alone they are spend; beside calls they are not.
        const auto metrics = [](std::vector<fs::path> all) {
            std::erase_if(all, [](const fs::path &file) { return pathOf(file) != "/v1/metrics"; });
            return all;
        };
        if (!metrics(files.second).empty())
            add(name + " metrics", metrics(files.second), metrics(files.second));
        if (!metrics(files.first).empty())
            add(name + " metrics protobuf", metrics(files.first), metrics(files.second));
    }
}

void TestOtlpPipeline::everySampleAsItsFile()
{
    QFETCH(QStringList, files);
    QFETCH(QStringList, lines);
    Bench bench;
    std::vector<Request> requests;
    for (const QString &file : files) {
        const fs::path path = file.toStdString();
        std::istringstream content(contentOf(path));
        if (path.extension() == ".pb")
            requests.push_back({pathOf(path), content.str(), true});
        else
            for (std::string line; std::getline(content, line);)
                requests.push_back({pathOf(path), line});
    }
    QVERIFY(!requests.empty());
    for (const Request &request : requests)
        QCOMPARE(bench.send(request), 200);
    std::vector<std::pair<std::string, std::string>> sameAsFiles;
    for (const QString &file : lines) {
        const std::string name = "read/" + fs::path(file.toStdString()).filename().string();
        bench.write(name, contentOf(file.toStdString()));
        sameAsFiles.emplace_back("otlp-json", name);
    }
    const std::string wanted = bench.fresh(sameAsFiles);
    QCOMPARE(QByteArray::fromStdString(bench.stored()), QByteArray::fromStdString(wanted));
    AGREE(bench);
    const Totals once = bench.pipeline().snapshot()->totals;
    // Once more, the other way round, packed, and after a restart.
    bench.restart();
    bench.drain();
    std::reverse(requests.begin(), requests.end());
    for (const Request &request : requests)
        QCOMPARE(bench.send(request, "gzip"), 200);
    QCOMPARE(QByteArray::fromStdString(bench.stored()), QByteArray::fromStdString(wanted));
    QVERIFY(bench.pipeline().snapshot()->totals == once);
    AGREE(bench);
}

void TestOtlpPipeline::promisedIsWhatIsCommitted()
{
    Bench bench;
    Client client(bench.url());
    client.send(post(bench.url(), "/v1/traces", exportOf(1, 3)));
    bench.readUntilPending();
    QCOMPARE(ask(bench.url(), "/nowhere", "{}").status, 404); // the receiver is awake, and has not promised anything
    QVERIFY(!client.hasAnswer());
    QCOMPARE(bench.calls().size(), std::size_t{0});
    QVERIFY(bench.pipeline().commit());
    QCOMPARE(client.read().status, 200);
    QCOMPARE(bench.calls().size(), std::size_t{3});
}

void TestOtlpPipeline::aFullDisk()
{
    Bench bench;
    bench.diskFull = true;
    Client client(bench.url());
    const std::string request = post(bench.url(), "/v1/traces", exportOf(1, 3));
    client.send(request);
    bench.readUntilPending();
    QVERIFY(!bench.pipeline().commit());
    Client::Answer answer = client.read();
    QCOMPARE(answer.status, 503);
    QCOMPARE(answer.field("Retry-After"), std::string("1"));
    QCOMPARE(bench.calls().size(), std::size_t{0});
    bench.diskFull = false;
    QVERIFY(bench.pipeline().commit()); // nothing was lost meanwhile
    QCOMPARE(bench.calls().size(), std::size_t{3});
    client.send(request);
    while (!client.hasAnswer()) {
        bench.pipeline().readSome(1 << 20);
        QVERIFY(bench.pipeline().commit());
    }
    QCOMPARE(client.read().status, 200);
    QCOMPARE(bench.calls().size(), std::size_t{3}); // and nothing is there twice
    AGREE(bench);
}

void TestOtlpPipeline::anExportOfNothingIsAnsweredToo()
{
    Bench bench;
    QCOMPARE(bench.send({"/v1/traces", "{}"}), 200);
    QCOMPARE(bench.send({"/v1/logs", R"({"resourceLogs":[]})"}), 200);
    QCOMPARE(bench.send({"/v1/metrics", "", true}), 200);
    QCOMPARE(bench.calls().size(), std::size_t{0});
}

void TestOtlpPipeline::whatIsRefusedIsCounted()
{
    Bench bench;
    QCOMPARE(bench.send({"/v1/traces", "rubbish"}), 400);
    std::string bad = exportOf(1, 2);
    bad.replace(bad.find("\"spanId\":\"0000000000000001\""), 27, "\"spanId\":\"xxxxxxxxxxxxxxxx\"");
    QCOMPARE(bench.send({"/v1/traces", bad}), 200);
    bench.restart();
    bench.drain();
    const auto snapshot = bench.pipeline().snapshot();
    QCOMPARE(snapshot->rejected, std::int64_t{2});
    QCOMPARE(snapshot->totals.calls, std::int64_t{1});
}

void TestOtlpPipeline::stoppingInTheMiddle()
{
    Bench bench;
    Client read(bench.url());
    read.send(post(bench.url(), "/v1/traces", exportOf(1)));
    bench.readUntilPending();
    Client waiting(bench.url());
    waiting.send(post(bench.url(), "/v1/traces", exportOf(2)));
    QCOMPARE(ask(bench.url(), "/nowhere", "{}").status, 404);
    bench.close(); // as a process ends that was asked to
    for (Client *client : {&read, &waiting}) {
        const int status = client->read().status;
        QVERIFY2(status == 503 || status == 0, qPrintable(QString::number(status)));
    }
    bench.open();
    bench.drain();
    const std::size_t kept = bench.calls().size();
    QCOMPARE(bench.send({"/v1/traces", exportOf(1)}), 200);
    QCOMPARE(bench.send({"/v1/traces", exportOf(2)}), 200);
    QVERIFY(kept <= 2);
    QCOMPARE(bench.calls().size(), std::size_t{2});
}

void TestOtlpPipeline::stateOfTheSource()
{
    Bench bench;
    const auto health = [&] {
        bench.drain();
        return bench.pipeline().snapshot()->sources.front();
    };
    const std::string url = bench.url();
    QVERIFY(url.starts_with("http://127.0.0.1:"));
    QCOMPARE(health().detail, "receiving on " + url + ", 0 requests");
    QCOMPARE(health().error, std::string());
    QCOMPARE(bench.send({"/v1/traces", exportOf(1)}), 200);
    QCOMPARE(static_cast<int>(health().state), static_cast<int>(SourceState::Live));
    bench.pipeline().setPaused("otlp", true);
    QCOMPARE(static_cast<int>(health().state), static_cast<int>(SourceState::Paused));
    QCOMPARE(health().url, std::string());
    bench.pipeline().setPaused("otlp", false);
    bench.drain();
    QCOMPARE(bench.send({"/v1/traces", exportOf(2)}), 200);
}

QTEST_GUILESS_MAIN(TestOtlpPipeline)
#include "tst_otlp_pipeline.moc"
