// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/models/chartdata.h"

#include <QDateTime>
#include <QString>
#include <QVector>

#include <functional>

namespace flyball {

// Value axis: ticks at 1, 2 or 5 times a power of ten. From zero there are always 4 to 6 of them.
struct ValueAxis {
    double low = 0, high = 1, step = 0.2;
    QVector<double> ticks;
};

// Axis from zero that holds `maximum` (not finite or <= 0 counts as 1).
[[nodiscard]] ValueAxis axisFromZero(double maximum);

// Cut axis around [low, high], for rates only; at most `most` ticks (3 to 6).
[[nodiscard]] ValueAxis axisAround(double low, double high, int most = 6);

// Axis of a share in percent that holds [low, 100] and never leaves 0 to 100; about `most` ticks, at least 2.
[[nodiscard]] ValueAxis axisOfShare(double low, int most);

// Milliseconds east of UTC that are in force at an instant (milliseconds since 1970, UTC).
using OffsetAt = std::function<qint64(qint64)>;

// Offset of an IANA zone; an empty or unknown name is the zone of the machine.
[[nodiscard]] OffsetAt offsetOfZone(const QString &zone);

struct TimeTick {
    qint64 timeMs = 0;
    QString label;
};

// Ticks at round local times inside [fromMs, toMs], at most maxTicks; labels by step (HH:mm:ss, HH:mm, d MMM, MMM
// yyyy).
[[nodiscard]] QVector<TimeTick> timeTicks(qint64 fromMs, qint64 toMs, int maxTicks, const OffsetAt &offset);

// One tick in the precision of its step: "$0.50", "40 k", "94 %", "3 s".
[[nodiscard]] QString tickText(double value, double step, ChartUnit unit);

// A read-out value with about three significant digits; never "0.00" for something above zero.
[[nodiscard]] QString valueText(double value, ChartUnit unit);

// Local clock time of an instant: HH:mm, with the day in front when the span is longer than a day.
[[nodiscard]] QString clockText(qint64 timeMs, qint64 spanMs, qint64 binMs, const OffsetAt &offset);

} // namespace flyball
