// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promanswer.h"

#include <QTest>

#include <random>

using namespace flyball;

namespace {

std::string matrix(const std::string &result)
{
    return R"({"status":"success","data":{"resultType":"matrix","result":)" + result + "}}";
}

PromAnswer read(const std::string &body) { return readPromAnswer(200, "application/json", body); }

const std::string kGood =
    matrix("[{\"metric\":{\"__name__\":\"x\",\"a\":\"ü\\\"\\\\\\n\"},\"values\":[[1795294864,\"1\"],"
           R"([1795294865.123,"2.5e-7"]]},{"metric":{},"values":[]}])");

} // namespace

class TestPromqlHostile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// A body that was cut off is never taken for a shorter one.
    void cutAnywhere()
    {
        QCOMPARE(read(kGood).fault, PromFault::None);
        for (std::size_t length = 0; length < kGood.size(); ++length) {
            const PromAnswer answer = read(kGood.substr(0, length));
            QVERIFY2(answer.fault == PromFault::Broken, qPrintable(QString::number(length)));
            QVERIFY(answer.series.empty() && answer.samples.empty());
        }
    }

    /// Whatever bytes are changed: an answer, or a fault with a reason; what samples there are lie in the text.
    void changedBytes()
    {
        std::mt19937 random(7);
        int broken = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string body = kGood;
            for (unsigned i = 0, n = 1 + random() % 4; i < n; ++i)
                body[random() % body.size()] = static_cast<char>(random() % 256);
            const PromAnswer answer = read(body);
            broken += answer.fault == PromFault::None ? 0 : 1;
            QCOMPARE(answer.error.empty(), answer.fault == PromFault::None);
            for (const PromPoint &sample : answer.samples)
                QVERIFY(sample.begin + sample.size <= answer.text.size() && sample.at >= 0);
            for (const PromSeries &series : answer.series)
                QVERIFY(series.first + series.count <= answer.samples.size());
        }
        QVERIFY(broken > 1000 && broken < 20'000);
    }

    void bounds_data()
    {
        QTest::addColumn<std::string>("body");
        QTest::addColumn<QString>("why");
        const auto row = [](const char *name, const std::string &body, const char *why) {
            QTest::newRow(name) << body << QString::fromLatin1(why);
        };
        std::string labels;
        for (int i = 0; i < 65; ++i)
            labels += (i > 0 ? ",\"l" : "\"l") + std::to_string(i) + "\":\"v\"";
        row("65 labels", matrix("[{\"metric\":{" + labels + "},\"values\":[]}]"), "64 labels");
        row("long label", matrix("[{\"metric\":{\"a\":\"" + std::string(5000, 'x') + "\"},\"values\":[]}]"), "4 KiB");
        row("long name", matrix("[{\"metric\":{\"" + std::string(2000, 'x') + "\":\"a\"},\"values\":[]}]"), "1 KiB");
        row("long number", matrix("[{\"metric\":{},\"values\":[[1,\"" + std::string(200, '1') + "\"]]}]"), "too long");
        row("time -1", matrix(R"([{"metric":{},"values":[[-1,"1"]]}])"), "1970..2200");
        row("time 1e30", matrix(R"([{"metric":{},"values":[[1e30,"1"]]}])"), "1970..2200");
        row("time 1e400", matrix(R"([{"metric":{},"values":[[1e400,"1"]]}])"), "JSON");
        row("time in quotes", matrix(R"([{"metric":{},"values":[["1","1"]]}])"), "JSON");
        row("value a number", matrix(R"([{"metric":{},"values":[[1,1]]}])"), "JSON");
        row("three of a pair", matrix(R"([{"metric":{},"values":[[1,"1",2]]}])"), "JSON");
        row("one of a pair", matrix(R"([{"metric":{},"values":[[1]]}])"), "JSON");
        row("label a number", matrix(R"([{"metric":{"a":1},"values":[]}])"), "JSON");
        row("series a text", matrix(R"(["a"])"), "JSON");
        row("result a text", matrix(R"("a")"), "JSON");
        row("pair in a matrix", matrix(R"([1,"2"])"), "type");
        row("vector in a matrix", matrix(R"([{"metric":{},"value":[1,"2"]}])"), "type");
        row("result twice", R"({"status":"success","data":{"resultType":"matrix","result":[],"result":[]}})", "twice");
        row("data twice", R"({"status":"success","data":{"resultType":"matrix","result":[]},"data":{}})", "twice");
        row("behind it", matrix("[]") + "x", "JSON");
        row("deep", matrix(std::string(1'000'000, '[')), "JSON");
        row("deep elsewhere", "{\"x\":" + std::string(1'000'000, '['), "JSON");
        std::string many = "[";
        for (int i = 0; i <= 200'000; ++i)
            many += i > 0 ? ",{}" : "{}";
        row("many series", matrix(many + "]"), "200,000 series");
    }
    void bounds()
    {
        QFETCH(std::string, body);
        QFETCH(QString, why);
        const PromAnswer answer = read(body);
        QCOMPARE(answer.fault, PromFault::Broken);
        const QString error = QString::fromStdString(answer.error);
        QVERIFY2(error.contains(why), qPrintable(error));
        QVERIFY(answer.series.empty());
    }

    /// What a refusal says is one short line of valid text, however it was sent.
    void wordsOfRefusals()
    {
        const std::string long1(100'000, 'a');
        for (const std::string &body : {R"({"status":"error","error":")" + long1 + R"("})",
                                        std::string("{\"status\":\"error\",\"error\":\"a\\nb\\u0007\\ud800\"}"),
                                        std::string("\x01\xff\n") + long1}) {
            const PromAnswer answer = readPromAnswer(400, "text/plain", body);
            QCOMPARE(answer.fault, PromFault::Refused);
            QVERIFY(answer.error.size() < 500);
            for (const char c : answer.error)
                QVERIFY(static_cast<unsigned char>(c) >= 0x20);
            const QString text = QString::fromUtf8(answer.error.data(), qsizetype(answer.error.size()));
            QCOMPARE(text.toUtf8(), QByteArray::fromStdString(answer.error));
        }
        std::string warnings = "[\"w\"";
        for (int i = 0; i < 1000; ++i)
            warnings += ",\"" + std::string(2000, 'w') + "\"";
        const PromAnswer answer = read(R"({"status":"success","warnings":)" + warnings
                                       + R"(],"data":{"resultType":"matrix","result":null}})");
        QCOMPARE(answer.fault, PromFault::None);
        QCOMPARE(answer.warnings.size(), std::size_t(100));
        QVERIFY(answer.warnings.back().size() <= 1000);
    }
};

QTEST_GUILESS_MAIN(TestPromqlHostile)
#include "tst_promql_hostile.moc"
