// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// OpenCode messages: rows of its database as OpenCodeDatabase hands them on, one JSON object per line, and the
/// files of older versions (storage/message/<session>/<message>.json), one object over many lines. A message of
/// the assistant is one call; its id is the same in both.
[[nodiscard]] Format openCodeFormat();

[[nodiscard]] std::unique_ptr<LineReader> makeOpenCodeReader(ReaderContext context);
/// A run is what one message of the user led to.
void resolveOpenCodeMessage(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

} // namespace flyball
