// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/aggregate/views/fold.h"

namespace flyball {

/// Why one sum of money is not the other, in four steps that are taken one after the other. With n calls,
/// t tokens and c cost of an item, A before, B after, and N the calls of all items:
///   volume  c_A * N_B/N_A - c_A               as many more calls of everything as there are in all
///   mix     c_A * n_B/n_A - c_A * N_B/N_A     a larger or smaller share of the calls is this item
///   size    c_A * t_B/t_A - c_A * n_B/n_A     more or fewer tokens in each call
///   rate    c_B - c_A * t_B/t_A               each token dearer or cheaper: price, cache, output share
/// Each middle term is rounded to pico-USD once, so the steps of an item, and of all, sum to the difference
/// exactly. What is new comes in by the mix, what is gone leaves by it. Without calls before, all is volume.
struct CostEffects {
    UsdSum volume, mix, size, rate;

    [[nodiscard]] UsdSum sum() const { return volume + mix + size + rate; }
    CostEffects &operator+=(const CostEffects &other);
    friend bool operator==(const CostEffects &, const CostEffects &) = default;
};

struct CostChange {
    GroupKey key{};
    Totals before, after;
    CostEffects effects;
};

struct Comparison {
    Totals before, after;
    CostEffects effects;
    std::vector<CostChange> items; ///< the largest difference first, then by key
};

/// Compares two windows grouped by the same dimensions. An item must not mix models if its rate is to mean
/// prices. Money without a price is in neither sum: see Totals::bound() of both.
[[nodiscard]] Comparison compareGroups(const std::vector<Group> &before, const std::vector<Group> &after);
/// The items summed by their first dimension.
[[nodiscard]] Comparison byFirst(const Comparison &fine);

} // namespace flyball
