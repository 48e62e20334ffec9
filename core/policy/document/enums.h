// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace flyball {

// The closed lists of the policy schema. namesOf(E{}) gives their spelling in documents, in the order
// of the enumerators.

enum class SoftAction : std::uint8_t { Warn, CompressContext, HalveOutput, DowngradeTier, LimitTools };
enum class HardAction : std::uint8_t { Abort, SummarizeAndClose };
enum class PeriodWindow : std::uint8_t { Hour, Day, Week, Month };
enum class PromptCacheTtl : std::uint8_t { Minutes5, Hour1, Hours24 };
enum class ContextStrategy : std::uint8_t { Full, Window, Summarize, Score };
enum class OutputMode : std::uint8_t { Free, Concise, JsonObject, JsonSchema };
enum class ReasoningEffort : std::uint8_t { None, Minimal, Low, Medium, High, XHigh };
enum class BreakerAction : std::uint8_t { Alert, SummarizeAndClose, Abort };
enum class QualitySignal : std::uint8_t { ValidationPass, DownstreamOk, HumanEval, Composite };
enum class QualityDetector : std::uint8_t { Cusum, FixedWindow };
enum class GuardAction : std::uint8_t { Alert, Rollback };

using EnumNames = std::span<const std::string_view>;

namespace enum_names {
inline constexpr std::array<std::string_view, 5> kSoft{"warn", "compress_context", "halve_output", "downgrade_tier",
                                                       "limit_tools"};
inline constexpr std::array<std::string_view, 2> kHard{"abort", "summarize_and_close"};
inline constexpr std::array<std::string_view, 4> kWindow{"hour", "day", "week", "month"};
inline constexpr std::array<std::string_view, 3> kTtl{"5m", "1h", "24h"};
inline constexpr std::array<std::string_view, 4> kStrategy{"full", "window", "summarize", "score"};
inline constexpr std::array<std::string_view, 4> kMode{"free", "concise", "json_object", "json_schema"};
inline constexpr std::array<std::string_view, 6> kEffort{"none", "minimal", "low", "medium", "high", "xhigh"};
inline constexpr std::array<std::string_view, 3> kBreaker{"alert", "summarize_and_close", "abort"};
inline constexpr std::array<std::string_view, 4> kSignal{"validation_pass", "downstream_ok", "human_eval", "composite"};
inline constexpr std::array<std::string_view, 2> kDetector{"cusum", "fixed_window"};
inline constexpr std::array<std::string_view, 2> kGuard{"alert", "rollback"};
} // namespace enum_names

inline EnumNames namesOf(SoftAction) { return enum_names::kSoft; }
inline EnumNames namesOf(HardAction) { return enum_names::kHard; }
inline EnumNames namesOf(PeriodWindow) { return enum_names::kWindow; }
inline EnumNames namesOf(PromptCacheTtl) { return enum_names::kTtl; }
inline EnumNames namesOf(ContextStrategy) { return enum_names::kStrategy; }
inline EnumNames namesOf(OutputMode) { return enum_names::kMode; }
inline EnumNames namesOf(ReasoningEffort) { return enum_names::kEffort; }
inline EnumNames namesOf(BreakerAction) { return enum_names::kBreaker; }
inline EnumNames namesOf(QualitySignal) { return enum_names::kSignal; }
inline EnumNames namesOf(QualityDetector) { return enum_names::kDetector; }
inline EnumNames namesOf(GuardAction) { return enum_names::kGuard; }

template <typename E>
[[nodiscard]] std::string_view nameOf(E value)
{
    return namesOf(E{})[static_cast<std::size_t>(value)];
}

} // namespace flyball
