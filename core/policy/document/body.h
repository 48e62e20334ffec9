// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/budget.h"
#include "core/policy/document/routing.h"

#include <map>

namespace flyball {

struct PromptVersion {
    std::optional<std::string> name;
    std::string version;
    std::optional<std::string> sha256;
    friend bool operator==(const PromptVersion &, const PromptVersion &) = default;
};

struct PromptCache {
    std::optional<bool> enabled;
    std::optional<bool> staticFirst;
    std::optional<PromptCacheTtl> ttl;
    std::optional<std::int64_t> minPrefixTokens;
    friend bool operator==(const PromptCache &, const PromptCache &) = default;
};

struct SemanticCache {
    std::optional<bool> enabled;
    std::optional<double> similarityThreshold; ///< 0..1
    std::optional<std::int64_t> ttlSeconds;
    std::optional<std::vector<std::string>> taskTypes;
    friend bool operator==(const SemanticCache &, const SemanticCache &) = default;
};

struct ContextPolicy {
    std::optional<ContextStrategy> strategy;
    std::optional<std::int64_t> keepLastTurns;
    std::optional<bool> keepToolResults;
    std::optional<std::int64_t> compressAboveTokens;
    std::optional<std::int64_t> summaryMaxTokens;
    std::optional<std::string> summaryTier;
    friend bool operator==(const ContextPolicy &, const ContextPolicy &) = default;
};

struct OutputPolicy {
    std::optional<OutputMode> mode;
    std::optional<ReasoningEffort> reasoningEffort;
    std::optional<std::map<std::string, std::int64_t>> maxTokensByTask;
    friend bool operator==(const OutputPolicy &, const OutputPolicy &) = default;
};

struct Batch {
    std::optional<bool> enabled;
    std::optional<std::vector<std::string>> taskTypes;
    std::optional<double> maxDelayHours; ///< > 0
    std::optional<bool> deadLetter;
    friend bool operator==(const Batch &, const Batch &) = default;
};

struct ToolPolicy {
    std::optional<std::int64_t> resultCacheTtlSeconds;
    std::optional<std::int64_t> maxCallsPerRun;
    std::optional<bool> dedupe;
    friend bool operator==(const ToolPolicy &, const ToolPolicy &) = default;
};

struct CircuitBreaker {
    std::optional<bool> enabled;
    std::optional<std::int64_t> sameCallLimit;
    std::optional<std::int64_t> sameErrorLimit;
    std::optional<double> minOutputRatio; ///< output / input tokens, 0..1
    std::optional<std::string> supervisorTier;
    std::optional<std::int64_t> checkEvery; ///< iterations between two supervisor calls
    std::optional<BreakerAction> action;
    friend bool operator==(const CircuitBreaker &, const CircuitBreaker &) = default;
};

struct QualityGuard {
    std::optional<QualitySignal> signal;
    std::optional<double> minPassRate;
    std::optional<double> maxDrop;
    std::optional<std::int64_t> minSamples;
    std::optional<QualityDetector> detector;
    std::optional<double> cusumH;
    std::optional<double> shadowRate;
    std::optional<GuardAction> action;
    friend bool operator==(const QualityGuard &, const QualityGuard &) = default;
};

struct Economics {
    std::optional<UsdSum> pricePerSuccess;
    std::optional<double> targetGrossMargin;
    std::optional<UsdSum> humanCostPerTask;
    friend bool operator==(const Economics &, const Economics &) = default;
};

/// Every knob, all optional: the content of `defaults`, of a workflow and of an override's `set`.
struct PolicyBody {
    std::optional<bool> enabled;
    std::optional<PromptVersion> prompt;
    std::optional<Budget> budget;
    std::optional<Routing> routing;
    std::optional<PromptCache> promptCache;
    std::optional<SemanticCache> semanticCache;
    std::optional<ContextPolicy> context;
    std::optional<ToolPolicy> tools;
    std::optional<OutputPolicy> output;
    std::optional<Batch> batch;
    std::optional<CircuitBreaker> circuitBreaker;
    std::optional<QualityGuard> qualityGuard;
    std::optional<Economics> economics;
    friend bool operator==(const PolicyBody &, const PolicyBody &) = default;
};

} // namespace flyball
