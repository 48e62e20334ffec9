// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/claude_code/claudecode.h"
#include "core/formats/gateway/gateway.h"

namespace flyball::gateway {

namespace {

constexpr std::uint64_t kCopySeed = 0x6A7E0A1C0DE5EED1ULL;

std::uint64_t keyOfGroup(const Key128 &group) { return (group.hi ^ (group.lo * 0x9e3779b97f4a7c15ULL)) | 1; }

bool isCopy(const CallFact &fact) { return (fact.flags & CallGateway) != 0; }

} // namespace

Keys keysOfRow(std::uint64_t requestKey, std::string_view response)
{
    return {requestKey, response.empty() ? 0 : keyOfGroup(claudeGroupOf(response))};
}

Keys keysOfCaller(std::uint64_t requestKey, const Key128 &group, std::string_view format)
{
    // A transcript's own requests are named by the client, its messages by the provider.
    if (format == "claude-code")
        return {0, keyOfGroup(group)};
    return {requestKey, 0};
}

Span spanOf(TimeNs time, std::int64_t latencyNs, std::uint32_t flags)
{
    return {latencyNs > 0 ? time - latencyNs : time, time, (flags & CallTimeAssumed) != 0};
}

bool fit(const Span &a, const Span &b)
{
    return a.assumed || b.assumed || (a.from <= b.until + kClockSlack && b.from <= a.until + kClockSlack);
}

CallFact companion(const CallFact &row, const CallFact &caller)
{
    CallFact fact = row;
    fact.group = caller.group;
    fact.sub = (row.sub ^ kCopySeed ^ row.group.lo) | 1;
    fact.parentSpan = caller.sub;
    fact.format = caller.format;
    fact.names.session = caller.names.session;
    fact.flags |= CallJoined;
    return fact;
}

CallFact toldMark(const CallFact &row, const CallFact &caller)
{
    CallFact fact;
    fact.group = row.group;
    // One per caller: when one of two is removed, the other still tells the call.
    fact.sub = (row.sub ^ kCopySeed ^ ((caller.group.lo ^ caller.sub) * 0x9e3779b97f4a7c15ULL)) | 1;
    fact.parentSpan = row.sub;
    fact.time = row.time;
    fact.origin = row.origin;
    fact.ownerStart = row.ownerStart;
    fact.ownerPath = row.ownerPath;
    fact.format = row.format;
    fact.source = caller.source;
    fact.flags = CallJoined;
    return fact;
}

std::size_t setApart(std::vector<CallFact> &calls)
{
    const auto own = [](const CallFact &fact) { return (fact.flags & CallJoined) == 0; };
    if (std::all_of(calls.begin(), calls.end(), own))
        return calls.size();
    return static_cast<std::size_t>(std::stable_partition(calls.begin(), calls.end(), own) - calls.begin());
}

void apply(const std::vector<CallFact> &calls, std::size_t own, ResolvedGroup &out)
{
    const auto end = calls.begin() + static_cast<std::ptrdiff_t>(own);
    bool told = false;
    for (auto joined = end; joined != calls.end(); ++joined) {
        const auto named =
            std::find_if(calls.begin(), end, [&](const CallFact &f) { return f.sub == joined->parentSpan; });
        if (named == end)
            continue;
        const auto index = static_cast<std::size_t>(named - calls.begin());
        if (!isCopy(*joined)) {
            out.counted[index] = false;
            told = true;
            continue;
        }
        // Of two instrumentations around one client the one that is counted takes it.
        std::size_t target = index;
        for (std::size_t i = 0; i < own && !out.counted[target]; ++i)
            if (out.counted[i] && calls[i].requestKey == named->requestKey)
                target = i;
        complete(out.calls[target], *joined);
    }
    if (told)
        std::erase_if(out.runs, [&](const RunInfo &run) {
            for (std::size_t i = 0; i < own; ++i)
                if (out.counted[i] && out.calls[i].run == run.run)
                    return false;
            return true;
        });
    out.calls.resize(calls.size());
    out.counted.resize(calls.size(), false);
}

} // namespace flyball::gateway
