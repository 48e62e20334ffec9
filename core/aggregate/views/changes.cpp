// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/changes.h"

#include <algorithm>
#include <map>

#include "core/aggregate/views/runstats.h"

namespace flyball {

namespace {

struct Pair {
    Totals before, after;
};

CostEffects effectsOf(const Pair &item, std::int64_t callsBefore, std::int64_t callsAfter)
{
    const UsdSum &a = item.before.cost;
    const UsdSum &b = item.after.cost;
    if (callsBefore == 0)
        return {b - a, {}, {}, {}};
    const UsdSum byVolume = scaled(a, callsAfter, callsBefore);
    const UsdSum byMix = item.before.calls > 0 ? scaled(a, item.after.calls, item.before.calls) : b;
    // Without tokens before there is no cost per token: what is left is then the rate of a call.
    const UsdSum bySize = item.before.calls == 0        ? b
                          : item.before.allTokens() > 0 ? scaled(a, item.after.allTokens(), item.before.allTokens())
                                                        : byMix;
    return {byVolume - a, byMix - byVolume, bySize - byMix, b - bySize};
}

UsdSum magnitude(const CostChange &change)
{
    const UsdSum difference = change.after.cost - change.before.cost;
    return difference < UsdSum() ? UsdSum() - difference : difference;
}

Comparison sorted(Comparison comparison)
{
    std::stable_sort(comparison.items.begin(), comparison.items.end(),
                     [](const CostChange &a, const CostChange &b) { return magnitude(a) > magnitude(b); });
    return comparison;
}

} // namespace

CostEffects &CostEffects::operator+=(const CostEffects &other)
{
    volume += other.volume;
    mix += other.mix;
    size += other.size;
    rate += other.rate;
    return *this;
}

Comparison compareGroups(const std::vector<Group> &before, const std::vector<Group> &after)
{
    std::map<GroupKey, Pair> pairs;
    Comparison result;
    for (const Group &group : before) {
        pairs[group.key].before += group.totals;
        result.before += group.totals;
    }
    for (const Group &group : after) {
        pairs[group.key].after += group.totals;
        result.after += group.totals;
    }
    for (const auto &[key, pair] : pairs) {
        CostChange change{key, pair.before, pair.after, effectsOf(pair, result.before.calls, result.after.calls)};
        result.effects += change.effects;
        result.items.push_back(std::move(change));
    }
    return sorted(std::move(result));
}

Comparison byFirst(const Comparison &fine)
{
    std::map<GroupKey, CostChange> sums;
    for (const CostChange &item : fine.items) {
        const GroupKey key{item.key[0]};
        CostChange &sum = sums[key];
        sum.key = key;
        sum.before += item.before;
        sum.after += item.after;
        sum.effects += item.effects;
    }
    Comparison result{fine.before, fine.after, fine.effects, {}};
    for (auto &[key, change] : sums)
        result.items.push_back(std::move(change));
    return sorted(std::move(result));
}

} // namespace flyball
