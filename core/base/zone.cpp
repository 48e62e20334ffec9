// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/zone.h"

#include <QtCore/QByteArray>
#include <QtCore/QDateTime>
#include <QtCore/QTimeZone>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace flyball {

/// Offsets between the transitions of 1970..2200, read from the database once: lookups then take no
/// lock and no allocation.
struct Zone::Rules {
    std::vector<std::pair<TimeNs, TimeNs>> from; ///< (instant, offset from then on), ascending
};

namespace {

bool parseFixed(const std::string &name, TimeNs &offset)
{
    if (name == "UTC" || name == "Z") {
        offset = 0;
        return true;
    }
    const auto digit = [&](std::size_t at) { return name[at] >= '0' && name[at] <= '9' ? name[at] - '0' : -1000; };
    if (name.size() != 6 || (name[0] != '+' && name[0] != '-') || name[3] != ':')
        return false;
    const int hours = digit(1) * 10 + digit(2);
    const int minutes = digit(4) * 10 + digit(5);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return false;
    offset = (hours * 60 + minutes) * kMinute * (name[0] == '-' ? -1 : 1);
    return true;
}

std::string offsetText(TimeNs offset)
{
    if (offset == 0)
        return "Z";
    const auto minutes = static_cast<int>((offset < 0 ? -offset : offset) / kMinute);
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
    return buffer;
}

struct Civil {
    int year = 0;
    unsigned month = 0, day = 0;
    int hour = 0, minute = 0;
};

Civil civilOf(TimeNs local)
{
    Civil c;
    const std::int64_t days = bucketOf(local, kDay);
    civilFromDays(days, c.year, c.month, c.day);
    const TimeNs rest = local - days * kDay;
    c.hour = static_cast<int>(rest / kHour);
    c.minute = static_cast<int>(rest % kHour / kMinute);
    return c;
}

} // namespace

Zone::Zone() = default;

Result<Zone> Zone::named(const std::string &name)
{
    Zone zone;
    zone.m_name = name;
    if (parseFixed(name, zone.m_fixed))
        return zone;
    // Qt takes the empty name for the zone of the system.
    const QTimeZone tz(QByteArray::fromStdString(name));
    if (name.empty() || !tz.isValid())
        return Error{ErrorCode::InvalidArgument, "unknown time zone '" + name + "'"};
    auto rules = std::make_shared<Rules>();
    const QDateTime first = QDateTime::fromSecsSinceEpoch(0, Qt::UTC);
    const QDateTime last = QDateTime::fromSecsSinceEpoch(7258118400LL, Qt::UTC); // 2200-01-01
    rules->from.emplace_back(kNoTime, static_cast<TimeNs>(tz.offsetFromUtc(first)) * kSecond);
    const auto add = [&](const QTimeZone::OffsetData &change) {
        rules->from.emplace_back(change.atUtc.toMSecsSinceEpoch() * 1'000'000,
                                 static_cast<TimeNs>(change.offsetFromUtc) * kSecond);
    };
    QDateTime newest = first;
    for (const QTimeZone::OffsetData &change : tz.transitions(first, last)) {
        add(change);
        newest = change.atUtc;
    }
    // The table ends in 2037; behind it Qt applies the rule of the zone, one change at a time, but
    // finds nothing in the year of the table's last entry.
    const auto changeAfter = [&](const QDateTime &t) {
        const QTimeZone::OffsetData next = tz.nextTransition(t);
        return next.atUtc.isValid()
                   ? next
                   : tz.nextTransition(QDateTime(QDate(t.date().year() + 1, 1, 1), QTime(0, 0), Qt::UTC));
    };
    for (auto next = changeAfter(newest); next.atUtc.isValid() && next.atUtc > newest && next.atUtc < last;
         next = changeAfter(newest)) {
        add(next);
        newest = next.atUtc;
    }
    zone.m_rules = std::move(rules);
    return zone;
}

Zone Zone::local()
{
    const Result<Zone> zone = named(QTimeZone::systemTimeZoneId().toStdString());
    return zone ? *zone : Zone();
}

TimeNs Zone::offsetAt(TimeNs t) const
{
    if (!m_rules)
        return m_fixed;
    const auto it = std::upper_bound(m_rules->from.begin(), m_rules->from.end(), t,
                                     [](TimeNs value, const auto &change) { return value < change.first; });
    return std::prev(it)->second;
}

TimeNs Zone::dayStart(std::int64_t localDay) const
{
    const TimeNs local = localDay * kDay;
    // The offset in force around local midnight; where midnight was skipped the later one applies.
    const TimeNs guess = local - offsetAt(local - offsetAt(local));
    if (this->localDay(guess) == localDay && this->localDay(guess - 1) != localDay)
        return guess;
    TimeNs low = guess - kDay;
    TimeNs high = guess + kDay;
    while (high - low > 1) {
        const TimeNs middle = low + (high - low) / 2;
        (this->localDay(middle) < localDay ? low : high) = middle;
    }
    return high;
}

std::string Zone::dayKey(TimeNs t) const
{
    const Civil c = civilOf(t + offsetAt(t));
    // By hand: a report asks for the day of every minute that had a call. 64-bit times end in the year 2262.
    const auto digit = [](unsigned value) { return static_cast<char>('0' + value % 10); };
    const auto year = static_cast<unsigned>(c.year);
    return {digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            '-',
            digit(c.month / 10),
            digit(c.month),
            '-',
            digit(c.day / 10),
            digit(c.day)};
}

std::string Zone::monthKey(TimeNs t) const { return dayKey(t).substr(0, 7); }

std::string Zone::hourKey(TimeNs t) const
{
    const TimeNs offset = offsetAt(t);
    const Civil c = civilOf(t + offset);
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d", c.year, c.month, c.day, c.hour);
    return buffer + offsetText(offset);
}

std::string Zone::minuteKey(TimeNs t) const
{
    const TimeNs offset = offsetAt(t);
    const Civil c = civilOf(t + offset);
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
    return buffer + offsetText(offset);
}

} // namespace flyball
