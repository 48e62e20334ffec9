// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/config.h"
#include "core/push/targets/target.h"

#include <memory>

namespace flyball {

/// claude-code-router 2 (tried with 2.0.0 from npm): GET and POST /api/config, POST /api/restart. A POST replaces
/// the whole file without looking at it and changes nothing until the restart, which may silently not happen.
/// Options: url, secret (x-api-key), models {"openai/gpt-4o": "provider,model"}, probe (a model name to call it
/// with; costs one small call a push), ca_file, deadline_s, plain_http.
/// default_tier -> Router.default, the cheapest tier (or executor_tier) -> background, planner_tier (or the tier
/// for multi-step work) -> think, a rule on long documents -> longContext and its threshold.
[[nodiscard]] Result<std::unique_ptr<PolicyTarget>> makeCcrTarget(const TargetConfig &config);

} // namespace flyball
