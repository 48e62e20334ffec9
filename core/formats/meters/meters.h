// SPDX-License-Identifier: GPL-3.0-or-later
// What gateways count without telling calls: metrics that are polled. One fact is what one set of labels grew by in one
// minute; it is written again as the minute goes on, and the last one of them counts.
#pragma once

#include "core/formats/format.h"

namespace flyball {

inline constexpr std::string_view kMetersKind = "meters";

/// Decides what such facts amount to. Not in the registry: no file is of this format.
[[nodiscard]] const Format &metersFormat();

/// A fact of `source` for what `labels` (any text that tells them apart) grew by in the minute of `time`. `sequence`
/// grows with every reading of the source, whatever happens to it in between. Counts, names and money are the
/// caller's; the input is to be disjoint.
[[nodiscard]] CallFact meterFact(Symbol source, std::string_view labels, TimeNs time, std::int64_t sequence,
                                 SymbolCache &symbols);

} // namespace flyball
