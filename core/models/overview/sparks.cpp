// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/overview/sparks.h"

#include <QCoreApplication>
#include <algorithm>

namespace flyball {

SparkData spendSpark(const std::vector<UsdSum> &bins, const Formatter &format)
{
    constexpr std::size_t kPoints = 45; // two pixels each in a cell of a table
    const std::size_t step = std::max<std::size_t>(1, (bins.size() + kPoints - 1) / kPoints);
    SparkData spark;
    if (bins.size() < 2)
        return spark; // one point is no trend
    UsdSum peak, last;
    for (std::size_t i = 0; i < bins.size(); i += step) {
        last = {};
        for (std::size_t k = i; k < std::min(i + step, bins.size()); ++k)
            last += bins[k];
        peak = std::max(peak, last);
        spark.values.append(last.toDouble());
    }
    spark.maximum = peak.toDouble();
    spark.summary =
        QCoreApplication::translate("Spark", "now %1, peak %2").arg(format.moneyFine(last), format.moneyFine(peak));
    return spark;
}

} // namespace flyball
