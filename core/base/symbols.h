// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// A name (workflow, model, request id ...) as a number. 0 is the empty string: "not known".
/// Valid only with the SymbolTable that made it; stored by name, never by number.
using Symbol = std::uint32_t;

/// Append-only table of names. intern() may be called from any thread; text() is lock-free and
/// may be called from any thread for a symbol that reached it through a synchronised hand-over
/// (a snapshot, a batch). Texts never move and live as long as the table.
class SymbolTable {
public:
    SymbolTable();
    ~SymbolTable();
    SymbolTable(const SymbolTable &) = delete;
    SymbolTable &operator=(const SymbolTable &) = delete;

    [[nodiscard]] Symbol intern(std::string_view text);
    /// The symbol of a text that may not be there: 0 for the empty text and for unknown ones.
    [[nodiscard]] Symbol find(std::string_view text) const;
    [[nodiscard]] std::string_view text(Symbol symbol) const
    {
        return m_blocks[symbol >> kBlockBits].load(std::memory_order_acquire)[symbol & (kBlockSize - 1)];
    }
    [[nodiscard]] std::size_t size() const { return m_size.load(std::memory_order_acquire); }

    /// Symbols and memory set aside for one thread, which fills them without the table's lock.
    struct Room {
        Symbol next = 0, end = 0;
        char *at = nullptr;
        std::size_t left = 0;
    };
    static constexpr std::size_t kLongestApart = 256;
    /// A symbol for a text that nobody will look for: neither intern() nor find() knows it, and the same text twice
    /// has two. At most kLongestApart bytes.
    [[nodiscard]] Symbol addApart(std::string_view text, Room &room)
    {
        if (room.next == room.end || text.size() > room.left)
            makeRoom(room);
        std::memcpy(room.at, text.data(), text.size());
        m_blocks[room.next >> kBlockBits].load(std::memory_order_relaxed)[room.next & (kBlockSize - 1)] = {room.at,
                                                                                                           text.size()};
        room.at += text.size();
        room.left -= text.size();
        return room.next++;
    }

private:
    static constexpr unsigned kBlockBits = 14;
    static constexpr Symbol kBlockSize = 1U << kBlockBits;
    static constexpr std::size_t kBlocks = 1U << 14; // 268 million symbols

    [[nodiscard]] Symbol find(std::string_view text, std::uint32_t hash, std::size_t &at) const;
    [[nodiscard]] std::string_view store(std::string_view text);
    [[nodiscard]] char *take(std::size_t bytes);
    void makeRoom(Room &room);
    void addBlock(std::size_t block);
    void grow();

    mutable std::mutex m_mutex;
    struct Slot {
        std::uint32_t hash = 0;
        Symbol symbol = 0; ///< 0 = free
    };

    std::vector<Slot> m_slots; // open addressing, power of two
    std::size_t m_named = 0;   // slots in use: texts apart have none
    std::unique_ptr<std::atomic<std::string_view *>[]> m_blocks;
    std::vector<std::unique_ptr<char[]>> m_arena;
    std::size_t m_arenaLeft = 0;
    char *m_arenaAt = nullptr;
    std::atomic<std::size_t> m_size{0};
};

/// A small per-thread cache in front of a SymbolTable, for decode workers: names of low
/// cardinality are found without the table's lock.
class SymbolCache {
public:
    explicit SymbolCache(SymbolTable &table) : m_table(table) {}
    [[nodiscard]] Symbol intern(std::string_view text) { return text.empty() ? 0 : look(text, false); }
    /// Same for text from outside: invalid UTF-8 becomes U+FFFD.
    [[nodiscard]] Symbol internChecked(std::string_view text) { return text.empty() ? 0 : look(text, true); }
    /// For names seen once (request ids): straight to the table.
    [[nodiscard]] Symbol internUnique(std::string_view text) { return m_table.intern(text); }
    /// For texts that are only read, never looked for (SymbolTable::addApart): no lock, no search.
    [[nodiscard]] Symbol addApart(std::string_view text)
    {
        return text.empty()                                ? 0
               : text.size() <= SymbolTable::kLongestApart ? m_table.addApart(text, m_room)
                                                           : m_table.intern(text);
    }
    [[nodiscard]] SymbolTable &table() { return m_table; }

private:
    struct Entry {
        std::string_view text; ///< as the table holds it
        Symbol symbol = 0;
    };
    [[nodiscard]] Symbol look(std::string_view text, bool checked);

    SymbolTable &m_table;
    SymbolTable::Room m_room;
    std::array<Entry, 1024> m_entries{};
};

} // namespace flyball
