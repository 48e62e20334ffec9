// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/config.h"
#include "core/push/targets/target.h"

#include <memory>

namespace flyball {

/// Claude Code's settings.json (model, effortLevel, env) and, where `hook` names a script, a PreToolUse hook that
/// holds limits its settings cannot: model answers and tokens of a session from its transcript, tool calls, the same
/// call again. Taken up by the next session; everything else in the file stays.
/// Options: path (default ~/.claude/settings.json), hook (a .py path; its limits lie beside it as .json), models
/// {"bedrock/claude-x": "its name there"}.
[[nodiscard]] Result<std::unique_ptr<PolicyTarget>> makeClaudeTarget(const TargetConfig &config);

} // namespace flyball
