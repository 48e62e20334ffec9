// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/aggregate/measure_fleet.h"

#include <algorithm>
#include <cstdlib>

namespace flyball::test {

std::string seedBook()
{
    const std::string cached =
        R"({"input":"3","output":"15","cache_read":"0.3","cache_write_5m":"3.75","cache_write_1h":"6"})";
    const std::pair<const char *, std::string> models[] = {{"plain", R"({"input":"1","output":"5"})"},
                                                           {"cached", cached},
                                                           {"claude-opus-5", cached},
                                                           {"claude-opus-4-5", cached},
                                                           {"claude-sonnet-4", cached},
                                                           {"flat-15", R"({"input":"15","output":"15"})"},
                                                           {"flat-0.60", R"({"input":"0.60","output":"0.60"})"}};
    std::string json =
        R"({"book":{"source":"articles","version":"seed","date":"2026-11-01"},"providers":[{"id":"seed","models":[)"
        R"({"id":"o3","prices":[{"until":"2025-06-10","rates":{"input":"10","output":"40"}},)"
        R"({"from":"2025-06-10","rates":{"input":"2","output":"8"}}]})";
    for (const auto &[id, rates] : models)
        json += std::string(R"(,{"id":")") + id + R"(","prices":[{"rates":)" + rates + "}]}";
    return json + "]}]}";
}

std::shared_ptr<const PriceCatalog> seedPrices()
{
    static const std::shared_ptr<const PriceCatalog> catalog = [] {
        auto made = std::make_shared<PriceCatalog>(*builtInPrices());
        if (const Result<> added = made->addJson(seedBook(), "seed.json", LargeChange::Accept); !added) {
            std::fprintf(stderr, "%s\n", added.error().message.c_str());
            std::abort();
        }
        return made;
    }();
    return catalog;
}

Call &Fleet::call(std::uint64_t run, const char *step, std::int64_t in, std::int64_t out, const char *model)
{
    Call &c = calls.emplace_back();
    m_now += kSecond;
    c.group = {11, run};
    c.run = {11, run};
    c.sub = calls.size();
    c.time = m_now;
    c.names.workflow = name("w");
    c.names.step = name(step);
    c.provider = name("seed");
    c.model = name(model);
    c.usage.quality = UsageQuality::Exact;
    c.usage[TokenClass::InFresh] = in;
    c.usage[TokenClass::OutText] = out;
    return c;
}

void Fleet::end(std::uint64_t run, Outcome outcome)
{
    RunRow &row = runs.emplace_back();
    row.info.run = {11, run};
    row.info.workflow = name("w");
    row.info.outcome = outcome;
    row.info.closed = true;
    row.info.start = row.info.end = m_now;
}

void Fleet::unpriced(Call &call)
{
    call.model = 0;
    call.costOrigin = CostOrigin::Unpriced;
}

std::vector<Measure> Fleet::measures(MeasureScope scope)
{
    CallPricer pricer(seedPrices(), symbols);
    EndedRuns ended;
    for (RunRow &row : runs) {
        row.totals = {};
        ended.emplace(row.info.run, &row);
    }
    for (Call &c : calls) {
        pricer.price(c);
        if (const auto row = ended.find(c.run); row != ended.end())
            const_cast<RunRow *>(row->second)->totals.add(c);
    }
    for (const auto &[run, facts] : signalFacts)
        const_cast<RunRow *>(ended.at(run))->signals = static_cast<std::int32_t>(facts.size());
    RunTracker tracker;
    PartPricer parts(seedPrices(), symbols);
    MeasureSum sum(scope, ended, symbols);
    for (const Call &c : calls)
        sum.add({c, tracker.place(c), parts.of(c), true});
    for (const auto &[run, facts] : signalFacts)
        sum.addSignals(run, facts);
    return sum.finish();
}

Measure Fleet::measure(MeasureId id, MeasureScope scope) { return measures(scope)[static_cast<std::size_t>(id)]; }

std::string words(const Amount &amount)
{
    if (!amount.money)
        return std::to_string(amount.count);
    const __int128 pico = static_cast<__int128>(amount.usd.usd()) * kPicoPerUsd + amount.usd.picoRemainder();
    const __int128 size = pico < 0 ? -pico : pico;
    char digits[64];
    std::snprintf(digits, sizeof digits, "%s$%lld.%012lld", pico < 0 ? "-" : "",
                  static_cast<long long>(size / kPicoPerUsd), static_cast<long long>(size % kPicoPerUsd));
    return digits;
}

std::string words(const Measure &m)
{
    std::string out = std::string(measureInfo(m.id).key) + " ";
    if (!m.known())
        return out + "unknown: " + std::string(unknownText(m.why));
    const MeasureUnit unit = measureInfo(m.id).unit;
    if (unit == MeasureUnit::Share || unit == MeasureUnit::Times)
        return out + words(m.top) + "/" + words(m.bottom);
    out += words(m.value);
    return m.bottom.isZero() ? out : out + " = " + words(m.top) + "/" + words(m.bottom);
}

std::shared_ptr<const ScopeNumbers> readNumbers(PipelineBench &bench, const MeasureQuestion &question)
{
    MeasureReading reading(bench.pipeline().snapshot(), question, bench.catalog);
    while (reading.step(bench.pipeline().ledger())) {
    }
    return reading.result();
}

} // namespace flyball::test
