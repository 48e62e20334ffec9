// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/config.h"
#include "core/push/targets/target.h"

#include <memory>

namespace flyball {

/// Codex' config.toml: its root keys model, model_max_output_tokens, model_reasoning_effort and
/// model_auto_compact_token_limit; comments and all else stay as they are. Taken up by the next session.
/// Options: path (default ~/.codex/config.toml), models {"openai/gpt-4o": "its name there"}.
[[nodiscard]] Result<std::unique_ptr<PolicyTarget>> makeCodexTarget(const TargetConfig &config);

} // namespace flyball
