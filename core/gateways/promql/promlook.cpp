// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/meters/meanings.h"
#include "core/gateways/promql/promreadings.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::string_view kTargetLabels[] = {"job",        "instance",           "cluster",
                                              "prometheus", "prometheus_replica", "replica"};

} // namespace

std::string promTarget(const PromSeries &series)
{
    std::string out;
    for (const std::string_view name : kTargetLabels) {
        const std::string_view value = series.label(name);
        if (value.empty())
            continue;
        out += out.empty() ? "" : ",";
        out += name;
        out += '=';
        out += value;
    }
    return out;
}

std::vector<std::string> promValues(const PromAnswer &answer, std::string_view label)
{
    std::set<std::string> out;
    for (const PromSeries &series : answer.series)
        if (const std::string_view value = series.label(label); !value.empty())
            out.emplace(value);
    return {out.begin(), out.end()};
}

std::string promReplicated(const PromAnswer &answer)
{
    std::map<std::string, std::string> replicas; // by target without its replica
    for (const PromSeries &series : answer.series) {
        PromSeries bare;
        std::string replica;
        for (const auto &label : series.labels) {
            if (label.first == "replica" || label.first == "prometheus_replica")
                replica += label.second + ',';
            else
                bare.labels.push_back(label);
        }
        const auto [it, isNew] = replicas.emplace(promTarget(bare), replica);
        if (!isNew && it->second != replica)
            return it->first;
    }
    return {};
}

std::optional<TimeNs> promInterval(const PromAnswer &answer)
{
    constexpr std::size_t kLooked = 64;
    std::vector<TimeNs> gaps;
    std::size_t looked = 0;
    for (const PromSeries &series : answer.series) {
        if (series.count < 3)
            continue;
        for (std::size_t i = series.first + 1; i < series.first + series.count; ++i)
            gaps.push_back(answer.samples[i].at - answer.samples[i - 1].at);
        if (++looked == kLooked)
            break;
    }
    if (gaps.empty())
        return std::nullopt;
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    return *middle;
}

PromNames promNames(const PromAnswer &answer, const std::vector<std::string> &workflowLabels)
{
    PromNames out;
    for (const PromSeries &series : answer.series) {
        const MeterName name = meterName(series.label("__name__"));
        if (!name.meaning)
            continue;
        ++out.series;
        std::vector<MeterLabel> labels;
        for (const auto &[key, value] : series.labels)
            labels.push_back({key, value});
        if (const MeterNames names = namesOf(name.meaning->meter, labels, workflowLabels); !names.workflow.empty())
            out.workflows.emplace(names.workflow);
        for (std::size_t i = series.first; i < series.first + series.count; ++i)
            out.newest = std::max(out.newest, answer.samples[i].at);
    }
    return out;
}

} // namespace flyball
