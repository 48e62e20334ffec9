// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/engine/reconciler.h"

namespace flyball {

/// Records of one group that a join has put beside a call of it.
void Reconciler::matchGroups()
{
    std::map<Key128, std::vector<const Record *>> groups;
    for (const Record &record : m_records)
        if (m_groups.contains(record.alone.group))
            groups[record.alone.group].push_back(&record);
    for (const auto &[key, records] : groups)
        matchGroup(records);
}

void Reconciler::matchGroup(const std::vector<const Record *> &records)
{
    for (const Record *second : records) {
        const bool gateway = second->has(CallJoined);
        if (second->counted || !second->has(gateway ? CallGateway : CallTelemetry))
            continue;
        const Record *first = nullptr;
        for (const Record *record : records) {
            if (!record->counted)
                continue;
            const bool named =
                gateway ? record->alone.sub == second->parentSpan : record->requestKey == second->requestKey;
            if (named || first == nullptr)
                first = record;
            if (named)
                break;
        }
        if (first != nullptr && first->alone.source != second->alone.source)
            compare(*first, *second);
    }
}

/// Events that name only their session: what a transcript told of the same session stands beside them.
void Reconciler::matchSessions()
{
    struct Session {
        std::vector<const Record *> calls, events;
    };
    std::map<Symbol, Session> sessions;
    for (const Record &record : m_records) {
        const Symbol session = record.alone.names.session;
        if (session == 0 || !m_sessions.contains(session))
            continue;
        if (record.counted)
            sessions[session].calls.push_back(&record);
        else if (record.has(CallTelemetry) && !record.has(CallJoined) && record.requestKey == 0)
            sessions[session].events.push_back(&record);
    }
    for (auto &[name, session] : sessions)
        matchSession(session.calls, session.events);
}

void Reconciler::matchSession(std::vector<const Record *> &calls, std::vector<const Record *> &events)
{
    const auto sums = [](const Record *r) { return std::pair(r->alone.usage.inTotal(), r->alone.usage.outTotal()); };
    for (const bool equalOnly : {true, false})
        for (const Record *&event : events) {
            if (event == nullptr)
                continue;
            const auto call = std::find_if(calls.begin(), calls.end(), [&](const Record *c) {
                return c != nullptr && (!equalOnly || sums(c) == sums(event));
            });
            if (call == calls.end())
                continue;
            compare(**call, *event);
            *call = nullptr;
            event = nullptr;
        }
}

void Reconciler::compare(const Record &first, const Record &second)
{
    Found &found = m_found[{first.alone.source, second.alone.source}];
    ChannelPair &pair = found.pair;
    pair.first = first.alone.source;
    pair.second = second.alone.source;
    ++pair.both;
    found.joined.insert(callKey(first.alone.group, first.alone.sub));
    found.joined.insert(callKey(second.alone.group, second.alone.sub));
    found.from = std::min({found.from, first.alone.time, second.alone.time});
    found.until = std::max({found.until, first.alone.time, second.alone.time});
    pair.counted += first.countedCost;
    if (second.alone.reportedPico >= 0) {
        pair.stated += UsdSum(second.alone.reportedPico);
        ++pair.stating;
    }
    const UsdSum a = first.known() ? UsdSum(first.alone.cost) : UsdSum();
    const UsdSum b = second.known() ? UsdSum(second.alone.cost) : UsdSum();
    pair.firstCost += a;
    pair.secondCost += b;
    const auto note = [&](DifferenceReason reason, const UsdSum &difference) {
        ChannelPair::Reason &sum = pair.reasons[static_cast<std::size_t>(reason)];
        ++sum.calls;
        sum.difference += difference;
    };
    if (!first.known() || !second.known()) {
        note(DifferenceReason::Missing, b - a);
        return;
    }
    Call between = first.alone;
    between.usage = second.alone.usage;
    price(between);
    const UsdSum step = between.costOrigin == CostOrigin::Computed ? UsdSum(between.cost) : a;
    if (!(first.alone.usage.tokens == second.alone.usage.tokens)) {
        const bool exact =
            first.alone.usage.quality == UsageQuality::Exact && second.alone.usage.quality == UsageQuality::Exact;
        note(exact ? DifferenceReason::Counts : DifferenceReason::Estimate, step - a);
    }
    if (!(step == b))
        note(DifferenceReason::Price, b - step);
}

} // namespace flyball
