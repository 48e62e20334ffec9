// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// Gemini CLI chats: tmp/<project>/chats/session-*.jsonl, and the older session-*.json that is written
/// whole, over many lines. A message with tokens is a call, a prompt of a session is a run.
[[nodiscard]] Format geminiCliFormat();

void resolveGeminiMessage(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

[[nodiscard]] std::unique_ptr<LineReader> makeGeminiReader(ReaderContext context);

} // namespace flyball
