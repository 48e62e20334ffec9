// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keys/secretfile.h"
#include "core/push/store/change.h"

namespace flyball {

namespace {

constexpr TimeNs kQuarter = 15 * kMinute;
/// Sums beyond it are refused: no real fleet spends nine billion USD in a month.
constexpr NanoUsd kMostSum = 8'000'000'000'000'000'000;

Lease leaseOf(const Query &row)
{
    return {row.text(0),   row.text(1),   row.text(2),
            row.text(3),   row.number(4), row.optional(5),
            row.number(6), row.number(7), static_cast<Lease::State>(row.number(8)),
            row.text(9)};
}

constexpr std::string_view kSelectLease =
    "SELECT id, agent, run, workflow, granted, actual, granted_at, expires_at, state, key FROM lease WHERE ";

Result<Lease> oneLease(Query &query)
{
    if (query.step())
        return leaseOf(query);
    if (Result<> r = query.finish(); !r)
        return r.error();
    return Error{ErrorCode::NotFound, "there is no such lease"};
}

Error refused(const char *why) { return {ErrorCode::InvalidArgument, why}; }

} // namespace

Result<Lease> PolicyStore::addLease(Lease lease)
{
    if (lease.granted < 0 || lease.granted > kMostNano)
        return refused("the amount of a lease is out of range");
    lease.id = randomHex(16);
    lease.state = Lease::State::Held;
    lease.actual.reset();
    if (lease.id.empty())
        return Error{ErrorCode::Internal, "the system gives no random numbers"};
    if (!lease.key.empty() && leaseOfKey(lease.agent, lease.key).ok())
        return Error{ErrorCode::Locked, "the key of a lease was used before"};
    if (Result<> r = Query(*m_sql, "INSERT INTO lease VALUES(?, ?, ?, ?, ?, NULL, ?, ?, 0, ?)")
                         .bind(lease.id, lease.agent, lease.run, lease.workflow, lease.granted, lease.grantedAt,
                               lease.expiresAt, lease.key)
                         .run();
        !r)
        return r.error();
    return lease;
}

Result<Lease> PolicyStore::lease(const std::string &id)
{
    Query query(*m_sql, std::string(kSelectLease) + "id = ?");
    query.bind(id);
    return oneLease(query);
}

Result<Lease> PolicyStore::leaseOfKey(const std::string &agent, const std::string &key)
{
    Query query(*m_sql, std::string(kSelectLease) + "agent = ? AND key = ? AND key <> ''");
    query.bind(agent, key);
    return oneLease(query);
}

Result<> PolicyStore::setLease(const Lease &lease)
{
    return Query(*m_sql, "UPDATE lease SET actual = ?, state = ? WHERE id = ?")
        .bind(lease.actual, static_cast<std::int64_t>(lease.state), lease.id)
        .run();
}

Result<> PolicyStore::bookSpend(const Lease &lease, NanoUsd amount)
{
    // Quarters of an hour divide the windows of every zone, so a policy may change its zone at any time.
    const std::int64_t quarter = bucketOf(lease.grantedAt, kQuarter);
    std::vector<std::string> scopes{""};
    if (!lease.workflow.empty())
        scopes.push_back(lease.workflow);
    for (const std::string &scope : scopes) {
        NanoUsd before = 0;
        Query query(*m_sql, "SELECT nusd FROM spend WHERE workflow = ? AND quarter = ?");
        query.bind(scope, quarter);
        if (query.step())
            before = query.number(0);
        if (Result<> r = query.finish(); !r)
            return r;
        if (before > kMostSum - amount)
            return Error{ErrorCode::OutOfRange, "the spend of a quarter of an hour is out of range"};
        if (Result<> r =
                Query(*m_sql, "INSERT INTO spend VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET nusd = excluded.nusd")
                    .bind(scope, quarter, before + amount)
                    .run();
            !r)
            return r;
    }
    return {};
}

Result<Lease> PolicyStore::settle(const std::string &id, NanoUsd actual)
{
    if (actual < 0 || actual > kMostNano)
        return refused("the amount settled is out of range");
    StoreChange change(*this);
    if (!change.begun())
        return change.begun().error();
    Result<Lease> found = lease(id);
    if (!found)
        return found;
    if (found->state == Lease::State::Settled) {
        if (found->actual == actual)
            return found;
        return refused("the lease was settled with another amount");
    }
    if (found->state == Lease::State::Released)
        return refused("the lease was released");
    found->state = Lease::State::Settled;
    found->actual = actual;
    if (Result<> r = setLease(*found); !r)
        return r.error();
    if (Result<> r = bookSpend(*found, actual); !r)
        return r.error();
    if (Result<> r = change.done(); !r)
        return r.error();
    return found;
}

Result<Lease> PolicyStore::release(const std::string &id)
{
    Result<Lease> found = lease(id);
    if (!found)
        return found;
    if (found->state == Lease::State::Settled)
        return refused("the lease was settled");
    if (found->state == Lease::State::Held) {
        found->state = Lease::State::Released;
        if (Result<> r = setLease(*found); !r)
            return r.error();
    }
    return found;
}

Result<int> PolicyStore::expireLeases(TimeNs now)
{
    int count = 0;
    {
        Query query(*m_sql, "SELECT COUNT(*) FROM lease WHERE state = 0 AND expires_at <= ?");
        query.bind(now);
        if (query.step())
            count = static_cast<int>(query.number(0));
        if (Result<> r = query.finish(); !r)
            return r.error();
    }
    if (count > 0)
        if (Result<> r =
                Query(*m_sql, "UPDATE lease SET state = 3 WHERE state = 0 AND expires_at <= ?").bind(now).run();
            !r)
            return r.error();
    return count;
}

Result<WindowSpend> PolicyStore::spend(const std::string &workflow, TimeNs start, TimeNs end)
{
    WindowSpend out;
    Query settled(*m_sql,
                  "SELECT COALESCE(SUM(nusd), 0) FROM spend WHERE workflow = ? AND quarter >= ? AND quarter < ?");
    settled.bind(workflow, bucketOf(start, kQuarter), bucketOf(end, kQuarter));
    if (settled.step())
        out.spent = settled.number(0);
    if (Result<> r = settled.finish(); !r)
        return r.error();
    Query held(*m_sql, "SELECT COALESCE(SUM(granted), 0) FROM lease WHERE state = 0 AND granted_at >= ? AND"
                       " granted_at < ? AND (? = '' OR workflow = ?)");
    held.bind(start, end, workflow, workflow);
    if (held.step())
        out.held = held.number(0);
    if (Result<> r = held.finish(); !r)
        return r.error();
    return out;
}

} // namespace flyball
