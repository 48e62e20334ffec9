// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/meetingpoint.h"

#include <algorithm>
#include <optional>

namespace flyball {

namespace {

template <typename Record>
bool makeGuest(const Record &record, std::uint64_t requestKey, const SymbolTable &symbols, MeetingPoint::Guest &out)
{
    if ((record.flags & (CallJoined | CallTelemetry)) != 0 || record.responseCache != ResponseCache::None)
        return false;
    const bool row = (record.flags & CallGateway) != 0;
    out.keys = row ? gateway::keysOfRow(requestKey, symbols.text(record.request))
                   : gateway::keysOfCaller(requestKey, record.group, symbols.text(record.format));
    out.place = {record.group, record.sub, gateway::spanOf(record.time, record.latencyNs, record.flags), row};
    return out.keys[0] != 0 || out.keys[1] != 0;
}

} // namespace

bool MeetingPoint::guestOf(const CallFact &fact, const SymbolTable &symbols, Guest &out)
{
    return makeGuest(fact, fact.requestKey, symbols, out);
}

bool MeetingPoint::guestOf(const Call &call, const SymbolTable &symbols, Guest &out)
{
    return makeGuest(call, call.request == 0 ? 0 : hash64(symbols.text(call.request)), symbols, out);
}

void MeetingPoint::add(const Guest &guest)
{
    for (const std::uint64_t key : guest.keys) {
        if (key == 0)
            continue;
        const auto [first, last] = m_places.equal_range(key);
        const auto known = std::find_if(first, last, [&](const auto &entry) { return entry.second == guest.place; });
        if (known == last)
            m_places.emplace(key, guest.place);
        else
            known->second = guest.place;
    }
}

std::vector<MeetingPoint::Place> MeetingPoint::metBy(const Guest &guest) const
{
    std::vector<Place> met;
    for (const std::uint64_t key : guest.keys) {
        if (key == 0)
            continue;
        const auto [first, last] = m_places.equal_range(key);
        for (auto it = first; it != last; ++it) {
            if (it->second.row != guest.place.row && gateway::fit(it->second.span, guest.place.span)
                && std::find(met.begin(), met.end(), it->second) == met.end())
                met.push_back(it->second);
        }
    }
    return met;
}

void MeetingPoint::clear()
{
    m_places.clear();
    m_from = INT64_MAX;
    m_until = INT64_MIN;
}

bool joinGatewayRow(FactStore &store, std::uint32_t callerGroup, std::uint64_t callerSub, std::uint32_t rowGroup,
                    std::uint64_t rowSub, const std::function<void(std::uint32_t, const CallFact &)> &added)
{
    const auto find = [&](std::uint32_t group, std::uint64_t sub) -> std::optional<CallFact> {
        FactStore::Group facts;
        store.copyGroup(group, facts);
        const auto found =
            std::find_if(facts.calls.begin(), facts.calls.end(), [&](const CallFact &fact) { return fact.sub == sub; });
        return found == facts.calls.end() ? std::nullopt : std::optional(*found);
    };
    std::optional<CallFact> caller = find(callerGroup, callerSub);
    std::optional<CallFact> row = find(rowGroup, rowSub);
    if (!caller || !row)
        return false;
    caller->group = store.groupKey(callerGroup);
    row->group = store.groupKey(rowGroup);
    const CallFact copy = gateway::companion(*row, *caller);
    const CallFact mark = gateway::toldMark(*row, *caller);
    FactStore::Group rows;
    store.copyGroup(rowGroup, rows);
    const bool known = std::any_of(rows.calls.begin(), rows.calls.end(), [&](const CallFact &fact) {
        return (fact.flags & (CallJoined | CallGateway)) == CallJoined && fact.parentSpan == rowSub;
    });
    bool duplicate = false;
    store.addCall(callerGroup, copy, duplicate);
    store.addCall(rowGroup, mark, duplicate);
    added(callerGroup, copy);
    added(rowGroup, mark);
    return !known;
}

std::int64_t joinAllGatewayRows(FactStore &store, const SymbolTable &symbols)
{
    MeetingPoint point;
    MeetingPoint::Guest guest;
    store.forEachCall([&](const CallFact &fact) {
        if ((fact.flags & CallGateway) != 0 && MeetingPoint::guestOf(fact, symbols, guest))
            point.add(guest);
    });
    struct Pair {
        MeetingPoint::Place caller, row;
    };
    std::vector<Pair> pairs;
    store.forEachCall([&](const CallFact &fact) {
        if ((fact.flags & CallGateway) == 0 && MeetingPoint::guestOf(fact, symbols, guest))
            for (const MeetingPoint::Place &row : point.metBy(guest))
                pairs.push_back({guest.place, row});
    });
    std::int64_t joined = 0;
    for (const Pair &pair : pairs)
        joined += joinGatewayRow(store, store.findGroup(pair.caller.group), pair.caller.sub,
                                 store.findGroup(pair.row.group), pair.row.sub, [](std::uint32_t, const CallFact &) {})
                      ? 1
                      : 0;
    return joined;
}

} // namespace flyball
