// SPDX-License-Identifier: GPL-3.0-or-later
// What counters amount to: restarts, gaps, new series, names, money and tokens of each gateway.
#include <QtTest/QtTest>

#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

std::string litellm(const char *what, const std::string &value, const char *workflow = "w", const char *model = "m")
{
    return std::string("litellm_") + what + "_metric_total{api_key_alias=\"" + workflow + "\",model=\"" + model + "\"} "
           + value + '\n';
}
std::string spend(const std::string &value, const char *workflow = "w", const char *model = "m")
{
    return litellm("spend", value, workflow, model);
}
std::string created(const char *seconds)
{
    return std::string("litellm_spend_metric_created{api_key_alias=\"w\",model=\"m\"} ") + seconds + '\n';
}
std::string process(const char *seconds) { return std::string("process_start_time_seconds ") + seconds + '\n'; }

constexpr std::int64_t kUsd = 1'000'000'000'000;

} // namespace

#define SPENT(bench, text) QCOMPARE(QByteArray::fromStdString((bench).spend()), QByteArray(text))

class TestMeterBook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void countingBeginsWithTheFirstReading();
    void aNewSeriesBeganAtZero();
    void M7_fallsAfterARestart();
    void M7_passesTheOldValueAfterARestart();
    void M7_processStart();
    void M7_processStartJitters();
    void processStartAndASeriesThatComesLater();
    void pushGatewayKeepsWhatItWasTold();
    void workersByTurns();
    void workersByTurnsThatTellWhenTheyBegan();
    void manyWorkers();
    void aNewWorkerAfterARestartOfAll();
    void vanishedAndBack();
    void theAppRestarts();
    void stateThatCannotBeRead();
    void M8_uselessValues();
    void M8_duplicates();
    void M9_tooManySeries();
    void M9_labelsThatChangeEachTime();
    void abandonedReading();
    void zeroIsNoPrice();
    void minutes();
    void timesOfTheirOwn();
    void timesOfTheirOwnAndARestart();
    void instances();
    void instancesThatComeAndGo();
    void exactMoney();
};

void TestMeterBook::countingBeginsWithTheFirstReading()
{
    BookBench b;
    QCOMPARE(b.read(spend("100"), 0).facts, std::int64_t(0));
    SPENT(b, "");
    b.read(spend("100.5"), 15);
    SPENT(b, "w/m money=0.500000000\n");
}

void TestMeterBook::aNewSeriesBeganAtZero()
{
    BookBench b;
    b.read(spend("100"), 0);
    b.read(spend("100") + spend("3", "v"), 15);
    SPENT(b, "v/m money=3.000000000\n");
}

void TestMeterBook::M7_fallsAfterARestart()
{
    BookBench b;
    b.read(spend("65.8"), 0);
    b.read(spend("66"), 15);
    const MeterSummary summary = b.read(spend("0.065"), 30);
    QVERIFY(summary.restarted);
    SPENT(b, "w/m money=0.265000000\n");
    QVERIFY(!b.read(spend("0.065"), 45).restarted);
}

void TestMeterBook::M7_passesTheOldValueAfterARestart()
{
    BookBench b;
    b.read(spend("10") + created("1795363100.5"), 0);
    QVERIFY(b.read(spend("12") + created("1795363205.25"), 15).restarted);
    SPENT(b, "w/m money=12.000000000\n");
    // To the same value as well: all of it was spent again.
    QVERIFY(b.read(created("1795363220.25") + spend("12"), 30).restarted);
    SPENT(b, "w/m money=24.000000000\n");
    QVERIFY(!b.read(spend("12") + created("1795363220.25"), 45).restarted);
}

void TestMeterBook::M7_processStart()
{
    BookBench b;
    b.read(process("1795363100.5") + spend("10"), 0);
    QVERIFY(!b.read(process("1795363100.5") + spend("11"), 15).restarted);
    QVERIFY(b.read(spend("12") + process("1795363220"), 30).restarted); // wherever on the page
    SPENT(b, "w/m money=13.000000000\n");
}

void TestMeterBook::M7_processStartJitters()
{
    BookBench b;
    b.read(process("1795363100.4") + spend("10"), 0);
    for (int i = 1; i < 10; ++i)
        QVERIFY(!b.read(process(i % 2 ? "1795363101.4" : "1795363100.4") + spend("10.5"), 15 * i).restarted);
    SPENT(b, "w/m money=0.500000000\n");
}

void TestMeterBook::processStartAndASeriesThatComesLater()
{
    BookBench b;
    b.read(process("1795363100") + spend("10"), 0);
    b.read(process("1795363210"), 15); // began again, and nobody called yet
    b.read(process("1795363210") + spend("12"), 30);
    SPENT(b, "w/m money=12.000000000\n");
}

