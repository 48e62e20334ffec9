// SPDX-License-Identifier: GPL-3.0-or-later
// One reading of all series while it is under way.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/gateways/meters/meterstate.h"

namespace flyball {

/// What a series is, by its name alone; kept, because names come again and again.
struct KnownName {
    MeterName name;
    std::string family;
    std::uint64_t seen = 0; ///< the last reading that had it
};
struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using KnownNames = std::unordered_map<std::string, KnownName, NameHash, std::equal_to<>>;

/// The identity of a series: of its family and its labels in any order, without those that have no value.
class SeriesIdentity {
public:
    [[nodiscard]] Key128 of(std::string_view instance, std::string_view family, std::span<const MeterLabel> labels);

private:
    std::string m_text;
    std::vector<const MeterLabel *> m_order;
};

/// A value that was read, not yet taken.
struct MeterValue {
    Key128 key;
    MeterSeries *series = nullptr;
    MeterColumn column = MeterColumn::None;
    std::uint8_t rank = 0;
    BadValue bad = BadValue::None;
    std::int64_t value = 0;
    TimeNs at = 0;
    TimeNs created = kNoTime;
};

struct OpenReading {
    std::string instance;
    TimeNs now = 0;
    TimeNs processStart = kNoTime;
    bool pushed = false; ///< a push gateway keeps counters of others when it begins again
    std::vector<MeterValue> values;
    std::unordered_map<Key128, TimeNs> created;
    std::int64_t series = 0;
    std::int64_t duplicates = 0;
    std::int64_t unknownTypes = 0;
    TimeNs newest = kNoTime;
};

} // namespace flyball
