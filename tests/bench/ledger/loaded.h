// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "core/engine/engine.h"

namespace flyball::bench {

inline double msSince(TimeNs start) { return static_cast<double>(monotonicNow() - start) / 1e6; }

/// The snapshot of a ledger whose roll-ups are all in memory; ends the program when that takes over 30 s.
inline std::shared_ptr<const Snapshot> whole(const Engine &engine)
{
    for (int i = 0; i < 600; ++i) {
        auto snapshot = engine.latest();
        if (snapshot->quartersComplete)
            return snapshot;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    std::fprintf(stderr, "the ledger was not loaded\n");
    std::exit(1);
}

} // namespace flyball::bench
