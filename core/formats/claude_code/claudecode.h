// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// Claude Code transcripts: projects/<project>/<session>.jsonl and the subagent files below it.
/// One line per content block, each with the whole usage of its message; see reader.cpp.
[[nodiscard]] Format claudeCodeFormat();

/// Rules 3a.5 and 3a.10 on one message id: which sightings are calls, and what run they belong to.
void resolveClaudeGroup(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

/// The group of the calls with this message id.
[[nodiscard]] Key128 claudeGroupOf(std::string_view messageId);

[[nodiscard]] std::unique_ptr<LineReader> makeClaudeReader(ReaderContext context);

} // namespace flyball
