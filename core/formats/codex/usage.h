// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "core/domain/usage.h"
#include "core/formats/jsonfields.h"

namespace flyball::codex {

/// The counts Codex keeps, as it writes them: input with cached and written in it, output with reasoning
/// in it. Never total_tokens, which holds the window size after an overflow.
struct RawCounts {
    std::array<std::int64_t, 5> n{}; ///< input, cached, written, output, reasoning
    friend bool operator==(const RawCounts &, const RawCounts &) = default;

    [[nodiscard]] bool isZero() const { return n == decltype(n){}; }
    /// What was added since `before`; a count that fell means that counting began anew.
    [[nodiscard]] RawCounts since(const RawCounts &before) const
    {
        RawCounts more;
        for (std::size_t i = 0; i < n.size(); ++i) {
            if (n[i] < before.n[i])
                return *this;
            more.n[i] = n[i] - before.n[i];
        }
        return more;
    }
    [[nodiscard]] std::string text() const
    {
        std::string out;
        for (const std::int64_t value : n)
            out += std::to_string(value) + ',';
        return out;
    }
    [[nodiscard]] static RawCounts of(const JsonFields &usage, CountReader &count)
    {
        return {{count(usage, "input_tokens"), count(usage, "cached_input_tokens"),
                 count(usage, "cache_write_input_tokens"), count(usage, "output_tokens"),
                 count(usage, "reasoning_output_tokens")}};
    }
    [[nodiscard]] Usage disjoint() const
    {
        Usage usage;
        usage.quality = UsageQuality::Exact;
        const std::int64_t cached = std::min(n[1], n[0]);
        const std::int64_t written = std::min(n[2], n[0] - cached);
        const std::int64_t reasoning = std::min(n[4], n[3]);
        usage[TokenClass::InFresh] = n[0] - cached - written;
        usage[TokenClass::CacheRead] = cached;
        usage[TokenClass::CacheWriteUntyped] = written;
        usage[TokenClass::OutReasoning] = reasoning;
        usage[TokenClass::OutText] = n[3] - reasoning;
        return usage;
    }
};

} // namespace flyball::codex