void TestMeterBook::pushGatewayKeepsWhatItWasTold()
{
    BookBench b;
    const std::string pushed = "push_time_seconds{job=\"x\"} 1795363000\n";
    b.read(pushed + process("1795363100") + spend("10"), 0);
    b.read(process("1795363210") + spend("12") + pushed, 15);
    SPENT(b, "w/m money=2.000000000\n");
}

void TestMeterBook::workersByTurns()
{
    // Two workers that began within a tenth of a second answer at random; each counts for itself.
    const std::string one = process("1795362000.11");
    const std::string two = process("1795362000.17");
    BookBench b;
    b.read(one + spend("10"), 0);
    QVERIFY(!b.read(one + spend("11"), 15).byTurns);
    const MeterSummary other = b.read(two + spend("300"), 30); // met for the first time: counting begins
    QVERIFY(other.byTurns);
    QVERIFY(!other.restarted);
    QCOMPARE(other.trouble.size(), std::size_t(1));
    b.read(two + spend("301"), 45);
    SPENT(b, "w/m money=2.000000000\n");
    b.restart();
    QVERIFY(b.read(one + spend("12") + spend("4", "v"), 60).byTurns);
    b.read(two + spend("303"), 75);
    b.read(two + spend("303") + spend("5", "v"), 90);
    b.read(one + spend("12.5") + spend("4", "v"), 105);
    SPENT(b, "v/m money=9.000000000\nw/m money=5.500000000\n");
}

void TestMeterBook::workersByTurnsThatTellWhenTheyBegan()
{
    const std::string one = process("1795362000.11") + created("1795362011");
    const std::string two = process("1795362000.17") + created("1795362055");
    BookBench b;
    b.read(one + spend("10"), 0);
    b.read(two + spend("300"), 15);
    SPENT(b, "");
    b.read(one + spend("11"), 30);
    b.read(two + spend("301"), 45);
    b.read(two + spend("302"), 60);
    SPENT(b, "w/m money=3.000000000\n");
}

