// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ledger/ledger_samples.h"

namespace flyball::test {

namespace {
constexpr TimeNs kFirst = 1'790'000'000LL * kSecond;
} // namespace

SampleFleet::SampleFleet(SymbolTable &symbols, std::uint64_t seed)
    : m_symbols(symbols),
      m_random(seed),
      m_source(symbols.intern("claude-code:/home/dev/.claude")),
      m_format(symbols.intern("claude-code")),
      m_provider(symbols.intern("anthropic")),
      m_producer(symbols.intern("opentelemetry.instrumentation.anthropic 0.40|anthropic")),
      m_service(symbols.intern("standard")),
      m_finish(symbols.intern("end_turn")),
      m_now(kFirst)
{
    for (int i = 0; i < 12; ++i)
        m_workflows.push_back(symbols.intern("project-" + std::to_string(i)));
    for (const char *model : {"claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5", "gpt-5-mini"})
        m_models.push_back(symbols.intern(model));
    for (const char *agent : {"", "planner", "coder"})
        m_agents.push_back(symbols.intern(agent));
    for (const char *step : {"", "plan", "edit", "test"})
        m_steps.push_back(symbols.intern(step));
}

std::string SampleFleet::hex(std::size_t digits)
{
    std::string text;
    while (text.size() < digits)
        text += toHex64(m_random());
    text.resize(digits);
    return text;
}

void SampleFleet::startRun()
{
    m_callsLeft = 4 + static_cast<int>(m_random() % 16);
    m_spans = m_random() % 3 == 0;
    m_trace = {m_random(), m_random()};
    m_run = RunRow{};
    m_run.info.run = m_trace;
    m_run.info.workflow = workflow(m_random());
    m_run.info.format = m_format;
    m_run.source = m_source;
    m_runModel = m_models[m_random() % m_models.size()];
    m_runAgent = m_agents[m_random() % m_agents.size()];
    m_run.info.start = m_now;
    m_run.info.session = m_symbols.intern(hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12));
    if (!m_spans) {
        m_run.info.prompt = m_symbols.intern(hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12));
        m_path = m_symbols.intern("/home/dev/.claude/projects/-home-u-project/"
                                  + std::string(m_symbols.text(m_run.info.session)) + ".jsonl");
        m_offset = 0;
    }
}

StoredCall SampleFleet::next()
{
    if (m_callsLeft-- <= 0)
        startRun();
    m_now += static_cast<TimeNs>(m_random() % (5 * kSecond));
    StoredCall stored;
    CallFact &f = stored.fact;
    f.group = m_spans ? m_trace : Key128{m_random(), m_random()};
    f.sub = m_random();
    f.time = m_now;
    f.latencyNs = static_cast<std::int64_t>(m_random() % (40 * kSecond));
    f.format = m_format;
    f.source = m_source;
    f.request = m_symbols.intern("req_011CS" + hex(19));
    f.provider = m_provider;
    f.modelServed = f.modelRequested = m_random() % 10 == 0 ? m_models[1] : m_runModel;
    f.finishReason = m_finish;
    f.names.session = m_run.info.session;
    if (m_spans) {
        f.producer = m_producer;
        f.parentSpan = m_random();
        f.convention = InputConvention::ByProducer;
    } else {
        f.origin = {m_run.info.start, m_offset += 1400, m_path};
        f.ownerStart = m_run.info.start;
        f.ownerPath = m_path;
        f.prompt = m_run.info.prompt;
        f.project = m_run.info.workflow;
        f.serviceTier = m_service;
    }
    f.raw.tokens = {static_cast<std::int64_t>(m_random() % 4000),
                    static_cast<std::int64_t>(m_random() % 90000),
                    static_cast<std::int64_t>(m_random() % 3000),
                    0,
                    0,
                    0,
                    static_cast<std::int64_t>(m_random() % 2500),
                    0,
                    0};
    f.raw.quality = UsageQuality::Exact;
    f.flags = CallCacheKnown | (m_random() % 50 == 0 ? std::uint32_t{CallFailed} : 0U);
    Call &c = stored.call;
    c.group = f.group;
    c.sub = f.sub;
    c.run = m_run.info.run;
    c.time = f.time;
    c.latencyNs = f.latencyNs;
    c.format = f.format;
    c.source = f.source;
    c.producer = f.producer;
    c.request = f.request;
    c.prompt = f.prompt;
    c.provider = f.provider;
    c.model = c.modelRequested = f.modelServed;
    c.serviceTier = f.serviceTier;
    c.finishReason = f.finishReason;
    c.names = f.names;
    c.names.workflow = m_run.info.workflow;
    c.names.agent = m_runAgent;
    c.names.step = m_steps[m_random() % m_steps.size()];
    c.usage = f.raw;
    c.flags = f.flags;
    c.priceRule = 7;
    c.costOrigin = m_random() % 40 == 0 ? CostOrigin::Unpriced : CostOrigin::Computed;
    c.cost = c.costOrigin == CostOrigin::Computed ? static_cast<PicoUsd>(m_random() % 90'000'000'000ULL) : 0;
    m_run.info.end = m_now;
    m_run.totals.add(c);
    return stored;
}

SeriesId RollupKeeper::seriesOf(const Call &call)
{
    const SeriesKey k = SeriesKey::of(call);
    const auto [at, isNew] =
        m_ids.try_emplace({k.source, k.workflow, k.provider, k.model, k.tier, k.agent, k.step, k.segment},
                          m_first + static_cast<SeriesId>(m_ids.size()));
    if (isNew)
        m_new.emplace_back(at->second, k);
    return at->second;
}

void RollupKeeper::apply(const Call &call, int sign)
{
    const SeriesId series = seriesOf(call);
    for (const auto &[cells, width] : {std::pair(&m_minutes, kMinute), std::pair(&m_quarters, 15 * kMinute)}) {
        Totals &totals = (*cells)[{bucketOf(call.time, width), series}];
        sign > 0 ? totals.add(call) : totals.subtract(call);
    }
}

void RollupKeeper::flush(LedgerWrite &write)
{
    write.newSeries.insert(write.newSeries.end(), m_new.begin(), m_new.end());
    m_new.clear();
    for (const auto &[key, totals] : m_minutes)
        write.minuteDeltas.push_back({key.first, key.second, totals});
    for (const auto &[key, totals] : m_quarters)
        write.quarterDeltas.push_back({key.first, key.second, totals});
    m_minutes.clear();
    m_quarters.clear();
}

} // namespace flyball::test
