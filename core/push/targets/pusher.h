// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/memory.h"

#include <array>
#include <memory>

namespace flyball {

/// After a write a target is read again at these times, then once a kWatchEvery: gateways answer 200 and go on
/// with a cached copy, or write it back (reliability.md 0, finding 8).
inline constexpr std::array<TimeNs, 3> kCheckAfter{5 * kSecond, 60 * kSecond, 150 * kSecond};
inline constexpr TimeNs kWatchEvery = 60 * kSecond;

enum class PushMode {
    Keep, ///< nothing is written over what somebody else changed since our last push
    Over, ///< our values again, whatever was changed
};

/// The life of a policy at one target: plan, read, write, read back, look again, watch. What it learns is in
/// `memories` on disk before the target is touched. Time is a value given to each call. One thread.
class TargetPusher {
public:
    TargetPusher(std::string id, std::string kind, std::unique_ptr<PolicyTarget> target, TargetMemories &memories);

    [[nodiscard]] TargetPlan plan(const TargetPolicy &policy) const { return m_target->plan(policy); }
    /// What the fields of a plan hold now.
    [[nodiscard]] Result<TargetImage> read(const TargetPlan &plan)
    {
        m_target->mind(plan.edits);
        return m_target->read();
    }
    [[nodiscard]] TargetReceipt push(const TargetPolicy &policy, TimeNs now, PushMode mode = PushMode::Keep);
    /// Reads and compares. Drifted, Contradicted and Rejected stay until somebody pushes again.
    [[nodiscard]] TargetReceipt check(TimeNs now);
    /// Puts back what was found before our first push and forgets the target.
    [[nodiscard]] TargetReceipt release(TimeNs now);
    /// Somebody proved that a verified value does not hold: spend past a cap, for one.
    [[nodiscard]] TargetReceipt contradict(const std::string &detail, TimeNs now);

    [[nodiscard]] TargetReceipt receipt() const;
    [[nodiscard]] const TargetMemory &memory() const { return m_memory; }
    /// When check() has something to find out; kNoTime: never.
    [[nodiscard]] TimeNs nextCheck() const;
    /// Whether the last push found nobody: it is to be tried again.
    [[nodiscard]] bool owes() const;
    void stop() { m_target->stop(); }

private:
    struct Work;
    [[nodiscard]] TargetReceipt put(const TargetPlan &plan, std::int64_t revision, TimeNs now, PushMode mode);
    [[nodiscard]] Result<> prepare(Work &work, const TargetPlan &plan, PushMode mode);
    [[nodiscard]] bool writeOut(Work &work);
    void readBack(Work &work, bool refused);
    void bringInForce(Work &work);
    void prove(Work &work);
    void settle(TimeNs now);
    [[nodiscard]] TargetReceipt end(TargetMemory memory, TimeNs now);

    std::string m_id;
    std::string m_kind;
    std::unique_ptr<PolicyTarget> m_target;
    TargetMemories &m_memories;
    TargetMemory m_memory;
};

} // namespace flyball
