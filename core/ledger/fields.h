// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/aggregate/series.h"
#include "core/domain/call.h"
#include "core/domain/facts.h"

namespace flyball {

// The stored fields of each struct, once: the same list writes and reads. `x` is the value, `e`
// what a reader would expect without being told. Append new fields at the END of a list: the
// position is the format. The sizes below fail to compile when a struct grows and its list does not.

template <class Io, class U>
void visitUsage(Io &io, U &x, const Usage &e)
{
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        io.field(x.tokens[i], e.tokens[i]);
    io.field(x.webSearches, e.webSearches);
    io.field(x.quality, e.quality);
}

template <class Io, class A, class E>
void visitAttribution(Io &io, A &x, const E &e)
{
    io.name(x.workflow, e.workflow);
    io.name(x.agent, e.agent);
    io.name(x.step, e.step);
    io.name(x.taskType, e.taskType);
    io.name(x.segment, e.segment);
    io.name(x.promptVersion, e.promptVersion);
    io.name(x.feature, e.feature);
    io.name(x.tier, e.tier);
    io.name(x.policyRevision, e.policyRevision);
    io.text(x.session, e.session);
}

template <class Io, class F>
void visitFact(Io &io, F &x, const CallFact &e)
{
    io.field(x.time, e.time);
    io.field(x.latencyNs, e.latencyNs);
    io.field(x.firstTokenNs, e.firstTokenNs);
    io.field(x.reportedPico, e.reportedPico);
    io.field(x.parentSpan, e.parentSpan);
    io.field(x.origin.fileStart, e.origin.fileStart);
    io.field(x.origin.offset, e.origin.offset);
    io.name(x.origin.path, e.origin.path);
    io.field(x.ownerStart, x.origin.fileStart);
    io.name(x.ownerPath, x.origin.path);
    io.name(x.format, e.format);
    io.name(x.source, e.source);
    io.name(x.producer, e.producer);
    io.inlineText(x.request, e.request);
    io.text(x.prompt, e.prompt);
    io.name(x.project, e.project);
    io.name(x.provider, e.provider);
    io.name(x.modelServed, e.modelServed);
    io.name(x.modelRequested, e.modelRequested);
    io.name(x.serviceTier, e.serviceTier);
    io.name(x.geo, e.geo);
    io.name(x.errorType, e.errorType);
    io.name(x.finishReason, e.finishReason);
    visitAttribution(io, x.names, e.names);
    visitUsage(io, x.raw, e.raw);
    io.field(x.flags, e.flags);
    io.field(x.convention, e.convention);
    io.field(x.responseCache, e.responseCache);
    io.field(x.attempt, e.attempt);
    io.field(x.outputLimit, e.outputLimit);
}

template <class Io, class C>
void visitCall(Io &io, C &x, const Call &e)
{
    io.field(x.group, e.group);
    io.field(x.sub, e.sub);
    io.field(x.run, e.run);
    io.field(x.time, e.time);
    io.field(x.latencyNs, e.latencyNs);
    io.field(x.firstTokenNs, e.firstTokenNs);
    io.field(x.reportedPico, e.reportedPico);
    io.field(x.cost, e.cost);
    io.name(x.format, e.format);
    io.name(x.source, e.source);
    io.name(x.producer, e.producer);
    io.inlineText(x.request, e.request);
    io.text(x.prompt, e.prompt);
    io.name(x.provider, e.provider);
    io.name(x.model, e.model);
    io.name(x.modelRequested, e.modelRequested);
    io.name(x.serviceTier, e.serviceTier);
    io.name(x.geo, e.geo);
    io.name(x.errorType, e.errorType);
    io.name(x.finishReason, e.finishReason);
    io.name(x.parentAgent, e.parentAgent);
    visitAttribution(io, x.names, e.names);
    visitUsage(io, x.usage, e.usage);
    io.field(x.flags, e.flags);
    io.field(x.priceRule, e.priceRule);
    io.field(x.priceFlags, e.priceFlags);
    io.field(x.costOrigin, e.costOrigin);
    io.field(x.responseCache, e.responseCache);
    io.field(x.attempt, e.attempt);
    io.field(x.outputLimit, e.outputLimit);
}

template <class Io, class S>
void visitSpan(Io &io, S &x, const SpanFact &e)
{
    io.field(x.parent, e.parent);
    io.field(x.start, e.start);
    io.field(x.end, e.end);
    io.name(x.name, e.name);
    io.name(x.label, x.name);
    io.name(x.outcome, e.outcome);
    io.name(x.errorType, e.errorType);
    visitAttribution(io, x.names, e.names);
    io.field(x.role, e.role);
    io.field(x.failed, e.failed);
    io.field(x.budgetExceeded, e.budgetExceeded);
}

template <class Io, class S>
void visitSignal(Io &io, S &x, const SignalFact &e)
{
    io.field(x.time, e.time);
    io.name(x.name, e.name);
    io.name(x.label, e.label);
    io.field(x.score, e.score);
    io.field(x.hasScore, e.hasScore);
    io.field(x.verdict, e.verdict);
    io.name(x.source, e.source);
    io.inlineText(x.comment, e.comment);
    io.field(x.address, e.address);
}

template <class Io, class T>
void visitTotals(Io &io, T &x)
{
    static constexpr std::int64_t kZero = 0;
    io.field(x.calls, kZero);
    io.field(x.errors, kZero);
    io.field(x.callsWithoutUsage, kZero);
    io.field(x.callsEstimated, kZero);
    io.field(x.callsPartial, kZero);
    io.field(x.callsPlaceholder, kZero);
    io.field(x.callsUnpriced, kZero);
    io.field(x.callsCostReported, kZero);
    io.field(x.callsCacheSplitHidden, kZero);
    io.field(x.responseCacheHits, kZero);
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        io.field(x.tokens[i], kZero);
    io.field(x.tokensUnpriced, kZero);
    io.field(x.cacheKnownIn, kZero);
    io.field(x.cost, UsdSum());
    io.field(x.costReported, UsdSum());
    io.field(x.callsReportingCost, kZero);
}

template <class Io, class R>
void visitRun(Io &io, R &x, const RunRow &e)
{
    io.name(x.info.format, e.info.format);
    io.name(x.info.workflow, e.info.workflow);
    // In place: a start reads all runs and would look up two texts for each.
    io.inlineText(x.info.session, e.info.session);
    io.inlineText(x.info.prompt, e.info.prompt);
    io.field(x.info.start, e.info.start);
    io.field(x.info.end, x.info.start);
    io.field(x.info.outcome, e.info.outcome);
    io.field(x.info.closed, e.info.closed);
    io.field(x.signals, e.signals);
    io.name(x.source, e.source);
    visitTotals(io, x.totals);
    // A row from before these were kept apart has its outcome from its agent or status, whichever it was.
    io.field(x.info.stated, e.info.stated);
    io.field(x.info.status, x.info.stated == Outcome::Unknown ? x.info.outcome : e.info.status);
    io.field(x.info.judged.verdict, e.info.judged.verdict);
    io.field(x.info.judged.rank, e.info.judged.rank);
    io.field(x.info.origin, x.info.outcome == Outcome::Unknown ? e.info.origin : OutcomeOrigin::Status);
}

static_assert(sizeof(Attribution) == 40, "add the new field to visitAttribution");
static_assert(sizeof(Usage) == 88, "add the new field to visitUsage");
static_assert(sizeof(CallFact) == 304, "add the new field to visitFact");
static_assert(sizeof(Call) == 288, "add the new field to visitCall and predictCall");
static_assert(sizeof(SpanFact) == 112, "add the new field to visitSpan");
static_assert(sizeof(SignalFact) == 72, "add the new field to visitSignal");
static_assert(sizeof(Totals) == 208, "add the new field to visitTotals");
static_assert(sizeof(RunInfo) == 56, "add the new field to visitRun");
static_assert(sizeof(RunRow) == 272, "add the new field to visitRun");

} // namespace flyball
