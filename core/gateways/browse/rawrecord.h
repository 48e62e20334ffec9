// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/domain/facts.h"
#include "core/gateways/browse/rawpage.h"

namespace flyball {

/// The fields of a JSON object as one line: numbers, truths, times and known names as they stand, any other text by its
/// size alone, since it may be what people and models said. Lists and objects by what they hold. "not JSON, 120 bytes"
/// where it is none.
[[nodiscard]] std::string fieldsOf(std::string_view record);

/// What a reader said of one record.
struct RawMeaning {
    std::string text;
    RawTone tone = RawTone::Known;
};
[[nodiscard]] RawMeaning meaningOf(const FactBatch &batch, const SymbolTable &symbols);

} // namespace flyball
