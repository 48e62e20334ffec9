// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/domain/facts.h"

namespace flyball {

/// The group in which a signal from outside the traces waits for what it names. It is computed from the words of
/// the signal alone, and from a run or call alone, so that either may come first. Stored: never change them.
[[nodiscard]] inline Key128 addressOfRun(const Key128 &run)
{
    // Apart from the run's own group: forgetting a trace must not forget what people said of it.
    return {run.hi ^ 0x51A1175165A15ULL, run.lo ^ 0xADD2E55ULL};
}
[[nodiscard]] inline Key128 addressOfSession(std::string_view session) { return hashKey(session, 0x51A11751); }
[[nodiscard]] inline Key128 addressOfPrompt(std::string_view session, std::string_view prompt)
{
    std::string identity(session);
    identity += '\x1f';
    identity += prompt;
    return hashKey(identity, 0x51A11752);
}
/// By the hash that calls are compared by (CallFact::requestKey).
[[nodiscard]] inline Key128 addressOfRequest(std::uint64_t requestKey) { return {0x51A1175165A17ULL, requestKey}; }

} // namespace flyball
