// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/policy/document/document.h"

#include <string>
#include <vector>

namespace flyball {

/// One immutable revision. `text` is the canonical document, which carries number, parent, author,
/// comment, time and rollback_of itself.
struct PolicyRevision {
    std::int64_t number = 0;
    std::int64_t parent = 0; ///< 0: the first
    std::optional<std::int64_t> rollbackOf;
    std::string author;
    std::string comment;
    TimeNs time = 0;
    std::string text;
    std::string sha256; ///< of `text`

    /// ETag of the policy channel: number and the first eight digits of the digest, "42-1f0c9a3e".
    [[nodiscard]] std::string etag() const { return std::to_string(number) + '-' + sha256.substr(0, 8); }
    friend bool operator==(const PolicyRevision &, const PolicyRevision &) = default;
};

struct RevisionNote {
    std::string author;
    std::string comment;
    TimeNs time = 0;
};

/// The revisions of one policy, oldest first, never changed and never removed. A value without I/O: the
/// store keeps what append() returns. Not for several threads at once.
class RevisionLog {
public:
    /// Takes up stored revisions. Corrupt when a digest, number, parent or policy id does not fit.
    [[nodiscard]] static Result<RevisionLog> restore(std::vector<PolicyRevision> revisions);

    [[nodiscard]] const std::vector<PolicyRevision> &revisions() const { return m_revisions; }
    [[nodiscard]] const PolicyRevision *head() const { return m_revisions.empty() ? nullptr : &m_revisions.back(); }
    [[nodiscard]] const PolicyRevision *find(std::int64_t number) const;

    /// Adds the document as the next revision; number, parent, time, author, comment and rollback_of in
    /// it are set from here. The first keeps its own number. Locked when `parent` is not the head (0 for
    /// none): someone else was faster. InvalidArgument when the document has errors (checkPolicy), has
    /// another policy id, or is the head without a change.
    [[nodiscard]] Result<PolicyRevision> append(PolicyDocument document, std::int64_t parent, const RevisionNote &note);
    /// A new revision with the content of an older one. NotFound when there is none of that number.
    [[nodiscard]] Result<PolicyRevision> rollback(std::int64_t number, std::int64_t parent, const RevisionNote &note);

private:
    Result<PolicyRevision> add(PolicyDocument document, std::int64_t parent, const RevisionNote &note,
                               std::optional<std::int64_t> rollbackOf);
    std::vector<PolicyRevision> m_revisions;
};

} // namespace flyball
