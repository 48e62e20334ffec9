// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/aggregate/snapshot.h"

namespace flyball {

/// What a workflow (empty: all of them; one nobody has seen spent nothing) spent in since <= t < until, both rounded up
/// to the cells kept: minutes where there still are some, else quarters of an hour, which divide every zone's hours and
/// days. Pure.
[[nodiscard]] Totals workflowSpend(const Snapshot &ledger, TimeNs since, TimeNs until, std::string_view workflow);

} // namespace flyball
