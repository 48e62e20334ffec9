// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/symbols.h"
#include "core/ledger/database.h"

namespace flyball {

/// The names of one table (id, text) and the process's symbols for them. Ids are dense, start at
/// 1, 0 is the empty name, and a committed id never changes its text, so other connections may
/// keep what they have read.
class Names {
public:
    Names(Database &db, SymbolTable &table, const std::string &sqlTable);

    [[nodiscard]] Result<> loadAll();
    /// Id of a symbol, adding the name inside the running transaction. 0 for the empty name; after
    /// an error also 0, and `status()` tells it until the transaction is rolled back.
    [[nodiscard]] std::int64_t idOf(Symbol symbol);
    /// Id of a symbol if its name is stored.
    [[nodiscard]] std::optional<std::int64_t> find(Symbol symbol);
    /// Nothing if there is no such id: the file is damaged.
    [[nodiscard]] std::optional<Symbol> symbolOf(std::int64_t id);
    [[nodiscard]] const Result<> &status() const { return m_status; }
    [[nodiscard]] SymbolTable &table() { return m_table; }

    void committed() { m_added.clear(); }
    /// Names that were added by the transaction are not stored after all.
    void rolledBack();

private:
    void fail(Error error);
    void remember(std::int64_t id, Symbol symbol);
    [[nodiscard]] std::int64_t lookUp(Symbol symbol);
    [[nodiscard]] std::int64_t add(Symbol symbol);

    Database &m_db;
    SymbolTable &m_table;
    Statement m_all;
    Statement m_byText;
    Statement m_byId;
    Statement m_insert;
    Statement m_maxId;
    std::vector<std::uint32_t> m_idOf; // by symbol; 0 = not looked up
    std::vector<Symbol> m_symbolOf;    // by id; kUnknown = not looked up
    std::vector<Symbol> m_added;
    std::int64_t m_nextId = 0; // 0 = not known yet
    Result<> m_status;
};

} // namespace flyball
