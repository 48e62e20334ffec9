// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/policy: see fields.h.
#pragma once

#include "core/policy/document/fields_budget.h"

namespace flyball {

template <typename Io, Is<PromptVersion> T>
void fields(Io &io, T &x)
{
    io.text("name", x.name);
    io.requiredText("version", x.version);
    io.text("sha256", x.sha256);
}

template <typename Io, Is<PromptCache> T>
void fields(Io &io, T &x)
{
    io.flag("enabled", x.enabled);
    io.flag("static_first", x.staticFirst);
    io.choice("ttl", x.ttl);
    io.integer("min_prefix_tokens", x.minPrefixTokens, 0);
}

template <typename Io, Is<SemanticCache> T>
void fields(Io &io, T &x)
{
    io.flag("enabled", x.enabled);
    io.probability("similarity_threshold", x.similarityThreshold);
    io.integer("ttl_s", x.ttlSeconds, 1);
    io.texts("task_types", x.taskTypes, 0);
}

template <typename Io, Is<ContextPolicy> T>
void fields(Io &io, T &x)
{
    io.choice("strategy", x.strategy);
    io.integer("keep_last_turns", x.keepLastTurns, 1);
    io.flag("keep_tool_results", x.keepToolResults);
    io.integer("compress_above_tokens", x.compressAboveTokens, 1);
    io.integer("summary_max_tokens", x.summaryMaxTokens, 1);
    io.text("summary_tier", x.summaryTier);
}

template <typename Io, Is<ToolPolicy> T>
void fields(Io &io, T &x)
{
    io.integer("result_cache_ttl_s", x.resultCacheTtlSeconds, 0);
    io.integer("max_calls_per_run", x.maxCallsPerRun, 0);
    io.flag("dedupe", x.dedupe);
}

template <typename Io, Is<OutputPolicy> T>
void fields(Io &io, T &x)
{
    io.choice("mode", x.mode);
    io.choice("reasoning_effort", x.reasoningEffort);
    io.counts("max_tokens_by_task", x.maxTokensByTask, 1);
}

template <typename Io, Is<Batch> T>
void fields(Io &io, T &x)
{
    io.flag("enabled", x.enabled);
    io.texts("task_types", x.taskTypes, 0);
    io.positive("max_delay_h", x.maxDelayHours);
    io.flag("dead_letter", x.deadLetter);
}

template <typename Io, Is<CircuitBreaker> T>
void fields(Io &io, T &x)
{
    io.flag("enabled", x.enabled);
    io.integer("same_call_limit", x.sameCallLimit, 2);
    io.integer("same_error_limit", x.sameErrorLimit, 2);
    io.probability("min_output_ratio", x.minOutputRatio);
    io.text("supervisor_tier", x.supervisorTier);
    io.integer("check_every", x.checkEvery, 1);
    io.choice("action", x.action);
}

template <typename Io, Is<QualityGuard> T>
void fields(Io &io, T &x)
{
    io.choice("signal", x.signal);
    io.probability("min_pass_rate", x.minPassRate);
    io.probability("max_drop", x.maxDrop);
    io.integer("min_samples", x.minSamples, 1);
    io.choice("detector", x.detector);
    io.positive("cusum_h", x.cusumH);
    io.probability("shadow_rate", x.shadowRate);
    io.choice("action", x.action);
}

template <typename Io, Is<Economics> T>
void fields(Io &io, T &x)
{
    io.usd("price_per_success_usd", x.pricePerSuccess, false);
    io.probability("target_gross_margin", x.targetGrossMargin);
    io.usd("human_cost_per_task_usd", x.humanCostPerTask, false);
}

} // namespace flyball
