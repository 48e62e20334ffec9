// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/world/rates.h"

#include <array>

namespace flyball::agentsim {

namespace {

constexpr std::string_view kAnthropicHost = "api.anthropic.com";
constexpr std::string_view kOpenAiHost = "api.openai.com";

// clang-format off
constexpr std::array<Model, kModelCount> kModels{{
    {ModelId::Opus, "claude-opus-4-5", "claude-opus-4-5-20251101", "anthropic", kAnthropicHost,
     true, 5'000'000, 500'000, 6'250'000, 25'000'000, 4096, 1, true, false, 1400, 62},
    {ModelId::Sonnet, "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "anthropic", kAnthropicHost,
     true, 3'000'000, 300'000, 3'750'000, 15'000'000, 1024, 1, true, false, 900, 78},
    {ModelId::Haiku, "claude-haiku-4-5", "claude-haiku-4-5-20251001", "anthropic", kAnthropicHost,
     true, 1'000'000, 100'000, 1'250'000, 5'000'000, 4096, 1, true, false, 420, 150},
    {ModelId::Gpt5, "gpt-5", "gpt-5-2025-08-07", "openai", kOpenAiHost,
     true, 1'250'000, 125'000, 0, 10'000'000, 1024, 128, false, true, 1600, 90},
    {ModelId::Gpt5Mini, "gpt-5-mini", "gpt-5-mini-2025-08-07", "openai", kOpenAiHost,
     true, 250'000, 25'000, 0, 2'000'000, 1024, 128, false, true, 700, 140},
    {ModelId::Gpt41Mini, "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "openai", kOpenAiHost,
     true, 400'000, 100'000, 0, 1'600'000, 1024, 128, false, false, 380, 120},
    {ModelId::GeminiFlash, "gemini-2.5-flash", "gemini-2.5-flash", "gcp.gemini", "generativelanguage.googleapis.com",
     true, 300'000, 30'000, 0, 2'500'000, 1024, 1, false, false, 450, 190},
    {ModelId::QwenLocal, "qwen3-coder-480b-local", "qwen3-coder-480b-local", "vllm", "inference.internal",
     false, 0, 0, 0, 0, 0, 1, false, false, 300, 95},
}};
// clang-format on

} // namespace

const Model &modelOf(ModelId id) { return kModels[static_cast<std::size_t>(id)]; }

PicoUsd costOf(const Model &m, const Usage &u)
{
    return u[TokenClass::InFresh] * m.input + u[TokenClass::CacheRead] * m.cacheRead
           + u[TokenClass::CacheWriteUntyped] * m.cacheWrite
           + (u[TokenClass::OutText] + u[TokenClass::OutReasoning]) * m.output;
}

} // namespace flyball::agentsim
