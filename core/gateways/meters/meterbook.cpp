// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/meters/meterbook.h"

#include <algorithm>

#include "core/base/jsoncursor.h"
#include "core/gateways/meters/meterimpl.h"

namespace flyball {

namespace {

constexpr std::size_t kMostNames = 10'000; ///< of series kept with what they mean
constexpr std::size_t kMostInstances = 10'000;
constexpr std::uint64_t kGroupSeed = 0x6E0059;

} // namespace

MeterBook::MeterBook(MeterOptions options, SymbolCache &symbols)
    : m_impl(std::make_unique<Impl>(std::move(options), symbols))
{}
MeterBook::~MeterBook() = default;

void MeterBook::restore(const std::string &state)
{
    m_impl->abandon();
    m_impl->state = MeterState::fromJson(state);
}

std::string MeterBook::save() const { return m_impl->state.toJson(); }

void MeterBook::begin(std::string_view instance, TimeNs now, std::optional<TimeNs> processStart)
{
    m_impl->abandon();
    if (m_impl->names.size() > kMostNames)
        m_impl->names.clear();
    ++m_impl->reading;
    m_impl->open.instance = instance;
    m_impl->open.now = now;
    m_impl->open.processStart = processStart.value_or(kNoTime);
    MeterState &state = m_impl->state;
    if (state.epoch.empty())
        state.epoch = std::to_string(now);
    const auto known = state.instances.find(instance);
    m_impl->instance = known != state.instances.end() ? known->second.number : m_impl->freeNumber();
}

std::uint32_t MeterBook::Impl::freeNumber() const
{
    std::uint32_t number = 0;
    for (const auto &[name, one] : state.instances)
        number = std::max(number, one.number + 1);
    return number;
}

void MeterBook::read(const MeterReading &reading) { m_impl->read(reading); }
void MeterBook::abandon() { m_impl->abandon(); }

void MeterBook::Impl::abandon()
{
    for (const MeterValue &value : open.values)
        if (!value.series->known)
            state.series.erase(value.key);
    std::vector<MeterValue> room = std::move(open.values);
    room.clear();
    open = {};
    open.values = std::move(room);
    if (state.groups.size() > 2 * kMostMeterSeries)
        dropGroups();
}

/// Those that no series names any more. One that was restored waits until it is met.
void MeterBook::Impl::dropGroups()
{
    const std::uint64_t mark = ++reading;
    for (auto &[key, series] : state.series)
        if (series.group)
            series.group->seen = mark;
    std::erase_if(state.groups,
                  [mark](const auto &entry) { return entry.second.seen != mark && !entry.second.identity.empty(); });
}

/// What a series of this name is, remembered.
KnownName &MeterBook::Impl::nameOf(std::string_view name)
{
    auto it = names.find(name);
    if (it == names.end()) {
        const MeterName what = meterName(name);
        it = names.emplace(std::string(name), KnownName{what, std::string(what.family), 0}).first;
        it->second.name.family = {}; // of the caller's text
    }
    it->second.seen = reading;
    return it->second;
}

/// A page tells of its process in a series without labels.
void MeterBook::Impl::readAbout(const MeterReading &told)
{
    double seconds = 0;
    if (told.name == "push_time_seconds")
        open.pushed = true;
    else if (told.name == "process_start_time_seconds" && told.labels.empty() && open.processStart == kNoTime
             && parseDouble(told.value, seconds) && seconds > 0 && seconds < 1e10)
        open.processStart = static_cast<TimeNs>(seconds * 1e9);
}

void MeterBook::Impl::read(const MeterReading &told)
{
    const KnownName &name = nameOf(told.name);
    ++open.series;
    open.newest = std::max(open.newest, told.at);
    if (!name.name.meaning) {
        readAbout(told);
        return;
    }
    const MeterMeaning &meaning = *name.name.meaning;
    MeterColumn column = meaning.column;
    if (column == MeterColumn::ByType) {
        const auto type = std::find_if(told.labels.begin(), told.labels.end(),
                                       [&](const MeterLabel &label) { return label.name == meaning.typeLabel; });
        column = type == told.labels.end() ? MeterColumn::Unknown : columnOfType(type->value);
        open.unknownTypes += column == MeterColumn::Unknown && !name.name.created ? 1 : 0;
    }
    if (column == MeterColumn::None || column == MeterColumn::Unknown)
        return;
    const Key128 key = identity.of(open.instance, meaning.family, told.labels);
    if (name.name.created) {
        double seconds = 0;
        if (parseDouble(told.value, seconds) && seconds > 0 && seconds < 1e10)
            open.created.emplace(key, static_cast<TimeNs>(seconds * 1e9));
        return;
    }
    MeterSeries &series = state.series[key];
    if (series.seen == reading) {
        ++open.duplicates;
        return;
    }
    series.seen = reading;
    series.instance = instance;
    if (!series.group)
        series.group = &groupOf(meaning.meter, told.labels);
    MeterValue value{.key = key, .series = &series, .column = column, .rank = meaning.rank, .at = told.at};
    value.created = told.created.value_or(kNoTime);
    value.bad = meterValue(told.value, column, value.value);
    open.values.push_back(value);
}

MeterGroup &MeterBook::Impl::groupOf(Meter meter, std::span<const MeterLabel> labels)
{
    const MeterNames told = namesOf(meter, labels, options.workflowLabels);
    std::string text = open.instance;
    text += '\x1f';
    text += std::to_string(static_cast<int>(meter));
    for (const std::string_view part : {told.workflow, told.model, told.requested, told.provider, told.agent,
                                        told.segment, told.taskType, told.feature}) {
        text += '\x1f';
        text += part;
    }
    MeterGroup &group = state.groups[hashKey(text, kGroupSeed)];
    if (group.identity.empty()) {
        group.identity = std::move(text);
        group.meter = meter;
        group.workflow = symbols.internChecked(told.workflow);
        group.model = symbols.internChecked(told.model);
        group.requested = symbols.internChecked(told.requested);
        group.provider = symbols.internChecked(told.provider);
        group.agent = symbols.internChecked(told.agent);
        group.segment = symbols.internChecked(told.segment);
        group.taskType = symbols.internChecked(told.taskType);
        group.feature = symbols.internChecked(told.feature);
    }
    return group;
}

Result<MeterSummary> MeterBook::end(FactBatch &out)
{
    Impl &impl = *m_impl;
    if (const Result<> fits = impl.checkRoom(kMostInstances); !fits) {
        impl.abandon();
        return fits.error();
    }
    MeterSummary summary;
    impl.take(summary, out);
    impl.forgetGone();
    impl.say(summary, out);
    impl.summarise(summary);
    out.lines += summary.series;
    impl.abandon();
    return summary;
}

} // namespace flyball
