// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/world/rates.h"

#include <algorithm>
#include <array>

namespace flyball::agentsim {

namespace {

constexpr std::string_view kAnthropicHost = "api.anthropic.com";
constexpr std::string_view kOpenAiHost = "api.openai.com";

// clang-format off
constexpr std::array<Model, kModelCount> kModels{{
    {ModelId::Opus, "claude-opus-4-5", "claude-opus-4-5-20251101", "anthropic", kAnthropicHost,
     true, 5'000'000, 500'000, 6'250'000, 25'000'000, 4096, 1, true, false, 1400, 62, 2},
    {ModelId::Sonnet, "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "anthropic", kAnthropicHost,
     true, 3'000'000, 300'000, 3'750'000, 15'000'000, 1024, 1, true, false, 900, 78, 1},
    {ModelId::Haiku, "claude-haiku-4-5", "claude-haiku-4-5-20251001", "anthropic", kAnthropicHost,
     true, 1'000'000, 100'000, 1'250'000, 5'000'000, 4096, 1, true, false, 420, 150, 0},
    {ModelId::Gpt5, "gpt-5", "gpt-5-2025-08-07", "openai", kOpenAiHost,
     true, 1'250'000, 125'000, 0, 10'000'000, 1024, 128, false, true, 1600, 90, 2},
    {ModelId::Gpt5Mini, "gpt-5-mini", "gpt-5-mini-2025-08-07", "openai", kOpenAiHost,
     true, 250'000, 25'000, 0, 2'000'000, 1024, 128, false, true, 700, 140, 0},
    {ModelId::Gpt41Mini, "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "openai", kOpenAiHost,
     true, 400'000, 100'000, 0, 1'600'000, 1024, 128, false, false, 380, 120, 0},
    {ModelId::GeminiFlash, "gemini-2.5-flash", "gemini-2.5-flash", "gcp.gemini", "generativelanguage.googleapis.com",
     true, 300'000, 30'000, 0, 2'500'000, 1024, 1, false, false, 450, 190, 0},
    {ModelId::QwenLocal, "qwen3-coder-480b-local", "qwen3-coder-480b-local", "vllm", "inference.internal",
     false, 0, 0, 0, 0, 0, 1, false, false, 300, 95, 0},
    {ModelId::Opus46, "claude-opus-4-6", "claude-opus-4-6", "anthropic", kAnthropicHost,
     true, 5'000'000, 500'000, 6'250'000, 25'000'000, 4096, 1, true, false, 1350, 66, 2},
    {ModelId::Sonnet46, "claude-sonnet-4-6", "claude-sonnet-4-6", "anthropic", kAnthropicHost,
     true, 3'000'000, 300'000, 3'750'000, 15'000'000, 2048, 1, true, false, 880, 80, 1},
    {ModelId::Gpt41, "gpt-4.1", "gpt-4.1-2025-04-14", "openai", kOpenAiHost,
     true, 2'000'000, 500'000, 0, 8'000'000, 1024, 128, false, false, 600, 95, 1},
    {ModelId::Gpt41Nano, "gpt-4.1-nano", "gpt-4.1-nano-2025-04-14", "openai", kOpenAiHost,
     true, 100'000, 25'000, 0, 400'000, 1024, 128, false, false, 300, 170, 0},
    {ModelId::Gpt4o, "gpt-4o", "gpt-4o-2024-08-06", "openai", kOpenAiHost,
     true, 2'500'000, 1'250'000, 0, 10'000'000, 1024, 128, false, false, 550, 100, 1},
    {ModelId::Gpt4oMini, "gpt-4o-mini", "gpt-4o-mini-2024-07-18", "openai", kOpenAiHost,
     true, 150'000, 75'000, 0, 600'000, 1024, 128, false, false, 360, 130, 0},
    {ModelId::Gpt5Nano, "gpt-5-nano", "gpt-5-nano-2025-08-07", "openai", kOpenAiHost,
     true, 50'000, 5'000, 0, 400'000, 1024, 128, false, true, 520, 180, 0},
    {ModelId::GeminiFlashLite, "gemini-2.5-flash-lite", "gemini-2.5-flash-lite", "gcp.gemini",
     "generativelanguage.googleapis.com",
     true, 100'000, 10'000, 0, 400'000, 1024, 1, false, false, 350, 220, 0},
    {ModelId::GeminiPro, "gemini-2.5-pro", "gemini-2.5-pro", "gcp.gemini", "generativelanguage.googleapis.com",
     true, 1'250'000, 125'000, 0, 10'000'000, 1024, 1, false, false, 1500, 95, 2},
}};
// clang-format on

} // namespace

const Model &modelOf(ModelId id) { return kModels[static_cast<std::size_t>(id)]; }

const Model *modelNamed(std::string_view name)
{
    const std::string_view model = name.substr(name.find('/') + 1);
    const auto found = std::find_if(kModels.begin(), kModels.end(),
                                    [&](const Model &m) { return m.asked == model || m.served == model; });
    return found == kModels.end() ? nullptr : &*found;
}

PicoUsd costOf(const Model &m, const Usage &u)
{
    return u[TokenClass::InFresh] * m.input + u[TokenClass::CacheRead] * m.cacheRead
           + u[TokenClass::CacheWriteUntyped] * m.cacheWrite
           + (u[TokenClass::OutText] + u[TokenClass::OutReasoning]) * m.output;
}

} // namespace flyball::agentsim
