// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/policy/audit.h"
#include "core/policy/revision.h"
#include "core/push/types.h"

#include <memory>
#include <string>
#include <vector>

namespace flyball {

class Sql;

/// policy.db: revisions, agents, leases, controls, receipts and audit of one policy (SQLite, WAL,
/// synchronous=FULL: what a function reports as done survives kill -9 and power loss), and
/// policy-keys.json (0600) with the signing keys. One writer per folder (policy.lock); one thread.
class PolicyStore {
public:
    enum class Access { ReadWrite, ReadOnly };
    /// Locked: another process writes here. Corrupt is never returned for ReadWrite: a damaged database
    /// is moved to policy.db.corrupt-<time> and a new one begun, see setAside(). NotFound: ReadOnly and
    /// there is none. TooNew: written by a newer version. Unreadable: keys others may read.
    [[nodiscard]] static Result<std::unique_ptr<PolicyStore>> open(const std::string &folder, Access access);
    /// Whether there is one; opening it for writing would make it.
    [[nodiscard]] static bool exists(const std::string &folder);
    ~PolicyStore();
    [[nodiscard]] const std::string &setAside() const { return m_setAside; } ///< path of a damaged file, or empty
    [[nodiscard]] const std::string &source() const { return m_source; }     ///< id of this store
    /// Grows whenever what agents are to be given may have changed.
    [[nodiscard]] std::uint64_t generation() const { return m_generation; }

    /// Several changes that become durable together. Without a batch each change is durable by itself.
    [[nodiscard]] Result<> beginBatch();
    [[nodiscard]] Result<> commitBatch();
    void rollbackBatch();

    // Revisions: append-only. `parent` is the revision the author began from, 0 for none; Locked when
    // it is not the head. Both write the audit line with the differences in words.
    [[nodiscard]] const RevisionLog &revisions() const { return m_log; }
    [[nodiscard]] Result<PolicyRevision> push(const PolicyDocument &document, std::int64_t parent,
                                              const RevisionNote &note);
    [[nodiscard]] Result<PolicyRevision> rollback(std::int64_t number, std::int64_t parent, const RevisionNote &note);

    // Agents. The token is kept as its SHA-256; registering again with `renew` gives new secrets.
    [[nodiscard]] Result<AgentSecret> registerAgent(const std::string &id, const std::string &workflow, TimeNs now,
                                                    bool renew = false);
    [[nodiscard]] Result<> forgetAgent(const std::string &id, TimeNs now);
    [[nodiscard]] Result<std::vector<AgentRecord>> agents();
    [[nodiscard]] Result<AgentRecord> agent(const std::string &id); ///< NotFound
    [[nodiscard]] Result<> saveAgent(const AgentRecord &record);
    [[nodiscard]] Result<std::string> agentOfToken(const std::string &token); ///< NotFound
    [[nodiscard]] std::string signingKey(const std::string &agent) const;     ///< empty: none

    // Leases. Money counts in the windows that hold the time of the grant.
    /// Gives it an id. Locked when the agent has used its key before.
    [[nodiscard]] Result<Lease> addLease(Lease lease);
    [[nodiscard]] Result<Lease> leaseOfKey(const std::string &agent, const std::string &key); ///< NotFound
    [[nodiscard]] Result<Lease> lease(const std::string &id);
    /// InvalidArgument when it was released, or settled with another amount. The same again is no error.
    /// A lease that expired is booked all the same: the money is gone.
    [[nodiscard]] Result<Lease> settle(const std::string &id, NanoUsd actual);
    [[nodiscard]] Result<Lease> release(const std::string &id); ///< InvalidArgument when it was settled
    [[nodiscard]] Result<int> expireLeases(TimeNs now);
    /// `workflow` empty: the whole fleet. start <= t < end, both on a quarter of an hour.
    [[nodiscard]] Result<WindowSpend> spend(const std::string &workflow, TimeNs start, TimeNs end);

    [[nodiscard]] Result<ControlItem> addControl(ControlItem item);
    [[nodiscard]] Result<> endControl(std::int64_t id, const std::string &author, TimeNs now); ///< NotFound
    /// Items not ended at `now`, oldest first.
    [[nodiscard]] Result<std::vector<ControlItem>> controls(TimeNs now);

    [[nodiscard]] Result<> noteCrossing(const CapCrossing &crossing); ///< once per window and revision
    [[nodiscard]] Result<std::vector<CapCrossing>> crossings(int newest);
    [[nodiscard]] Result<> saveReceipt(const TargetReceipt &receipt); ///< one per target and revision
    [[nodiscard]] Result<std::vector<TargetReceipt>> receipts(std::int64_t revision);

    [[nodiscard]] Result<AuditEntry> addAudit(AuditEntry entry); ///< sequence and hashes are set here
    [[nodiscard]] Result<std::vector<AuditEntry>> audit();       ///< whole, oldest first

private:
    friend class StoreChange;
    PolicyStore();
    [[nodiscard]] Result<> load(const std::string &folder, Access access);
    [[nodiscard]] Result<> openDatabase(Access access);
    [[nodiscard]] Result<> readBack();
    [[nodiscard]] Result<PolicyRevision> keep(const Result<PolicyRevision> &added, RevisionLog log, const char *action);
    [[nodiscard]] Result<> bookSpend(const Lease &lease, NanoUsd amount);
    [[nodiscard]] Result<> setLease(const Lease &lease);

    std::unique_ptr<Sql> m_sql;
    std::string m_folder;
    std::string m_setAside;
    std::string m_source;
    RevisionLog m_log;
    std::vector<std::pair<std::string, std::string>> m_keys; ///< agent, hmac
    std::uint64_t m_generation = 1;
    int m_lock = -1;
};

} // namespace flyball
