// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <nlohmann/json.hpp>

#include "core/models/config/configstore.h"

namespace flyball {

/// Fills `values`; absent keys keep their default. Returns what is wrong, with its JSON pointer, or
/// an empty string. Keys that are not ours are not looked at.
[[nodiscard]] QString readConfig(const nlohmann::ordered_json &json, ConfigValues &values);

/// Sets our keys in `json` and leaves all others as they are.
void writeConfig(nlohmann::ordered_json &json, const ConfigValues &values);

} // namespace flyball
