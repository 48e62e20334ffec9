// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked: texts of queries and of requests. Pure.
#pragma once

#include "core/base/result.h"
#include "core/gateways/promql/promplan.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flyball {

/// The selector of every counter with a meaning for spend: {__name__=~"...",match}. `recorded`: of the sums that
/// recording rules keep ("flyball:NAME:sum") and of nothing else, since both would be counted twice.
[[nodiscard]] std::string promSelector(std::span<const std::string_view> families, bool recorded,
                                       const std::string &match);
/// {__name__="process_start_time_seconds",job=~"x",instance=~"a|b"}: of the targets alone, whose labels are not those
/// of their counters. Without the instances when they are too many; empty without a job and an instance.
[[nodiscard]] std::string promStartSelector(std::span<const std::string> jobs, std::span<const std::string> instances);
/// Label matchers as they stand in a selector: job="x",team=~"a|b". InvalidArgument: they could end it.
[[nodiscard]] Result<> checkPromMatch(const std::string &match);

using PromFields = std::vector<std::pair<std::string, std::string>>;
/// /api/v1/query of selector[window], at its end: the samples as they were scraped.
[[nodiscard]] PromFields promRawFields(const std::string &selector, const PromWindow &window);
/// /api/v1/query_range on a grid.
[[nodiscard]] PromFields promGridFields(const std::string &selector, const PromGrid &grid);
/// application/x-www-form-urlencoded, for a body or behind '?'.
[[nodiscard]] std::string promForm(const PromFields &fields);

/// The path before /api/v1 of a base address: "/prometheus/api/v1/query" -> "/prometheus", "/" -> "".
[[nodiscard]] std::string promBase(std::string path);

/// "90", "15m", "36h", "7d", "2w" in nanoseconds; false for anything else, or more than ten years.
[[nodiscard]] bool parsePromSpan(std::string_view text, TimeNs &span);

} // namespace flyball
