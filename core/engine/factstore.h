// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/chunkedvector.h"
#include "core/formats/format.h"

namespace flyball {

/// Open addressing over indices kept elsewhere. A slot holds 32 bits of the hash beside the index, so that
/// probing and growing touch nothing but the table itself.
class IndexTable {
public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

    template <typename Same>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, Same &&same) const
    {
        if (m_slots.empty())
            return kNone;
        const std::size_t mask = m_slots.size() - 1;
        const auto tag = static_cast<std::uint32_t>(hash);
        for (std::size_t at = tag & mask; m_slots[at].index != kNone; at = (at + 1) & mask)
            if (m_slots[at].tag == tag && same(m_slots[at].index))
                return m_slots[at].index;
        return kNone;
    }
    void insert(std::uint64_t hash, std::uint32_t index)
    {
        if (m_slots.empty() || (m_count + 1) * 10 > m_slots.size() * 7) {
            std::vector<Slot> old;
            old.swap(m_slots);
            m_slots.assign(old.empty() ? 1024 : old.size() * 2, Slot{});
            for (const Slot &slot : old)
                if (slot.index != kNone)
                    place(slot);
        }
        place({static_cast<std::uint32_t>(hash), index});
        ++m_count;
    }
    /// Asks for the memory a find() of this hash will look at.
    void prefetch(std::uint64_t hash) const
    {
        if (!m_slots.empty())
            __builtin_prefetch(&m_slots[static_cast<std::uint32_t>(hash) & (m_slots.size() - 1)]);
    }
    void clear()
    {
        m_slots.clear();
        m_count = 0;
    }

private:
    struct Slot {
        std::uint32_t tag = 0; ///< also places the slot: tables stay below 2^32 slots
        std::uint32_t index = kNone;
    };
    void place(const Slot &slot)
    {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t at = slot.tag & mask;
        while (m_slots[at].index != kNone)
            at = (at + 1) & mask;
        m_slots[at] = slot;
    }
    std::vector<Slot> m_slots;
    std::size_t m_count = 0;
};

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
    /// The names of a fact in one piece: most facts share theirs with thousands of others.
    struct NameSet {
        Symbol ownerPath, format, source, producer, project, provider, modelRequested, modelServed, serviceTier, geo,
            errorType, finishReason, originPath;
        Attribution names;
        TimeNs ownerStart, fileStart;
        friend bool operator==(const NameSet &a, const NameSet &b) = default;
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
    [[nodiscard]] std::uint32_t namesFor(const CallFact &fact);
    [[nodiscard]] const Format *formatFor(Symbol kind);

    SymbolTable &m_symbols;
    std::vector<GroupSlot> m_groups;
    ChunkedVector<PackedCall> m_calls;
    ChunkedVector<SpanFact> m_spans;
    // The next one of the same group, apart from the facts: a walk over them must not wait for each fact in turn.
    std::vector<std::uint32_t> m_nextCall, m_nextSpan;
    ChunkedVector<SignalNode> m_signals;
    std::vector<NameSet> m_names;
    std::vector<Rare> m_rare;
    IndexTable m_groupIndex, m_callIndex, m_spanIndex, m_nameIndex;
    Symbol m_lastKind = 0;
    const Format *m_lastFormat = nullptr;
    std::uint32_t m_lastNames = kNone;
};

} // namespace flyball
