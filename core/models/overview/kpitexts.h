// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/models/session/view.h"
#include "core/models/table/kpi.h"
#include "core/models/text/formatter.h"

namespace flyball {

/// Texts of the tiles that more than one page shows: one number is worded in one place.
namespace kpi {

/// `before`: sums of the period before, when memory holds it; `rejected`: lines that were refused.
[[nodiscard]] KpiText spend(const Formatter &f, const View &view, const Totals &totals, qint64 rejected,
                            const std::optional<Totals> &before);
[[nodiscard]] KpiText burn(const Formatter &f, const View &view, const std::optional<BurnRate> &rate,
                           const Totals &totals);
[[nodiscard]] KpiText runs(const Formatter &f, const RunStats &stats);
[[nodiscard]] KpiText costPerRun(const Formatter &f, const RunStats &stats);
[[nodiscard]] KpiText percentiles(const Formatter &f, const RunStats &stats);
[[nodiscard]] KpiText costPerSuccess(const Formatter &f, const RunStats &stats);
[[nodiscard]] KpiText cache(const Formatter &f, const Totals &totals);
[[nodiscard]] KpiText passRate(const Formatter &f, const RunStats &stats);
[[nodiscard]] KpiText loading(const QString &label);

/// "97.4 %", never rounded up to 100 while something is missing.
[[nodiscard]] QString pricedText(const Formatter &f, double share);

} // namespace kpi

} // namespace flyball
