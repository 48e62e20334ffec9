// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace flyball {

/// Where Flyball keeps its files (design.md 7). FLYBALL_HOME moves all of them.
struct Paths {
    std::string config; ///< folder
    std::string data;
    std::string state;

    /// From FLYBALL_HOME, else XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME, else HOME.
    [[nodiscard]] static Paths fromEnvironment();

    [[nodiscard]] std::string configFile() const { return config + "/config.json"; }
    [[nodiscard]] std::string ledger() const { return data + "/ledger.db"; }
    [[nodiscard]] std::string overrides() const { return data + "/overrides.json"; }
    [[nodiscard]] std::string log() const { return state + "/log"; }
};

} // namespace flyball
