// SPDX-License-Identifier: GPL-3.0-or-later
// Which process answers: the same as before, one that began since, or one of several behind one address.
#include <algorithm>

#include "core/gateways/meters/meterimpl.h"

namespace flyball {

namespace {

constexpr std::size_t kMostProcesses = 64; ///< that answer by turns
constexpr TimeNs kLongestAway = kHour;     ///< then it is taken for dead
constexpr TimeNs kClockSkew = kMinute;     ///< between an exporter's clock and ours

/// The time the system booted, from which Go's client computes the start of a process, wanders by a whole second.
bool isNoise(TimeNs before, TimeNs now)
{
    return !startMoved(before + kSecond, now) || !startMoved(before - kSecond, now);
}

} // namespace

bool startMoved(TimeNs before, TimeNs now)
{
    constexpr TimeNs kRounding = kSecond / 200; // of times written as text
    return before != kNoTime && now != kNoTime && (now - before > kRounding || before - now > kRounding);
}

/// A process that is not the one before either began since, at 0; what is not there yet begins at 0 when it comes. Or
/// it had been there all the time: several workers answer by turns behind one address, each with counters of its own.
MeterBook::Impl::Process MeterBook::Impl::processNow(bool &byTurns)
{
    MeterInstance &own = state.instances[open.instance];
    own.number = instance;
    const TimeNs before = own.processStart;
    const TimeNs lastRead = std::exchange(own.lastRead, open.now);
    if (open.pushed || open.processStart == kNoTime || (before != kNoTime && isNoise(before, open.processStart)))
        return Process::Same;
    if (before == kNoTime)
        own.processStart = open.processStart;
    if (!startMoved(before, open.processStart))
        return Process::Same;
    own.processStart = open.processStart;
    park(own, before, lastRead);
    byTurns = lastRead != kNoTime && open.processStart < lastRead - kClockSkew;
    if (byTurns && unpark(own, open.processStart))
        return Process::Same;
    for (auto &[key, series] : state.series)
        if (series.instance == instance && series.seen != reading)
            series.value = 0;
    return byTurns ? Process::Another : Process::Anew;
}

/// Keeps the counters of a process until it answers again, for an hour and if there is room.
void MeterBook::Impl::park(MeterInstance &own, TimeNs process, TimeNs lastRead)
{
    std::erase_if(own.parked, [&](const MeterParked &one) { return one.lastRead < open.now - kLongestAway; });
    MeterParked &parked = own.parked.emplace_back();
    parked.process = process;
    parked.lastRead = lastRead;
    for (const auto &[key, series] : state.series)
        if (series.instance == instance && series.known)
            parked.values.emplace_back(key, std::pair(series.value, series.created));
    std::sort(parked.values.begin(), parked.values.end());
    std::size_t all = 0;
    for (const MeterParked &one : own.parked)
        all += one.values.size();
    while (!own.parked.empty() && (all > kMostMeterSeries || own.parked.size() > kMostProcesses)) {
        all -= own.parked.front().values.size();
        own.parked.erase(own.parked.begin());
    }
}

/// Goes on with the counters of a process that answered before. One it did not have then began at 0 since.
bool MeterBook::Impl::unpark(MeterInstance &own, TimeNs process)
{
    const auto it = std::find_if(own.parked.begin(), own.parked.end(),
                                 [&](const MeterParked &one) { return !startMoved(one.process, process); });
    if (it == own.parked.end())
        return false;
    for (auto &[key, series] : state.series)
        if (series.instance == instance && series.known) {
            series.value = 0;
            series.created = kNoTime;
        }
    for (const auto &[key, value] : it->values)
        if (const auto series = state.series.find(key); series != state.series.end()) {
            series->second.known = true;
            series->second.value = value.first;
            series->second.created = value.second;
        }
    own.parked.erase(it);
    return true;
}

} // namespace flyball
