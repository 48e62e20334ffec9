// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/domain/sourceconfig.h"
#include "core/engine/scan.h"
#include "core/pricing/catalog.h"

namespace flyball::ctl {

/// What the words of a command line stand for.
struct SourceChoice {
    std::vector<SourceSpec> files;
    std::vector<SourceConfig> remote; ///< without ids
    bool ledger = false;              ///< "ledger:" alone; it does not mix with files
};
[[nodiscard]] Result<SourceChoice> resolveSources(const std::vector<std::string> &words);
/// One file reached through two sources is read once.
[[nodiscard]] std::vector<ScanTarget> dropRepeated(std::vector<ScanTarget> targets);
/// The built-in book, the operator's overrides and, over them, a price file if one is named.
[[nodiscard]] Result<std::shared_ptr<const PriceCatalog>> loadCatalog(const std::string &pricesFile,
                                                                      bool withOverrides = true);
/// A whole number 0..max.
[[nodiscard]] Result<int> parseCount(const std::string &text, int max);

} // namespace flyball::ctl
