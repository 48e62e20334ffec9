// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/store/change.h"

#include "core/policy/diff.h"
#include "core/policy/document/text.h"

namespace flyball {

Result<PolicyRevision> PolicyStore::push(const PolicyDocument &document, std::int64_t parent, const RevisionNote &note)
{
    RevisionLog log = m_log;
    const Result<PolicyRevision> added = log.append(document, parent, note);
    return keep(added, std::move(log), "push");
}

Result<PolicyRevision> PolicyStore::rollback(std::int64_t number, std::int64_t parent, const RevisionNote &note)
{
    RevisionLog log = m_log;
    const Result<PolicyRevision> added = log.rollback(number, parent, note);
    return keep(added, std::move(log), "rollback");
}

Result<PolicyRevision> PolicyStore::keep(const Result<PolicyRevision> &added, RevisionLog log, const char *action)
{
    if (!added)
        return added;
    const PolicyRevision &r = *added;
    StoreChange change(*this);
    if (!change.begun())
        return change.begun().error();
    if (Result<> kept = Query(*m_sql, "INSERT INTO revision VALUES(?, ?, ?, ?, ?, ?, ?, ?)")
                            .bind(r.number, r.parent, r.rollbackOf, r.author, r.comment, r.time, r.text, r.sha256)
                            .run();
        !kept)
        return kept.error();
    AuditEntry entry;
    entry.time = r.time;
    entry.operatorName = r.author;
    entry.action = action;
    entry.revision = r.number;
    entry.toDigest = r.sha256;
    entry.comment = r.comment;
    const PolicyReading now = readPolicy(r.text);
    if (now.document)
        entry.policyId = now.document->policyId;
    if (const PolicyRevision *head = m_log.head()) {
        entry.fromDigest = head->sha256;
        const PolicyReading before = readPolicy(head->text);
        if (before.document && now.document)
            for (const PolicyChange &difference : diffPolicies(*before.document, *now.document))
                entry.diff.push_back(difference.where + ": " + difference.sentence);
    }
    if (const Result<AuditEntry> line = addAudit(std::move(entry)); !line)
        return line.error();
    if (Result<> done = change.done(); !done)
        return done.error();
    m_log = std::move(log);
    ++m_generation;
    return added;
}

Result<AuditEntry> PolicyStore::addAudit(AuditEntry entry)
{
    StoreChange change(*this);
    if (!change.begun())
        return change.begun().error();
    std::optional<AuditEntry> last;
    {
        Query query(*m_sql, "SELECT line FROM audit ORDER BY sequence DESC LIMIT 1");
        if (query.step()) {
            Result<AuditEntry> read = readAuditLine(query.text(0));
            if (!read)
                return read.error();
            last = std::move(*read);
        }
        if (Result<> r = query.finish(); !r)
            return r.error();
    }
    AuditEntry linked = chained(std::move(entry), last ? &*last : nullptr);
    if (Result<> r = Query(*m_sql, "INSERT INTO audit VALUES(?, ?)").bind(linked.sequence, auditLine(linked)).run(); !r)
        return r.error();
    if (Result<> r = change.done(); !r)
        return r.error();
    return linked;
}

Result<std::vector<AuditEntry>> PolicyStore::audit()
{
    std::vector<AuditEntry> entries;
    Query query(*m_sql, "SELECT line FROM audit ORDER BY sequence");
    while (query.step()) {
        Result<AuditEntry> entry = readAuditLine(query.text(0));
        if (!entry)
            return entry.error();
        entries.push_back(std::move(*entry));
    }
    if (Result<> r = query.finish(); !r)
        return r.error();
    return entries;
}

} // namespace flyball
