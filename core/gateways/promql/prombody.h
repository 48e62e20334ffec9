// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/gateways/promql.
#pragma once

#include "core/gateways/promql/promanswer.h"

namespace flyball {

struct PromBody {
    std::string status;
    PromAnswer answer; ///< with error and errorType as they were told
};

/// Walks a body; what is wrong with it, or an empty text.
[[nodiscard]] std::string readPromBody(std::string_view body, PromBody &out);

} // namespace flyball
