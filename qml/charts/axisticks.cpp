// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/axisticks.h"

#include <QLocale>
#include <QTimeZone>

#include <algorithm>
#include <array>
#include <cmath>

namespace flyball {
namespace {

constexpr qint64 kSecond = 1000;
constexpr qint64 kMinute = 60 * kSecond;
constexpr qint64 kHour = 60 * kMinute;
constexpr qint64 kDay = 24 * kHour;
constexpr qint64 kMaxTimeMs = 253402300799999; // end of the year 9999

constexpr std::array<qint64, 22> kSteps{kSecond,      2 * kSecond,
                                        5 * kSecond,  10 * kSecond,
                                        15 * kSecond, 30 * kSecond,
                                        kMinute,      2 * kMinute,
                                        5 * kMinute,  10 * kMinute,
                                        15 * kMinute, 30 * kMinute,
                                        kHour,        2 * kHour,
                                        3 * kHour,    6 * kHour,
                                        12 * kHour,   kDay,
                                        2 * kDay,     7 * kDay,
                                        14 * kDay,    0 /* months */};

// Smallest 1, 2 or 5 times a power of ten that needs at most `most` intervals for `range`.
double niceStep(double range, int most)
{
    double power = std::pow(10.0, std::floor(std::log10(range / most)) - 1);
    while (true) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            if (range <= factor * power * most * (1 + 1e-12))
                return factor * power;
        }
        power *= 10;
    }
}

int decimalsOf(double step)
{
    if (!(step > 0))
        return 0;
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
}

QString number(double value, int decimals) { return QLocale().toString(value, 'f', decimals); }

// The minus of the design is U+2212; units stand behind a thin space.
QString withUnit(double value, int decimals, const QString &prefix, const QString &suffix)
{
    const QString sign = value < 0 ? QStringLiteral("\u2212") : QString();
    return sign + prefix + number(std::abs(value), decimals) + (suffix.isEmpty() ? suffix : QChar(0x2009) + suffix);
}

QVector<TimeTick> monthTicks(qint64 fromMs, qint64 toMs, int maxTicks, const OffsetAt &offset)
{
    const auto local = [&](qint64 ms) { return QDateTime::fromMSecsSinceEpoch(ms + offset(ms), Qt::UTC).date(); };
    const QDate first = local(fromMs), last = local(toMs);
    const int months = (last.year() - first.year()) * 12 + last.month() - first.month() + 1;
    const int every = std::max(1, (months + maxTicks - 1) / std::max(1, maxTicks));
    QVector<TimeTick> ticks;
    int index = first.year() * 12 + first.month() - 1;
    index -= index % every;
    for (; index <= last.year() * 12 + last.month() - 1; index += every) {
        const QDate day(index / 12, index % 12 + 1, 1);
        const qint64 naive = QDateTime(day, QTime(0, 0), Qt::UTC).toMSecsSinceEpoch();
        const qint64 at = naive - offset(naive - offset(naive));
        if (at >= fromMs && at <= toMs)
            ticks.append({at, QLocale().toString(day, QStringLiteral("MMM yyyy"))});
    }
    return ticks;
}

QString tickLabel(qint64 localMs, qint64 step)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(localMs, Qt::UTC);
    if (step >= kDay || (step >= kHour && localMs % kDay == 0))
        return QLocale().toString(time.date(), QStringLiteral("d MMM"));
    return time.toString(step < kMinute ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
}

} // namespace

ValueAxis axisFromZero(double maximum)
{
    if (!std::isfinite(maximum) || maximum <= 0)
        maximum = 1;
    ValueAxis axis;
    axis.step = niceStep(maximum, 5);
    const int intervals = std::max(3, static_cast<int>(std::ceil(maximum / axis.step - 1e-9)));
    for (int i = 0; i <= intervals; ++i)
        axis.ticks.append(i * axis.step);
    axis.high = axis.ticks.last();
    return axis;
}

ValueAxis axisAround(double low, double high, int most)
{
    if (!std::isfinite(low) || !std::isfinite(high))
        return axisFromZero(1);
    if (high < low)
        std::swap(low, high);
    const double room = high > low ? (high - low) * 0.08 : std::max(std::abs(high) * 0.05, 1e-6);
    const double from = low >= 0 ? std::max(0.0, low - room) : low - room, to = high + room;
    ValueAxis axis;
    most = std::clamp(most, 3, 6);
    for (int intervals = most - 1; intervals >= 1; --intervals) {
        axis.step = niceStep(to - from, intervals);
        const double first = std::floor(from / axis.step + 1e-9), last = std::ceil(to / axis.step - 1e-9);
        axis.ticks.clear();
        for (double i = first; i <= last; ++i)
            axis.ticks.append(i * axis.step);
        if (axis.ticks.size() <= most)
            break;
    }
    axis.low = axis.ticks.first();
    axis.high = axis.ticks.last();
    return axis;
}

