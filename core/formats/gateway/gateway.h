// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/formats/format.h"

/// One call told twice: by a gateway that stood between, and by whoever called (a span, a transcript, a step). Both
/// name the provider's response. The row is copied into the caller's group, which it completes, and its own group
/// gets a mark that the call is told elsewhere; so each group can be resolved by itself, in any order. Neither fact
/// reaches the format that resolves its group.
namespace flyball::gateway {

/// Trait subject that says that a ledger holds such rows at all (GatewaySeen).
inline constexpr std::string_view kSubject = "gateway-rows";
/// How far apart two clocks may be for one response id to be one call.
inline constexpr TimeNs kClockSlack = 30 * kSecond;

/// What a call can be met by: its response id, and the group of a transcript that is keyed by it. 0 = nothing.
using Keys = std::array<std::uint64_t, 2>;
[[nodiscard]] Keys keysOfRow(std::uint64_t requestKey, std::string_view response);
[[nodiscard]] Keys keysOfCaller(std::uint64_t requestKey, const Key128 &group, std::string_view format);

/// When something happened, for telling one response id from another that looks like it.
struct Span {
    TimeNs from = 0, until = 0;
    bool assumed = false; ///< by arrival: says nothing
};
[[nodiscard]] Span spanOf(TimeNs time, std::int64_t latencyNs, std::uint32_t flags);
[[nodiscard]] bool fit(const Span &a, const Span &b);

/// The row as it stands in the caller's group. It is a fact of the row's source and goes with it.
[[nodiscard]] CallFact companion(const CallFact &row, const CallFact &caller);
/// The mark in the row's own group. It is a fact of the caller's source and goes with that one.
[[nodiscard]] CallFact toldMark(const CallFact &row, const CallFact &caller);

/// Moves joined facts behind the others, keeping their order; returns how many others there are.
[[nodiscard]] std::size_t setApart(std::vector<CallFact> &calls);
/// Carries out what the joined facts behind `own` say, once the format has resolved the others.
void apply(const std::vector<CallFact> &calls, std::size_t own, ResolvedGroup &out);

/// The most complete counts of both, input and output apart: a side that is missing or estimated gives way; with
/// equal sums the one that tells more classes apart is kept; else the larger sum. Who was asked, and what it cost
/// by its own account, is the gateway's to say.
void complete(Call &call, const CallFact &row);

} // namespace flyball::gateway
