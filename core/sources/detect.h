// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// Where to look; a test passes its own.
struct DetectEnvironment {
    std::string home; ///< empty: unknown
    std::function<std::optional<std::string>(const char *name)> variable;

    [[nodiscard]] static DetectEnvironment ofProcess();
};

/// Traces found on this machine, told from names, sizes and times only: no file is opened.
struct DetectedSource {
    std::string kind; ///< "claude-code", "codex", "gemini-cli", "opencode"
    std::string root; ///< folder to read as that kind; the traces are below it
    std::size_t files = 0;
    std::int64_t bytes = 0;
    std::int64_t newestMtimeNs = 0;
    std::int64_t oldestMtimeNs = 0;
};

/// Claude Code: $CLAUDE_CONFIG_DIR (comma list) when set, else $XDG_CONFIG_HOME/claude (~/.config/claude) and
/// ~/.claude. Codex CLI: sessions and archived_sessions of $CODEX_HOME, else of ~/.codex. Gemini CLI:
/// ~/.gemini/tmp. OpenCode: $OPENCODE_DATA_DIR, else opencode in $XDG_DATA_HOME (~/.local/share). Folders without a
/// transcript are left out, one folder under two names is listed once.
[[nodiscard]] std::vector<DetectedSource> detectLocalSources(const DetectEnvironment &environment);

} // namespace flyball
