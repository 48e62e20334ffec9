// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

inline constexpr std::string_view kPortkeyKind = "portkey-log";

/// What Portkey's gateway tells on /log/stream, one request per line. Not in the registry: no file is of this format.
///
/// A request with its attempts (retries, fallbacks) is a run, and each attempt a call:
/// - Counts are what the provider answered to that attempt (originalResponse), never what the caller got: the first
///   attempt's `response` is that of the last. Streamed answers are not told: their usage is unknown.
/// - An attempt that another followed has failed; the last one is judged by the status of the request. Counts of one
///   that failed stay (a guardrail may refuse what was paid for); without counts nothing is known of its usage.
/// - An attempt ended at createdAt + executionTime. The request's own `time` is the words of some locale and is not
///   read; without createdAt arrival stands in, flagged.
/// - Which call it is: hookSpanId of the first attempt, and the attempt's place. Retries share that id.
[[nodiscard]] const Format &portkeyFormat();

[[nodiscard]] std::unique_ptr<LineReader> makePortkeyReader(ReaderContext context);

} // namespace flyball
