// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// What became of an action at one target or agent.
struct AuditResult {
    std::string target;
    std::string state; ///< "applied", "verified", "rejected", ...
    std::string detail;
    friend bool operator==(const AuditResult &, const AuditResult &) = default;
};

/// One line of the audit: who did what, why, and what came of it. Never holds keys or trace content.
struct AuditEntry {
    std::int64_t sequence = 0; ///< 1, 2, 3 ... without gaps
    TimeNs time = 0;           ///< milliseconds are kept
    std::string operatorName;
    std::string action; ///< "push", "rollback", "stop_run", "result", ...
    std::string policyId;
    std::int64_t revision = 0; ///< 0: not about a revision
    std::string fromDigest;
    std::string toDigest;
    std::string comment;
    std::vector<std::string> diff; ///< sentences
    std::vector<AuditResult> results;
    std::string previous; ///< hash of the entry before; empty for the first
    std::string hash;     ///< SHA-256 of the line without this member
    friend bool operator==(const AuditEntry &, const AuditEntry &) = default;
};

/// Puts an entry behind another (null pointer: it is the first): sets sequence, previous and hash. Pure.
[[nodiscard]] AuditEntry chained(AuditEntry entry, const AuditEntry *before);
/// One line of JSON without a new line; the form that is hashed and exported (JSONL).
[[nodiscard]] std::string auditLine(const AuditEntry &entry);
/// Malformed when the line is not one of ours; its hash is not checked: see firstBroken().
[[nodiscard]] Result<AuditEntry> readAuditLine(std::string_view line);
/// Index of the first entry that was changed, or does not follow the one before; nothing when the chain
/// is whole. A cut end shows only against a count or hash kept elsewhere.
[[nodiscard]] std::optional<std::size_t> firstBroken(const std::vector<AuditEntry> &entries);

} // namespace flyball
