// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/policy: a document as a flat list of named facts in words.
#pragma once

#include "core/policy/document/document.h"
#include "core/policy/json/value.h"

#include <optional>
#include <string>
#include <vector>

namespace flyball {

struct PolicyFact {
    std::string key;   ///< equal in two documents when they speak of the same thing
    std::string path;  ///< JSON pointer into the document
    std::string where; ///< scope in words
    std::string what;
    std::string text; ///< value in words
    std::optional<JsonNumber> number;
    std::string order; ///< rules: the ids before it, to see moves
};
[[nodiscard]] std::vector<PolicyFact> policyFacts(const PolicyDocument &document);

} // namespace flyball
