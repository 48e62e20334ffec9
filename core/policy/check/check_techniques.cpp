// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/check/scope_check.h"

#include <algorithm>

namespace flyball {

namespace {

/// Lifetimes a provider's prompt cache offers (pricing.md 1.1, policy.md 2.2); nothing: not known here.
std::optional<bool> hasTtl(std::string_view provider, PromptCacheTtl ttl)
{
    if (provider == "anthropic")
        return ttl != PromptCacheTtl::Hours24;
    if (provider == "openai")
        return ttl != PromptCacheTtl::Hour1;
    if (provider == "google")
        return true; // any lifetime can be asked for
    return std::nullopt;
}

void checkTtl(ScopeCheck &scope, PromptCacheTtl ttl)
{
    std::string without;
    bool possible = false;
    for (const Tier &tier : scope.document.tiers) {
        for (const std::string &model : tier.models) {
            const auto has = hasTtl(std::string_view(model).substr(0, model.find('/')), ttl);
            possible = possible || has.value_or(true);
            if (has == false)
                without += (without.empty() ? "" : ", ") + inQuotes(model);
        }
    }
    if (!without.empty())
        scope.add(possible ? Severity::Warning : Severity::Error, "ttl_not_offered", "/prompt_cache/ttl",
                  "a prompt cache lifetime of " + std::string(nameOf(ttl)) + " is not offered for " + without);
}

void checkBatch(ScopeCheck &scope, const Batch &batch)
{
    if (!scope.observation || !batch.enabled.value_or(false))
        return;
    const auto types = batch.taskTypes.value_or(std::vector<std::string>{});
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (scope.observation->interactiveTaskTypes.contains(types[i]))
            scope.add(Severity::Error, "batch_is_interactive", pointerAt("/batch/task_types", i),
                      "somebody waits for steps of type " + inQuotes(types[i]) + ": they cannot be batched");
    }
}

void checkGuard(ScopeCheck &scope, const QualityGuard &guard)
{
    const auto lower = scope.observation ? scope.observation->passRateLowerBound : std::nullopt;
    if (guard.minPassRate && lower && *guard.minPassRate > *lower)
        scope.add(Severity::Warning, "guard_fires_at_once", "/quality_guard/min_pass_rate",
                  "the pass rate may be as low as " + JsonNumber::of(*lower).text() + " today: a guard at "
                      + JsonNumber::of(*guard.minPassRate).text() + " would fire at once");
}

} // namespace

void checkTechniques(ScopeCheck &scope)
{
    const PolicyBody &body = scope.effective.body;
    if (body.promptCache && body.promptCache->ttl && body.promptCache->enabled.value_or(true))
        checkTtl(scope, *body.promptCache->ttl);
    if (body.batch)
        checkBatch(scope, *body.batch);
    if (body.qualityGuard)
        checkGuard(scope, *body.qualityGuard);
    if (body.prompt && body.prompt->sha256
        && (body.prompt->sha256->size() != 64
            || body.prompt->sha256->find_first_not_of("0123456789abcdefABCDEF") != std::string::npos))
        scope.add(Severity::Warning, "not_a_digest", "/prompt/sha256", "is no SHA-256 digest in hexadecimal digits");
}

} // namespace flyball
