// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/paths.h"

#include <cstdlib>

namespace flyball {

namespace {

std::string environment(const char *name)
{
    const char *value = std::getenv(name);
    return value ? value : "";
}

} // namespace

Paths Paths::fromEnvironment()
{
    if (const std::string home = environment("FLYBALL_HOME"); !home.empty())
        return {home + "/config", home + "/data", home + "/state"};
    const std::string home = environment("HOME");
    const auto folder = [&](const char *variable, const char *fallback) {
        const std::string base = environment(variable);
        // A relative XDG path is to be ignored (XDG Base Directory Specification).
        return (!base.empty() && base[0] == '/' ? base : home + fallback) + "/flyball";
    };
    return {folder("XDG_CONFIG_HOME", "/.config"), folder("XDG_DATA_HOME", "/.local/share"),
            folder("XDG_STATE_HOME", "/.local/state")};
}

} // namespace flyball
