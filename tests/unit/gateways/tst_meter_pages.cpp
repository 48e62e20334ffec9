// SPDX-License-Identifier: GPL-3.0-or-later
// Every page of metrics among the fixtures against what expect.py worked out from it with another parser.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest/QtTest>

#include "tests/unit/formats/format_world.h"
#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

QJsonObject expectations()
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(fixture("expected.json"))).object();
}

/// The body of a page; those with the head of their answer have an empty line before it.
std::string body(const std::string &name)
{
    const std::string text = fixture(name);
    return name.ends_with(".http") ? text.substr(text.find("# HELP")) : text;
}

PromText::Flavour flavourOf(const std::string &name)
{
    return name.ends_with(".http") ? PromText::Flavour::OpenMetrics : PromText::Flavour::Text;
}

std::int64_t number(const QJsonObject &row, const char *key)
{
    return static_cast<std::int64_t>(row[QLatin1String(key)].toDouble());
}

/// In the words of BookBench::spend().
std::string wordsOf(const QJsonArray &rows, bool money)
{
    std::string out;
    for (const QJsonValue &value : rows) {
        const QJsonObject row = value.toObject();
        Usage usage;
        usage[TokenClass::InFresh] = number(row, "fresh");
        usage[TokenClass::CacheRead] = number(row, "read");
        usage[TokenClass::CacheWriteUntyped] = number(row, "write");
        usage[TokenClass::OutText] = number(row, "text");
        usage[TokenClass::OutReasoning] = number(row, "reasoning");
        const std::string tokens = tokensOf(usage);
        out += row[QLatin1String("workflow")].toString().toStdString() + '/'
               + row[QLatin1String("model")].toString().toStdString() + " money="
               + (money ? UsdSum(number(row, "money")).toDecimal() : "-") + (tokens.empty() ? "" : " " + tokens) + '\n';
    }
    return out;
}

} // namespace

class TestMeterPages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void page_data();
    void page();
    void openMetricsSaysTheSame();
    void processesInOnePage();
};

void TestMeterPages::page_data()
{
    QTest::addColumn<QString>("name");
    const QJsonObject all = expectations();
    QVERIFY(all.size() >= 7);
    for (const QString &name : all.keys())
        QTest::newRow(name.toUtf8().constData()) << name;
}

void TestMeterPages::page()
{
    QFETCH(QString, name);
    const QJsonObject expected = expectations()[name].toObject();
    const std::string text = body(name.toStdString());
    SampleLog log;
    PromText parser(log, flavourOf(name.toStdString()), kNow);
    QVERIFY(parser.feed(text));
    QVERIFY(parser.finish());
    QCOMPARE(parser.samples(), static_cast<std::int64_t>(expected[QLatin1String("samples")].toInt()));
    QCOMPARE(parser.duplicates(), std::int64_t(0));
    QCOMPARE(parser.timesReplaced(), std::int64_t(0));

    BookBench b;
    b.read("up 1\n", 0); // known before: what is on the page now was spent since
    const MeterSummary summary = b.read(text, 15);
    const QJsonArray rows = expected[QLatin1String("rows")].toArray();
    // Envoy counts no money.
    const bool money = !name.startsWith(QLatin1String("envoy"));
    QCOMPARE(QByteArray::fromStdString(b.spend()), QByteArray::fromStdString(wordsOf(rows, money)));
    QCOMPARE(summary.trouble, std::vector<std::string>());
    QCOMPARE(summary.unknown, std::vector<std::string>());
    QCOMPARE(summary.series, parser.samples());
    QCOMPARE(b.rejects, std::vector<std::string>());
    std::set<std::string> workflows;
    for (const QJsonValue &row : rows)
        workflows.insert(row.toObject()[QLatin1String("workflow")].toString().toStdString());
    workflows.erase("");
    QCOMPARE(summary.workflows, std::vector<std::string>(workflows.begin(), workflows.end()));

    // The same page once more: nothing was spent.
    const std::string before = b.spend();
    const std::string state = b.book().save();
    QCOMPARE(b.read(text, 30).facts, std::int64_t(0));
    QVERIFY(b.spend() == before);
    QVERIFY(b.book().save() == state);
}

void TestMeterPages::openMetricsSaysTheSame()
{
    // One exporter, two formats: what was read of one goes on in the other.
    const std::string open = body("litellm-2026/litellm_metrics_openmetrics.http");
    BookBench b;
    b.read("up 1\n", 0);
    b.read(open, 15);
    std::string plain;
    for (std::size_t at = 0, end = 0; (end = open.find('\n', at)) != std::string::npos; at = end + 1) {
        const std::string line = open.substr(at, end - at);
        plain += line.substr(0, line.find(" # ")) + '\n';
    }
    const std::string before = b.spend();
    QVERIFY(before.size() > 100);
    QCOMPARE(b.read(plain, 30).facts, std::int64_t(0));
    QVERIFY(b.spend() == before);
}

void TestMeterPages::processesInOnePage()
{
    // Gauges of several workers carry a pid each; none of them is money.
    std::string page = body("litellm-2026/litellm_metrics_multiproc.txt");
    BookBench b;
    b.read("up 1\n", 0);
    b.read(page, 15);
    const std::int64_t spent = b.pico();
    QVERIFY(spent > 0);
    const std::string gauge = "litellm_remaining_api_key_budget_metric{api_key_alias=\"x\",pid=\"1\"} 99\n";
    b.read(page + gauge, 30);
    QCOMPARE(b.pico(), spent);
}

QTEST_GUILESS_MAIN(TestMeterPages)
#include "tst_meter_pages.moc"
