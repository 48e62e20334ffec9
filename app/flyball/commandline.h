// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QSize>
#include <QString>
#include <QStringList>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/engine/scan.h"

namespace flyball {

/// What was asked for on the command line, checked as far as that needs no engine.
struct CommandLine {
    enum class Action { Run, Help, Version };

    Action action = Action::Run;
    std::vector<SourceSpec> sources; ///< targets are absolute
    bool demo = false;
    QString page;  ///< empty = the usual start
    QString theme; ///< "", "dark" or "light"
    QString screenshot;
    QSize size;
    int afterMs = 0;
    std::optional<TimeNs> since; ///< inclusive
    std::optional<TimeNs> until; ///< exclusive
    std::vector<std::string> priceFiles;
    std::string otlp; ///< address to take OTLP/HTTP on, for this window alone; empty: none

    /// A ledger of its own instead of the operator's (design rule 3a.18).
    [[nodiscard]] bool separateLedger() const { return demo || !sources.empty(); }
};

/// The pages of this build, as --page and the window name them.
[[nodiscard]] const QStringList &builtPages();

/// Parses the arguments without the program name. The error is one line for stderr that names the
/// argument; nothing is opened for writing.
[[nodiscard]] Result<CommandLine> parseCommandLine(const QStringList &arguments);

[[nodiscard]] QString helpText();

} // namespace flyball
