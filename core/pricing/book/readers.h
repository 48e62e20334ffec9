// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/pricing: the readers behind PriceBook::fromJson and the override file.
#pragma once

#include "core/pricing/book/json_read.h"
#include "core/pricing/book/pricebook.h"

namespace flyball {

[[nodiscard]] Result<PriceBook> readFlyballBook(const Json &root, const Place &place, bool trusted);
[[nodiscard]] Result<PriceBook> readLiteLlmBook(const Json &root, const Place &place);
/// The parts of a book of our format.
[[nodiscard]] Result<> readInfo(const Json &root, const Place &place, PriceBook &book);
[[nodiscard]] Result<> readFactors(const Json &root, const Place &place, FactorTables &tables);
[[nodiscard]] Result<> readNames(const Json &root, const char *key, const Place &place,
                                 std::map<std::string, std::string, std::less<>> &out);
[[nodiscard]] Result<PriceRow> readRow(const Json &object, const Place &place);
/// {"input": "3", ...}: only known names, each within bounds.
[[nodiscard]] Result<Rates> readRates(const Json &object, const Place &place);
/// Notes a one-hour write rate outside 1.5x..2.5x of input: such prices are wrong in known lists.
void warnOddRates(const ModelPrices &model, const Place &place, std::vector<std::string> &warnings);

} // namespace flyball
