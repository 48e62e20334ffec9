// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/world/rates.h"
#include "core/base/time.h"

#include <cstdint>
#include <span>
#include <unordered_map>

namespace flyball::agentsim {

/// A piece of a prompt; two pieces with the same id have the same text.
struct PromptBlock {
    std::uint64_t id = 0;
    std::int64_t tokens = 0;
};

/// How much of its prompt an agent asks to be cached.
enum class CacheMode : std::uint8_t {
    None,
    SystemOnly, ///< up to the end of the first block
    Full,       ///< up to the last message
};

/// Input of one call as the provider bills it; fresh + read + written is the whole prompt.
struct CacheSplit {
    std::int64_t fresh = 0;
    std::int64_t read = 0;
    std::int64_t written = 0;
};

/// The prompt caches of all providers: a hash chain over the prompt's blocks, per model.
/// An entry lives for the TTL after its last use (sliding): a call that starts exactly one TTL later
/// misses. It can be read only after the first answer that wrote it has begun. Calls must come in
/// order of their start time. One thread.
class PrefixCache {
public:
    static constexpr TimeNs kTtl = 5 * kMinute;

    /// Looks the prompt up, stores or refreshes its prefixes and says how its input is billed.
    CacheSplit use(const Model &model, std::span<const PromptBlock> prompt, CacheMode mode, TimeNs start,
                   TimeNs readableAt);

    [[nodiscard]] std::size_t size() const { return m_entries.size(); }

private:
    struct Entry {
        TimeNs readableAt = 0;
        TimeNs expires = 0;
    };
    void dropExpired(TimeNs now);

    std::unordered_map<std::uint64_t, Entry> m_entries;
    std::size_t m_purgeAt = 1 << 16;
};

} // namespace flyball::agentsim
