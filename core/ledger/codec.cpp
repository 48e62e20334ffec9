// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/codec.h"

#include "core/ledger/fields.h"

namespace flyball {

namespace {

/// Sums beyond this cannot come from real rows, and adding two of them stays within int64.
constexpr std::int64_t kLargestSum = std::int64_t{1} << 61;

CallFact predictFact(const CallColumns &c)
{
    CallFact f;
    f.group = c.group;
    f.sub = c.sub;
    f.time = c.time;
    f.source = c.source;
    f.producer = c.producer;
    f.provider = c.provider;
    f.modelServed = c.model;
    f.modelRequested = c.model;
    f.names.workflow = c.workflow;
    f.names.agent = c.agent;
    f.names.step = c.step;
    f.names.segment = c.segment;
    f.names.tier = c.tier;
    f.names.session = c.session;
    f.flags = c.failed ? std::uint32_t{CallFailed} : 0U;
    f.raw.quality = UsageQuality::Exact;
    return f;
}

/// A call is its fact plus what resolving and pricing made of it.
Call predictCall(const CallColumns &c, const CallFact &f)
{
    Call call;
    call.group = c.group;
    call.sub = c.sub;
    call.run = c.run;
    call.time = c.time;
    call.cost = c.cost;
    call.latencyNs = f.latencyNs;
    call.firstTokenNs = f.firstTokenNs;
    call.reportedPico = f.reportedPico;
    call.format = f.format;
    call.source = c.source;
    call.producer = f.producer;
    call.request = f.request;
    call.prompt = f.prompt;
    call.provider = c.provider;
    call.model = c.model;
    call.modelRequested = f.modelRequested;
    call.serviceTier = f.serviceTier;
    call.geo = f.geo;
    call.errorType = f.errorType;
    call.finishReason = f.finishReason;
    call.outputLimit = f.outputLimit;
    call.names = f.names;
    call.names.workflow = c.workflow;
    call.names.agent = c.agent;
    call.names.step = c.step;
    call.names.segment = c.segment;
    call.names.tier = c.tier;
    call.names.session = c.session;
    call.usage = f.raw;
    call.flags = f.flags;
    if (c.priced)
        call.costOrigin = c.hasCost ? CostOrigin::Computed : CostOrigin::NoUsage;
    call.responseCache = f.responseCache;
    call.attempt = f.attempt;
    return call;
}

} // namespace

bool isPlausible(const Totals &t)
{
    const auto within = [](std::int64_t v) { return v > -kLargestSum && v < kLargestSum; };
    bool ok = within(t.calls) && within(t.errors) && within(t.callsWithoutUsage) && within(t.callsEstimated)
              && within(t.callsPartial) && within(t.callsPlaceholder) && within(t.callsUnpriced)
              && within(t.callsCostReported) && within(t.callsCacheSplitHidden) && within(t.responseCacheHits)
              && within(t.tokensUnpriced) && within(t.cacheKnownIn) && within(t.callsReportingCost)
              && within(t.cost.usd()) && within(t.costReported.usd());
    for (const std::int64_t tokens : t.tokens)
        ok = ok && within(tokens);
    return ok;
}

CallColumns columnsOf(const StoredCall &stored)
{
    const CallFact &f = stored.fact;
    const Call &call = stored.call;
    const Attribution &names = stored.counted ? call.names : f.names;
    CallColumns c;
    c.group = f.group;
    c.sub = f.sub;
    c.counted = stored.counted;
    c.producer = f.producer;
    c.run = stored.counted ? call.run : f.group;
    c.time = stored.counted ? call.time : f.time;
    c.source = stored.counted ? call.source : f.source;
    c.provider = stored.counted ? call.provider : f.provider;
    c.model = stored.counted ? call.model : f.modelServed;
    c.metered = stored.counted && call.metered();
    c.failed = ((stored.counted ? call.flags : f.flags) & CallFailed) != 0;
    c.priced = stored.counted && call.costOrigin != CostOrigin::Unpriced;
    c.hasCost = c.priced && call.costOrigin != CostOrigin::NoUsage;
    c.cost = c.hasCost ? call.cost : 0;
    c.workflow = names.workflow;
    c.agent = names.agent;
    c.step = names.step;
    c.tier = names.tier;
    c.segment = names.segment;
    c.session = names.session;
    return c;
}

std::string_view Codec::encode(const StoredCall &stored, const CallColumns &columns)
{
    m_writer.begin();
    visitFact(m_writer, stored.fact, predictFact(columns));
    // An uncounted call means nothing; storing what it happens to hold would only cost space.
    if (stored.counted)
        visitCall(m_writer, stored.call, predictCall(columns, stored.fact));
    return m_writer.finish();
}

std::string_view Codec::encode(const SpanFact &span)
{
    m_writer.begin();
    visitSpan(m_writer, span, SpanFact{});
    return m_writer.finish();
}

std::string_view Codec::encode(const SignalFact &signal)
{
    m_writer.begin();
    visitSignal(m_writer, signal, SignalFact{});
    return m_writer.finish();
}

std::string_view Codec::encode(const RunRow &row)
{
    m_writer.begin();
    visitRun(m_writer, row, RunRow{});
    return m_writer.finish();
}

std::string_view Codec::encode(const Totals &totals)
{
    m_writer.begin();
    visitTotals(m_writer, totals);
    return m_writer.finish();
}

bool Codec::decode(std::string_view record, const CallColumns &columns, StoredCall &out)
{
    m_reader.begin(record);
    out.counted = columns.counted;
    out.fact.group = columns.group;
    out.fact.sub = columns.sub;
    visitFact(m_reader, out.fact, predictFact(columns));
    out.fact.requestKey = m_reader.hashOf(out.fact.request);
    out.call = Call{};
    if (columns.counted)
        visitCall(m_reader, out.call, predictCall(columns, out.fact));
    return m_reader.finish();
}

bool Codec::decode(std::string_view record, SpanFact &out)
{
    m_reader.begin(record);
    visitSpan(m_reader, out, SpanFact{});
    return m_reader.finish();
}

bool Codec::decode(std::string_view record, SignalFact &out)
{
    m_reader.begin(record);
    visitSignal(m_reader, out, SignalFact{});
    return m_reader.finish();
}

bool Codec::decode(std::string_view record, RunRow &out)
{
    m_reader.begin(record);
    visitRun(m_reader, out, RunRow{});
    return m_reader.finish() && isPlausible(out.totals);
}

bool Codec::decode(std::string_view record, Totals &out)
{
    m_reader.begin(record);
    visitTotals(m_reader, out);
    return m_reader.finish() && isPlausible(out);
}

} // namespace flyball
