// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace flyball::ctl {

/// One subcommand: what it does, how it is called, and its code.
struct Command {
    const char *name;
    const char *summary;
    const char *help; ///< usage, options and one example
    int (*run)(const std::vector<std::string> &words);
};

[[nodiscard]] const Command &reportCommand();
[[nodiscard]] const Command &watchCommand();
[[nodiscard]] const Command &ingestCommand();
[[nodiscard]] const Command &sourcesCommand();
[[nodiscard]] const Command &pricesCommand();
[[nodiscard]] const Command &policyCommand();
[[nodiscard]] const Command &doctorCommand();

} // namespace flyball::ctl
