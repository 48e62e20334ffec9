// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/run_ids.h"

#include <sqlite3.h>

namespace flyball {

namespace {
constexpr std::size_t kRemembered = 32'768;
} // namespace

RunIds::RunIds(Database &db)
    : m_db(db),
      m_byRun(db, "SELECT id FROM runs WHERE run = ?1"),
      m_byId(db, "SELECT run FROM runs WHERE id = ?1"),
      m_insert(db, "INSERT INTO runs(run) VALUES(?1)")
{}

std::optional<std::int64_t> RunIds::find(const Key128 &run)
{
    if (const auto at = m_ids.find(run); at != m_ids.end())
        return at->second;
    const StatementUse byRun(m_byRun);
    byRun->bindKey(1, run);
    if (byRun->step()) {
        remember(run, byRun->int64(0));
        return byRun->int64(0);
    }
    if (byRun->failed() && m_status)
        m_status = m_db.error("look up a run");
    return std::nullopt;
}

std::int64_t RunIds::idOf(const Key128 &run)
{
    if (const std::optional<std::int64_t> id = find(run))
        return *id;
    if (!m_status)
        return 0;
    m_insert.bindKey(1, run);
    if (Result<> r = m_insert.run("store a run"); !r) {
        m_status = r;
        return 0;
    }
    const std::int64_t id = sqlite3_last_insert_rowid(m_db.handle());
    remember(run, id);
    return id;
}

std::optional<Key128> RunIds::runOf(std::int64_t id)
{
    if (const auto at = m_runs.find(id); at != m_runs.end())
        return at->second;
    const StatementUse byId(m_byId);
    byId->bind(1, id);
    if (!byId->step())
        return std::nullopt;
    const Key128 run = byId->key(0);
    remember(run, id);
    return run;
}

void RunIds::forget()
{
    m_ids.clear();
    m_runs.clear();
    m_status = {};
}

void RunIds::remember(const Key128 &run, std::int64_t id)
{
    if (m_ids.size() >= kRemembered || m_runs.size() >= kRemembered) {
        m_ids.clear();
        m_runs.clear();
    }
    m_ids.emplace(run, id);
    m_runs.emplace(id, run);
}

} // namespace flyball
