// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/jsonfields.h"
#include "core/gateways/rest/workflowlabel.h"

#include <string>
#include <string_view>

namespace flyball {

/// A row of LiteLLM's spend log (LiteLLM_SpendLogs as its API tells it) in the words of the payload it logs of the same
/// call, for the one reader of both (core/formats/litellm).
struct SpendRow {
    std::string payload;        ///< one line; empty: refused
    std::string_view rejection; ///< why, by name: no_id, bad_money, refund, not_an_object
    std::string workflow;       ///< by the labels asked for; empty: as the reader says
};
[[nodiscard]] SpendRow readSpendRow(std::string_view text, const WorkflowLabel &label);

} // namespace flyball