ValueAxis axisOfShare(double low, int most)
{
    low = std::isfinite(low) ? std::clamp(low, 0.0, 100.0) : 0.0;
    ValueAxis axis;
    // Divisors of 100, so that the highest tick is 100 itself.
    for (const double step : {1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0}) {
        axis.step = step;
        axis.low = std::min(std::floor(low / step + 1e-9) * step, 100.0 - step);
        if (std::lround((100.0 - axis.low) / step) < std::max(most, 2))
            break;
    }
    axis.high = 100;
    for (int i = 0; i <= std::lround((axis.high - axis.low) / axis.step); ++i)
        axis.ticks.append(axis.low + i * axis.step);
    return axis;
}

OffsetAt offsetOfZone(const QString &zone)
{
    if (!zone.isEmpty()) {
        const QTimeZone named(zone.toUtf8());
        if (named.isValid())
            return [named](qint64 ms) {
                return qint64(named.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC))) * kSecond;
            };
    }
    return [](qint64 ms) { return qint64(QDateTime::fromMSecsSinceEpoch(ms).offsetFromUtc()) * kSecond; };
}

QVector<TimeTick> timeTicks(qint64 fromMs, qint64 toMs, int maxTicks, const OffsetAt &offset)
{
    QVector<TimeTick> ticks;
    if (toMs <= fromMs || maxTicks < 1 || fromMs < 0 || toMs > kMaxTimeMs)
        return ticks;
    const qint64 span = toMs - fromMs;
    const auto found =
        std::find_if(kSteps.begin(), kSteps.end(), [&](qint64 step) { return step == 0 || span / step < maxTicks; });
    const qint64 step = *found;
    if (step == 0)
        return monthTicks(fromMs, toMs, maxTicks, offset);
    const qint64 localStart = fromMs + offset(fromMs);
    // One step back: the offset may grow inside the window.
    for (qint64 local = localStart - localStart % step - step; ticks.size() < maxTicks; local += step) {
        const qint64 guess = local - offset(fromMs);
        if (guess > toMs + kDay)
            break;
        const qint64 at = local - offset(local - offset(guess));
        if (at < fromMs || (!ticks.isEmpty() && at <= ticks.last().timeMs))
            continue;
        if (at > toMs)
            break;
        ticks.append({at, tickLabel(local, step)});
    }
    return ticks;
}

QString tickText(double value, double step, ChartUnit unit)
{
    const int decimals = decimalsOf(step);
    switch (unit) {
    case ChartUnit::Usd:
        return withUnit(value, std::max(decimals, step < 1 ? 2 : 0), QStringLiteral("$"), {});
    case ChartUnit::Percent:
        return withUnit(value, decimals, {}, QStringLiteral("%"));
    case ChartUnit::Seconds:
        return withUnit(value, decimals, {}, QStringLiteral("s"));
    case ChartUnit::Milliseconds:
        return withUnit(value, decimals, {}, QStringLiteral("ms"));
    case ChartUnit::Count:
    case ChartUnit::Tokens:
        break;
    }
    if (value != 0 && std::abs(step) >= 1e6)
        return withUnit(value / 1e6, decimalsOf(step / 1e6), {}, QStringLiteral("M"));
    if (value != 0 && std::abs(step) >= 1e3)
        return withUnit(value / 1e3, decimalsOf(step / 1e3), {}, QStringLiteral("k"));
    return withUnit(value, decimals, {}, {});
}

QString valueText(double value, ChartUnit unit)
{
    if (!std::isfinite(value))
        return QStringLiteral("—");
    const double size = std::abs(value);
    if (unit == ChartUnit::Usd) {
        if (size > 0 && size < 0.0001)
            return QStringLiteral("< $") + number(0.0001, 4);
        return withUnit(value, size == 0 || size >= 1 ? 2 : size >= 0.1 ? 3 : 4, QStringLiteral("$"), {});
    }
    if (unit == ChartUnit::Percent)
        return withUnit(value, 1, {}, QStringLiteral("%"));
    if (unit == ChartUnit::Seconds || unit == ChartUnit::Milliseconds)
        return withUnit(value, size >= 100 ? 0 : 1, {},
                        unit == ChartUnit::Seconds ? QStringLiteral("s") : QStringLiteral("ms"));
    if (size >= 1e6)
        return withUnit(value / 1e6, 2, {}, QStringLiteral("M"));
    if (size >= 1e3)
        return withUnit(value / 1e3, size >= 1e5 ? 0 : 1, {}, QStringLiteral("k"));
    return withUnit(value, size == std::floor(size) ? 0 : 1, {}, {});
}

QString clockText(qint64 timeMs, qint64 spanMs, qint64 binMs, const OffsetAt &offset)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(timeMs + offset(timeMs), Qt::UTC);
    if (binMs >= kDay)
        return QLocale().toString(time.date(), QStringLiteral("d MMM"));
    const QString clock = time.toString(binMs < kMinute ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
    return spanMs > kDay ? QLocale().toString(time.date(), QStringLiteral("d MMM ")) + clock : clock;
}

} // namespace flyball
