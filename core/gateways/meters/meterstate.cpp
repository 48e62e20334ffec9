// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/meters/meterstate.h"

#include "core/gateways/meters/meterbook.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace flyball {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::int64_t kOpenMinutes = 121; ///< times on one page are up to an hour off, either way

template <typename Number>
Number numberOf(const json &list, std::size_t at)
{
    return list.at(at).get<Number>();
}

MeterInstance readInstance(const json &one)
{
    MeterInstance out;
    out.number = numberOf<std::uint32_t>(one, 1);
    out.processStart = numberOf<std::int64_t>(one, 2);
    out.keptRead = out.lastRead = numberOf<std::int64_t>(one, 3);
    for (const json &process : one.at(4)) {
        MeterParked &parked = out.parked.emplace_back();
        parked.process = numberOf<std::int64_t>(process, 0);
        parked.lastRead = numberOf<std::int64_t>(process, 1);
        for (const json &value : process.at(2))
            if (const auto key = key128FromHex(value.at(0).get_ref<const std::string &>()))
                parked.values.emplace_back(
                    *key, std::pair(numberOf<std::int64_t>(value, 1), numberOf<std::int64_t>(value, 2)));
    }
    return out;
}

void readSeries(const json &list, MeterState &out)
{
    for (const json &one : list) {
        const auto key = key128FromHex(one.at(0).get_ref<const std::string &>());
        if (!key)
            continue;
        MeterSeries series;
        series.known = true;
        series.value = numberOf<std::int64_t>(one, 1);
        series.instance = numberOf<std::uint32_t>(one, 2);
        series.gone = numberOf<std::uint64_t>(one, 3);
        if (one.size() > 4)
            series.created = numberOf<std::int64_t>(one, 4);
        if (out.series.size() < kMostMeterSeries)
            out.series.emplace(*key, std::move(series));
    }
}

void readGroups(const json &list, MeterState &out)
{
    for (const json &one : list) {
        const auto key = key128FromHex(one.at(0).get_ref<const std::string &>());
        if (!key || one.at(3).size() != kMeterColumns || numberOf<std::size_t>(one, 2) >= kMeters)
            continue;
        MeterGroup group;
        group.minute = numberOf<std::int64_t>(one, 1);
        group.meter = static_cast<Meter>(numberOf<std::uint8_t>(one, 2));
        for (std::size_t i = 0; i < kMeterColumns; ++i)
            group.sums[i] = numberOf<std::int64_t>(one.at(3), i);
        if (out.groups.size() < kMostMeterSeries)
            out.groups.emplace(*key, std::move(group));
    }
}

void append(std::string &out, std::int64_t number)
{
    out += ',';
    out += std::to_string(number);
}

} // namespace

std::string MeterState::toJson() const
{
    json head{{"v", kVersion}, {"epoch", epoch}, {"seq", sequence}, {"gone", goneClock}, {"instances", json::array()}};
    for (const auto &[name, instance] : instances) {
        json parked = json::array();
        for (const MeterParked &one : instance.parked) {
            json values = json::array();
            for (const auto &[key, value] : one.values)
                values.push_back({toHex(key), value.first, value.second});
            parked.push_back({one.process, one.lastRead, std::move(values)});
        }
        head["instances"].push_back(
            {name, instance.number, instance.processStart, instance.keptRead, std::move(parked)});
    }
    std::string out = head.dump(-1, ' ', false, json::error_handler_t::replace);
    out.back() = ','; // the long lists are written by hand
    out += "\"series\":[";
    // In the order of the keys: the same state is the same text.
    std::vector<const std::pair<const Key128, MeterSeries> *> order;
    for (const auto &entry : series)
        if (entry.second.known)
            order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const auto *a, const auto *b) { return a->first < b->first; });
    for (const auto *entry : order) {
        const MeterSeries &one = entry->second;
        out += out.back() == '[' ? "[\"" : ",[\"";
        out += toHex(entry->first) + '"';
        append(out, one.value);
        append(out, one.instance);
        append(out, static_cast<std::int64_t>(one.gone));
        if (one.created != kNoTime)
            append(out, one.created);
        out += ']';
    }
    out += "],\"groups\":[";
    std::int64_t newest = 0;
    for (const auto &[key, group] : groups)
        newest = std::max(newest, group.minute);
    std::vector<std::pair<Key128, const MeterGroup *>> kept;
    for (const auto &[key, group] : groups)
        if ((group.minute >= newest - kOpenMinutes && group.sums != MeterSums{})
            || leftOver(group.meter, group.sums) != MeterSums{})
            kept.emplace_back(key, &group);
    std::sort(kept.begin(), kept.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    for (const auto &[key, group] : kept) {
        out += out.back() == '[' ? "[\"" : ",[\"";
        out += toHex(key) + '"';
        append(out, group->minute);
        append(out, static_cast<std::int64_t>(group->meter));
        out += ",[" + std::to_string(group->sums[0]);
        for (std::size_t i = 1; i < kMeterColumns; ++i)
            append(out, group->sums[i]);
        out += "]]";
    }
    return out + "]}";
}

MeterState MeterState::fromJson(const std::string &text)
{
    MeterState out;
    try {
        const json all = json::parse(text);
        if (all.at("v") != kVersion)
            return {};
        out.epoch = all.at("epoch").get<std::string>();
        out.sequence = all.at("seq").get<std::int64_t>();
        out.goneClock = all.at("gone").get<std::uint64_t>();
        for (const json &one : all.at("instances"))
            out.instances[one.at(0).get<std::string>()] = readInstance(one);
        readSeries(all.at("series"), out);
        readGroups(all.at("groups"), out);
    } catch (const json::exception &) {
        return {};
    }
    return out;
}

} // namespace flyball
