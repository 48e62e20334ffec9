// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/call_keys.h"

#include <algorithm>
#include <cstdlib>

namespace flyball {

namespace {

constexpr std::int64_t kMergeAtLeast = 65'536;
constexpr std::int64_t kMergeAtMost = 262'144;              // bounds memory and the scan at the next open
constexpr std::size_t kFilterWords = std::size_t{1} << 20U; // 8 MiB: few wrong answers up to 4 million groups

std::size_t wordOf(std::uint64_t h) { return static_cast<std::size_t>((h * 0x9e3779b97f4a7c15ULL) >> 44U); }

std::uint64_t maskOf(std::uint64_t h)
{
    return (1ULL << (h & 63U)) | (1ULL << ((h >> 6U) & 63U)) | (1ULL << ((h >> 12U) & 63U));
}

} // namespace

std::int64_t groupHash(const Key128 &group)
{
    // Stored: the mixing is spelled out here, whatever std::hash becomes.
    const std::uint64_t x = (group.hi ^ (group.lo * 0x9e3779b97f4a7c15ULL)) * 0xd6e8feb86659fd93ULL;
    return static_cast<std::int64_t>(x >> 24U);
}

CallKeys::CallKeys(Database &db)
    : m_db(db),
      m_find(db, "SELECT k.call FROM keys k JOIN calls c ON c.id = k.call"
                 " WHERE k.hash = ?1 AND c.grp = ?2 AND c.sub = ?3"),
      m_rows(db, "SELECT call FROM keys WHERE hash = ?1"),
      m_call(db, "SELECT 1 FROM calls WHERE id = ?1 AND grp = ?2"),
      m_recent(db, "SELECT grp, sub, id FROM calls WHERE id > ?1"),
      m_insert(db, "INSERT OR IGNORE INTO keys(hash, call) VALUES(?1, ?2)"),
      m_delete(db, "DELETE FROM keys WHERE hash = ?1 AND call = ?2"),
      m_getUpTo(db, "SELECT value FROM meta WHERE key = 'keys_up_to'"),
      m_setUpTo(db, "INSERT OR REPLACE INTO meta(key, value) VALUES('keys_up_to', ?1)")
{}

Result<std::int64_t> CallKeys::readUpTo()
{
    std::int64_t upTo = 0;
    if (m_getUpTo.step())
        upTo = std::strtoll(std::string(m_getUpTo.text(0)).c_str(), nullptr, 10);
    if (Result<> r = m_getUpTo.finish("read the ledger"); !r)
        return r.error();
    return upTo;
}

Result<> CallKeys::open(bool fresh)
{
    m_writer = true;
    if (fresh)
        m_filter.assign(kFilterWords, 0);
    const Result<std::int64_t> upTo = readUpTo();
    if (!upTo)
        return upTo.error();
    m_next = upTo.value() + 1;
    m_recent.bind(1, upTo.value());
    while (m_recent.step()) {
        const std::int64_t row = m_recent.int64(2);
        m_hot.emplace(m_recent.key(0), Hot{static_cast<std::uint64_t>(m_recent.int64(1)), row});
        m_next = std::max(m_next, row + 1);
    }
    m_firstOfTransaction = m_next;
    return m_recent.finish("read calls");
}

std::optional<std::int64_t> CallKeys::find(const Key128 &group, std::uint64_t sub)
{
    if (isNewGroup(group))
        return std::nullopt;
    const auto [first, last] = m_hot.equal_range(group);
    for (auto at = first; at != last; ++at) {
        if (at->second.sub == sub)
            return at->second.row;
    }
    const StatementUse find(m_find);
    find->bind(1, groupHash(group));
    find->bindKey(2, group);
    find->bind(3, static_cast<std::int64_t>(sub));
    if (find->step())
        return find->int64(0);
    if (find->failed() && m_status)
        m_status = m_db.error("look up a call");
    return std::nullopt;
}

std::vector<std::int64_t> CallKeys::candidates(const Key128 &group)
{
    std::vector<std::int64_t> rows;
    const auto [first, last] = m_hot.equal_range(group);
    for (auto at = first; at != last; ++at)
        rows.push_back(at->second.row);
    m_rows.bind(1, groupHash(group));
    while (m_rows.step())
        rows.push_back(m_rows.int64(0));
    m_rows.reset();
    if (!m_writer) {
        // A reader does not hold the newest keys: it looks through the newest rows.
        const Result<std::int64_t> upTo = readUpTo();
        m_recent.bind(1, upTo ? upTo.value() : 0);
        while (m_recent.step()) {
            if (m_recent.key(0) == group)
                rows.push_back(m_recent.int64(2));
        }
        m_recent.reset();
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

bool CallKeys::mayContain(const Key128 &group)
{
    if (isNewGroup(group))
        return false;
    if (m_hot.contains(group))
        return true;
    for (const std::int64_t row : candidates(group)) {
        const StatementUse call(m_call);
        call->bind(1, row);
        call->bindKey(2, group);
        if (call->step() || call->failed())
            return true;
    }
    return false;
}

std::int64_t CallKeys::add(const Key128 &group, std::uint64_t sub)
{
    const std::int64_t row = m_next++;
    m_hot.emplace(group, Hot{sub, row});
    m_added.emplace_back(group, row);
    noteGroup(group);
    return row;
}

Result<> CallKeys::drop(const std::vector<Row> &rows)
{
    std::vector<std::pair<std::int64_t, std::int64_t>> keys;
    keys.reserve(rows.size());
    for (const auto &[group, row] : rows)
        keys.emplace_back(groupHash(group), row);
    std::sort(keys.begin(), keys.end());
    for (const auto &[hash, row] : keys) {
        m_delete.bind(1, hash);
        m_delete.bind(2, row);
        if (Result<> r = m_delete.run("forget a call"); !r)
            return r;
    }
    m_dropped.insert(m_dropped.end(), rows.begin(), rows.end());
    return {};
}

void CallKeys::noteGroup(const Key128 &group)
{
    if (m_filter.empty())
        return;
    const std::uint64_t h = std::hash<Key128>{}(group);
    m_filter[wordOf(h)] |= maskOf(h);
}

bool CallKeys::isNewGroup(const Key128 &group) const
{
    if (m_filter.empty())
        return false;
    const std::uint64_t h = std::hash<Key128>{}(group);
    return (m_filter[wordOf(h)] & maskOf(h)) != maskOf(h);
}

bool CallKeys::wantsMerge() const
{
    return static_cast<std::int64_t>(m_hot.size()) >= std::clamp(m_next / 16, kMergeAtLeast, kMergeAtMost);
}

Result<> CallKeys::merge()
{
    std::vector<std::pair<std::int64_t, std::int64_t>> keys;
    keys.reserve(m_hot.size());
    for (const auto &[group, hot] : m_hot)
        keys.emplace_back(groupHash(group), hot.row);
    std::sort(keys.begin(), keys.end());
    for (const auto &[hash, row] : keys) {
        m_insert.bind(1, hash);
        m_insert.bind(2, row);
        if (Result<> r = m_insert.run("store a key"); !r)
            return r;
    }
    const std::string upTo = std::to_string(m_next - 1);
    const StatementUse set(m_setUpTo);
    set->bindText(1, upTo);
    return set->run("store a setting");
}

void CallKeys::merged() { m_hot.clear(); }

void CallKeys::committed()
{
    for (const auto &[group, row] : m_dropped)
        eraseHot(group, row);
    m_dropped.clear();
    m_added.clear();
    m_firstOfTransaction = m_next;
}

void CallKeys::rolledBack()
{
    for (const auto &[group, row] : m_added)
        eraseHot(group, row);
    m_added.clear();
    m_dropped.clear();
    m_next = m_firstOfTransaction;
    m_status = {};
}

void CallKeys::eraseHot(const Key128 &group, std::int64_t row)
{
    const auto [first, last] = m_hot.equal_range(group);
    for (auto at = first; at != last; ++at) {
        if (at->second.row == row) {
            m_hot.erase(at);
            return;
        }
    }
}

} // namespace flyball
