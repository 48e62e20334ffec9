// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// Codex CLI rollouts: sessions/YYYY/MM/DD/rollout-*.jsonl and the same below archived_sessions.
/// A turn is a group and a run. A response is told by its token_usage_record, in older files by a
/// token_count event; both of one response are never added.
[[nodiscard]] Format codexFormat();

/// Which sightings of one turn are calls; see the rules in resolve.cpp.
void resolveCodexTurn(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

[[nodiscard]] std::unique_ptr<LineReader> makeCodexReader(ReaderContext context);

namespace codex {

/// CallFact::producer: what kind of line a sighting comes from.
inline constexpr std::string_view kRecord = "codex/token_usage_record";
inline constexpr std::string_view kCount = "codex/token_count";
inline constexpr std::string_view kError = "codex/error";
/// Not a call: takes back a token_count that turned out to be a copy of the parent's.
inline constexpr std::string_view kReplayed = "codex/replayed";

inline constexpr std::uint64_t kTurnSeed = 0xC0DE0001;
inline constexpr std::uint64_t kRunSeed = 0xC0DE0002;
inline constexpr std::uint64_t kCountSeed = 0xC0DE0003;

} // namespace codex

} // namespace flyball
