// SPDX-License-Identifier: GPL-3.0-or-later
// What we know about our own pushes to targets, in targets-state.json (0600) beside targets.json.
#pragma once

#include "core/base/time.h"
#include "core/push/targets/target.h"

#include <map>

namespace flyball {

/// A field we set, and what was there before we first did; that is what a policy without it gives back.
struct ManagedField {
    FieldEdit wanted;
    std::optional<JsonValue> before;
    friend bool operator==(const ManagedField &, const ManagedField &) = default;
};

struct TargetMemory {
    std::int64_t revision = 0; ///< last one pushed or tried; 0: none
    TargetState state = TargetState::Saved;
    std::string detail;
    TimeNs pushedAt = kNoTime; ///< of the write the checks count from
    TimeNs checkedAt = kNoTime;
    int checks = 0;       ///< how many of kCheckAfter are behind us
    bool inForce = false; ///< see TargetForce
    bool probed = false;  ///< a call confirmed it
    bool stuck = false;   ///< the state stays until somebody pushes again
    bool written = false; ///< `fields` are those of `revision` and were read back
    bool held = false;    ///< `fields` were read back after some push; who changes them changes ours
    std::vector<ManagedField> fields;
    std::vector<KnobReceipt> knobs;
    friend bool operator==(const TargetMemory &, const TargetMemory &) = default;
};

/// All targets of a folder; written whole, synced. One thread, one process at a time (policy.lock).
class TargetMemories {
public:
    /// Malformed: the file is damaged; nothing may be pushed then, or what was there before would be lost.
    [[nodiscard]] static Result<TargetMemories> load(const std::string &folder);
    [[nodiscard]] TargetMemory of(const std::string &id) const;
    [[nodiscard]] Result<> keep(const std::string &id, const TargetMemory &memory);

private:
    std::string m_path;
    std::map<std::string, TargetMemory> m_memories;
};

} // namespace flyball
