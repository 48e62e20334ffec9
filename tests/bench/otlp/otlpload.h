// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "core/base/time.h"

namespace flyball::bench {

/// An export of `count` calls whose trace ids begin with `first`; the same in both forms.
[[nodiscard]] std::string jsonExport(unsigned first, unsigned count);
[[nodiscard]] std::string protobufExport(unsigned first, unsigned count);

struct Load {
    std::string url;
    bool protobuf = false;
    unsigned senders = 4;
    unsigned bodies = 100;     ///< of each sender
    unsigned spans = 100;      ///< in each body
    double spansPerSecond = 0; ///< all senders together; 0: as fast as they are answered
};
struct Figures {
    double spansPerSecond = 0;
    double p50Ms = 0, p99Ms = 0, maxMs = 0; ///< from a request to its answer
    std::int64_t notTaken = 0;              ///< answers other than 200
};
/// Sends it from threads of its own, each with one connection that it keeps.
[[nodiscard]] Figures run(const Load &load, std::atomic<unsigned> &nextTrace);

} // namespace flyball::bench
