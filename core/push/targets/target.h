// SPDX-License-Identifier: GPL-3.0-or-later
// What a policy is pushed to besides our own channel: a gateway with an admin interface, or a file an agent reads.
// The life of a push is in pusher.h; a target only knows its own fields.
#pragma once

#include "core/base/result.h"
#include "core/policy/effective.h"
#include "core/push/targets/fields.h"
#include "core/push/types.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// Saved: the target took it, nothing says that it is in force. Applied: in force as far as a read-back right
/// after the write can tell. Verified: a call was served as the policy says, or the fields still held 5, 60 and
/// 150 s later. Drifted: a field has another value than was pushed. Contradicted: the fields are right, what
/// happens is not. Rejected: it said no, or part of it is not to be had; Unreachable: nobody knows.
enum class TargetState : std::uint8_t { Saved, Applied, Verified, Drifted, Contradicted, Rejected, Unreachable };
[[nodiscard]] std::string_view targetStateName(TargetState state);
[[nodiscard]] std::optional<TargetState> targetStateOf(std::string_view name);

/// What is to hold at one target: the effective policy of its scope.
struct TargetPolicy {
    std::int64_t revision = 0;
    std::vector<Tier> tiers;
    EffectivePolicy effective;
    std::string timezone; ///< IANA name, "UTC" when the document names none
};

/// What would be written and what becomes of each knob; made without touching anything.
struct TargetPlan {
    std::vector<KnobReceipt> knobs; ///< one per value of the effective policy, and one per rule and tier
    std::vector<FieldEdit> edits;
};

/// What a target holds now.
struct TargetImage {
    JsonValue content;
    std::string version; ///< changes with anything that a write would overwrite
};

/// What became of a change after it was written.
struct TargetForce {
    bool inForce = true; ///< false: it is stored, but nothing shows that the running program took it up
    std::string detail;
};

/// What a real call showed.
struct TargetProbe {
    enum class Outcome { None, Confirmed, Denied, Unclear };
    Outcome outcome = Outcome::None;
    std::string detail;
};

/// One place that can be given a policy. Values in, values out; slow (network, files), so only from a thread
/// that may wait, one at a time. Errors of all functions: Unreadable, OutOfRange, Cancelled = nobody answered;
/// Locked = it changed since it was read; Internal = it may or may not have happened; all others = refused.
class PolicyTarget {
public:
    virtual ~PolicyTarget() = default;
    PolicyTarget() = default;
    PolicyTarget(const PolicyTarget &) = delete;
    PolicyTarget &operator=(const PolicyTarget &) = delete;

    [[nodiscard]] virtual TargetPlan plan(const TargetPolicy &policy) const = 0;
    /// The fields the next read() must tell; what costs a request of its own may be left out otherwise.
    virtual void mind(const std::vector<FieldEdit> &) {}
    [[nodiscard]] virtual Result<TargetImage> read() = 0;
    /// `next` is the content of `seen` with `edits` made; everything else in it must survive.
    [[nodiscard]] virtual Result<> write(const TargetImage &seen, const JsonValue &next,
                                         const std::vector<FieldEdit> &edits) = 0;
    /// Makes the program take up what was written.
    [[nodiscard]] virtual Result<TargetForce> activate() { return TargetForce{}; }
    /// A call through the target, where the operator allowed one; it may cost money.
    [[nodiscard]] virtual TargetProbe probe(const TargetPlan &) { return {}; }
    /// Written for a person to look at; never counts as applied.
    [[nodiscard]] virtual bool forReview() const { return false; }
    /// Ends a request that waits; for another thread.
    virtual void stop() {}
};

} // namespace flyball
