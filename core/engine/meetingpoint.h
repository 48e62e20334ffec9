// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/engine/factstore.h"
#include "core/formats/gateway/gateway.h"

namespace flyball {

/// Where rows of a gateway and the callers' own records of the same calls find each other: by response id, if their
/// times fit. Knows places, not facts; both kinds may come in any order. One thread.
class MeetingPoint {
public:
    struct Place {
        Key128 group;
        std::uint64_t sub = 0;
        gateway::Span span;
        bool row = false;
        friend bool operator==(const Place &a, const Place &b) { return a.group == b.group && a.sub == b.sub; }
    };
    struct Guest {
        Place place;
        gateway::Keys keys{};
    };
    /// The call at this place, or nothing for facts that cannot be met (events, joined facts, no id).
    [[nodiscard]] static bool guestOf(const CallFact &fact, const SymbolTable &symbols, Guest &out);
    [[nodiscard]] static bool guestOf(const Call &call, const SymbolTable &symbols, Guest &out);

    void add(const Guest &guest);
    /// The other channel's records of this call. Same id, but too far apart in time: they count as two calls.
    [[nodiscard]] std::vector<Place> metBy(const Guest &guest) const;

    /// Times whose stored calls are all in here.
    [[nodiscard]] bool covers(TimeNs from, TimeNs until) const { return m_from <= from && until <= m_until; }
    [[nodiscard]] TimeNs coveredFrom() const { return m_from; }
    [[nodiscard]] TimeNs coveredUntil() const { return m_until; }
    void setCovered(TimeNs from, TimeNs until)
    {
        m_from = from;
        m_until = until;
    }
    void clear();

private:
    std::unordered_multimap<std::uint64_t, Place> m_places;
    TimeNs m_from = INT64_MAX, m_until = INT64_MIN;
};

/// Joins a row with the call it tells of: a copy of it goes into the caller's group, a mark into its own. `added` is
/// called for both facts. True when the row was not told by anybody before.
bool joinGatewayRow(FactStore &store, std::uint32_t callerGroup, std::uint64_t callerSub, std::uint32_t rowGroup,
                    std::uint64_t rowSub, const std::function<void(std::uint32_t, const CallFact &)> &added);

/// Joins every row of the store; returns how many were joined.
std::int64_t joinAllGatewayRows(FactStore &store, const SymbolTable &symbols);

} // namespace flyball
