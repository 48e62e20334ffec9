// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "core/engine/factstore.h"

namespace flyball {

/// One call told by two channels: the event of `event` is copied into the group of the call it completes
/// (`host`), and its own group is told so. After that each group can be resolved by itself again, in any order
/// and after a restart. `added` is called for both facts. False when the two have nothing to do with each other.
bool joinTelemetry(FactStore &store, SymbolTable &symbols, std::uint32_t host, std::uint32_t event,
                   std::uint64_t requestKey, const std::function<void(std::uint32_t, const CallFact &)> &added);

/// Joins every event of the store with the call it tells of; returns how many were joined.
std::int64_t joinAllTelemetry(FactStore &store, SymbolTable &symbols);

} // namespace flyball
