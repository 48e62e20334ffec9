// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/revision.h"

#include "core/policy/check/check.h"
#include "core/policy/digest.h"
#include "core/policy/document/text.h"

#include <algorithm>

namespace flyball {

namespace {

Error corrupt(const PolicyRevision &revision, const char *why)
{
    return {ErrorCode::Corrupt, "policy revision " + std::to_string(revision.number) + ": " + why};
}

/// The document without what every revision changes.
PolicyDocument content(PolicyDocument document)
{
    document.revision = 1;
    document.parentRevision.reset();
    document.createdAt.reset();
    document.author.reset();
    document.comment.reset();
    document.rollbackOf.reset();
    return document;
}

PolicyDocument documentOf(const PolicyRevision &revision) { return *readPolicy(revision.text).document; }

} // namespace

Result<RevisionLog> RevisionLog::restore(std::vector<PolicyRevision> revisions)
{
    std::string policyId;
    for (std::size_t i = 0; i < revisions.size(); ++i) {
        const PolicyRevision &revision = revisions[i];
        if (sha256Hex(revision.text) != revision.sha256)
            return corrupt(revision, "its text does not have its digest");
        const PolicyReading reading = readPolicy(revision.text);
        if (!reading.document)
            return corrupt(revision, "its text cannot be read");
        if (reading.document->revision != revision.number
            || reading.document->parentRevision.value_or(0) != revision.parent)
            return corrupt(revision, "its text is of another revision");
        if (i > 0 && (revision.parent != revisions[i - 1].number || revision.number <= revision.parent))
            return corrupt(revision, "it does not follow the one before");
        if (i > 0 && reading.document->policyId != policyId)
            return corrupt(revision, "it is of another policy");
        policyId = reading.document->policyId;
    }
    RevisionLog log;
    log.m_revisions = std::move(revisions);
    return log;
}

const PolicyRevision *RevisionLog::find(std::int64_t number) const
{
    const auto it = std::find_if(m_revisions.begin(), m_revisions.end(),
                                 [&](const PolicyRevision &revision) { return revision.number == number; });
    return it == m_revisions.end() ? nullptr : &*it;
}

Result<PolicyRevision> RevisionLog::append(PolicyDocument document, std::int64_t parent, const RevisionNote &note)
{
    return add(std::move(document), parent, note, std::nullopt);
}

Result<PolicyRevision> RevisionLog::rollback(std::int64_t number, std::int64_t parent, const RevisionNote &note)
{
    const PolicyRevision *old = find(number);
    if (!old)
        return Error{ErrorCode::NotFound, "there is no revision " + std::to_string(number)};
    return add(documentOf(*old), parent, note, number);
}

Result<PolicyRevision> RevisionLog::add(PolicyDocument document, std::int64_t parent, const RevisionNote &note,
                                        std::optional<std::int64_t> rollbackOf)
{
    const std::int64_t newest = head() ? head()->number : 0;
    if (parent != newest)
        return Error{ErrorCode::Locked,
                     "made from revision " + std::to_string(parent) + ", but the newest is " + std::to_string(newest)};
    if (head()) {
        const PolicyDocument current = documentOf(*head());
        if (current.policyId != document.policyId)
            return Error{ErrorCode::InvalidArgument, "this is policy " + current.policyId};
        if (content(current) == content(document))
            return Error{ErrorCode::InvalidArgument, "nothing changed since revision " + std::to_string(newest)};
        document.revision = newest + 1;
        document.parentRevision = newest;
    } else {
        document.parentRevision.reset();
    }
    document.createdAt = formatRfc3339(note.time);
    document.author = note.author;
    document.comment = note.comment;
    document.rollbackOf = rollbackOf;
    for (const Finding &finding : checkPolicy(document)) {
        if (finding.severity == Severity::Error)
            return Error{ErrorCode::InvalidArgument, finding.path + ": " + finding.message};
    }
    PolicyRevision revision{document.revision, newest,    rollbackOf,           note.author,
                            note.comment,      note.time, policyText(document), ""};
    revision.sha256 = sha256Hex(revision.text);
    m_revisions.push_back(revision);
    return revision;
}

} // namespace flyball
