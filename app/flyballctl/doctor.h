// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/engine/paths.h"

namespace flyball::ctl {

enum class Finding { Ok, Warning, Broken };

/// One line of the doctor: never trace content, never a secret.
struct Check {
    Finding finding = Finding::Ok;
    std::string name;
    std::string text;
    nlohmann::ordered_json facts = nlohmann::ordered_json::object();
};
using Checks = std::vector<Check>;

void checkFolders(const Paths &paths, Checks &out);
void checkLedger(const Paths &paths, Checks &out);
void checkConfig(const Paths &paths, Checks &out);
void checkPrices(const Paths &paths, Checks &out);
void checkKeys(const Paths &paths, Checks &out); ///< may wait for a keychain that is locked
void checkTraces(Checks &out);
void checkInotify(Checks &out);
void checkDisk(const Paths &paths, Checks &out);

/// "0700" of a file, or empty when there is none.
[[nodiscard]] std::string modeText(const std::string &path);

} // namespace flyball::ctl
