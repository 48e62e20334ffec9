// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/models/config/configstore.h"

namespace flyball {

/// A workflow keeps its colour for ever: the slot is given at first sight and stored by name. The
/// 11th and later ones share "other" (-1) until one of them is pinned by hand.
class ColourSlots {
public:
    static constexpr int kSlots = 10;
    static constexpr int kOther = -1;
    explicit ColourSlots(ConfigStore &config, bool inherit);

    /// The slot of a workflow; assigns the lowest free one when it is new. An empty name (not
    /// attributed) is always "other".
    int slotOf(const QString &name);
    /// Gives `slot` to a workflow; whoever had it gets "other".
    void pin(const QString &name, int slot);
    [[nodiscard]] const QHash<QString, int> &all() const { return m_slots; }

private:
    ConfigStore &m_config;
    QHash<QString, int> m_slots;
};

} // namespace flyball
