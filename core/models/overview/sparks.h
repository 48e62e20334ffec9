// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/models/chartdata.h"
#include "core/models/text/formatter.h"

namespace flyball {

/// A sparkline of at most 60 points from money per bin; neighbours are added up, never dropped.
[[nodiscard]] SparkData spendSpark(const std::vector<UsdSum> &bins, const Formatter &format);

} // namespace flyball
