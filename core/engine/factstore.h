// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/chunkedvector.h"
#include "core/engine/indextable.h"
#include "core/formats/format.h"

namespace flyball {

/// All facts of a scan or of a working set, merged, by group. Not thread-safe.
class FactStore {
public:
    static constexpr std::uint32_t kNone = IndexTable::kNone;

    explicit FactStore(SymbolTable &symbols) : m_symbols(symbols) {}

    /// Group index; a new one is made if there is none.
    std::uint32_t groupFor(const Key128 &key);
    [[nodiscard]] std::uint32_t findGroup(const Key128 &key) const;
    [[nodiscard]] std::size_t groupCount() const { return m_groups.size(); }
    [[nodiscard]] const Key128 &groupKey(std::uint32_t group) const { return m_groups[group].key; }

    /// Adds or merges. `duplicate` is set when the call had been seen in another file, batch or source.
    void addCall(std::uint32_t group, const CallFact &fact, bool &duplicate);
    /// Warms what addCall and addSpan of a fact to come will look at: a store of millions lies outside the caches.
    void prefetchGroup(const Key128 &key) const;
    void prefetchCall(std::uint32_t group, std::uint64_t sub) const;
    void prefetchSpan(const SpanFact &span) const;
    /// Same for copyGroup; `group` may lie behind the last one.
    void prefetchFacts(std::uint32_t group) const;
    void addSpan(std::uint32_t group, const SpanFact &span);
    /// False when the same signal is there already.
    bool addSignal(std::uint32_t group, const SignalFact &signal);

    /// Copies a group's facts, calls by sub and spans by id, so that nothing depends on arrival.
    struct Group {
        std::vector<CallFact> calls;
        std::vector<SpanFact> spans;
        std::vector<SignalFact> signals;
        std::vector<std::pair<std::uint64_t, std::uint32_t>> order; ///< scratch of copyGroup
        [[nodiscard]] GroupFacts facts() const { return {calls, spans, signals}; }
    };
    void copyGroup(std::uint32_t group, Group &out) const;
    /// Calls fn(group, requestKey, flags) for every call that names its request.
    template <typename Fn>
    void forEachRequest(Fn &&fn) const
    {
        for (std::size_t i = 0; i < m_calls.size(); ++i)
            if (m_calls[i].requestKey != 0)
                fn(m_calls[i].group, m_calls[i].requestKey, m_calls[i].flags);
    }
    /// Calls fn(const CallFact &) for every call, in order of arrival.
    template <typename Fn>
    void forEachCall(Fn &&fn) const
    {
        CallFact fact;
        for (std::size_t i = 0; i < m_calls.size(); ++i) {
            unpack(m_calls[i], fact);
            fn(fact);
        }
    }
    /// The format that resolves a group; nullptr for one that has no call yet.
    [[nodiscard]] const Format *formatOf(std::uint32_t group) const;
    void clear();

private:
    struct GroupSlot {
        Key128 key;
        std::uint32_t calls = kNone;
        std::uint32_t spans = kNone;
        std::uint32_t signals = kNone;
        const Format *format = nullptr;
    };
    /// The names of a fact in one piece, without gaps: most facts share theirs with thousands of others.
    struct NameSet {
        Symbol ownerPath, format, source, producer, project, provider, modelRequested, modelServed, serviceTier, geo,
            errorType, finishReason, originPath;
        Attribution names;
        std::uint32_t outputLimit;
        TimeNs ownerStart, fileStart;
    };
    /// Same for a span.
    struct SpanNames {
        Symbol name, label, outcome, errorType;
        Attribution names;
        std::uint32_t traits; ///< role, failed, budgetExceeded
        Symbol none;
    };
    /// Different sets of names, by number.
    template <typename Set>
    struct NameTable {
        std::vector<Set> sets;
        IndexTable index;
        std::uint32_t last = kNone;
        [[nodiscard]] std::uint32_t numberOf(const Set &set);
        void clear()
        {
            sets.clear();
            index.clear();
            last = kNone;
        }
    };
    /// A SpanFact in half the memory.
    struct PackedSpan {
        std::uint64_t span = 0;
        std::uint64_t parent = 0;
        TimeNs start = 0;
        TimeNs end = 0;
        std::uint32_t group = 0;
        std::uint32_t names = 0;
        Symbol session = 0;
    };
    /// A CallFact in half the memory: counts in 32 bits (larger ones aside), names by reference.
    struct PackedCall {
        std::uint64_t sub = 0;
        TimeNs time = 0;
        std::int64_t latencyNs = -1;
        std::uint64_t parentSpan = 0;
        std::uint64_t requestKey = 0;
        std::int64_t offset = 0;
        std::uint32_t tokens[kTokenClasses] = {};
        std::uint32_t group = 0;
        std::uint32_t names = 0;
        std::uint32_t rare = kNone;
        std::uint32_t flags = 0;
        Symbol request = 0;
        Symbol prompt = 0;
        Symbol session = 0; ///< apart from the other names: it differs from trace to trace
        std::uint16_t attempt = 0;
        UsageQuality quality = UsageQuality::Missing;
        InputConvention convention = InputConvention::Disjoint;
        ResponseCache responseCache = ResponseCache::None;
    };
    /// What few calls have.
    struct Rare {
        std::int64_t firstTokenNs = -1;
        std::int64_t reportedPico = -1;
        std::int64_t webSearches = 0;
        std::array<std::int64_t, kTokenClasses> high{}; ///< token counts beyond 32 bits
    };
    struct SignalNode {
        SignalFact signal;
        std::uint32_t next = kNone;
    };

    void pack(const CallFact &fact, PackedCall &out);
    void unpack(const PackedCall &packed, CallFact &out) const;
    void pack(const SpanFact &span, PackedSpan &out);
    void unpack(const PackedSpan &packed, SpanFact &out) const;
    [[nodiscard]] std::uint32_t namesFor(const CallFact &fact);
    [[nodiscard]] const Format *formatFor(Symbol kind);

    SymbolTable &m_symbols;
    std::vector<GroupSlot> m_groups;
    ChunkedVector<PackedCall> m_calls;
    ChunkedVector<PackedSpan, 15> m_spans;
    // The next one of the same group, apart from the facts: a walk over them must not wait for each fact in turn.
    ChunkedVector<std::uint32_t, 19> m_nextCall, m_nextSpan;
    ChunkedVector<SignalNode> m_signals;
    NameTable<NameSet> m_names;
    NameTable<SpanNames> m_spanNames;
    std::vector<Rare> m_rare;
    IndexTable m_groupIndex, m_callIndex, m_spanIndex;
    Symbol m_lastKind = 0;
    const Format *m_lastFormat = nullptr;
};

} // namespace flyball
