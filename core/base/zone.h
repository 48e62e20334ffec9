// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace flyball {

/// A time zone of the IANA database, or a fixed offset ("+05:30"). Values are cheap to copy and may
/// be used from any thread.
class Zone {
public:
    Zone(); ///< UTC
    /// InvalidArgument naming the zone when it is not known here.
    [[nodiscard]] static Result<Zone> named(const std::string &name);
    [[nodiscard]] static Zone local();

    [[nodiscard]] const std::string &name() const { return m_name; }
    /// Offset of local time from UTC at an instant, in nanoseconds.
    [[nodiscard]] TimeNs offsetAt(TimeNs t) const;
    /// Instant at which a local calendar day begins (the first instant of it, should midnight not exist).
    [[nodiscard]] TimeNs dayStart(std::int64_t localDay) const;
    /// Number of the local calendar day (days since 1970-01-01) that holds an instant.
    [[nodiscard]] std::int64_t localDay(TimeNs t) const { return bucketOf(t + offsetAt(t), kDay); }

    /// "2026-11-21", "2026-11-21T21Z", "2026-11-21T21:12+05:30", "2026-11".
    [[nodiscard]] std::string dayKey(TimeNs t) const;
    [[nodiscard]] std::string hourKey(TimeNs t) const;
    [[nodiscard]] std::string minuteKey(TimeNs t) const;
    [[nodiscard]] std::string monthKey(TimeNs t) const;

private:
    struct Rules;
    std::string m_name = "UTC";
    TimeNs m_fixed = 0;
    std::shared_ptr<const Rules> m_rules; ///< null for fixed offsets
};

} // namespace flyball
