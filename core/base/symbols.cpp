// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/symbols.h"

#include <algorithm>
#include <bit>
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

char *SymbolTable::take(std::size_t bytes)
{
    if (bytes > m_arenaLeft) {
        const std::size_t chunk = bytes > kArenaChunk ? bytes : kArenaChunk;
        m_arena.push_back(
            std::unique_ptr<char[]>(new char[chunk])); // not value-initialised: only what is used of it costs memory
        m_arenaAt = m_arena.back().get();
        m_arenaLeft = chunk;
    }
    char *taken = m_arenaAt;
    m_arenaAt += bytes;
    m_arenaLeft -= bytes;
    return taken;
}

std::string_view SymbolTable::store(std::string_view text)
{
    char *stored = take(text.size());
    std::memcpy(stored, text.data(), text.size());
    return {stored, text.size()};
}

void SymbolTable::addBlock(std::size_t block)
{
    if (!m_blocks[block].load(std::memory_order_relaxed))
        m_blocks[block].store(new std::string_view[kBlockSize], std::memory_order_release);
}

void SymbolTable::makeRoom(Room &room)
{
    constexpr std::size_t kTexts = 256;
    constexpr std::size_t kBytes = 8192;
    const std::lock_guard lock(m_mutex);
    if (room.next == room.end) { // all of them in one block
        const std::size_t size = m_size.load(std::memory_order_relaxed);
        const std::size_t end = std::min(size + kTexts, (size / kBlockSize + 1) * kBlockSize);
        addBlock(size >> kBlockBits);
        room.next = static_cast<Symbol>(size);
        room.end = static_cast<Symbol>(end);
        m_size.store(end, std::memory_order_release);
    }
    room.at = take(kBytes);
    room.left = kBytes;
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
    addBlock(block);
    m_blocks[block].load(std::memory_order_relaxed)[symbol & (kBlockSize - 1)] = store(text);
    m_size.store(size + 1, std::memory_order_release);
    m_slots[at] = {hash, symbol};
    if (++m_named * 10 > m_slots.size() * 7)
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

/// A few multiplications over the ends and the middle, none waiting for another: it only has to spread the names of
/// one trace over the cache, the comparison decides.
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
    const std::uint64_t hash = (first ^ text.size()) * 0x9e3779b97f4a7c15ULL
                               ^ std::rotl(middle * 0xbf58476d1ce4e5b9ULL, 21)
                               ^ std::rotl(last * 0x94d049bb133111ebULL, 43);
    return (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93ULL >> 32;
}

/// Names are a few words long: shorter than a call of memcmp.
bool sameText(std::string_view a, std::string_view b)
{
    if (a.size() != b.size())
        return false;
    const char *x = a.data();
    const char *y = b.data();
    const std::size_t size = a.size();
    if (size < 8 || size > 64)
        return std::memcmp(x, y, size) == 0;
    const auto differs = [&](std::size_t at) {
        std::uint64_t one = 0;
        std::uint64_t other = 0;
        std::memcpy(&one, x + at, 8);
        std::memcpy(&other, y + at, 8);
        return one ^ other;
    };
    std::uint64_t different = differs(size - 8);
    for (std::size_t at = 0; at + 8 < size; at += 8)
        different |= differs(at);
    return different == 0;
}

} // namespace

Symbol SymbolCache::look(std::string_view text, bool checked)
{
    Entry &entry = m_entries[quickHash(text) & (m_entries.size() - 1)];
    if (entry.symbol != 0 && sameText(entry.text, text))
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
