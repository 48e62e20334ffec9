// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// Step records: one JSON object per step of an agent, the simplest thing to write for one's own code.
/// name, model, cache_hit, cost_usd, duration_ms; everything else is optional. The fields are in the README.
[[nodiscard]] Format stepFormat();

/// The records of one run, or one record that names none.
void resolveSteps(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

[[nodiscard]] std::unique_ptr<LineReader> makeStepReader(ReaderContext context);

} // namespace flyball
