// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/meters/meters.h"
#include "core/gateways/meters/meterimpl.h"

namespace flyball {

namespace {

constexpr std::size_t kMostTold = 500; ///< names in a summary
constexpr std::int64_t kMostTokens = 1'000'000'000'000'000'000;

} // namespace

Result<> MeterBook::Impl::checkRoom(std::size_t mostInstances)
{
    const bool known = state.instances.contains(open.instance);
    if (state.series.size() <= kMostMeterSeries && (known || state.instances.size() < mostInstances))
        return {};
    forgetInstances();
    std::size_t there = open.values.size();
    for (const auto &[key, series] : state.series)
        there += series.seen != reading && series.instance != instance && series.gone == 0 ? 1 : 0;
    if (there > kMostMeterSeries)
        return Error{ErrorCode::OutOfRange, "more than " + std::to_string(kMostMeterSeries) + " series with spend"};
    if (!known && state.instances.size() >= mostInstances)
        return Error{ErrorCode::OutOfRange, "more than " + std::to_string(mostInstances) + " instances"};
    return {};
}

/// Targets come and go: those that were not read for a day make room, with their series.
void MeterBook::Impl::forgetInstances()
{
    std::set<std::uint32_t> gone;
    std::erase_if(state.instances, [&](const auto &entry) {
        const bool old = entry.first != open.instance && entry.second.lastRead < open.now - kDay;
        if (old)
            gone.insert(entry.second.number);
        return old;
    });
    std::erase_if(state.series, [&](const auto &entry) { return gone.contains(entry.second.instance); });
}

/// What a value grew by. Nobody counted before the first reading.
std::int64_t MeterBook::Impl::growthOf(const MeterValue &value, bool counting, Process process, bool &restarted)
{
    const MeterSeries &series = *value.series;
    if (process == Process::Another)
        return 0; // where it stood when it answered last is not known any more
    if (!series.known)
        return counting ? value.value : 0;
    const bool told = series.created != kNoTime && value.created != kNoTime;
    const bool anew = value.value < series.value
                      || (told ? value.created > series.created && startMoved(series.created, value.created)
                               : process == Process::Anew);
    restarted = restarted || anew;
    return anew ? value.value : value.value - series.value;
}

bool MeterBook::Impl::isUseless(const MeterValue &value, bool &wasBefore, FactBatch &out)
{
    wasBefore = useless.contains(value.key);
    if (value.bad == BadValue::None) {
        useless.erase(value.key);
        return false;
    }
    ++bad[static_cast<std::size_t>(value.bad)];
    if (useless.size() < kMostMeterSeries && useless.insert(value.key).second)
        out.rejects.push_back({symbols.intern(std::string("meter value ") + textOf(value.bad)), options.source, 0, 0});
    return true;
}

void MeterBook::Impl::look(const MeterValue &value, MeterSummary &summary)
{
    MeterGroup &group = *value.series->group;
    const auto meter = static_cast<std::size_t>(group.meter);
    if (group.seen != reading && group.workflow != 0)
        summary.workflows.emplace_back(symbols.table().text(group.workflow));
    group.seen = reading;
    // A gateway that does not know a price counts 0 for it; a value that is useless now may be money again later.
    if (value.column == MeterColumn::Money && (value.bad != BadValue::None || value.value > 0))
        priced[meter].push_back(group.model);
    cacheTold[meter] =
        cacheTold[meter] || value.column == MeterColumn::CacheRead || value.column == MeterColumn::CacheWrite;
    std::uint8_t &rank = best[meter][static_cast<std::size_t>(value.column)];
    rank = std::min(rank, value.rank);
}

void MeterBook::Impl::add(MeterGroup &group, const MeterValue &value, std::int64_t growth)
{
    const std::int64_t minute = bucketOf(value.at, kMinute);
    // What one reading brings is said in one minute, also where its values have times of their own.
    if (minute > group.minute && group.grew != reading) {
        group.sums = leftOver(group.meter, group.sums);
        group.minute = minute;
    }
    std::int64_t &sum = sumOf(group.sums, value.column);
    std::int64_t larger = 0;
    if (__builtin_add_overflow(sum, growth, &larger) || (value.column != MeterColumn::Money && larger > kMostTokens)) {
        ++bad[static_cast<std::size_t>(BadValue::TooLarge)];
        return;
    }
    sum = larger;
    group.grew = reading;
}

void MeterBook::Impl::take(MeterSummary &summary, FactBatch &out)
{
    const bool first = !state.instances.contains(open.instance);
    const Process process = processNow(summary.byTurns);
    if (first)
        state.instances[open.instance].keptRead = open.now;
    bad.fill(0);
    for (auto &columns : best)
        columns.fill(255);
    for (auto &models : priced)
        models.clear();
    cacheTold.fill(false);
    for (const MeterValue &value : open.values)
        look(value, summary);
    for (auto &models : priced)
        std::sort(models.begin(), models.end());
    for (MeterValue &value : open.values) {
        MeterSeries &series = *value.series;
        bool unknownBefore = false;
        series.gone = 0;
        if (isUseless(value, unknownBefore, out))
            continue;
        ++summary.counted;
        if (const auto it = open.created.find(value.key); it != open.created.end())
            value.created = it->second;
        const std::int64_t growth = growthOf(value, !first && !unknownBefore, process, summary.restarted);
        series.known = true;
        series.value = value.value;
        if (value.created != kNoTime && (series.created == kNoTime || startMoved(series.created, value.created)))
            series.created = value.created;
        const auto meter = static_cast<std::size_t>(series.group->meter);
        if (growth > 0 && value.rank == best[meter][static_cast<std::size_t>(value.column)])
            add(*series.group, value, growth);
    }
}

/// Marks what is not there any more, and makes room: the longest gone first.
void MeterBook::Impl::forgetGone()
{
    const std::uint64_t now = state.goneClock + 1;
    std::vector<std::pair<std::uint64_t, Key128>> gone;
    for (auto &[key, series] : state.series) {
        if (series.instance == instance && series.seen != reading && series.gone == 0) {
            series.gone = now;
            state.goneClock = now;
        }
        if (series.gone != 0 && state.series.size() > kMostMeterSeries)
            gone.emplace_back(series.gone, key);
    }
    std::sort(gone.begin(), gone.end());
    for (const auto &[when, key] : gone)
        if (state.series.size() > kMostMeterSeries)
            state.series.erase(key);
}

bool MeterBook::Impl::countsMoney(const MeterGroup &group) const
{
    const std::vector<Symbol> &models = priced[static_cast<std::size_t>(group.meter)];
    return std::binary_search(models.begin(), models.end(), group.model)
           || (!models.empty() && (models.front() == 0 || group.model == 0));
}

void MeterBook::Impl::say(MeterSummary &summary, FactBatch &out)
{
    bool counted = false;
    for (const MeterValue &value : open.values) {
        MeterGroup &group = *value.series->group;
        if (group.grew != reading)
            continue;
        group.grew = 0; // said
        if (!std::exchange(counted, true)) {
            ++state.sequence;
            state.instances[open.instance].keptRead = open.now;
        }
        CallFact fact = meterFact(options.source, state.epoch + '\x1f' + group.identity, group.minute * kMinute,
                                  state.sequence, symbols);
        fact.names.workflow = group.workflow;
        fact.names.agent = group.agent;
        fact.names.segment = group.segment;
        fact.names.taskType = group.taskType;
        fact.names.feature = group.feature;
        fact.provider = group.provider;
        fact.modelServed = group.model;
        fact.modelRequested = group.requested != 0 ? group.requested : group.model;
        fact.raw = usageOf(group.meter, group.sums);
        if (cacheTold[static_cast<std::size_t>(group.meter)])
            fact.flags |= CallCacheKnown;
        // Money of this minute may be older than a restart.
        if (countsMoney(group) || sumOf(group.sums, MeterColumn::Money) > 0)
            fact.reportedPico = sumOf(group.sums, MeterColumn::Money);
        out.newest = std::max(out.newest, value.at);
        out.calls.push_back(fact);
        ++summary.facts;
    }
}

void MeterBook::Impl::summarise(MeterSummary &summary)
{
    summary.series = open.series;
    summary.newest = open.newest;
    std::sort(summary.workflows.begin(), summary.workflows.end());
    summary.workflows.erase(std::unique(summary.workflows.begin(), summary.workflows.end()), summary.workflows.end());
    for (const auto &[text, name] : names)
        if (name.seen == reading && !name.name.quiet && summary.unknown.size() < kMostTold)
            summary.unknown.push_back(name.family);
    std::sort(summary.unknown.begin(), summary.unknown.end());
    summary.unknown.erase(std::unique(summary.unknown.begin(), summary.unknown.end()), summary.unknown.end());
    const auto tell = [&](std::int64_t count, const std::string &what) {
        if (count > 0)
            summary.trouble.push_back(std::to_string(count) + (count == 1 ? " value" : " values")
                                      + " ignored: " + what);
    };
    for (std::size_t i = 1; i < kBadValues; ++i)
        tell(bad[i], textOf(static_cast<BadValue>(i)));
    tell(open.duplicates, "the same series twice");
    tell(open.unknownTypes, "a type of token that is not known");
    if (summary.byTurns)
        summary.trouble.emplace_back(
            "several workers answer by turns behind this address: what each of them spends shows "
            "when it answers (PROMETHEUS_MULTIPROC_DIR makes one page of them)");
}

} // namespace flyball
