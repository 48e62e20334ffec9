// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include "app/flyballctl/arguments.h"
#include "core/pricing/catalog.h"

namespace flyball::ctl {

/// `flyballctl prices import FILE`; `arguments` as parsed by the prices command.
int importPrices(const Arguments &arguments, bool json);

/// Rates as the files write them: USD per million tokens, named classes only.
[[nodiscard]] nlohmann::ordered_json ratesJson(const Rates &rates);
/// The row in force at `at` (kNoTime: the newest), or nullptr.
[[nodiscard]] const PriceRow *rowAt(const PriceMatch &match, TimeNs at);

} // namespace flyball::ctl