void TestMeterBook::manyWorkers()
{
    // Of more than can be followed none is counted twice.
    BookBench b;
    const auto worker = [](int i) { return process((std::to_string(1'795'300'000 + 10 * i)).c_str()); };
    std::size_t most = 0;
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 100; ++i) {
            b.read(worker(i) + spend(std::to_string(1000 * i + round)), 15 * (100 * round + i));
            most = std::max(most, b.book().save().size());
        }
    QVERIFY(b.pico() <= 200 * kUsd);
    QVERIFY(most < 20'000);
}

void TestMeterBook::aNewWorkerAfterARestartOfAll()
{
    BookBench b;
    b.read(process("1795362000.11") + spend("10"), 0);
    QVERIFY(b.read(process("1795363240.5") + spend("2"), 45).restarted); // began at 40 s
    SPENT(b, "w/m money=2.000000000\n");
    // With a clock half a minute behind as well.
    QVERIFY(b.read(process("1795363250.5") + spend("3"), 75).restarted);
    SPENT(b, "w/m money=5.000000000\n");
}

void TestMeterBook::vanishedAndBack()
{
    BookBench b;
    b.read(spend("10") + spend("1", "v"), 0);
    for (int i = 1; i < 5; ++i)
        QCOMPARE(b.read(spend("1", "v"), 15 * i).facts, std::int64_t(0));
    b.read(spend("11") + spend("1", "v"), 90);
    SPENT(b, "w/m money=1.000000000\n");
}

void TestMeterBook::theAppRestarts()
{
    BookBench b;
    b.read(spend("10") + created("1795363100.5"), 0);
    b.read(spend("11") + created("1795363100.5"), 10);
    b.restart();
    // The minute goes on where it was, and what was spent in between is in it.
    b.read(spend("14") + created("1795363100.5"), 30);
    QCOMPARE(QByteArray::fromStdString(b.spend(true)), QByteArray("0 w/m money=4.000000000\n"));
    b.restart();
    b.read(spend("2") + created("1795363240.5"), 70);
    QCOMPARE(QByteArray::fromStdString(b.spend(true)),
             QByteArray("0 w/m money=4.000000000\n1 w/m money=2.000000000\n"));
}

void TestMeterBook::stateThatCannotBeRead()
{
    for (const char *state :
         {"", "{", "[]", "{\"v\":2}", "{\"v\":1}", "{\"v\":1,\"epoch\":1}", "null",
          "{\"v\":1,\"epoch\":\"x\",\"seq\":1,\"gone\":0,\"instances\":[],\"series\":[[1]],\"groups\":[]}"}) {
        BookBench b;
        b.book().restore(state);
        QCOMPARE(b.read(spend("10"), 0).facts, std::int64_t(0));
        b.read(spend("11"), 15);
        SPENT(b, "w/m money=1.000000000\n");
    }
}

void TestMeterBook::M8_uselessValues()
{
    BookBench b;
    b.read(spend("10"), 0);
    const MeterSummary nan = b.read(spend("NaN"), 15);
    QCOMPARE(nan.trouble, std::vector<std::string>{"1 value ignored: NaN"});
    QCOMPARE(b.read(spend("+Inf") + spend("-3", "v"), 30).trouble,
             (std::vector<std::string>{"1 value ignored: infinite", "1 value ignored: negative"}));
    QCOMPARE(b.read(spend("1e400"), 45).trouble, std::vector<std::string>{"1 value ignored: too large"});
    QCOMPARE(b.read(litellm("input_tokens", "9.3e18"), 60).trouble,
             std::vector<std::string>{"1 value ignored: too large"});
    SPENT(b, "");
    // Each series is told of once.
    QCOMPARE(b.rejects, (std::vector<std::string>{"meter value NaN", "meter value negative", "meter value too large"}));
    b.read(spend("11"), 75);
    SPENT(b, "w/m money=1.000000000\n");
}

void TestMeterBook::M8_duplicates()
{
    BookBench b;
    b.read(spend("10"), 0);
    // The order of labels does not make another series of it.
    const MeterSummary summary =
        b.read(spend("11") + "litellm_spend_metric_total{model=\"m\",team=\"\",api_key_alias=\"w\"} 500\n", 15);
    QCOMPARE(summary.trouble, std::vector<std::string>{"1 value ignored: the same series twice"});
    SPENT(b, "w/m money=1.000000000\n");
}

void TestMeterBook::M9_tooManySeries()
{
    BookBench b;
    b.read(spend("10"), 0);
    std::string page = spend("11");
    for (int i = 0; i < 20'000; ++i)
        page += spend("1", ("w" + std::to_string(i)).c_str());
    const auto summary = b.tryRead(page, 15);
    QVERIFY(!summary);
    QCOMPARE(QByteArray::fromStdString(summary.error().message), QByteArray("more than 20000 series with spend"));
    SPENT(b, "");
    b.read(spend("12"), 30); // as if it had not been
    SPENT(b, "w/m money=2.000000000\n");
}

void TestMeterBook::M9_labelsThatChangeEachTime()
{
    BookBench b;
    std::size_t most = 0;
    for (int round = 0; round < 30; ++round) {
        std::string page = spend("10");
        for (int i = 0; i < 2'000; ++i)
            page += spend("0", ("w" + std::to_string(round * 2'000 + i)).c_str());
        b.read(page, 15 * round);
        most = std::max(most, b.book().save().size());
    }
    QVERIFY(most < 20'001 * 100); // of 60,000 series, those that went last
    b.read(spend("11"), 500);     // it was there all the time, and is not forgotten
    SPENT(b, "w/m money=1.000000000\n");
}

void TestMeterBook::abandonedReading()
{
    BookBench b;
    b.read(spend("10"), 0);
    const std::string before = b.book().save();
    QVERIFY(!b.tryRead(spend("11") + spend("5", "v") + "broken{\n", 15));
    QVERIFY(b.book().save() == before);
    b.read(spend("12") + spend("6", "v"), 30);
    SPENT(b, "v/m money=6.000000000\nw/m money=2.000000000\n");
}

/// A gateway that knows no price of a model counts its tokens and 0: unknown, as 0 of a call is.
void TestMeterBook::zeroIsNoPrice()
{
    const auto page = [](const char *money, const char *tokens) {
        return spend(money) + litellm("input_tokens", tokens) + spend("7", "w", "dear")
               + litellm("input_tokens", tokens, "w", "dear");
    };
    BookBench b;
    b.read(page("0", "0"), 0);
    b.read(page("0", "100"), 15);
    SPENT(b, "w/dear money=0.000000000 in 100\nw/m money=- in 100\n");
    b.read(page("NaN", "100"), 20);
    b.read(page("2", "300"), 30); // it has learned it
    SPENT(b, "w/dear money=0.000000000 in 300\nw/m money=2.000000000 in 300\n");
    b.read(page("0", "5"), 45); // and begins again: the money of this minute is not forgotten
    SPENT(b, "w/dear money=0.000000000 in 305\nw/m money=2.000000000 in 305\n");
}

void TestMeterBook::minutes()
{
    BookBench b;
    b.read(spend("0"), 0);
    b.read(spend("1"), 15);
    b.read(spend("2"), 45);
    b.read(spend("4"), 61);
    b.read(spend("4"), 3600);
    b.read(spend("8"), 7200);
    QCOMPARE(QByteArray::fromStdString(b.spend(true)),
             QByteArray("0 w/m money=2.000000000\n1 w/m money=2.000000000\n120 w/m money=4.000000000\n"));
}

/// Two series of one workflow, seconds after kNow, as a page that gathers several servers has them.
std::string timed(const char *first, std::int64_t firstAt, const char *second, std::int64_t secondAt)
{
    const auto one = [](const char *server, const char *value, std::int64_t at) {
        return "litellm_spend_metric_total{api_key_alias=\"w\",model=\"m\",instance=\"" + std::string(server) + "\"} "
               + value + ' ' + std::to_string((kNow / kSecond + at) * 1000) + '\n';
    };
    return one("a", first, firstAt) + one("b", second, secondAt);
}

void TestMeterBook::timesOfTheirOwn()
{
    BookBench b;
    b.read(timed("0", 0, "0", 0), 0);
    b.read(timed("2", 59, "3", 61), 65);
    SPENT(b, "w/m money=5.000000000\n");
    b.read(timed("6", 118, "8", 121), 125);
    b.read(timed("7", 122, "8", 121), 130);
    SPENT(b, "w/m money=15.000000000\n");
}

void TestMeterBook::timesOfTheirOwnAndARestart()
{
    const std::string ahead = " " + std::to_string((kNow / kSecond + 1800) * 1000) + '\n';
    const auto page = [&](const char *now, std::string later) {
        later = spend(later, "v");
        later.pop_back();
        return spend(now) + later + ahead;
    };
    BookBench b;
    b.read(page("0", "0"), 0);
    b.read(page("4", "1"), 15);
    b.restart();
    b.read(page("5", "1"), 30); // in the same minute: it is told again, with what it had before
    SPENT(b, "v/m money=1.000000000\nw/m money=5.000000000\n");
}

void TestMeterBook::instancesThatComeAndGo()
{
    constexpr std::int64_t kDaySeconds = 86'400;
    constexpr int kEach = 2'000;
    BookBench b;
    std::int64_t expected = 0;
    b.read(spend("1"), 0, "stays");
    for (int i = 0; i < 30; ++i) { // 60,000 series, never more than 4,000 of one day
        const std::string name = "pod" + std::to_string(i);
        const auto page = [](const char *value) {
            std::string out;
            for (int one = 0; one < kEach; ++one)
                out += spend(value, ("w" + std::to_string(one)).c_str());
            return out;
        };
        b.read(page("1"), i * kDaySeconds, name);
        b.read(page("3"), i * kDaySeconds + 15, name);
        b.read(spend(std::to_string(2 + i)), i * kDaySeconds + 30, "stays");
        expected += 2 * kEach + 1;
    }
    QCOMPARE(b.pico(), expected * kUsd);
    // One that begins again takes nothing from another.
    b.read(process("1797955300") + spend("1", "w0"), 30 * kDaySeconds, "new");
    b.read(process("1797955999") + spend("2", "w0"), 30 * kDaySeconds + 1000, "new");
    b.read(spend("40"), 30 * kDaySeconds + 1000, "stays");
    QCOMPARE(b.pico(), (expected + 2 + 9) * kUsd);
}

void TestMeterBook::instances()
{
    BookBench b;
    b.read(spend("10"), 0, "a");
    b.read(spend("20"), 1, "b"); // the first of b: counting begins
    b.read(spend("11"), 15, "a");
    b.read(spend("22"), 16, "b");
    SPENT(b, "w/m money=3.000000000\n");
    b.restart();
    b.read(process("1795363300") + spend("1"), 30, "a");
    b.read(spend("23"), 31, "b");
    SPENT(b, "w/m money=5.000000000\n");
}

void TestMeterBook::exactMoney()
{
    BookBench b;
    b.read(spend("65.8000000000001"), 0);
    b.read(spend("65.8000000000016"), 15);
    QCOMPARE(b.pico(), std::int64_t(2)); // .8 and .8000000000016 by halves to even: 65.8 -> .800000000002
    b.read(spend("6.5800000000002e+01"), 30);
    QCOMPARE(b.pico(), std::int64_t(2));
    b.read(spend("66.8000000000021"), 45);
    QCOMPARE(b.pico(), std::int64_t(2) + kUsd);
    b.read(spend("1.234e-05"), 60);
    QCOMPARE(b.pico(), std::int64_t(2) + kUsd + 12'340'000);
}

QTEST_GUILESS_MAIN(TestMeterBook)
#include "tst_meterbook.moc"
