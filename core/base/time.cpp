// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/time.h"

#include <cstdio>
#include <ctime>

namespace flyball {

namespace {

bool readDigits(std::string_view text, std::size_t at, std::size_t count, int &out)
{
    if (at + count > text.size())
        return false;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        const char c = text[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    out = value;
    return true;
}

TimeNs clockNow(clockid_t id)
{
    timespec ts{};
    clock_gettime(id, &ts);
    return static_cast<TimeNs>(ts.tv_sec) * kSecond + ts.tv_nsec;
}

} // namespace

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days).
std::int64_t daysFromCivil(int year, unsigned month, unsigned day)
{
    year -= month <= 2;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto yoe = static_cast<std::int64_t>(year - era * 400);
    const std::int64_t doy = (153 * (static_cast<std::int64_t>(month) + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void civilFromDays(std::int64_t days, int &year, unsigned &month, unsigned &day)
{
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t doe = days - era * 146097;
    const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const std::int64_t mp = (5 * doy + 2) / 153;
    day = static_cast<unsigned>(doy - (153 * mp + 2) / 5 + 1);
    month = static_cast<unsigned>(mp < 10 ? mp + 3 : mp - 9);
    year = static_cast<int>(yoe + era * 400 + (month <= 2 ? 1 : 0));
}

std::optional<TimeNs> parseRfc3339(std::string_view text)
{
    if (text.size() < 20)
        return std::nullopt;
    // Every line of a trace has one: all the digits first, one look at whether they were digits.
    const bool wrong = text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')
                       || text[13] != ':' || text[16] != ':';
    unsigned foreign = 0;
    const auto pair = [&](std::size_t place) {
        const unsigned tens = static_cast<unsigned char>(text[place]) - unsigned{'0'};
        const unsigned ones = static_cast<unsigned char>(text[place + 1]) - unsigned{'0'};
        foreign |= static_cast<unsigned>(tens > 9) | static_cast<unsigned>(ones > 9);
        return static_cast<int>(tens * 10 + ones);
    };
    const int year = pair(0) * 100 + pair(2);
    const int month = pair(5);
    const int day = pair(8);
    const int hour = pair(11);
    const int minute = pair(14);
    const int second = pair(17);
    if (wrong || foreign != 0 || year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31
        || hour > 23 || minute > 59 || second > 60)
        return std::nullopt;
    std::size_t at = 19;
    TimeNs fraction = 0;
    if (text[at] == '.' || text[at] == ',') {
        ++at;
        TimeNs unit = kSecond / 10;
        const std::size_t first = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
            fraction += (text[at] - '0') * unit;
            unit /= 10;
            ++at;
        }
        if (at == first)
            return std::nullopt;
    }
    TimeNs offset = 0;
    if (at >= text.size())
        return std::nullopt;
    if (text[at] == 'Z' || text[at] == 'z') {
        ++at;
    } else if (text[at] == '+' || text[at] == '-') {
        int oh = 0, om = 0;
        const bool colon = at + 3 < text.size() && text[at + 3] == ':';
        if (!readDigits(text, at + 1, 2, oh) || !readDigits(text, at + (colon ? 4 : 3), 2, om) || oh > 23 || om > 59)
            return std::nullopt;
        offset = (oh * 60 + om) * kMinute * (text[at] == '-' ? -1 : 1);
        at += colon ? 6 : 5;
    }
    if (at != text.size())
        return std::nullopt;
    const std::int64_t days = daysFromCivil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
    if (day > 28) { // 30 February is no date
        int realYear = 0;
        unsigned realMonth = 0, realDay = 0;
        civilFromDays(days, realYear, realMonth, realDay);
        if (realDay != static_cast<unsigned>(day))
            return std::nullopt;
    }
    const TimeNs t = days * kDay + hour * kHour + minute * kMinute + second * kSecond + fraction - offset;
    if (t < 0)
        return std::nullopt; // an offset led back into 1969
    return t;
}

std::string formatRfc3339(TimeNs t)
{
    const std::int64_t days = bucketOf(t, kDay);
    TimeNs rest = t - days * kDay;
    int year = 0;
    unsigned month = 0, day = 0;
    civilFromDays(days, year, month, day);
    const int hour = static_cast<int>(rest / kHour);
    const int minute = static_cast<int>(rest % kHour / kMinute);
    const int second = static_cast<int>(rest % kMinute / kSecond);
    const int ms = static_cast<int>(rest % kSecond / 1'000'000);
    char buffer[48];
    if (ms == 0)
        std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02dZ", year, month, day, hour, minute, second);
    else
        std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", year, month, day, hour, minute,
                      second, ms);
    return buffer;
}

TimeNs wallClockNow() { return clockNow(CLOCK_REALTIME); }
TimeNs monotonicNow() { return clockNow(CLOCK_MONOTONIC); }

} // namespace flyball
