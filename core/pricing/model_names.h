// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// Forms of one model name, in the order they are looked up (pricing.md 1.4): the name itself, its
/// compact date written with dashes, then with ever more decoration removed: suffixes ([1m], :latest,
/// :thinking, :free, @date, -v1:0, -20250929, -2024-08-06, a fine-tune's org and id), path segments from
/// the left, region and vendor prefixes of Bedrock.
struct NameForms {
    std::vector<std::string> forms;
    std::size_t exactCount = 0; ///< the first ones are the name itself, nothing removed
};

/// `lowerName` as normaliseName gives it, at most kMaxNameLength long.
[[nodiscard]] NameForms nameForms(const std::string &lowerName);
/// "openai" of "openai/gpt-4o"; empty without a path.
[[nodiscard]] std::string_view pathHead(std::string_view lowerName);

} // namespace flyball
