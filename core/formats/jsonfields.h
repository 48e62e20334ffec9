// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/jsoncursor.h"
#include "core/base/time.h"

namespace flyball {

/// 2200-01-01T00:00:00Z. No reader takes a later time: sums with it must not overflow.
inline constexpr TimeNs kLatestTime = 7'258'118'400 * kSecond;

/// The members of one JSON object by name, values as written: for records of a few dozen fields, read one
/// level at a time. Values are stepped over, not checked, until asked for. Points into the text it was
/// given; a repeated key counts with its last value, a value of another type than asked for is absent.
class JsonFields {
public:
    /// False when `text` is anything but one whole JSON object; members read before the fault stay, so
    /// that the head of a record can be looked at.
    [[nodiscard]] bool parse(std::string_view text);

    [[nodiscard]] std::string_view raw(std::string_view key) const; ///< empty when absent
    /// Present and neither null, "" nor an empty list or object.
    [[nodiscard]] bool has(std::string_view key) const;
    /// Decoded text, valid as long as this object; empty when it is not one.
    [[nodiscard]] std::string_view text(std::string_view key) const;
    /// Text, or a whole number as written: ids come as both.
    [[nodiscard]] std::string_view id(std::string_view key) const;
    /// The characters of a number, also of one in quotes; empty when it is neither.
    [[nodiscard]] std::string_view digits(std::string_view key) const;
    [[nodiscard]] std::optional<bool> flag(std::string_view key) const; ///< true, false, and both in quotes
    /// Without members when it is not an object.
    [[nodiscard]] JsonFields object(std::string_view key) const;
    /// RFC 3339, the same without a zone (UTC), seconds or milliseconds since 1970.
    [[nodiscard]] std::optional<TimeNs> time(std::string_view key) const;
    /// Milliseconds as nanoseconds, -1 when absent or negative.
    [[nodiscard]] std::int64_t milliseconds(std::string_view key) const;
    [[nodiscard]] bool empty() const { return m_members.empty(); }
    /// Calls fn(key, raw) for every member, as written; of a repeated key each.
    template <typename Fn>
    void forEach(Fn &&fn) const
    {
        for (const auto &[key, raw] : m_members)
            fn(key, raw);
    }

private:
    std::vector<std::pair<std::string_view, std::string_view>> m_members;
    mutable std::forward_list<std::string> m_decoded;
};

/// Reads token counts and remembers whether any stood there and whether one cannot be true.
class CountReader {
public:
    /// 0 when absent or null. Anything but a whole number from 0 to 2^53 is out of range.
    [[nodiscard]] std::int64_t operator()(const JsonFields &fields, std::string_view key);
    [[nodiscard]] bool any() const { return m_any; }
    [[nodiscard]] bool outOfRange() const { return m_outOfRange; }

private:
    bool m_any = false;
    bool m_outOfRange = false;
};

/// Calls fn(raw) for every value of a JSON list; false when it is not a whole one.
template <typename Fn>
[[nodiscard]] bool forEachElement(std::string_view list, Fn &&fn)
{
    JsonCursor json(list);
    if (json.peek() != '[' || !json.beginArray())
        return false;
    while (json.nextElement()) {
        std::string_view raw;
        if (!json.readRaw(raw))
            return false;
        fn(raw);
    }
    return json.atEnd();
}

/// A time as one of the forms above, from its characters.
[[nodiscard]] std::optional<TimeNs> parseAnyTime(std::string_view text);

} // namespace flyball
