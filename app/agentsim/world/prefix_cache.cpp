// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/world/prefix_cache.h"

#include "app/agentsim/world/dice.h"

#include <algorithm>

namespace flyball::agentsim {

CacheSplit PrefixCache::use(const Model &model, std::span<const PromptBlock> prompt, CacheMode mode, TimeNs start,
                            TimeNs readableAt)
{
    if (m_entries.size() >= m_purgeAt)
        dropExpired(start);

    CacheSplit split;
    std::uint64_t chain = mix64(static_cast<std::uint64_t>(model.id) + 1);
    std::int64_t length = 0;
    std::int64_t hit = 0;
    std::int64_t marked = 0;
    const bool caches = model.cacheMinimum > 0 && mode != CacheMode::None;
    const std::size_t limit = mode == CacheMode::SystemOnly ? std::min<std::size_t>(1, prompt.size()) : prompt.size();
    for (std::size_t i = 0; i < prompt.size(); ++i) {
        length += prompt[i].tokens;
        if (!caches || i >= limit)
            continue;
        chain = mix64(chain ^ prompt[i].id);
        if (length < model.cacheMinimum)
            continue;
        marked = length;
        Entry &entry = m_entries[chain];
        if (entry.expires > start) {
            if (entry.readableAt <= start)
                hit = length;
            else
                entry.readableAt = std::min(entry.readableAt, readableAt);
        } else {
            entry.readableAt = readableAt;
        }
        entry.expires = start + kTtl;
    }
    split.read = hit - hit % model.cacheGranule;
    split.written = model.explicitCache ? marked - split.read : 0;
    split.fresh = length - split.read - split.written;
    return split;
}

void PrefixCache::dropExpired(TimeNs now)
{
    std::erase_if(m_entries, [now](const auto &item) { return item.second.expires <= now; });
    m_purgeAt = std::max<std::size_t>(1 << 16, 2 * m_entries.size());
}

} // namespace flyball::agentsim
