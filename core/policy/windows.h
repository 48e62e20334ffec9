// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/zone.h"
#include "core/policy/document/document.h"

#include <string>

namespace flyball {

/// A calendar window of spend: start <= t < end, in UTC nanoseconds.
struct WindowSpan {
    TimeNs start = 0;
    TimeNs end = 0;
    std::string key; ///< stable name: "2026-11-21T14Z", "2026-11-21", "week of 2026-11-16", "2026-11"
    friend bool operator==(const WindowSpan &, const WindowSpan &) = default;
};

/// The window that holds `t`. Days begin at local midnight (the first instant of the day where midnight
/// is skipped), weeks on Monday, months on the 1st; hours at the full local hour and at a change of the
/// clocks. The windows of one kind follow each other without gap or overlap. Pure.
[[nodiscard]] WindowSpan windowAt(const Zone &zone, PeriodWindow window, TimeNs t);

/// The policy's zone; UTC when it names none. InvalidArgument when the zone is not known here.
[[nodiscard]] Result<Zone> policyZone(const PolicyDocument &document);

} // namespace flyball
