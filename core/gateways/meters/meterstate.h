// SPDX-License-Identifier: GPL-3.0-or-later
// What a MeterBook remembers between two readings.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/key128.h"
#include "core/base/symbols.h"
#include "core/base/time.h"
#include "core/domain/usage.h"
#include "core/formats/meters/meanings.h"

namespace flyball {

/// Series that carry the same names: one fact per minute.
struct MeterGroup {
    std::string identity; ///< empty: restored, and not met since
    Meter meter = Meter::LiteLlm;
    Symbol workflow = 0, model = 0, requested = 0, provider = 0, agent = 0, segment = 0, taskType = 0, feature = 0;
    std::int64_t minute = 0;
    MeterSums sums{}; ///< of that minute, and what earlier ones left over (negative)
    std::uint64_t seen = 0;
    std::uint64_t grew = 0; ///< the reading in which it did
};

struct MeterSeries {
    bool known = false; ///< false: first met in the reading under way
    std::int64_t value = 0;
    TimeNs created = kNoTime;
    std::uint64_t gone = 0; ///< 0: there; else larger the later it went
    // In memory only:
    std::uint64_t seen = 0; ///< the last reading that had it
    std::uint32_t instance = 0;
    MeterGroup *group = nullptr;
};

/// The counters of a process that does not answer now, but may again.
struct MeterParked {
    TimeNs process = kNoTime;
    TimeNs lastRead = kNoTime;
    std::vector<std::pair<Key128, std::pair<std::int64_t, TimeNs>>> values; ///< and when they were created
};

struct MeterInstance {
    std::uint32_t number = 0;
    TimeNs processStart = kNoTime;
    TimeNs keptRead = kNoTime; ///< of a reading that changed something: what is saved of lastRead
    TimeNs lastRead = kNoTime;
    std::vector<MeterParked> parked; ///< the last that answered at the end
};

struct MeterState {
    std::string epoch; ///< tells this state from another that began anew
    std::int64_t sequence = 0;
    std::uint64_t goneClock = 0;
    std::map<std::string, MeterInstance, std::less<>> instances; ///< those that were read
    std::unordered_map<Key128, MeterSeries> series;
    std::unordered_map<Key128, MeterGroup> groups;

    /// JSON of what must survive: groups of minutes that are over for good only if they left something over.
    [[nodiscard]] std::string toJson() const;
    /// Malformed text gives an empty state.
    [[nodiscard]] static MeterState fromJson(const std::string &text);
};

} // namespace flyball
