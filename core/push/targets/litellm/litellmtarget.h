// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/config.h"
#include "core/push/targets/target.h"

#include <memory>

namespace flyball {

/// LiteLLM's admin interface (gateways.md 1.3; tried against a stand-in only). One of `key` (its hash), `team` or
/// `tag` gets the calendar caps as max_budget, budget_duration and budget_limits; a key's metadata, or `agent`, the
/// caps of a run; with `tiers` each tier is a model alias of its own with fallbacks. Lists and metadata are replaced
/// whole there, so they are read, changed and written back. Nothing offers compare-and-set: a small race stays.
/// Options: url, secret (Authorization: Bearer), key | team | tag, agent, tiers (true), probe {"model": .., "secret":
/// the key's own} (one small call a push: x-litellm-key-max-budget tells which cap is enforced).
[[nodiscard]] Result<std::unique_ptr<PolicyTarget>> makeLiteLlmTarget(const TargetConfig &config);

} // namespace flyball
