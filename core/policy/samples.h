// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"
#include "core/base/time.h"
#include "core/domain/call.h"

#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// One call of a finished run, as the ledger has it. Absent counts and costs are unknown, not 0.
struct CallSample {
    TimeNs time = 0;
    std::string step;
    std::optional<std::int64_t> inputTokens; ///< cached input included
    std::optional<std::int64_t> outputTokens;
    std::optional<PicoUsd> cost;
};

/// One closed run and its trajectory, in the order of time.
struct RunSample {
    std::string id;
    Outcome outcome = Outcome::Unknown;
    std::vector<CallSample> calls;

    [[nodiscard]] std::optional<std::int64_t> tokens() const
    {
        std::int64_t sum = 0;
        for (const CallSample &call : calls) {
            if (!call.inputTokens || !call.outputTokens)
                return std::nullopt;
            sum += *call.inputTokens + *call.outputTokens;
        }
        return sum;
    }
    [[nodiscard]] std::optional<UsdSum> cost() const
    {
        UsdSum sum;
        for (const CallSample &call : calls) {
            if (!call.cost)
                return std::nullopt;
            sum.add(*call.cost);
        }
        return sum;
    }
};

} // namespace flyball
