// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"

#include <string>

namespace flyball {

/// "2026-11-21T20:03:40Z": a whole second, rounded up where asked; before 1970 is 1970.
[[nodiscard]] inline std::string secondText(TimeNs time, bool up)
{
    const TimeNs cut = time < 0 ? 0 : time;
    const std::int64_t second = bucketOf(cut, kSecond) + (up && cut % kSecond != 0 ? 1 : 0);
    return formatRfc3339(second * kSecond);
}

} // namespace flyball
