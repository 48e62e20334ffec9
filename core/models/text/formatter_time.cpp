// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QDateTime>
#include <array>

#include "core/models/text/formatter.h"

namespace flyball {

namespace {

const QString kSpace = QStringLiteral("\u202f");

qint64 toMs(TimeNs t) { return bucketOf(t, 1'000'000); }

TimeNs fromDateTime(const QDateTime &when) { return when.toMSecsSinceEpoch() * 1'000'000; }

} // namespace

QDateTime Formatter::local(TimeNs t) const { return QDateTime::fromMSecsSinceEpoch(toMs(t), m_zone); }

TimeNs Formatter::startOfDay(TimeNs t) const
{
    return fromDateTime(local(t).date().startOfDay(m_zone)); // first valid instant, also when midnight is skipped
}

TimeNs Formatter::startOfMonth(TimeNs t) const
{
    const QDate day = local(t).date();
    return fromDateTime(QDate(day.year(), day.month(), 1).startOfDay(m_zone));
}

TimeNs Formatter::offsetAt(TimeNs t) const
{
    return TimeNs{m_zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(toMs(t), Qt::UTC))} * kSecond;
}

QString Formatter::when(TimeNs t, TimeNs now) const
{
    const QDateTime at = local(t);
    const QDate today = local(now).date();
    if (at.date() == today)
        return m_locale.toString(at.time(), QStringLiteral("HH:mm"));
    const bool sameYear = at.date().year() == today.year();
    return m_locale.toString(at.date(), sameYear ? QStringLiteral("d MMM") : QStringLiteral("d MMM yyyy"));
}

QString Formatter::whenExact(TimeNs t, TimeNs now) const
{
    const QDateTime at = local(t);
    const QString time = m_locale.toString(at.time(), QStringLiteral("HH:mm"));
    return at.date() == local(now).date() ? time : when(t, now) + u' ' + time;
}

QString Formatter::timeSeconds(TimeNs t) const
{
    return m_locale.toString(local(t).time(), QStringLiteral("HH:mm:ss"));
}

QString Formatter::dateText(TimeNs t) const { return m_locale.toString(local(t).date(), QStringLiteral("d MMM yyyy")); }

QString Formatter::zoneText(TimeNs at) const
{
    const qint64 minutes = offsetAt(at) / kMinute;
    if (minutes == 0)
        return QStringLiteral("UTC");
    const qint64 size = std::abs(minutes);
    QString text = QStringLiteral("UTC") + (minutes < 0 ? QChar(0x2212) : QChar(u'+')) + QString::number(size / 60);
    if (size % 60 != 0)
        text += u':' + QString::number(size % 60).rightJustified(2, u'0');
    return text;
}

QString Formatter::clock(TimeNs t) const
{
    return m_locale.toString(local(t).date(), QStringLiteral("ddd d MMM yyyy")) + QStringLiteral(", ") + timeSeconds(t)
           + u' ' + zoneText(t);
}

QString Formatter::clockMinutes(TimeNs t) const
{
    const QDateTime at = local(t);
    return m_locale.toString(at.date(), QStringLiteral("ddd d MMM yyyy")) + QStringLiteral(", ")
           + at.time().toString(QStringLiteral("HH:mm")) + u' ' + zoneText(t);
}

QString Formatter::duration(qint64 ns) const
{
    if (ns < 0)
        return notApplicable();
    if (ns < kSecond)
        return count((ns + 500'000) / 1'000'000) + kSpace + QStringLiteral("ms");
    if (ns < 10 * kSecond - kSecond / 20)
        return number(static_cast<double>(ns) / 1e9, 1) + kSpace + u's';
    struct Unit {
        TimeNs size;
        const char16_t *name;
    };
    static constexpr std::array<Unit, 4> kUnits{{{kDay, u"d"}, {kHour, u"h"}, {kMinute, u"min"}, {kSecond, u"s"}}};
    // Round to the smaller of the two units shown first, so that "59 min 60 s" cannot appear.
    std::size_t lead = 3;
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        const TimeNs grain = kUnits[std::min(i + 1, kUnits.size() - 1)].size;
        if ((ns + grain / 2) / grain * grain >= kUnits[i].size) {
            lead = i;
            ns = (ns + grain / 2) / grain * grain;
            break;
        }
    }
    const auto part = [&](qint64 value, std::size_t unit) {
        return count(value) + kSpace + QString::fromUtf16(kUnits[unit].name);
    };
    QString text = part(ns / kUnits[lead].size, lead);
    if (lead + 1 < kUnits.size())
        if (const qint64 rest = ns % kUnits[lead].size / kUnits[lead + 1].size; rest > 0)
            text += u' ' + part(rest, lead + 1);
    return text;
}

namespace {

struct ByteScale {
    double unit;
    const char16_t *name;
};

ByteScale byteScale(qint64 n)
{
    if (n >= 999'500'000)
        return {1e9, u"GB"};
    if (n >= 999'500)
        return {1e6, u"MB"};
    if (n >= 1'000)
        return {1e3, u"kB"};
    return {1, u"B"};
}

} // namespace

QString Formatter::bytes(qint64 n) const
{
    const ByteScale scale = byteScale(n);
    const double value = static_cast<double>(n) / scale.unit;
    return number(value, scale.unit > 1 && value < 99.95 ? 1 : 0) + kSpace + QString::fromUtf16(scale.name);
}

QString Formatter::bytesOf(qint64 done, qint64 total) const
{
    const ByteScale scale = byteScale(total);
    const int decimals = scale.unit > 1 ? 1 : 0;
    const auto scaled = [&](qint64 n) { return number(static_cast<double>(n) / scale.unit, decimals); };
    return QCoreApplication::translate("Formatter", "%1 of %2").arg(scaled(done), scaled(total)) + kSpace
           + QString::fromUtf16(scale.name);
}

} // namespace flyball
