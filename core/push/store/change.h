// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/push: one change of the store, whole or not at all.
#pragma once

#include "core/push/store.h"
#include "core/push/store/sql.h"

namespace flyball {

/// A transaction, or a savepoint within one; undone at the end of its scope unless done() said so.
class StoreChange {
public:
    explicit StoreChange(PolicyStore &store) : m_store(store), m_inner(store.m_sql->inTransaction())
    {
        m_begun = m_store.m_sql->exec(m_inner ? "SAVEPOINT change" : "BEGIN IMMEDIATE");
    }
    ~StoreChange()
    {
        if (m_begun && !m_done)
            (void)m_store.m_sql->exec(m_inner ? "ROLLBACK TO change; RELEASE change" : "ROLLBACK");
    }
    StoreChange(const StoreChange &) = delete;
    StoreChange &operator=(const StoreChange &) = delete;
    [[nodiscard]] const Result<> &begun() const { return m_begun; }
    [[nodiscard]] Result<> done()
    {
        Result<> r = m_store.m_sql->exec(m_inner ? "RELEASE change" : "COMMIT");
        m_done = r.ok();
        return r;
    }

private:
    PolicyStore &m_store;
    bool m_inner;
    bool m_done = false;
    Result<> m_begun;
};

} // namespace flyball
