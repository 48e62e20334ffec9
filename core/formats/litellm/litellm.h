// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// LiteLLM's StandardLoggingPayload, as its generic_api callback, S3 and GCS loggers write it: an object
/// or a list of them per line. A trace (one request with its retries and fallbacks) is a run.
[[nodiscard]] Format liteLlmFormat();

void resolveLiteLlmTrace(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

[[nodiscard]] std::unique_ptr<LineReader> makeLiteLlmReader(ReaderContext context);

} // namespace flyball
