// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// Response bodies of the OpenAI (chat, responses, embeddings), Anthropic and Gemini interfaces, one per
/// line, streams of them included, and the request and result files of their batches.
[[nodiscard]] Format apiUsageFormat();

/// Counts one call per response, and requests of a batch that no result answers.
void resolveApiUsage(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

[[nodiscard]] std::unique_ptr<LineReader> makeApiUsageReader(ReaderContext context);

namespace api {

/// CallFact::producer: what a sighting is.
inline constexpr std::string_view kBody = "api/body";
inline constexpr std::string_view kStreamStart = "api/stream start"; ///< its output is a placeholder
inline constexpr std::string_view kBatchRequest = "api/batch request";
inline constexpr std::string_view kBatchAnswer = "api/batch answer"; ///< not a call: answers a request

inline constexpr std::uint64_t kIdSeed = 0xA9101;
inline constexpr std::uint64_t kPlaceSeed = 0xA9102;
inline constexpr std::uint64_t kCustomSeed = 0xA9103;

} // namespace api

} // namespace flyball
