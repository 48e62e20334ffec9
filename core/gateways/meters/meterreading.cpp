// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/meters/meterreading.h"

#include <algorithm>
#include <cmath>

#include "core/base/jsoncursor.h"
#include "core/base/money.h"

namespace flyball {

namespace {

constexpr std::uint64_t kSeriesSeed = 0x5E71E5;
constexpr double kMostCount = 9e15; ///< every whole number up to here has a double of its own

bool isWordWithI(std::string_view text) { return !text.empty() && (text.front() == 'i' || text.front() == 'I'); }

} // namespace

const char *textOf(BadValue why)
{
    switch (why) {
    case BadValue::NaN:
        return "NaN";
    case BadValue::Infinite:
        return "infinite";
    case BadValue::Negative:
        return "negative";
    case BadValue::TooLarge:
        return "too large";
    case BadValue::None:
        break;
    }
    return "";
}

BadValue meterValue(std::string_view text, MeterColumn column, std::int64_t &value)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    if (isWordWithI(text.substr(negative ? 1 : 0)))
        return BadValue::Infinite;
    if (text.empty() || text.front() == 'N' || text.front() == 'n')
        return BadValue::NaN;
    if (column == MeterColumn::Money) {
        if (!parsePicoUsd(text, value))
            return negative ? BadValue::Negative : BadValue::TooLarge;
    } else if (!parseInt64(text, value)) { // a sum of floats need not be whole
        double number = 0;
        if (!parseDouble(text, number) || std::fabs(number) > kMostCount)
            return negative ? BadValue::Negative : BadValue::TooLarge;
        value = static_cast<std::int64_t>(std::nearbyint(number));
    } else if (value > static_cast<std::int64_t>(kMostCount)) {
        return BadValue::TooLarge;
    }
    return value < 0 ? BadValue::Negative : BadValue::None;
}

Key128 SeriesIdentity::of(std::string_view instance, std::string_view family, std::span<const MeterLabel> labels)
{
    m_order.clear();
    bool sorted = true;
    for (const MeterLabel &label : labels) {
        if (label.value.empty())
            continue; // as if it were not there
        sorted = sorted && (m_order.empty() || m_order.back()->name < label.name);
        m_order.push_back(&label);
    }
    if (!sorted)
        std::sort(m_order.begin(), m_order.end(), [](const MeterLabel *a, const MeterLabel *b) {
            return a->name != b->name ? a->name < b->name : a->value < b->value;
        });
    m_text.assign(instance);
    m_text += '\0';
    m_text += family;
    for (const MeterLabel *label : m_order) {
        m_text += '\0';
        m_text += label->name;
        m_text += '\0';
        m_text += label->value;
    }
    return hashKey(m_text, kSeriesSeed);
}

} // namespace flyball
