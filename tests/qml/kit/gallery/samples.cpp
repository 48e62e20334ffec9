// SPDX-License-Identifier: GPL-3.0-or-later
#include "samples.h"

#include <QtMath>

#include <cmath>

namespace flyball {
namespace {

constexpr qint64 kStart = 1794913980000; // 17 Nov 2026 10:33 UTC
const char *const kNames[] = {"research_agent",  "support_triage", "code_review",    "doc_enrichment",
                              "invoice_extract", "contract_qa",    "sales_outreach", "kb_indexer"};
const double kRates[] = {.262, .238, .164, .116, .098, .068, .044, .033};

// Small repeatable noise in -1 .. 1.
double noise(int seed)
{
    const double value = std::sin(seed * 12.9898) * 43758.5453;
    return 2 * (value - std::floor(value)) - 1;
}

} // namespace

QString Samples::hostile()
{
    return QStringLiteral("<img src=\"file:///etc/hostname\"><b>x</b>&lt;\n\t\u202Eabc\u0007 ")
           + QString(260, QLatin1Char('W'));
}

QVariant Samples::stack()
{
    StackData data;
    data.startMs = kStart;
    data.bins = 180;
    data.runningBins = 1;
    for (int band = 0; band < 8; ++band) {
        StackBand item{QString::fromLatin1(kNames[band]), band, {}};
        double drift = 0;
        for (int bin = 0; bin < data.bins; ++bin) {
            drift = 0.82 * drift + 0.3 * noise(band * 997 + bin);
            double value = kRates[band] * (1 + 0.34 * drift);
            if (band == 0 && bin > 120 && bin < 158)
                value += std::min(1.0, (bin - 120) / 20.0) * (bin > 153 ? (158 - bin) / 5.0 : 1.0) * 0.78;
            item.values.append(std::max(0.004, value));
        }
        data.bands.append(item);
    }
    data.known.fill(true, data.bins);
    for (int bin = 18; bin < 21; ++bin)
        data.known[bin] = false;
    for (int bin = 0; bin < data.bins; ++bin)
        data.pace.append(0.88 - 0.07 * bin / data.bins);
    data.paceLabel = QStringLiteral("Cap pace");
    data.paceText = QStringLiteral("$0.81");
    data.perText = QStringLiteral(" / min");
    data.gapText = QStringLiteral("spans, 4 min");
    data.summary = QStringLiteral("Spend per minute rose from $1.00 to $1.80 after 13:34 and is $0.97 now.");
    const auto at = [](int bin) { return kStart + bin * 60000; };
    data.marks = {{at(45), QStringLiteral("r41"), ChartMark::Revision},
                  {at(153), QStringLiteral("r42"), ChartMark::Revision},
                  {at(82), QStringLiteral("Cap changed"), ChartMark::Warn},
                  {at(127), {}, ChartMark::Resolved},
                  {at(168), QStringLiteral("Loop"), ChartMark::Crit}};
    return QVariant::fromValue(data);
}

QVariant Samples::trend()
{
    TrendData data;
    data.startMs = kStart - 14 * 86400000LL;
    data.binMs = 6 * 3600000LL;
    TrendPanel cost{
        QStringLiteral("Cost per success"), 0, {}, {}, {}, int(ChartUnit::Usd), QStringLiteral("$0.50"), false};
    TrendPanel pass{QStringLiteral("Pass rate"), 2,    {}, {}, {}, int(ChartUnit::Percent),
                    QStringLiteral("91.3 %"),    false};
    for (int i = 0; i < 56; ++i) {
        const double c = 0.405 + 0.016 * noise(i) + (i > 50 ? 0.075 : i > 40 ? -0.035 : 0);
        const double p = 94.2 + 0.55 * noise(i + 300) - (i > 40 ? 1.0 : 0) - (i > 50 ? 1.9 : 0);
        cost.values.append(i == 30 ? qQNaN() : c);
        cost.low.append(c - 0.015);
        cost.high.append(c + 0.015);
        pass.values.append(p);
        pass.low.append(p - 0.9);
        pass.high.append(p + 0.9);
    }
    data.panels = {cost, pass};
    data.marks = {{data.startMs + 14 * data.binMs, QStringLiteral("r38"), ChartMark::Revision},
                  {data.startMs + 41 * data.binMs, QStringLiteral("r40"), ChartMark::Revision}};
    data.summary = QStringLiteral("Cost per success rose to $0.50 while pass rate fell to 91.3 percent.");
    return QVariant::fromValue(data);
}

QVariant Samples::context()
{
    ContextData data;
    for (int i = 0; i < 16; ++i) {
        ContextCall call;
        call.label = QString::number(i + 1);
        call.system = 6200;
        call.history = i == 0 ? 0 : 6000.0 * i;
        call.fresh = 3000 + 1500 * std::abs(noise(i));
        call.cacheRead = i == 0 ? 0 : i < 10 ? 5200.0 * i : 6200;
        call.alarm = i >= 8;
        call.inFlight = i == 15;
        data.calls.append(call);
    }
    data.breakBefore = 10;
    data.breakText = QStringLiteral("Prefix breaks at call 11");
    data.limit = 20000;
    data.limitText = QStringLiteral("r42: compress above 20 k");
    data.summary = QStringLiteral("Input grew from 9.3 k to 102 k tokens in 15 calls.");
    return QVariant::fromValue(data);
}

QVariant Samples::lag()
{
    LagData data;
    data.startMs = kStart;
    data.binMs = 120000;
    for (int i = 0; i < 90; ++i)
        data.values.append(i >= 9 && i < 12 ? qQNaN() : i < 9 ? 0.8 + 0.15 * i : 0.9 + 0.3 * std::abs(noise(i)));
    data.summary = QStringLiteral("Lag is 0.9 s now, 2.0 s at most.");
    return QVariant::fromValue(data);
}

QVariant Samples::donut()
{
    const DonutData data{
        {{QStringLiteral("frontier"), 121.36, -1, 2}, {QStringLiteral("mid"), 48.83, -1, 1}, {hostile(), 18.23, -1, 0}},
        QStringLiteral("64 percent frontier")};
    return QVariant::fromValue(data);
}

QVariant Samples::histogram()
{
    HistogramData data;
    data.low = 0.05;
    data.high = 6;
    for (int i = 0; i < 44; ++i) {
        const double c = std::log10(0.05) + (i + 0.5) / 44 * (std::log10(6.0) - std::log10(0.05));
        data.counts.append(100 * std::exp(-0.5 * std::pow((c - std::log10(0.31)) / 0.23, 2))
                           + 9 * std::exp(-0.5 * std::pow((c - std::log10(2.9)) / 0.13, 2)));
    }
    data.quantiles = {{0.31, QStringLiteral("P50")}, {1.12, QStringLiteral("P95")}, {3.86, QStringLiteral("P99")}};
    data.formerHard = 4;
    data.formerText = QStringLiteral("was $4.00");
    data.summary = QStringLiteral("412 runs, half under $0.31, 1 percent over $3.86.");
    return QVariant::fromValue(data);
}

QVariant Samples::widerHistogram()
{
    auto data = histogram().value<HistogramData>();
    data.high = 60;
    return QVariant::fromValue(data);
}

QVariant Samples::parts()
{
    const PartsData data{{{QStringLiteral("Base work"), 47.09, -1, false},
                          {QStringLiteral("Accumulated context"), 46.12, 0, false},
                          {QStringLiteral("Frontier on simple steps"), 31.27, 3, false},
                          {QStringLiteral("Retry and loop"), 24.71, 1, false},
                          {hostile(), 17.83, 2, false},
                          {QStringLiteral("System prompt repetition"), 12.46, 6, false},
                          {QStringLiteral("Verbosity"), 8.94, 8, true}},
                         QStringLiteral("Seven parts, 188.42 dollars")};
    return QVariant::fromValue(data);
}

QVariant Samples::spark()
{
    SparkData data;
    for (int i = 0; i < 45; ++i)
        data.values.append(i == 12 || i == 13 ? qQNaN() : 0.26 + 0.05 * noise(i) + (i > 30 && i < 39 ? 0.7 : 0));
    data.summary = QStringLiteral("now 0.26, peak 1.06 dollars per minute");
    return QVariant::fromValue(data);
}

QVariant Samples::waterfall()
{
    WaterfallData data;
    data.start = 60;
    data.duration = 20;
    data.span = 140;
    data.tier = 2;
    return QVariant::fromValue(data);
}

QVariant Samples::tokens() { return QVariant::fromValue(TokenData{24000, 60000, 4000, 900, 1500, 106000, false}); }

} // namespace flyball
