// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promquery.h"

#include "core/formats/meters/meanings.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <QUrl>
#include <QUrlQuery>

using namespace flyball;

namespace {

constexpr TimeNs kNow = 1'795'363'200 * kSecond;

} // namespace

class TestPromqlPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Windows follow each other without a gap, each reaches back over two scrapes, the last ends now.
    void windowsCoverAll()
    {
        PromPace pace;
        pace.setInterval(15 * kSecond);
        TimeNs done = kNow - 7 * kDay;
        int windows = 0;
        while (done < kNow) {
            const PromWindow window = pace.next(done, kNow + 400'000'000);
            QCOMPARE(window.from, done - 30 * kSecond);
            QVERIFY(window.to > done && window.to <= kNow);
            QVERIFY(window.to - done <= pace.length());
            QCOMPARE(window.to % kSecond, TimeNs(0));
            done = window.to;
            pace.answered(1000); // little: they grow
            ++windows;
        }
        QCOMPARE(done, kNow);
        QVERIFY2(windows < 60, qPrintable(QString::number(windows)));
        // Nothing is new, and a clock that was set back.
        QCOMPARE(pace.next(done, kNow).to, kNow);
        QVERIFY(pace.next(done, kNow - kHour).to < done);
    }

    void refusedWindowsAreHalved()
    {
        PromPace pace;
        pace.setInterval(60 * kSecond);
        TimeNs before = pace.length();
        int halved = 0;
        while (pace.refused()) {
            QVERIFY(pace.length() < before);
            QVERIFY(pace.length() >= before / 2 || pace.length() == 2 * kMinute);
            before = pace.length();
            ++halved;
        }
        QVERIFY(halved >= 2 && halved < 10);
        QCOMPARE(pace.length(), 2 * kMinute); // never less than the overlap, which must be read again each time
        pace.answered(std::size_t{8} << 20U);
        QCOMPARE(pace.length(), 2 * kMinute); // a large answer: not longer
        pace.answered(100);
        QCOMPARE(pace.length(), 4 * kMinute);
        pace.restart();
        QVERIFY(pace.length() > 4 * kMinute);
    }

    void gridsAgree()
    {
        PromPace pace;
        for (const TimeNs interval : {kSecond, 15 * kSecond, 37 * kSecond, kMinute}) {
            pace.setInterval(interval);
            for (const TimeNs length : {kMinute, kHour, 6 * kHour, 30 * kDay}) {
                const PromGrid grid = pace.grid({kNow - length - 7 * kSecond, kNow - 3 * kSecond});
                QVERIFY(grid.points() > 0 && grid.points() < 11'000);
                QVERIFY(grid.step >= interval);
                QCOMPARE(grid.from % grid.step, TimeNs(0));
                QCOMPARE(grid.to % grid.step, TimeNs(0));
                QVERIFY(grid.from >= kNow - length - 7 * kSecond && grid.to <= kNow - 3 * kSecond);
                QVERIFY(grid.from < kNow - length - 7 * kSecond + grid.step
                        && grid.to > kNow - 3 * kSecond - grid.step);
            }
        }
        pace.setInterval(10 * kMinute);
        QCOMPARE(pace.grid({kNow + kSecond, kNow + 2 * kSecond}).points(), std::int64_t(0));
    }

    void progress()
    {
        QCOMPARE(promProgress(kNow, kNow, kNow + kHour), 0);
        QCOMPARE(promProgress(kNow, kNow + 37 * kMinute, kNow + kHour), 61);
        QCOMPARE(promProgress(kNow, kNow + kHour, kNow + kHour), 100);
        QCOMPARE(promProgress(kNow, kNow, kNow), 100);
    }

    /// Every counter with a meaning is asked for by the names exporters give it, and what has none is not.
    void namesThatAreAskedFor()
    {
        const std::string selector = promSelector(meterFamilies(), false, "job=\"a|b\",team=~\"x.*\"");
        QVERIFY(QString::fromStdString(selector).endsWith(QStringLiteral(",job=\"a|b\",team=~\"x.*\"}")));
        const auto asked = [](const std::string &text, const char *name) {
            const QString all = QString::fromStdString(text);
            const qsizetype from = all.indexOf('"') + 1;
            const QRegularExpression pattern(QRegularExpression::anchoredPattern(
                all.mid(from, all.indexOf('"', from) - from).replace(QStringLiteral("\\\\"), QStringLiteral("\\"))));
            return pattern.match(QString::fromLatin1(name)).hasMatch();
        };
        for (const char *name : {"litellm_spend_metric_total", "litellm_spend_metric",
                                 "litellm_input_tokens_metric_total", "litellm_input_cached_tokens_metric_total",
                                 "bifrost_cost_total", "kong_ai_llm_cost_total", "claude_code_cost_usage_total",
                                 "claude_code_cost_usage_USD_total", "claude_code_token_usage_tokens_total",
                                 "gen_ai_client_token_usage_sum", "gen_ai_client_token_usage_tokens_sum"}) {
            QVERIFY2(asked(selector, name), name);
            QVERIFY2(meterName(name).meaning != nullptr, name);
        }
        for (const char *name :
             {"litellm_request_total_latency_metric_bucket", "up", "litellm_total_tokens_metric_total",
              "gen_ai_client_token_usage_bucket", "flyball:litellm_spend_metric:sum"})
            QVERIFY2(!asked(selector, name), name);
        const std::string recorded = promSelector(meterFamilies(), true, {});
        QVERIFY(asked(recorded, "flyball:litellm_spend_metric:sum"));
        QVERIFY(!asked(recorded, "litellm_spend_metric_total"));
        QCOMPARE(meterName("flyball:litellm_spend_metric:sum").meaning,
                 meterName("litellm_spend_metric_total").meaning);
        QVERIFY(meterName("flyball:litellm_spend_metric").meaning == nullptr);
    }

    /// Each rule keeps what is asked for, under a name that means something, for each target by itself.
    void recordingRules()
    {
        QFile file(QStringLiteral(FLYBALL_SOURCE_DIR "/resources/prometheus/flyball-rules.yml"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QRegularExpression rule(
            QStringLiteral("record: flyball:(\\S+):sum\\s+expr: (?:>-\\s+)?sum by \\(job, instance,"
                           "[^)]*\\)\\s+\\(([a-z_]+)"));
        const QString text = QString::fromUtf8(file.readAll());
        int rules = 0;
        for (auto it = rule.globalMatch(text); it.hasNext(); ++rules) {
            const auto match = it.next();
            const std::string recorded = "flyball:" + match.captured(1).toStdString() + ":sum";
            QVERIFY2(meterName(recorded).meaning, recorded.c_str());
            QCOMPARE(meterName(recorded).meaning, meterName(match.captured(2).toStdString()).meaning);
        }
        QVERIFY(rules > 5);
        QCOMPARE(rules, static_cast<int>(text.count(QStringLiteral("- record:"))));
    }

    void requests()
    {
        const PromFields raw = promRawFields("{a=\"b&c\"}", {kNow - 120 * kSecond, kNow});
        const QUrlQuery read(QString::fromStdString(promForm(raw)));
        QCOMPARE(read.queryItemValue(QStringLiteral("query"), QUrl::FullyDecoded), QStringLiteral("{a=\"b&c\"}[120s]"));
        QCOMPARE(read.queryItemValue(QStringLiteral("time")), QStringLiteral("1795363200"));
        const PromFields grid = promGridFields("x", {kNow - kHour, kNow, 15 * kSecond});
        QCOMPARE(promForm(grid), std::string("query=x&start=1795359600&end=1795363200&step=15"));
        const std::vector<std::string> odd{"10.0.0.1:80", "a\"b\\c|d"};
        const std::vector<std::string> jobs{"litellm"};
        QCOMPARE(promStartSelector(jobs, odd),
                 std::string("{__name__=\"process_start_time_seconds\",job=~\"litellm\","
                             "instance=~\"10\\\\.0\\\\.0\\\\.1:80|a\\\"b\\\\\\\\c\\\\|d\"}"));
        const std::vector<std::string> many(301, "a:1");
        QCOMPARE(promStartSelector(jobs, many),
                 std::string("{__name__=\"process_start_time_seconds\",job=~\"litellm\"}"));
        QCOMPARE(promStartSelector({}, {}), std::string());
    }

    void bases()
    {
        QCOMPARE(promBase("/"), std::string());
        QCOMPARE(promBase("/prometheus/"), std::string("/prometheus"));
        QCOMPARE(promBase("/api/v1"), std::string());
        QCOMPARE(promBase("/a/api/v1/query"), std::string("/a"));
        QCOMPARE(promBase("/api/v10"), std::string("/api/v10"));
    }

    void spans()
    {
        const auto span = [](const char *text) {
            TimeNs out = -1;
            return parsePromSpan(text, out) ? out : TimeNs(-1);
        };
        QCOMPARE(span("90"), 90 * kSecond);
        QCOMPARE(span("15m"), 15 * kMinute);
        QCOMPARE(span("36h"), 36 * kHour);
        QCOMPARE(span("7d"), 7 * kDay);
        QCOMPARE(span("2w"), 14 * kDay);
        QCOMPARE(span("0"), TimeNs(0));
        for (const char *text : {"", "d", "-1d", "1.5h", "1e3", "7 d", "7y", "99999999999999999999d", "4000d", "+1h"})
            QCOMPARE(span(text), TimeNs(-1));
    }

    void matches()
    {
        for (const char *good : {"", "job=\"litellm\"", "a=~\"x{2}|[y]\",b!=\"\\\"}\"", "a='}'", "a=`\\`"})
            QVERIFY2(checkPromMatch(good), good);
        for (const char *bad : {"job=\"a\"} or {b=\"c\"", "a=\"b", "a=\"b\\\"", "x[5m]", "a=\"b\"#", "a=\"\n\""})
            QVERIFY2(!checkPromMatch(bad), bad);
        QVERIFY(!checkPromMatch(std::string(2000, 'a')));
    }
};

QTEST_GUILESS_MAIN(TestPromqlPlan)
#include "tst_promql_plan.moc"
