// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promanswer.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace flyball;

namespace {

struct Captured {
    int status = 0;
    QByteArray contentType;
    QByteArray body;
};

Captured captured(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s cannot be read", qPrintable(path));
    const QByteArray all = file.readAll();
    if (path.endsWith(QStringLiteral(".json")))
        return {200, "application/json", all};
    Captured out;
    const qsizetype end = all.indexOf("\n\n");
    out.body = all.mid(end + 2);
    const QList<QByteArray> head = all.left(end).split('\n');
    out.status = head.first().split(' ').value(1).toInt();
    for (const QByteArray &line : head)
        if (line.startsWith("Content-Type: "))
            out.contentType = line.mid(14);
    return out;
}

PromAnswer answerOf(const Captured &one)
{
    return readPromAnswer(one.status, one.contentType.toStdString(), one.body.toStdString());
}

/// "name=value,...: time=value ..." of each series, as Qt's own reader has it.
QStringList linesOf(const QJsonObject &data)
{
    const auto point = [](const QJsonArray &pair) {
        return QStringLiteral(" %1=%2").arg(qRound64(pair.at(0).toDouble() * 1000)).arg(pair.at(1).toString());
    };
    QStringList out;
    const QJsonArray result = data.value(QStringLiteral("result")).toArray();
    if (!result.isEmpty() && !result.first().isObject())
        return {':' + point(result)};
    for (const QJsonValue &value : result) {
        const QJsonObject series = value.toObject();
        QStringList labels;
        const QJsonObject metric = series.value(QStringLiteral("metric")).toObject();
        for (auto it = metric.begin(); it != metric.end(); ++it)
            labels.append(it.key() + '=' + it.value().toString());
        QString line = labels.join(',') + ':';
        if (series.contains(QStringLiteral("value")))
            line += point(series.value(QStringLiteral("value")).toArray());
        for (const QJsonValue &pair : series.value(QStringLiteral("values")).toArray())
            line += point(pair.toArray());
        out.append(line);
    }
    return out;
}

QStringList linesOf(const PromAnswer &answer)
{
    QStringList out;
    for (const PromSeries &series : answer.series) {
        QStringList labels;
        for (const auto &[name, value] : series.labels)
            labels.append(QString::fromStdString(name + '=' + value));
        labels.sort();
        QString line = labels.join(',') + ':';
        for (std::size_t i = series.first; i < series.first + series.count; ++i)
            line += QStringLiteral(" %1=%2")
                        .arg(answer.samples[i].at / 1'000'000)
                        .arg(QString::fromUtf8(answer.value(answer.samples[i]).data(),
                                               qsizetype(answer.value(answer.samples[i]).size())));
        out.append(line);
    }
    return out;
}

} // namespace

