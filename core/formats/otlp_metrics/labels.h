// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/meters/meanings.h"

namespace flyball::otlp {

/// An attribute list as labels: names with '_' for '.', as the same series has them on a metrics page. Sorted by name;
/// of a repeated name the last value counts.
class Labels {
public:
    /// [{key, value}, ...]; anything else is no labels.
    void read(std::string_view list);
    /// Adds those that are not there.
    void inherit(const Labels &wider);
    [[nodiscard]] std::string_view value(std::string_view name) const;
    [[nodiscard]] std::vector<MeterLabel> views() const;
    /// Tells this set from any other.
    void appendTo(std::string &identity) const;

private:
    struct Label {
        std::string name, value;
    };
    std::vector<Label> m_labels;
};

} // namespace flyball::otlp
