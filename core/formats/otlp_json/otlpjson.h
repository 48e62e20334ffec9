// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// OTLP/JSON lines: one export request per line, as the Collector's file exporter and the SDKs'
/// http/json bodies have it. Spans of GenAI conventions old and new, Traceloop, OpenInference,
/// Vercel AI and Langfuse; log records carry evaluation results and agents' own telemetry.
[[nodiscard]] Format otlpJsonFormat();

/// Rules 3a.4, 3a.6, 3a.10 and 3a.11 on one trace.
void resolveTrace(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

[[nodiscard]] std::unique_ptr<LineReader> makeOtlpJsonReader(ReaderContext context);

} // namespace flyball
