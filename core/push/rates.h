// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"
#include "core/policy/document/document.h"
#include "core/policy/json/value.h"
#include "core/pricing/catalog.h"

namespace flyball {

/// The `rates` of a payload: "provider/model" -> {"in_nusd_per_mtok":..,"out_nusd_per_mtok":..} for each
/// model in the tiers, in nano-USD per million tokens, rounded up. Each is the dearest a call at `at` may
/// be billed at: any input class (cache writes too), any context tier, standard service. Models without a
/// price are left out: an agent cannot size a reservation for them.
[[nodiscard]] JsonValue ratesFor(const PolicyDocument &document, const PriceCatalog &catalog, TimeNs at);

} // namespace flyball
