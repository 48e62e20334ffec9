// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/registry.h"

#include "core/push/targets/bifrost/bifrosttarget.h"
#include "core/push/targets/claude_code/claudetarget.h"
#include "core/push/targets/claude_code_router/ccrtarget.h"
#include "core/push/targets/codex/codextarget.h"
#include "core/push/targets/envoy/envoytarget.h"
#include "core/push/targets/litellm/litellmtarget.h"
#include "core/push/targets/portkey/portkeytarget.h"

namespace flyball {

namespace {
constexpr TargetKind kKinds[] = {
    {"claude-code-router", "Router tiers over its admin interface, restarted and tried", makeCcrTarget},
    {"claude-code", "settings.json, and a hook for what settings cannot hold", makeClaudeTarget},
    {"codex", "root keys of config.toml", makeCodexTarget},
    {"litellm", "budgets, caps of a run, tiers and fallbacks over its admin interface", makeLiteLlmTarget},
    {"bifrost", "budgets and routing rules of a virtual key", makeBifrostTarget},
    {"portkey", "a config file callers send along", makePortkeyTarget},
    {"envoy", "an AIGatewayRoute as YAML, for review", makeEnvoyTarget},
};
} // namespace

std::span<const TargetKind> targetKinds() { return kKinds; }

Result<std::unique_ptr<PolicyTarget>> makeTarget(const TargetConfig &config)
{
    for (const TargetKind &kind : kKinds)
        if (config.kind == kind.name)
            return kind.make(config);
    return Error{ErrorCode::InvalidArgument, "target " + config.id + ": there is no kind " + inQuotes(config.kind)};
}

} // namespace flyball
