// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/pricing/catalog.h"

namespace flyball::ctl {

/// One price that a file sets.
struct PriceChange {
    PriceOverride entry;
    std::string what; ///< "new", "changed", "same_as" or "free"
    bool known = false;
    bool large = false; ///< more than five-fold, or the long-context rates of the list would go
    Rates before;       ///< in force now; meaningless unless `known`
    Rates after;
};

/// What importing a price file would do.
struct ImportPlan {
    std::vector<PriceChange> changes;
    std::int64_t unchanged = 0;
    std::vector<std::pair<std::string, std::string>> leftOut; ///< name, reason
    OverrideStore result;                                     ///< overrides after the import; one undo step back
};

/// Reads and checks `file`, compares it with the prices in force. Changes nothing. Entries that an
/// override cannot express (context tiers, hours of the day ...) are left out and named.
[[nodiscard]] Result<ImportPlan> planImport(const std::string &file, const std::string &overridesPath);

} // namespace flyball::ctl
