// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/aggregate/views/runpicture.h"

namespace flyball {

/// Calls of one run as a test writes them down; symbols are small numbers.
class RunSample {
public:
    std::vector<Call> calls;
    std::vector<SpanFact> spans;

    Call &call(Symbol agent, Symbol step, std::int64_t input, std::int64_t output = 10, Symbol parent = 0)
    {
        Call &c = calls.emplace_back();
        c.sub = calls.size();
        c.time = static_cast<TimeNs>(calls.size()) * kSecond;
        c.latencyNs = kSecond / 2;
        c.names.agent = agent;
        c.names.step = step;
        c.parentAgent = parent;
        c.model = 900;
        c.usage.quality = UsageQuality::Exact;
        c.usage[TokenClass::InFresh] = input;
        c.usage[TokenClass::OutText] = output;
        c.costOrigin = CostOrigin::Computed;
        c.cost = static_cast<PicoUsd>(input);
        return c;
    }
    /// A call with `read` of its input from the cache.
    Call &cached(Symbol agent, std::int64_t fresh, std::int64_t read)
    {
        Call &c = call(agent, 0, fresh);
        c.usage[TokenClass::CacheRead] = read;
        c.flags |= CallCacheKnown;
        return c;
    }
    void tool(std::uint64_t span, std::uint64_t parent, Symbol name, TimeNs start, bool failed = false)
    {
        SpanFact &s = spans.emplace_back();
        s.span = span;
        s.parent = parent;
        s.label = name;
        s.start = start;
        s.end = start + kSecond / 4;
        s.role = SpanRole::Tool;
        s.failed = failed;
    }
    void agentSpan(std::uint64_t span, std::uint64_t parent, Symbol agent)
    {
        SpanFact &s = spans.emplace_back();
        s.span = span;
        s.parent = parent;
        s.label = agent;
        s.role = SpanRole::Agent;
    }
    [[nodiscard]] RunPicture picture() const { return pictureOf(calls, spans); }
};

} // namespace flyball
