// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/key128.h"
#include "core/ledger/database.h"

namespace flyball {

/// 40 bits of a group: small in the table `keys`, and hardly ever shared.
[[nodiscard]] std::int64_t groupHash(const Key128 &group);

/// Which row holds the call (group, sub). Groups are hashes: a plain unique index would touch a
/// page per call and write 4 KB to the WAL for each (measured: 14,000 calls/s at a million rows).
/// So new keys stay in memory, where they can be found again by reading the newest rows of `calls`
/// at the next open, and move to the table `keys` in sorted batches.
class CallKeys {
public:
    explicit CallKeys(Database &db);

    /// For the writer: reads the keys that have not moved yet. `fresh`: the ledger is empty.
    [[nodiscard]] Result<> open(bool fresh);
    /// Row of a call; nothing when it is not stored or on an error (`status()`).
    [[nodiscard]] std::optional<std::int64_t> find(const Key128 &group, std::uint64_t sub);
    /// False when no call of the group is stored, for certain.
    [[nodiscard]] bool mayContain(const Key128 &group);
    /// Rows that may belong to the group; others are among them once in billions.
    [[nodiscard]] std::vector<std::int64_t> candidates(const Key128 &group);
    /// A row number for a new call, inside the running transaction.
    [[nodiscard]] std::int64_t add(const Key128 &group, std::uint64_t sub);
    /// Takes deleted rows out, inside the running transaction.
    using Row = std::pair<Key128, std::int64_t>;
    [[nodiscard]] Result<> drop(const std::vector<Row> &rows);
    [[nodiscard]] const Result<> &status() const { return m_status; }

    /// A span or signal names a group as well.
    void noteGroup(const Key128 &group);
    [[nodiscard]] bool isNewGroup(const Key128 &group) const;

    [[nodiscard]] bool wantsMerge() const;
    [[nodiscard]] bool hasUnmerged() const { return !m_hot.empty(); }
    /// Moves the keys to the table, inside a transaction of its own; then call merged().
    [[nodiscard]] Result<> merge();
    void merged();
    void committed();
    void rolledBack();

private:
    struct Hot {
        std::uint64_t sub = 0;
        std::int64_t row = 0;
    };
    using HotMap = std::unordered_multimap<Key128, Hot>;
    void eraseHot(const Key128 &group, std::int64_t row);
    [[nodiscard]] Result<std::int64_t> readUpTo();

    Database &m_db;
    Statement m_find, m_rows, m_call, m_recent, m_insert, m_delete, m_getUpTo, m_setUpTo;
    HotMap m_hot;
    std::vector<Row> m_added, m_dropped;
    std::vector<std::uint64_t> m_filter; // Bloom filter of all groups; empty = not kept
    std::int64_t m_next = 1;
    std::int64_t m_firstOfTransaction = 1;
    bool m_writer = false;
    Result<> m_status;
};

} // namespace flyball
