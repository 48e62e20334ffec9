// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/target.h"

#include <string>

namespace flyball {

/// Fields of the plan: /budgets/[reset_duration=1d]/max_limit, and /rules/<name> (a whole routing rule). Pure.
[[nodiscard]] TargetPlan planBifrost(const TargetPolicy &policy, const std::string &virtualKey, bool routes);

} // namespace flyball
