// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/engine/meetingpoint.h"
#include "core/engine/reconcile.h"

namespace flyball {

/// A record and what it would cost if nothing else told of its call.
struct Record {
    Call alone;
    std::uint64_t requestKey = 0;
    std::uint64_t parentSpan = 0;
    bool counted = false;
    UsdSum countedCost;
    [[nodiscard]] bool has(std::uint32_t flag) const { return (alone.flags & flag) != 0; }
    [[nodiscard]] bool known() const
    {
        return alone.costOrigin == CostOrigin::Computed || alone.costOrigin == CostOrigin::Reported
               || alone.costOrigin == CostOrigin::NoCharge;
    }
};

/// What is kept of every call: enough to say which of them only one source told.
struct Brief {
    std::uint64_t key = 0;
    TimeNs time = 0;
    UsdSum cost;
    Symbol source = 0;
    bool failed = false, priced = false;
};

/// What reconcile() works with: records that stand beside each other, and briefly every other call. One use.
class Reconciler {
public:
    Reconciler(const SymbolTable &symbols, std::shared_ptr<const PriceCatalog> catalog)
        : m_symbols(symbols), m_catalog(std::move(catalog))
    {}

    Result<> read(Ledger &ledger, TimeNs since, TimeNs until);
    [[nodiscard]] std::vector<ChannelPair> pairs();

private:
    using Key = std::pair<Symbol, Symbol>;
    struct Found {
        ChannelPair pair;
        std::unordered_set<std::uint64_t> joined; ///< callKey() of records of either side
        TimeNs from = INT64_MAX, until = INT64_MIN;
    };
    struct Met {
        Symbol source = 0;
        MeetingPoint::Guest guest;
    };

    [[nodiscard]] Record recordOf(const StoredCall &stored);
    void takeCounted(const StoredCall &stored);
    void price(Call &call);
    void matchGroups();
    void matchGroup(const std::vector<const Record *> &records);
    void matchSessions();
    void matchSession(std::vector<const Record *> &calls, std::vector<const Record *> &events);
    void compare(const Record &first, const Record &second);
    void findOnly();
    void findRefused();

    const SymbolTable &m_symbols;
    std::shared_ptr<const PriceCatalog> m_catalog;
    std::unordered_map<std::uint64_t, PriceMatch> m_matches;
    std::unordered_map<Symbol, std::uint32_t> m_traits;
    std::unordered_set<Key128> m_groups;   ///< that hold a record of another channel
    std::unordered_set<Symbol> m_sessions; ///< with events that name nothing else
    std::vector<Record> m_records;
    std::vector<Brief> m_briefs;
    std::vector<Met> m_rows, m_callers; ///< counted, with a response id
    bool m_gateways = false;
    std::map<Key, Found> m_found;
};

} // namespace flyball
