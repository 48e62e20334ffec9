// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "core/base/key128.h"
#include "core/ledger/database.h"

namespace flyball {

/// Numbers of runs: calls name their run by a small growing number, so that the index over them is
/// written at its end. Numbers are never used again (AUTOINCREMENT), so a reader may remember them.
class RunIds {
public:
    explicit RunIds(Database &db);
    /// Number of a run, adding a row without data inside the running transaction; 0 on an error.
    [[nodiscard]] std::int64_t idOf(const Key128 &run);
    [[nodiscard]] std::optional<std::int64_t> find(const Key128 &run);
    /// Nothing if there is no such run: the file is damaged.
    [[nodiscard]] std::optional<Key128> runOf(std::int64_t id);
    [[nodiscard]] const Result<> &status() const { return m_status; }
    /// After a rollback, or after runs were deleted: numbers handed out may not exist.
    void forget();

private:
    void remember(const Key128 &run, std::int64_t id);

    Database &m_db;
    Statement m_byRun, m_byId, m_insert;
    std::unordered_map<Key128, std::int64_t> m_ids;
    std::unordered_map<std::int64_t, Key128> m_runs;
    Result<> m_status;
};

} // namespace flyball
