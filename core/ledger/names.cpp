// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/names.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/key128.h"

namespace flyball {

namespace {
constexpr Symbol kUnknown = std::numeric_limits<Symbol>::max();
constexpr std::int64_t kMaxId = 1LL << 30; // ids index a vector: a damaged file must not size it

/// An index over whole texts would hold each of them a second time.
std::int64_t shortHash(std::string_view text) { return static_cast<std::int64_t>(hash64(text) >> 32U); }
} // namespace

Names::Names(Database &db, SymbolTable &table, const std::string &sqlTable)
    : m_db(db),
      m_table(table),
      m_all(db, "SELECT id, text FROM " + sqlTable + " ORDER BY id"),
      m_byText(db, "SELECT id FROM " + sqlTable + " WHERE hash = ?2 AND text = ?1"),
      m_byId(db, "SELECT text FROM " + sqlTable + " WHERE id = ?1"),
      m_insert(db, "INSERT INTO " + sqlTable + "(id, text, hash) VALUES(?1, ?2, ?3)"),
      m_maxId(db, "SELECT coalesce(max(id), 0) FROM " + sqlTable)
{}

Result<> Names::loadAll()
{
    while (m_all.step()) {
        const std::int64_t id = m_all.int64(0);
        if (id <= 0 || id > kMaxId)
            continue;
        remember(id, m_table.intern(m_all.text(1)));
    }
    return m_all.finish("read names");
}

std::int64_t Names::idOf(Symbol symbol)
{
    if (symbol == 0)
        return 0;
    if (symbol < m_idOf.size() && m_idOf[symbol] != 0)
        return m_idOf[symbol];
    if (const std::int64_t id = lookUp(symbol); id != 0 || !m_status)
        return id;
    return add(symbol);
}

std::optional<std::int64_t> Names::find(Symbol symbol)
{
    if (symbol == 0)
        return 0;
    if (symbol < m_idOf.size() && m_idOf[symbol] != 0)
        return m_idOf[symbol];
    const std::int64_t id = lookUp(symbol);
    return id == 0 ? std::nullopt : std::optional(id);
}

std::optional<Symbol> Names::symbolOf(std::int64_t id)
{
    if (id == 0)
        return Symbol{0};
    if (id < 0 || id > kMaxId)
        return std::nullopt;
    const auto index = static_cast<std::size_t>(id);
    if (index < m_symbolOf.size() && m_symbolOf[index] != kUnknown)
        return m_symbolOf[index];
    const StatementUse byId(m_byId);
    byId->bind(1, id);
    if (!byId->step())
        return std::nullopt;
    const Symbol symbol = m_table.intern(byId->text(0));
    remember(id, symbol);
    return symbol;
}

void Names::rolledBack()
{
    for (const Symbol symbol : m_added) {
        m_symbolOf[m_idOf[symbol]] = kUnknown;
        m_idOf[symbol] = 0;
    }
    m_added.clear();
    m_nextId = 0;
    m_status = {};
}

void Names::fail(Error error)
{
    if (m_status)
        m_status = std::move(error);
}

void Names::remember(std::int64_t id, Symbol symbol)
{
    const auto index = static_cast<std::size_t>(id);
    if (symbol >= m_idOf.size())
        m_idOf.resize(std::max<std::size_t>(symbol + 1, m_table.size() + m_table.size() / 2));
    if (index >= m_symbolOf.size())
        m_symbolOf.resize(index + 1 + index / 2, kUnknown);
    m_idOf[symbol] = static_cast<std::uint32_t>(id);
    m_symbolOf[index] = symbol;
}

std::int64_t Names::lookUp(Symbol symbol)
{
    const StatementUse byText(m_byText);
    byText->bindText(1, m_table.text(symbol));
    byText->bind(2, shortHash(m_table.text(symbol)));
    if (!byText->step()) {
        if (byText->failed())
            fail(m_db.error("look up a name"));
        return 0;
    }
    const std::int64_t id = byText->int64(0);
    if (id <= 0 || id > kMaxId) {
        fail({ErrorCode::Corrupt, "a name of the ledger has an impossible number"});
        return 0;
    }
    remember(id, symbol);
    return id;
}

std::int64_t Names::add(Symbol symbol)
{
    if (m_nextId == 0) {
        const StatementUse maxId(m_maxId);
        m_nextId = maxId->step() ? maxId->int64(0) + 1 : 0;
    }
    if (m_nextId <= 0 || m_nextId > kMaxId) {
        fail({ErrorCode::OutOfRange, "the ledger holds too many names"});
        return 0;
    }
    const StatementUse insert(m_insert);
    insert->bind(1, m_nextId);
    insert->bindText(2, m_table.text(symbol));
    insert->bind(3, shortHash(m_table.text(symbol)));
    if (insert->step() || insert->failed()) {
        fail(m_db.error("store a name"));
        return 0;
    }
    remember(m_nextId, symbol);
    m_added.push_back(symbol);
    return m_nextId++;
}

} // namespace flyball