class TestPromqlAnswer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void captures_data()
    {
        QTest::addColumn<QString>("path");
        int found = 0;
        for (const char *folder : {"prometheus-2.42", "victoriametrics-1.79"}) {
            const QDir dir(QStringLiteral(FLYBALL_FIXTURES "/gateways/") + QLatin1String(folder));
            for (const QString &name : dir.entryList({QStringLiteral("*.http"), QStringLiteral("*.json")})) {
                QTest::newRow(qPrintable(QLatin1String(folder) + '/' + name)) << dir.filePath(name);
                ++found;
            }
        }
        QVERIFY(found > 40);
    }
    void captures()
    {
        QFETCH(QString, path);
        const Captured one = captured(path);
        const PromAnswer answer = answerOf(one);
        const QJsonObject all = QJsonDocument::fromJson(one.body).object();
        const QJsonObject data = all.value(QStringLiteral("data")).toObject();
        if (data.contains(QStringLiteral("resultType"))) {
            QCOMPARE(answer.fault, PromFault::None);
            const QString type = data.value(QStringLiteral("resultType")).toString();
            const PromType expected = type == u"vector"   ? PromType::Vector
                                      : type == u"matrix" ? PromType::Matrix
                                      : type == u"scalar" ? PromType::Scalar
                                                          : PromType::String;
            QCOMPARE(answer.type, expected);
            QCOMPARE(linesOf(answer), linesOf(data));
            QCOMPARE(qsizetype(answer.warnings.size()), all.value(QStringLiteral("warnings")).toArray().size());
        } else {
            QVERIFY(answer.fault != PromFault::None);
            QVERIFY(!answer.error.empty());
            QVERIFY(answer.series.empty());
        }
    }

    void refusals_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("words");
        const auto row = [](const char *name, PromFault fault, const char *words) {
            QTest::newRow(name) << QString::fromLatin1(name) << int(fault) << QString::fromLatin1(words);
        };
        row("prometheus-2.42/err_404.http", PromFault::NotThere, "HTTP 404: 404 page not found");
        row("prometheus-2.42/err_parse.http", PromFault::Refused, "HTTP 400 bad_data: invalid parameter \"query\"");
        row("prometheus-2.42/err_exec_many_to_many.http", PromFault::Refused, "HTTP 422 execution: found duplicate");
        row("prometheus-2.42/err_timeout2.http", PromFault::TooMuch, "HTTP 503 timeout: query timed out");
        row("prometheus-2.42/err_toomany_points.http", PromFault::TooMuch, "HTTP 400 bad_data: exceeded maximum");
        row("victoriametrics-1.79/err_parse.http", PromFault::Refused, "HTTP 422: error when executing");
        row("victoriametrics-1.79/err_toomany.http", PromFault::TooMuch, "HTTP 422: error when executing");
        row("prometheus-2.42/labels.http", PromFault::Broken, "without a result");
        row("prometheus-2.42/metadata.http", PromFault::Broken, "without a result");
    }
    void refusals()
    {
        QFETCH(QString, name);
        QFETCH(QString, words);
        QFETCH(int, fault);
        const PromAnswer answer = answerOf(captured(QStringLiteral(FLYBALL_FIXTURES "/gateways/") + name));
        QCOMPARE(int(answer.fault), fault);
        const QString error = QString::fromStdString(answer.error);
        QVERIFY2(error.contains(words), qPrintable(error));
        QVERIFY2(!error.contains('\n') && error.size() < 400, qPrintable(error));
    }

    void statuses_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("fault");
        const QByteArray json = "application/json";
        const QByteArray html = "text/html; charset=utf-8";
        const QByteArray fine = R"({"status":"success","data":{"resultType":"vector","result":[]}})";
        const auto row = [](const char *name, int status, const QByteArray &type, const QByteArray &body, PromFault f) {
            QTest::newRow(name) << status << type << body << int(f);
        };
        row("login page", 200, html, "<html>Sign in</html>", PromFault::Broken);
        row("empty", 200, json, "", PromFault::Broken);
        row("other json", 200, json, "{}", PromFault::Broken);
        row("a list", 200, json, "[1,2]", PromFault::Broken);
        row("good", 200, json, fine, PromFault::None);
        row("good, other type", 200, "text/plain", fine, PromFault::None);
        row("error with 200", 200, json, R"({"status":"error","error":"too many samples"})", PromFault::TooMuch);
        row("success with 500", 500, json, fine, PromFault::Later);
        row("key", 401, json, R"({"status":"error","error":"no"})", PromFault::Denied);
        row("key, text", 403, "text/plain", "no", PromFault::Denied);
        row("busy", 429, json, R"({"status":"error","errorType":"too_many_requests","error":"limit"})",
            PromFault::Later);
        row("gone", 503, html, "<h1>down</h1>", PromFault::Later);
        row("slow", 504, html, "<h1>late</h1>", PromFault::TooMuch);
        row("unavailable", 503, json, R"({"status":"error","errorType":"unavailable","error":"x"})", PromFault::Later);
        row("form", 405, "text/plain", "no", PromFault::Method);
        row("elsewhere", 302, html, "", PromFault::Method);
        row("too large", 413, html, "", PromFault::TooMuch);
        row("chunks", 422, json, R"({"status":"error","errorType":"execution","error":"max-series-per-query"})",
            PromFault::TooMuch);
    }
    void statuses()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        QFETCH(int, fault);
        const PromAnswer answer = readPromAnswer(status, type.toStdString(), body.toStdString());
        QCOMPARE(int(answer.fault), fault);
        QCOMPARE(answer.error.empty(), fault == int(PromFault::None));
        if (type.startsWith("text/html") && status == 200)
            QVERIFY(answer.error.find("text/html") != std::string::npos);
    }

    void oneElementVectorOfAScalar()
    {
        const PromAnswer answer =
            answerOf(captured(QStringLiteral(FLYBALL_FIXTURES "/gateways/victoriametrics-1.79/string_scalar.http")));
        QCOMPARE(answer.type, PromType::Vector);
        QCOMPARE(answer.series.size(), std::size_t(1));
        QVERIFY(answer.series.front().labels.empty());
        QCOMPARE(answer.value(answer.samples.front()), std::string_view("1"));
    }

    void anyOrderOfMembers()
    {
        const PromAnswer answer = readPromAnswer(
            200, "application/json",
            R"({"infos":["i"],"warnings":["w1","w2"],"data":{"result":[{"values":[[1.5,"NaN"],[2,"+Inf"]],)"
            "\"metric\":{\"a\\\"b\":\"x\\ny\"}},{\"metric\":{},\"histograms\":[[1,{\"count\":\"3\"}]]}],\"stats\":{"
            "\"x\":[1,[2]]},"
            R"("resultType":"matrix"},"status":"success","more":null})");
        QCOMPARE(answer.fault, PromFault::None);
        QCOMPARE(answer.warnings, (std::vector<std::string>{"w1", "w2"}));
        QCOMPARE(answer.infos, (std::vector<std::string>{"i"}));
        QCOMPARE(answer.series.size(), std::size_t(2));
        QCOMPARE(answer.series[0].label("a\"b"), std::string_view("x\ny"));
        QCOMPARE(answer.series[0].count, std::size_t(2));
        QCOMPARE(answer.value(answer.samples[1]), std::string_view("+Inf"));
        QCOMPARE(answer.samples[0].at, TimeNs(1'500'000'000));
        QCOMPARE(answer.series[1].count, std::size_t(0));
        QCOMPARE(answer.histograms, std::int64_t(1));
    }
};

QTEST_GUILESS_MAIN(TestPromqlAnswer)
#include "tst_promql_answer.moc"
