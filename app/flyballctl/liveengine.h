// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "app/flyballctl/arguments.h"
#include "core/engine/engine.h"

namespace flyball::ctl {

/// A folder that is removed with everything in it when the object goes.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    [[nodiscard]] const std::string &path() const { return m_path; } ///< empty if it could not be made

private:
    std::string m_path;
};

/// SIGINT and SIGTERM set a flag instead of ending the process, SIGPIPE makes writes fail; call once,
/// before threads start.
void catchStopSignals();
[[nodiscard]] bool stopRequested();

/// Sources of a command line as the engine takes them.
[[nodiscard]] Result<std::vector<SourceConfig>> engineSources(const std::vector<std::string> &words);

} // namespace flyball::ctl
