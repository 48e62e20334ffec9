// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/table/cellequal.h"

#include <cmath>

#include "core/models/chartdata.h"

namespace flyball {

namespace {

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same(const QVector<double> &a, const QVector<double> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return same(x, y); });
}

bool same(const SparkData &a, const SparkData &b)
{
    return same(a.values, b.values) && same(a.maximum, b.maximum) && a.stale == b.stale && a.summary == b.summary;
}

bool same(const WaterfallData &a, const WaterfallData &b)
{
    return same(a.start, b.start) && same(a.duration, b.duration) && same(a.span, b.span) && a.tier == b.tier
           && a.alarm == b.alarm && a.inFlight == b.inFlight;
}

bool same(const TokenData &a, const TokenData &b)
{
    return same(a.fresh, b.fresh) && same(a.cacheRead, b.cacheRead) && same(a.cacheWrite, b.cacheWrite)
           && same(a.output, b.output) && same(a.reasoning, b.reasoning) && same(a.maximum, b.maximum)
           && a.estimated == b.estimated;
}

template <typename T>
bool sameAs(const QVariant &a, const QVariant &b)
{
    return same(a.value<T>(), b.value<T>());
}

} // namespace

bool cellEqual(const QVariant &a, const QVariant &b)
{
    if (a.metaType() != b.metaType())
        return false;
    if (a.metaType() == QMetaType::fromType<SparkData>())
        return sameAs<SparkData>(a, b);
    if (a.metaType() == QMetaType::fromType<WaterfallData>())
        return sameAs<WaterfallData>(a, b);
    if (a.metaType() == QMetaType::fromType<TokenData>())
        return sameAs<TokenData>(a, b);
    return a == b;
}

} // namespace flyball
