// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/config/colourslots.h"

namespace flyball {

ColourSlots::ColourSlots(ConfigStore &config, bool inherit) : m_config(config)
{
    if (inherit)
        m_slots = config.values().workflowSlots;
}

int ColourSlots::slotOf(const QString &name)
{
    if (name.isEmpty())
        return kOther;
    const auto it = m_slots.constFind(name);
    if (it != m_slots.constEnd())
        return *it;
    bool taken[kSlots] = {};
    for (const int slot : std::as_const(m_slots))
        if (slot >= 0 && slot < kSlots)
            taken[slot] = true;
    int free = 0;
    while (free < kSlots && taken[free])
        ++free;
    if (free == kSlots)
        return kOther; // not stored: a slot that becomes free may still be given to it
    m_slots.insert(name, free);
    m_config.edit().workflowSlots = m_slots;
    return free;
}

void ColourSlots::pin(const QString &name, int slot)
{
    if (name.isEmpty() || slot < kOther || slot >= kSlots)
        return;
    if (slot >= 0)
        for (int &other : m_slots)
            if (other == slot)
                other = kOther;
    m_slots.insert(name, slot);
    m_config.edit().workflowSlots = m_slots;
}

} // namespace flyball
