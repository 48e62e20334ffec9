// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/symbols.h"

#include <cstring>

#include "core/base/key128.h"

namespace flyball {

namespace {
constexpr std::size_t kArenaChunk = 1U << 20;
constexpr std::size_t kFirstSlots = 1U << 12;
} // namespace

SymbolTable::SymbolTable()
    : m_slots(kFirstSlots, 0), m_hashes(kFirstSlots, 0), m_blocks(new std::atomic<std::string_view *>[kBlocks]())
{
    m_blocks[0].store(new std::string_view[kBlockSize], std::memory_order_release);
    m_size.store(1, std::memory_order_release); // symbol 0 is the empty text
}

SymbolTable::~SymbolTable()
{
    for (std::size_t i = 0; i < kBlocks; ++i) {
        std::string_view *block = m_blocks[i].load(std::memory_order_acquire);
        if (!block)
            break;
        delete[] block;
    }
}

std::string_view SymbolTable::store(std::string_view text)
{
    if (text.size() > m_arenaLeft) {
        const std::size_t chunk = text.size() > kArenaChunk ? text.size() : kArenaChunk;
        m_arena.push_back(std::make_unique<char[]>(chunk));
        m_arenaAt = m_arena.back().get();
        m_arenaLeft = chunk;
    }
    std::memcpy(m_arenaAt, text.data(), text.size());
    const std::string_view stored(m_arenaAt, text.size());
    m_arenaAt += text.size();
    m_arenaLeft -= text.size();
    return stored;
}

void SymbolTable::grow()
{
    const std::size_t slots = m_slots.size() * 2;
    std::vector<Symbol> newSlots(slots, 0);
    std::vector<std::uint32_t> newHashes(slots, 0);
    for (std::size_t i = 0; i < m_slots.size(); ++i) {
        if (m_slots[i] == 0)
            continue;
        // The stored 32 hash bits are enough to place it again while slots <= 2^32.
        std::size_t at = m_hashes[i] & (slots - 1);
        while (newSlots[at] != 0)
            at = (at + 1) & (slots - 1);
        newSlots[at] = m_slots[i];
        newHashes[at] = m_hashes[i];
    }
    m_slots.swap(newSlots);
    m_hashes.swap(newHashes);
}

Symbol SymbolTable::intern(std::string_view text)
{
    if (text.empty())
        return 0;
    const auto hash = static_cast<std::uint32_t>(hash64(text));
    const std::lock_guard lock(m_mutex);
    const std::size_t mask = m_slots.size() - 1;
    std::size_t at = hash & mask;
    while (m_slots[at] != 0) {
        if (m_hashes[at] == hash && this->text(m_slots[at]) == text)
            return m_slots[at];
        at = (at + 1) & mask;
    }
    const std::size_t size = m_size.load(std::memory_order_relaxed);
    const auto symbol = static_cast<Symbol>(size);
    const std::size_t block = symbol >> kBlockBits;
    if (!m_blocks[block].load(std::memory_order_relaxed))
        m_blocks[block].store(new std::string_view[kBlockSize], std::memory_order_release);
    m_blocks[block].load(std::memory_order_relaxed)[symbol & (kBlockSize - 1)] = store(text);
    m_size.store(size + 1, std::memory_order_release);
    m_slots[at] = symbol;
    m_hashes[at] = hash;
    if (size * 10 > m_slots.size() * 7)
        grow();
    return symbol;
}

Symbol SymbolTable::find(std::string_view text) const
{
    if (text.empty())
        return 0;
    const auto hash = static_cast<std::uint32_t>(hash64(text));
    const std::lock_guard lock(m_mutex);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t at = hash & mask; m_slots[at] != 0; at = (at + 1) & mask) {
        if (m_hashes[at] == hash && this->text(m_slots[at]) == text)
            return m_slots[at];
    }
    return 0;
}

Symbol SymbolCache::intern(std::string_view text)
{
    if (text.empty())
        return 0;
    const std::uint64_t hash = hash64(text);
    Entry &entry = m_entries[hash & (m_entries.size() - 1)];
    if (entry.hash == hash && m_table.text(entry.symbol) == text)
        return entry.symbol;
    entry.hash = hash;
    entry.symbol = m_table.intern(text);
    return entry.symbol;
}

} // namespace flyball
