// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/chunkedvector.h"

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
            const std::vector<Slot, HugeAllocator<Slot>> old = std::move(m_slots);
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
    std::vector<Slot, HugeAllocator<Slot>> m_slots;
    std::size_t m_count = 0;
};

} // namespace flyball
