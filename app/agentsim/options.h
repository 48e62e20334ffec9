// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/join.h"
#include "app/agentsim/world/scenario.h"
#include "core/base/result.h"
#include "core/base/time.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flyball::agentsim {

struct Options {
    std::string out;
    std::string truth;
    std::uint64_t seed = 1;
    double speed = 1.0; ///< 0: as fast as possible
    double rate = 1.0;  ///< factor on all traffic
    std::optional<TimeNs> start;
    TimeNs history = 0;
    std::optional<TimeNs> duration; ///< virtual, after the history
    std::optional<std::int64_t> spans;
    std::optional<std::int64_t> calls;
    int workflows = 8;
    std::int64_t rotateMb = 0;
    bool drain = false;
    bool dieWithParent = false;
    bool help = false;
    Scenario scenario;
    PolicyOptions policy;
};

/// Arguments without the program's name; "--name value" and "--name=value".
[[nodiscard]] Result<Options> parseOptions(std::span<const std::string_view> args);
/// "3h", "90s", "1h30m", "250ms", "2d".
[[nodiscard]] std::optional<TimeNs> parseDuration(std::string_view text);
[[nodiscard]] std::string helpText();

} // namespace flyball::agentsim
