// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/engine/livecollator.h"

namespace flyball {

/// A row of a gateway and the caller's record of the call may come in any order, and either may be stored already:
/// what is stored is looked for around the times of the batch. Nothing is looked for where no gateway is read.
Result<> LiveCollator::prepareMeeting(const FactBatch &batch)
{
    if ((m_collator.traits(m_gateway) & GatewaySeen) == 0 || batch.calls.empty())
        return {};
    FactStore &store = m_collator.store();
    MeetingPoint::Guest guest;
    if (!m_meets) {
        m_meets = true;
        store.forEachCall([&](const CallFact &fact) {
            if (MeetingPoint::guestOf(fact, m_collator.symbols(), guest))
                m_meeting.add(guest);
        });
    }
    TimeNs from = INT64_MAX;
    TimeNs until = INT64_MIN;
    for (const CallFact &fact : batch.calls) {
        const gateway::Span span = gateway::spanOf(fact.time, fact.latencyNs, fact.flags);
        from = std::min(from, span.from - 2 * gateway::kClockSlack);
        until = std::max(until, span.until + 2 * gateway::kClockSlack);
    }
    if (m_meeting.covers(from, until))
        return {};
    // One span of time without holes, so that one pair of times tells what is known; only its new ends are read.
    const TimeNs knownFrom = m_meeting.coveredFrom();
    const TimeNs knownUntil = m_meeting.coveredUntil();
    from = std::min(from, knownFrom);
    until = std::max(until, knownUntil);
    // Calls are stored by when they ended: a long one may end far behind those it overlaps.
    const bool first = knownFrom > knownUntil;
    Result<> read = readGuests(from, first ? until + kLongestCall : knownFrom);
    if (read && !first)
        read = readGuests(knownUntil + kLongestCall, until + kLongestCall);
    if (read)
        m_meeting.setCovered(from, until);
    return read;
}

/// The stored calls that ended in this time: since <= end < until.
Result<> LiveCollator::readGuests(TimeNs since, TimeNs until)
{
    if (since >= until)
        return {};
    CallFilter filter;
    filter.since = since;
    filter.until = until;
    MeetingPoint::Guest guest;
    return m_ledger.readCalls(filter, CallOrder::TimeAscending, 0, [&](const Call &call) {
        if (MeetingPoint::guestOf(call, m_collator.symbols(), guest))
            m_meeting.add(guest);
        return true;
    });
}

Result<> LiveCollator::meet(const CallFact &fact, std::uint32_t group)
{
    MeetingPoint::Guest guest;
    if (!m_meets || !MeetingPoint::guestOf(fact, m_collator.symbols(), guest))
        return {};
    m_meeting.add(guest);
    for (const MeetingPoint::Place &place : m_meeting.metBy(guest)) {
        const Result<std::uint32_t> other = groupFor(place.group);
        if (!other)
            return other.error();
        const auto added = [&](std::uint32_t changed, const CallFact &made) {
            m_touchedFacts.insert(callKey(made.group, made.sub));
            m_dirty.insert(changed);
        };
        const bool joined = guest.place.row
                                ? joinGatewayRow(m_collator.store(), *other, place.sub, group, guest.place.sub, added)
                                : joinGatewayRow(m_collator.store(), group, guest.place.sub, *other, place.sub, added);
        m_collator.coverage().duplicates += joined ? 1 : 0;
    }
    return {};
}

} // namespace flyball
