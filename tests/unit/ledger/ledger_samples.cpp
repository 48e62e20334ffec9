// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ledger/ledger_samples.h"

#include <array>
#include <limits>
#include <tuple>

namespace flyball::test {

namespace {

auto tie(const Attribution &n)
{
    return std::tie(n.workflow, n.agent, n.step, n.taskType, n.segment, n.promptVersion, n.feature, n.tier,
                    n.policyRevision, n.session);
}

/// Up to 2^48: sums of thousands stay within what a ledger takes.
std::int64_t count(std::uint64_t v) { return static_cast<std::int64_t>(v >> 16U); }

} // namespace

Symbol RandomFacts::symbol()
{
    static const std::array<std::string, 5> kOdd = {std::string("nul\0inside", 10), "\xff\xfe broken utf-8",
                                                    "'; DROP --", "<img src=x>", std::string(300, 'x')};
    switch (below(8)) {
    case 0:
    case 1:
    case 2:
        return 0;
    case 3:
        return m_symbols.intern(kOdd[below(kOdd.size())]);
    default:
        return m_symbols.intern("name-" + std::to_string(below(500)));
    }
}

Key128 RandomFacts::key() { return {m_random(), m_random()}; }

std::int64_t RandomFacts::number()
{
    switch (below(8)) {
    case 0:
        return -1;
    case 1:
        return std::numeric_limits<std::int64_t>::max();
    case 2:
        return std::numeric_limits<std::int64_t>::min();
    case 3:
        return static_cast<std::int64_t>(m_random());
    default:
        return static_cast<std::int64_t>(below(100'000));
    }
}

void RandomFacts::fill(Attribution &n)
{
    for (Symbol *s : {&n.workflow, &n.agent, &n.step, &n.taskType, &n.segment, &n.promptVersion, &n.feature, &n.tier,
                      &n.policyRevision, &n.session})
        *s = symbol();
}

void RandomFacts::fill(Usage &u)
{
    for (std::int64_t &tokens : u.tokens)
        tokens = number();
    u.webSearches = number();
    u.quality = static_cast<UsageQuality>(below(5));
}

StoredCall RandomFacts::storedCall()
{
    StoredCall stored;
    CallFact &f = stored.fact;
    f.group = key();
    f.sub = below(4) == 0 ? 0 : m_random();
    for (std::int64_t *v : {&f.time, &f.latencyNs, &f.firstTokenNs, &f.reportedPico, &f.origin.fileStart,
                            &f.origin.offset, &f.ownerStart})
        *v = number();
    f.parentSpan = m_random();
    for (Symbol *s :
         {&f.origin.path, &f.ownerPath, &f.format, &f.source, &f.producer, &f.request, &f.prompt, &f.project,
          &f.provider, &f.modelRequested, &f.modelServed, &f.serviceTier, &f.geo, &f.errorType, &f.finishReason})
        *s = symbol();
    fill(f.names);
    fill(f.raw);
    f.flags = static_cast<std::uint32_t>(m_random());
    f.convention = static_cast<InputConvention>(below(4));
    f.responseCache = static_cast<ResponseCache>(below(3));
    f.attempt = static_cast<std::uint16_t>(m_random());
    f.outputLimit = static_cast<std::uint32_t>(m_random());

    stored.counted = below(4) != 0;
    if (!stored.counted)
        return stored;
    Call &c = stored.call;
    c.group = below(8) == 0 ? key() : f.group;
    c.sub = below(8) == 0 ? m_random() : f.sub;
    c.run = below(2) == 0 ? key() : f.group;
    for (std::int64_t *v : {&c.time, &c.latencyNs, &c.firstTokenNs, &c.reportedPico, &c.cost})
        *v = number();
    for (Symbol *s : {&c.format, &c.source, &c.producer, &c.request, &c.prompt, &c.provider, &c.model,
                      &c.modelRequested, &c.serviceTier, &c.geo, &c.errorType, &c.finishReason, &c.parentAgent})
        *s = symbol();
    fill(c.names);
    fill(c.usage);
    c.flags = static_cast<std::uint32_t>(m_random());
    c.priceRule = static_cast<std::uint32_t>(m_random());
    c.priceFlags = static_cast<std::uint32_t>(below(64));
    c.costOrigin = static_cast<CostOrigin>(below(5));
    c.responseCache = static_cast<ResponseCache>(below(3));
    c.attempt = static_cast<std::uint16_t>(m_random());
    c.outputLimit = static_cast<std::uint32_t>(m_random());
    return stored;
}

SpanFact RandomFacts::span()
{
    SpanFact s;
    s.trace = key();
    s.span = m_random();
    s.parent = m_random();
    s.start = number();
    s.end = number();
    for (Symbol *name : {&s.name, &s.label, &s.outcome, &s.errorType})
        *name = symbol();
    fill(s.names);
    s.role = static_cast<SpanRole>(below(5));
    s.failed = below(2) == 0;
    s.budgetExceeded = below(2) == 0;
    return s;
}

SignalFact RandomFacts::signal()
{
    SignalFact s;
    s.group = key();
    s.span = m_random();
    s.id = m_random();
    s.time = number();
    s.name = symbol();
    s.label = symbol();
    s.score = static_cast<double>(number()) / 7.0;
    s.hasScore = below(2) == 0;
    s.verdict = static_cast<Verdict>(below(3));
    return s;
}

Totals RandomFacts::totals()
{
    Totals t;
    for (std::int64_t *v : {&t.calls, &t.errors, &t.callsWithoutUsage, &t.callsEstimated, &t.callsPartial,
                            &t.callsPlaceholder, &t.callsUnpriced, &t.callsCostReported, &t.callsCacheSplitHidden,
                            &t.responseCacheHits, &t.tokensUnpriced, &t.cacheKnownIn, &t.callsReportingCost})
        *v = below(3) == 0 ? 0 : count(m_random()) >> below(48);
    for (std::int64_t &tokens : t.tokens)
        tokens = below(3) == 0 ? 0 : -(count(m_random()) >> below(48));
    t.cost =
        UsdSum::fromParts(static_cast<std::int64_t>(below(1'000'000)), static_cast<std::int64_t>(below(kPicoPerUsd)));
    t.costReported = UsdSum::fromParts(-static_cast<std::int64_t>(below(1'000)), static_cast<std::int64_t>(below(9)));
    return t;
}

RunRow RandomFacts::run()
{
    RunRow r;
    r.info.run = key();
    r.info.format = symbol();
    r.info.workflow = symbol();
    r.info.session = symbol();
    r.info.prompt = symbol();
    r.info.start = number();
    r.info.end = number();
    r.info.outcome = static_cast<Outcome>(below(5));
    r.info.closed = below(2) == 0;
    r.totals = totals();
    r.signals = static_cast<std::int32_t>(below(100));
    r.source = symbol();
    return r;
}

bool same(const CallFact &a, const CallFact &b)
{
    const auto all = [](const CallFact &f) {
        return std::tuple_cat(
            std::tie(f.group, f.sub, f.time, f.latencyNs, f.firstTokenNs, f.reportedPico, f.parentSpan,
                     f.origin.fileStart, f.origin.offset, f.origin.path, f.ownerStart, f.ownerPath, f.format, f.source,
                     f.producer, f.request, f.prompt, f.project, f.provider, f.modelRequested, f.modelServed,
                     f.serviceTier, f.geo, f.errorType, f.finishReason),
            tie(f.names), std::tie(f.raw, f.flags, f.convention, f.responseCache, f.attempt, f.outputLimit));
    };
    return all(a) == all(b);
}

bool same(const Call &a, const Call &b)
{
    const auto all = [](const Call &c) {
        return std::tuple_cat(std::tie(c.group, c.sub, c.run, c.time, c.latencyNs, c.firstTokenNs, c.reportedPico,
                                       c.cost, c.format, c.source, c.producer, c.request, c.prompt, c.provider, c.model,
                                       c.modelRequested, c.serviceTier, c.geo, c.errorType, c.finishReason,
                                       c.parentAgent),
                              tie(c.names),
                              std::tie(c.usage, c.flags, c.priceRule, c.priceFlags, c.costOrigin, c.responseCache,
                                       c.attempt, c.outputLimit));
    };
    return all(a) == all(b);
}

bool same(const SpanFact &a, const SpanFact &b)
{
    const auto all = [](const SpanFact &s) {
        return std::tuple_cat(std::tie(s.trace, s.span, s.parent, s.start, s.end, s.name, s.label, s.outcome,
                                       s.errorType, s.role, s.failed, s.budgetExceeded),
                              tie(s.names));
    };
    return all(a) == all(b);
}

bool same(const SignalFact &a, const SignalFact &b)
{
    const auto all = [](const SignalFact &s) {
        return std::tie(s.group, s.span, s.id, s.time, s.name, s.label, s.score, s.hasScore, s.verdict);
    };
    return all(a) == all(b);
}

bool same(const RunRow &a, const RunRow &b)
{
    const auto all = [](const RunRow &r) {
        return std::tie(r.info.run, r.info.format, r.info.workflow, r.info.session, r.info.prompt, r.info.start,
                        r.info.end, r.info.outcome, r.info.closed, r.totals, r.signals, r.source);
    };
    return all(a) == all(b);
}

} // namespace flyball::test
