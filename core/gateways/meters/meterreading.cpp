// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/meters/meterreading.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::uint64_t kSeriesSeed = 0x5E71E5;

} // namespace

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
