// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/meters/meanings.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <unordered_map>
#include <vector>

namespace flyball {

namespace {

using enum Meter;
using enum MeterColumn;

constexpr MeterMeaning kMeanings[] = {
    {"litellm_spend_metric", LiteLlm, Money},
    {"litellm_input_tokens_metric", LiteLlm, Input},
    {"litellm_output_tokens_metric", LiteLlm, Output},
    {"litellm_input_cached_tokens_metric", LiteLlm, CacheRead},
    {"litellm_provider_cache_read_input_tokens_metric", LiteLlm, CacheRead, {}, false, 1},
    {"litellm_input_cache_creation_tokens_metric", LiteLlm, CacheWrite},
    {"litellm_provider_cache_creation_input_tokens_metric", LiteLlm, CacheWrite, {}, false, 1},
    {"litellm_output_reasoning_tokens_metric", LiteLlm, Reasoning},
    {"litellm_total_tokens_metric", LiteLlm, None},  // input + output
    {"litellm_cached_tokens_metric", LiteLlm, None}, // these three: LiteLLM's own response cache
    {"litellm_cache_hits_metric", LiteLlm, None},
    {"litellm_cache_misses_metric", LiteLlm, None},

    {"bifrost_cost", Bifrost, Money},
    {"bifrost_routing_embedding_cost", Bifrost, Money}, // what routing itself costs comes on top
    {"bifrost_routing_llm_cost", Bifrost, Money},
    {"bifrost_input_tokens", Bifrost, Input},
    {"bifrost_output_tokens", Bifrost, Output},
    {"bifrost_cache_read_input_tokens", Bifrost, CacheRead},
    {"bifrost_cache_write_input_tokens", Bifrost, CacheWrite},
    {"bifrost_cache_write_input_tokens_5m", Bifrost, CacheWrite5m},
    {"bifrost_cache_write_input_tokens_1h", Bifrost, CacheWrite1h},
    {"bifrost_cache_hits", Bifrost, None}, // its own response cache

    {"kong_ai_llm_cost", Kong, Money},
    {"kong_ai_llm_tokens", Kong, ByType, "token_type"},
    {"kong_ai_cost", Kong, Money, {}, false, 1}, // the names before 3.8
    {"kong_ai_tokens", Kong, ByType, "token_type", false, 1},

    {"claude_code_cost_usage", ClaudeCode, Money},
    {"claude_code_token_usage", ClaudeCode, ByType, "type"},

    {"gen_ai_client_token_usage", GenAi, ByType, "gen_ai_token_type", true},
    {"gen_ai_usage_cost", GenAi, Money, {}, true},
    {"gen_ai_usage_input_tokens", GenAi, Input, {}, false, 1},
    {"gen_ai_usage_output_tokens", GenAi, Output, {}, false, 1},
    {"gen_ai_client_inference_usage_input_tokens", GenAi, Input, {}, false, 2}, // drafts of what is to come
    {"gen_ai_client_inference_usage_output_tokens", GenAi, Output, {}, false, 2},
    {"gen_ai_client_inference_usage_cache_read_input_tokens", GenAi, CacheRead, {}, false, 2},
    {"gen_ai_client_inference_usage_cache_write_input_tokens", GenAi, CacheWrite, {}, false, 2},
    {"gen_ai_client_inference_usage_reasoning_output_tokens", GenAi, Reasoning, {}, false, 2},

    {"gemini_cli_token_usage", GeminiCli, ByType, "type", false, 0, true},
    {"codex_turn_token_usage", Codex, ByType, "token_type", true, 0, true},
};

/// Families beside spend: of run times and clients, and what gateways tell of requests, latencies, budgets and health.
constexpr std::string_view kQuiet[] = {
    "python_",
    "process_",
    "go_",
    "promhttp_",
    "scrape_",
    "target_info",
    "otel_scope_info",
    "push_",
    "http_",
    "nodejs_",
    "jvm_",
    "promtail_",
    "litellm_proxy_",
    "litellm_deployment",
    "litellm_request",
    "litellm_llm_api_",
    "litellm_overhead_",
    "litellm_remaining_",
    "litellm_api_key_",
    "litellm_team_",
    "litellm_user_",
    "litellm_org_",
    "litellm_provider_",
    "litellm_in_flight_",
    "bifrost_upstream",
    "bifrost_success_",
    "bifrost_error_",
    "bifrost_stream_",
    "bifrost_overhead_",
    "bifrost_request_",
    "bifrost_active_",
    "bifrost_provider_",
    "bifrost_key_",
    "bifrost_routing_",
    "kong_",
    "claude_code_",
    "gen_ai_server_",
    "gen_ai_client_",
    "gen_ai_workflow_",
    "gen_ai_invoke_",
    "gen_ai_execute_",
    "gemini_cli_",
    "codex_",
};

constexpr std::string_view kUnits[] = {"_USD", "_usd", "_tokens", "_token"};

const MeterMeaning *find(std::string_view family)
{
    static const std::unordered_map<std::string_view, const MeterMeaning *> all = [] {
        std::unordered_map<std::string_view, const MeterMeaning *> made;
        for (const MeterMeaning &meaning : kMeanings)
            made.emplace(meaning.family, &meaning);
        return made;
    }();
    const auto it = all.find(family);
    return it == all.end() ? nullptr : it->second;
}

const MeterMeaning *findWithUnit(std::string_view family)
{
    if (const MeterMeaning *found = find(family))
        return found;
    for (const std::string_view unit : kUnits)
        if (family.ends_with(unit))
            return find(family.substr(0, family.size() - unit.size()));
    return nullptr;
}

bool strip(std::string_view &name, std::string_view suffix)
{
    if (name.size() <= suffix.size() || !name.ends_with(suffix))
        return false;
    name.remove_suffix(suffix.size());
    return true;
}

} // namespace

MeterName meterName(std::string_view series)
{
    constexpr std::string_view kRecorded = "flyball:"; // flyball:SERIES:sum, which a recording rule keeps
    MeterName out;
    std::string_view base = series;
    if (base.starts_with(kRecorded) && strip(base, ":sum"))
        base.remove_prefix(kRecorded.size());
    const bool part = strip(base, "_bucket") || strip(base, "_count");
    const bool sum = !part && strip(base, "_sum");
    out.created = !part && !sum && strip(base, "_created");
    if (!part && !sum && !out.created)
        strip(base, "_total");
    out.family = base;
    std::string dotted;
    if (base.find('.') != std::string_view::npos) { // a UTF-8 name as OpenTelemetry has it
        dotted = base;
        std::replace(dotted.begin(), dotted.end(), '.', '_');
        base = dotted;
    }
    const MeterMeaning *meaning = findWithUnit(base);
    // Of a histogram the buckets and the count are no tokens. On a page nothing says whose gen_ai_ families tell the
    // same.
    if (meaning && !meaning->apart && !part && (out.created || sum == meaning->sum))
        out.meaning = meaning;
    out.quiet = meaning != nullptr || base == "up"
                || std::any_of(std::begin(kQuiet), std::end(kQuiet),
                               [base](std::string_view known) { return base.starts_with(known); });
    return out;
}

const MeterMeaning *meaningOf(std::string_view metric)
{
    std::string family(metric);
    std::replace(family.begin(), family.end(), '.', '_');
    return findWithUnit(family);
}

std::span<const std::string_view> meterFamilies()
{
    static const std::vector<std::string_view> all = [] {
        std::vector<std::string_view> made;
        for (const MeterMeaning &meaning : kMeanings)
            if (meaning.column != None && !meaning.apart)
                made.push_back(meaning.family);
        return made;
    }();
    return all;
}

MeterColumn columnOfType(std::string_view type)
{
    static const std::unordered_map<std::string_view, MeterColumn> all{
        {"input", Input},
        {"prompt", Input},
        {"input_tokens", Input},
        {"prompt_tokens", Input},
        {"output", Output},
        {"completion", Output},
        {"output_tokens", Output},
        {"completion_tokens", Output},
        {"cacheRead", CacheRead},
        {"cache_read", CacheRead},
        {"cached_input", CacheRead},
        {"cache_read_input", CacheRead},
        {"cacheCreation", CacheWrite},
        {"cache_creation", CacheWrite},
        {"cache_creation_input", CacheWrite},
        {"cache_write", CacheWrite},
        {"cache_write_input", CacheWrite},
        {"cache", CacheRead}, // Gemini CLI, and the next two
        {"thought", Reasoning},
        {"tool", Input},
        {"reasoning", Reasoning},
        {"reasoning_output", Reasoning},
        {"total", None},
        {"total_tokens", None},
    };
    const auto it = all.find(type);
    return it == all.end() ? Unknown : it->second;
}

bool inputIncludesCache(Meter meter) { return meter != ClaudeCode; }
bool outputIncludesReasoning(Meter meter) { return meter != GeminiCli; }

} // namespace flyball
