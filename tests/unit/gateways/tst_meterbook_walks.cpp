// SPDX-License-Identifier: GPL-3.0-or-later
// Random histories of an exporter against what was really spent: every pico-dollar, once.
#include <QtTest/QtTest>
#include <random>

#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

/// An exporter that keeps floats, as real ones do, and forgets them when it begins again.
struct Exporter {
    struct Counter {
        double value = 0;
        TimeNs created = 0;
        bool shown = true;
    };
    std::map<std::string, Counter> counters;
    bool tellsCreated = true;

    [[nodiscard]] std::string page() const
    {
        std::string out;
        for (const auto &[labels, counter] : counters) {
            if (!counter.shown)
                continue;
            char text[64];
            std::snprintf(text, sizeof text, "%.20f", counter.value);
            out += "litellm_spend_metric_total{" + labels + "} " + text + '\n';
            if (tellsCreated)
                out += "litellm_spend_metric_created{" + labels + "} "
                       + std::to_string(static_cast<double>(counter.created) / 1e9) + '\n';
        }
        return out + "up 1\n";
    }
};

std::int64_t picoOf(double value)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.20f", value);
    // Half-even by hand: the oracle shares no code with the book.
    const std::string digits(text);
    const std::size_t point = digits.find('.');
    std::int64_t pico = std::stoll(digits.substr(0, point) + digits.substr(point + 1, 12));
    const std::string rest = digits.substr(point + 13);
    const std::string half = "5" + std::string(rest.size() - 1, '0');
    if (rest > half || (rest == half && pico % 2 == 1))
        ++pico;
    return pico;
}

} // namespace

class TestMeterBookWalks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void telescopes_data();
    void telescopes();
};

void TestMeterBookWalks::telescopes_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<bool>("created");
    for (unsigned seed = 1; seed <= 150; ++seed)
        QTest::addRow("%u", seed) << seed << (seed % 3 != 0);
}

void TestMeterBookWalks::telescopes()
{
    QFETCH(unsigned, seed);
    QFETCH(bool, created);
    std::mt19937 random(seed);
    const auto below = [&random](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Exporter exporter;
    exporter.tellsCreated = created;
    BookBench b;
    b.read(exporter.page(), 0);
    std::map<std::string, std::int64_t> last; // what the book knows of each counter
    std::map<std::string, TimeNs> before;     // when it began
    std::int64_t spent = 0;
    std::int64_t seconds = 0;
    for (int step = 0; step < 60; ++step) {
        seconds += 1 + below(40);
        const TimeNs now = kNow + seconds * kSecond;
        if (const int what = below(20); what == 0) {
            for (auto &[labels, counter] : exporter.counters)
                counter = {0, now, false};
        } else if (what == 1) {
            b.restart();
        } else if (what == 2) {
            QVERIFY(!b.tryRead(exporter.page() + "cut{", seconds));
            continue;
        } else if (what == 3) {
            for (auto &[labels, counter] : exporter.counters)
                counter.shown = below(3) > 0;
        }
        for (int calls = below(6); calls > 0; --calls) {
            const std::string labels = "api_key_alias=\"w" + std::to_string(below(5)) + "\",model=\"m\"";
            auto [it, isNew] = exporter.counters.try_emplace(labels, Exporter::Counter{0, now, true});
            it->second.value += std::ldexp(below(1'000'000), -below(30));
            it->second.shown = true;
        }
        b.read(exporter.page(), seconds);
        for (const auto &[labels, counter] : exporter.counters) {
            if (!counter.shown)
                continue;
            const std::int64_t pico = picoOf(counter.value);
            // Without a word of a restart only what falls can tell.
            const bool anew = pico < last[labels] || (created && before[labels] != counter.created);
            spent += anew ? pico : pico - last[labels];
            last[labels] = pico;
            before[labels] = counter.created;
        }
        QCOMPARE(b.pico(), spent);
    }
    QVERIFY(spent > 0);
}

QTEST_GUILESS_MAIN(TestMeterBookWalks)
#include "tst_meterbook_walks.moc"
