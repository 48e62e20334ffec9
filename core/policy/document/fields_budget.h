// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/policy: see fields.h.
#pragma once

#include "core/policy/document/body.h"

#include <concepts>
#include <type_traits>

namespace flyball {

template <typename T, typename U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <typename Io, Is<Limit> T>
void fields(Io &io, T &x)
{
    io.atLeastOneMember();
    io.integer("tokens", x.tokens, 1);
    io.usd("usd", x.usd, true);
}

template <typename Io, Is<PeriodCap> T>
void fields(Io &io, T &x)
{
    io.requiredChoice("window", x.window);
    io.usd("soft_usd", x.softUsd, false);
    io.usd("hard_usd", x.hardUsd, false);
}

template <typename Io, Is<Budget> T>
void fields(Io &io, T &x)
{
    io.part("run_soft", x.runSoft);
    io.part("run_hard", x.runHard);
    io.integer("call_max_tokens", x.callMaxTokens, 1);
    io.integer("call_max_output_tokens", x.callMaxOutputTokens, 1);
    io.integer("max_iterations", x.maxIterations, 1);
    io.parts("periods", x.periods);
    io.choices("on_soft", x.onSoft);
    io.choice("on_hard", x.onHard);
}

} // namespace flyball
