// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/otlp_metrics/growth.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace flyball::otlp {

namespace {

using Order = std::vector<std::uint32_t>;

bool isValue(PointRole role) { return role == PointRole::Value; }

/// Where one lifetime ends in a sorted list.
std::size_t endOfLife(std::span<const CallFact> facts, const Order &order, std::size_t from)
{
    const CallFact &first = facts[order[from]];
    std::size_t to = from + 1;
    while (to < order.size() && streamOf(facts[order[to]]) == streamOf(first)
           && startOf(facts[order[to]]) == startOf(first))
        ++to;
    return to;
}

/// Within a window. A stream of that window began at 0 in it; what an older one had before is counted between them.
void growWithin(std::span<const CallFact> facts, std::span<const std::uint32_t> life, std::vector<Growth> &out)
{
    const CallFact &first = facts[life.front()];
    const bool young = startOf(first) != 0 && windowOf(startOf(first)) >= windowOf(toldAt(first));
    std::int64_t last = young ? 0 : valueOf(first);
    for (const std::uint32_t i : life) {
        const std::int64_t value = valueOf(facts[i]);
        const std::int64_t amount = value >= last ? value - last : value; // falls only without a start: sorted by value
        if (amount > 0)
            out.push_back({i, amount});
        last = value;
    }
}

void valuesOf(std::span<const CallFact> facts, Order &order, std::vector<Growth> &out)
{
    const auto key = [&](std::uint32_t i) {
        const CallFact &fact = facts[i];
        const bool told = startOf(fact) != 0;
        return std::tuple(streamOf(fact), startOf(fact), told ? valueOf(fact) : fact.time,
                          told ? fact.time : valueOf(fact));
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    for (std::size_t from = 0; from < order.size();) {
        const std::size_t to = endOfLife(facts, order, from);
        growWithin(facts, std::span(order).subspan(from, to - from), out);
        from = to;
    }
}

/// Between windows: from the last value of one with points to the first one of the next.
void growBetween(std::span<const CallFact> facts, std::span<const std::uint32_t> life, std::vector<Growth> &out)
{
    const TimeNs start = startOf(facts[life.front()]);
    std::optional<std::int64_t> last;
    for (const std::uint32_t i : life) {
        const CallFact &fact = facts[i];
        const std::int64_t value = valueOf(fact);
        if (kindOf(fact).role != PointRole::Opening) {
            last = start != 0 && last ? std::max(*last, value) : value;
            continue;
        }
        const std::int64_t window = windowOf(toldAt(fact));
        std::int64_t amount = 0;
        if (start == 0)
            amount = last && value >= *last ? value - *last : value;
        else if (windowOf(start) >= window)
            amount = 0; // counted in the window itself
        else if (last)
            amount = std::max<std::int64_t>(0, value - *last);
        else if (blockOf(start) >= blockOf(toldAt(fact)) - 1)
            amount = value; // a value told before this one would be known here
        if (amount > 0)
            out.push_back({i, amount});
    }
}

void windowsOf(std::span<const CallFact> facts, Order &order, std::vector<Growth> &out)
{
    const auto key = [&](std::uint32_t i) {
        const CallFact &fact = facts[i];
        const PointRole role = kindOf(fact).role;
        const bool before = role == PointRole::Baseline;
        return std::tuple(streamOf(fact), startOf(fact), !before, before ? 0 : windowOf(toldAt(fact)), role);
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    for (std::size_t from = 0; from < order.size();) {
        const std::size_t to = endOfLife(facts, order, from);
        growBetween(facts, std::span(order).subspan(from, to - from), out);
        from = to;
    }
}

} // namespace

std::vector<Growth> growthOf(std::span<const CallFact> facts)
{
    std::vector<Growth> out;
    Order values, windows;
    for (std::uint32_t i = 0; i < facts.size(); ++i) {
        const PointRole role = kindOf(facts[i]).role;
        if (role != PointRole::Delta)
            (isValue(role) ? values : windows).push_back(i);
        else if (valueOf(facts[i]) > 0)
            out.push_back({i, valueOf(facts[i])});
    }
    valuesOf(facts, values, out);
    windowsOf(facts, windows, out);
    return out;
}

} // namespace flyball::otlp
