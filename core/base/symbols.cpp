// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/symbols.h"

#include <cstring>

#include "core/base/jsoncursor.h"
#include "core/base/key128.h"

namespace flyball {

namespace {
constexpr std::size_t kArenaChunk = 1U << 20;
constexpr std::size_t kFirstSlots = 1U << 12;
} // namespace

SymbolTable::SymbolTable() : m_slots(kFirstSlots), m_blocks(new std::atomic<std::string_view *>[kBlocks]())
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
    // The stored 32 hash bits are enough to place a symbol again while slots <= 2^32.
    std::vector<Slot> bigger(m_slots.size() * 2);
    const std::size_t mask = bigger.size() - 1;
    for (const Slot &slot : m_slots) {
        if (slot.symbol == 0)
            continue;
        std::size_t at = slot.hash & mask;
        while (bigger[at].symbol != 0)
            at = (at + 1) & mask;
        bigger[at] = slot;
    }
    m_slots.swap(bigger);
}

/// The symbol of a text, or 0 and in `at` the slot it would take. The mutex is held.
Symbol SymbolTable::find(std::string_view text, std::uint32_t hash, std::size_t &at) const
{
    const std::size_t mask = m_slots.size() - 1;
    for (at = hash & mask; m_slots[at].symbol != 0; at = (at + 1) & mask)
        if (m_slots[at].hash == hash && this->text(m_slots[at].symbol) == text)
            return m_slots[at].symbol;
    return 0;
}

Symbol SymbolTable::intern(std::string_view text)
{
    if (text.empty())
        return 0;
    const auto hash = static_cast<std::uint32_t>(hash64(text));
    const std::lock_guard lock(m_mutex);
    std::size_t at = 0;
    if (const Symbol known = find(text, hash, at); known != 0)
        return known;
    const std::size_t size = m_size.load(std::memory_order_relaxed);
    const auto symbol = static_cast<Symbol>(size);
    const std::size_t block = symbol >> kBlockBits;
    if (!m_blocks[block].load(std::memory_order_relaxed))
        m_blocks[block].store(new std::string_view[kBlockSize], std::memory_order_release);
    m_blocks[block].load(std::memory_order_relaxed)[symbol & (kBlockSize - 1)] = store(text);
    m_size.store(size + 1, std::memory_order_release);
    m_slots[at] = {hash, symbol};
    if (size * 10 > m_slots.size() * 7)
        grow();
    return symbol;
}

Symbol SymbolTable::find(std::string_view text) const
{
    if (text.empty())
        return 0;
    const std::lock_guard lock(m_mutex);
    std::size_t at = 0;
    return find(text, static_cast<std::uint32_t>(hash64(text)), at);
}

namespace {

/// A few multiplications over the ends and the middle: it only has to spread the names of one trace
/// over the cache, the comparison decides.
std::uint64_t quickHash(std::string_view text)
{
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t middle = 0;
    if (text.size() >= 8) {
        std::memcpy(&first, text.data(), 8);
        std::memcpy(&last, text.data() + text.size() - 8, 8);
        std::memcpy(&middle, text.data() + (text.size() - 8) / 2, 8);
    } else {
        std::memcpy(&first, text.data(), text.size());
    }
    std::uint64_t hash = (first ^ text.size()) * 0x9e3779b97f4a7c15ULL;
    hash = (hash ^ (hash >> 29) ^ middle) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ (hash >> 32) ^ last) * 0x94d049bb133111ebULL;
    return hash ^ (hash >> 31);
}

} // namespace

Symbol SymbolCache::look(std::string_view text, bool checked)
{
    Entry &entry = m_entries[quickHash(text) & (m_entries.size() - 1)];
    if (entry.symbol != 0 && entry.text == text)
        return entry.symbol;
    if (!checked || isValidUtf8(text)) {
        entry.symbol = m_table.intern(text);
    } else {
        std::string clean;
        sanitiseUtf8(text, clean);
        entry.symbol = m_table.intern(clean);
    }
    entry.text = m_table.text(entry.symbol);
    return entry.symbol;
}

} // namespace flyball
