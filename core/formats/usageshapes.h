// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/domain/facts.h"
#include "core/formats/jsonfields.h"

namespace flyball {

/// The usage objects of the three large interfaces, made disjoint. Each sets fact.raw (quality Exact) when
/// any count stands there, and CallCacheKnown when cache counts do; false when a count cannot be true.

/// OpenAI chat, responses and embeddings, and everything that imitates them: input holds what was cached
/// and written, output holds the reasoning. LiteLLM's flat cache fields and DeepSeek's are understood.
[[nodiscard]] bool readOpenAiUsage(const JsonFields &usage, CallFact &fact);
/// Anthropic messages: input stands beside what was cached and written. Also speed, tier and searches.
[[nodiscard]] bool readAnthropicUsage(const JsonFields &usage, CallFact &fact);
/// Gemini's usageMetadata: input holds what was cached, thoughts stand beside the candidates.
[[nodiscard]] bool readGeminiUsage(const JsonFields &usage, CallFact &fact);

} // namespace flyball
