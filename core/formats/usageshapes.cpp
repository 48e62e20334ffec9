// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/usageshapes.h"

#include <algorithm>

namespace flyball {

namespace {

/// The first of several names under which a count is known.
std::int64_t firstOf(CountReader &count, const JsonFields &fields, std::initializer_list<std::string_view> keys)
{
    for (const std::string_view key : keys)
        if (fields.has(key))
            return count(fields, key);
    return 0;
}

/// Anthropic's split of a write by lifetime; what it does not account for keeps no lifetime.
void splitWrite(CountReader &count, const JsonFields &kinds, std::int64_t flat, TokenClass rest, Usage &usage)
{
    const std::int64_t five = count(kinds, "ephemeral_5m_input_tokens");
    const std::int64_t hour = count(kinds, "ephemeral_1h_input_tokens");
    usage[TokenClass::CacheWrite5m] = five;
    usage[TokenClass::CacheWrite1h] = hour;
    usage[rest] += std::max<std::int64_t>(0, flat - five - hour);
}

} // namespace

bool readOpenAiUsage(const JsonFields &usage, CallFact &fact)
{
    CountReader count;
    const JsonFields chatIn = usage.object("prompt_tokens_details");
    const JsonFields in = chatIn.empty() ? usage.object("input_tokens_details") : usage.object("prompt_tokens_details");
    const JsonFields chatOut = usage.object("completion_tokens_details");
    const JsonFields out =
        chatOut.empty() ? usage.object("output_tokens_details") : usage.object("completion_tokens_details");
    const std::int64_t input = firstOf(count, usage, {"prompt_tokens", "input_tokens"});
    const std::int64_t output = firstOf(count, usage, {"completion_tokens", "output_tokens"});
    std::int64_t read = count(in, "cached_tokens");
    if (read == 0)
        read = firstOf(count, usage, {"cache_read_input_tokens", "prompt_cache_hit_tokens"});
    std::int64_t write = firstOf(count, in, {"cache_write_tokens", "cache_creation_tokens"});
    if (write == 0)
        write = count(usage, "cache_creation_input_tokens");
    const std::int64_t reasoning = std::min(count(out, "reasoning_tokens"), output);
    const std::int64_t audioOut = std::min(count(out, "audio_tokens"), output - reasoning);
    Usage &u = fact.raw;
    splitWrite(count, in.object("cache_creation_token_details"), write, TokenClass::CacheWriteUntyped, u);
    write = u[TokenClass::CacheWrite5m] + u[TokenClass::CacheWrite1h] + u[TokenClass::CacheWriteUntyped];
    // More cached than there was input proves an imitation that counts it beside.
    const std::int64_t fresh = read + write <= input ? input - read - write : input;
    const std::int64_t audioIn = std::min(count(in, "audio_tokens"), fresh);
    if (count.outOfRange())
        return false;
    if (!count.any())
        return true;
    u.quality = UsageQuality::Exact;
    u[TokenClass::InFresh] = fresh - audioIn;
    u[TokenClass::InAudio] = audioIn;
    u[TokenClass::CacheRead] = read;
    u[TokenClass::OutReasoning] = reasoning;
    u[TokenClass::OutAudio] = audioOut;
    u[TokenClass::OutText] = output - reasoning - audioOut;
    if (!in.raw("cached_tokens").empty() || usage.has("cache_read_input_tokens"))
        fact.flags |= CallCacheKnown;
    return true;
}

bool readAnthropicUsage(const JsonFields &usage, CallFact &fact)
{
    CountReader count;
    Usage &u = fact.raw;
    u[TokenClass::InFresh] = count(usage, "input_tokens");
    u[TokenClass::CacheRead] = count(usage, "cache_read_input_tokens");
    const std::int64_t flat = count(usage, "cache_creation_input_tokens");
    const bool split = !usage.object("cache_creation").empty();
    splitWrite(count, usage.object("cache_creation"), split ? 0 : flat, TokenClass::CacheWrite5m, u);
    const std::int64_t output = count(usage, "output_tokens");
    const std::int64_t thinking = count(usage.object("output_tokens_details"), "thinking_tokens");
    u[TokenClass::OutReasoning] = std::min(thinking, output);
    u[TokenClass::OutText] = output - u[TokenClass::OutReasoning];
    u.webSearches = count(usage.object("server_tool_use"), "web_search_requests");
    if (count.outOfRange())
        return false;
    if (count.any()) {
        u.quality = UsageQuality::Exact;
        fact.flags |= CallCacheKnown;
    }
    if (usage.text("speed") == "fast")
        fact.flags |= CallFast;
    if (usage.text("service_tier") == "batch")
        fact.flags |= CallBatch;
    return true;
}

bool readGeminiUsage(const JsonFields &usage, CallFact &fact)
{
    CountReader count;
    const std::int64_t input = count(usage, "promptTokenCount");
    const std::int64_t cached = count(usage, "cachedContentTokenCount");
    const std::int64_t tool = count(usage, "toolUsePromptTokenCount");
    const std::int64_t output = count(usage, "candidatesTokenCount");
    const std::int64_t thoughts = count(usage, "thoughtsTokenCount");
    if (count.outOfRange())
        return false;
    if (!count.any())
        return true;
    Usage &u = fact.raw;
    u.quality = UsageQuality::Exact;
    u[TokenClass::InFresh] = (cached <= input ? input - cached : input) + tool;
    u[TokenClass::CacheRead] = cached;
    u[TokenClass::OutText] = output;
    u[TokenClass::OutReasoning] = thoughts;
    fact.flags |= CallCacheKnown; // absent stands for none: the interface leaves zeros out
    return true;
}

} // namespace flyball
