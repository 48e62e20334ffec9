// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/aggregate/measures/measureparts.h"
#include "core/aggregate/measures/measuresum.h"

namespace flyball {

namespace {

template <typename T>
T sumOfTopThree(std::vector<T> values)
{
    const std::size_t count = std::min<std::size_t>(3, values.size());
    std::partial_sort(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), values.end(),
                      [](const T &a, const T &b) { return b < a; });
    T sum{};
    for (std::size_t i = 0; i < count; ++i)
        sum += values[i];
    return sum;
}

} // namespace

void MeasureSum::putTops(std::vector<Measure> &out) const
{
    const bool named = std::any_of(m_steps.begin(), m_steps.end(), [](const auto &step) { return step.first != 0; });
    std::vector<Item> steps;
    for (const auto &[name, item] : m_steps)
        steps.push_back(item);
    const auto put = [&](MeasureId cost, MeasureId tokens, const std::vector<Item> &items, bool known) {
        std::vector<UsdSum> money;
        std::vector<std::int64_t> counts;
        for (const Item &item : items) {
            money.push_back(item.cost);
            counts.push_back(item.tokens);
        }
        const Unknown none = m_totals.calls == 0 ? Unknown::NoCalls : !known ? Unknown::NoNames : Unknown::No;
        const auto n = static_cast<std::int64_t>(items.size());
        out.push_back(measured::ratioOf(cost, Amount::of(sumOfTopThree(money)), Amount::of(m_totals.cost), n,
                                        none != Unknown::No      ? none
                                        : m_totals.cost.isZero() ? Unknown::NoPrice
                                                                 : Unknown::No));
        out.back().bound = m_totals.bound() == CostBound::Exact ? CostBound::Exact : CostBound::Estimate;
        out.push_back(measured::ratioOf(tokens, Amount::of(sumOfTopThree(counts)), Amount::of(m_totals.allTokens()), n,
                                        none != Unknown::No         ? none
                                        : m_totals.allTokens() == 0 ? Unknown::NoUsage
                                                                    : Unknown::No));
        out.back().bound = measured::tokenBound(m_totals) == CostBound::Exact ? CostBound::Exact : CostBound::Estimate;
    };
    put(MeasureId::TopStepsCost, MeasureId::TopStepsTokens, steps, named);
    put(MeasureId::TopPlacesCost, MeasureId::TopPlacesTokens, m_places, true);
}

} // namespace flyball
