// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// LiteLLM's StandardLoggingPayload, as its generic_api callback, S3 and GCS loggers write it: an object
/// or a list of them per line. A trace (one request with its retries and fallbacks) is a run.
[[nodiscard]] Format liteLlmFormat();

/// A row of LiteLLM's spend log, written as a payload, has its request_id here instead of id and litellm_call_id. Which
/// of the two that is depends on the version of the proxy. The row does not count where the logged payload of the same
/// call is known; it stays when that one goes.
inline constexpr std::string_view kSpendLogId = "flyball_spend_log_id";

/// What a call of this id is in its trace, and what a row of this request_id is. Keys are stored.
[[nodiscard]] std::uint64_t subOfLiteLlmCall(std::string_view id);
[[nodiscard]] std::uint64_t subOfSpendRow(std::string_view requestId);

void resolveLiteLlmTrace(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

[[nodiscard]] std::unique_ptr<LineReader> makeLiteLlmReader(ReaderContext context);

} // namespace flyball
