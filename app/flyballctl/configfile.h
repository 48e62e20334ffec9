// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/engine/engine.h"

namespace flyball::ctl {

/// What the command line needs of the app's config.json.
struct ConfigFile {
    bool exists = false;
    std::vector<SourceConfig> sources;
};
/// A file that does not exist is an empty configuration; a broken one is an Error naming file and field.
/// Reads only.
[[nodiscard]] Result<ConfigFile> readConfigFile(const std::string &path);

} // namespace flyball::ctl
