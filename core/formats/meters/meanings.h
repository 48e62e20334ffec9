// SPDX-License-Identifier: GPL-3.0-or-later
// What the metric families of gateways and agents mean for spend: a data table. Sources: the metric references of
// LiteLLM, Bifrost, Envoy AI Gateway, Kong, Claude Code and the GenAI conventions of OpenTelemetry.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/domain/usage.h"

namespace flyball {

struct MeterLabel {
    std::string_view name;
    std::string_view value;
};

/// Whose words a family is in. Families of one meter tell of the same calls.
enum class Meter : std::uint8_t { LiteLlm, Bifrost, Kong, ClaudeCode, GenAi, GeminiCli, Codex };
inline constexpr std::size_t kMeters = 7;

/// What a series counts. Subsets stand beside what includes them; usageOf() takes them apart.
enum class MeterColumn : std::uint8_t {
    Money, ///< pico-USD
    Input,
    CacheRead,
    CacheWrite, ///< all writes
    CacheWrite5m,
    CacheWrite1h,
    Output,
    Reasoning,
    ByType, ///< the column is in a label
    None,   ///< known, and no spend: a sum of others, requests, durations, the gateway's own response cache
    Unknown,
};
inline constexpr std::size_t kMeterColumns = 8;

struct MeterMeaning {
    std::string_view family; ///< without _total, _sum, _created and the unit
    Meter meter = Meter::LiteLlm;
    MeterColumn column = MeterColumn::None;
    std::string_view typeLabel = {}; ///< of ByType
    bool sum = false;                ///< a histogram: its _sum counts
    std::uint8_t rank = 0;           ///< of families that tell the same, the lowest one there counts
    bool apart = false; ///< of an agent that counts the same as gen_ai.client.token.usage as well, and there less
};

/// What a series of this name is.
struct MeterName {
    const MeterMeaning *meaning = nullptr; ///< null: none here
    bool created = false;                  ///< when the series began, not what it counts
    bool quiet = false;                    ///< known to have nothing to do with spend
    std::string_view family;               ///< without _bucket, _sum, _count, _total, _created
};
[[nodiscard]] MeterName meterName(std::string_view series);
/// By the name of an OTLP metric ("gen_ai.client.token.usage"), which has no suffixes; null: none here.
[[nodiscard]] const MeterMeaning *meaningOf(std::string_view metric);
/// Families with a meaning for spend, as MeterMeaning::family has them.
[[nodiscard]] std::span<const std::string_view> meterFamilies();

/// Of a token type label ("input", "cacheRead", "prompt_tokens" ...).
[[nodiscard]] MeterColumn columnOfType(std::string_view type);
/// Whether the input of a meter includes cache reads and writes, and its output the reasoning.
[[nodiscard]] bool inputIncludesCache(Meter meter);
[[nodiscard]] bool outputIncludesReasoning(Meter meter);

using MeterSums = std::array<std::int64_t, kMeterColumns>;
[[nodiscard]] inline std::int64_t &sumOf(MeterSums &sums, MeterColumn column)
{
    return sums[static_cast<std::size_t>(column)];
}
/// Disjoint counts; a class that comes out negative is 0 here and in leftOver().
[[nodiscard]] Usage usageOf(Meter meter, const MeterSums &sums);
/// What a minute begins with after one that ended with these sums: what was told of parts before it was told of their
/// whole, as negative numbers.
[[nodiscard]] MeterSums leftOver(Meter meter, const MeterSums &sums);

/// Why a value counts for nothing.
enum class BadValue : std::uint8_t { None, NaN, Infinite, Negative, TooLarge };
inline constexpr std::size_t kBadValues = 5;
[[nodiscard]] const char *textOf(BadValue why);
/// Money in pico-USD, everything else whole and half-even. The text is a number, +Inf or NaN.
[[nodiscard]] BadValue meterValue(std::string_view text, MeterColumn column, std::int64_t &value);

/// Names of one series as the labels of any gateway tell them; empty where they do not. Views into the labels.
struct MeterNames {
    std::string_view workflow;
    std::string_view model;
    std::string_view requested;
    std::string_view provider;
    std::string_view agent;
    std::string_view segment;
    std::string_view taskType;
    std::string_view feature;
};
/// `workflowLabels` empty: the usual ones.
[[nodiscard]] MeterNames namesOf(Meter meter, std::span<const MeterLabel> labels,
                                 std::span<const std::string> workflowLabels);

} // namespace flyball
