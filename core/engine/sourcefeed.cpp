// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/sourcefeed.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr TimeNs kRateWindow = 5 * kSecond;
constexpr TimeNs kLiveFor = 60 * kSecond;

} // namespace

SourceFeed::SourceFeed(SourceConfig config, SymbolTable &symbols)
    : m_config(std::move(config)), m_symbols(symbols), m_cache(symbols), m_symbol(symbols.intern(m_config.target))
{
    m_health.id = m_config.id;
    m_health.kind = m_config.kind;
    m_health.target = m_config.target;
    m_health.symbol = m_symbol;
    m_health.since = wallClockNow();
}

void SourceFeed::accountRejects(const std::vector<RejectFact> &rejects)
{
    for (const RejectFact &reject : rejects) {
        ++m_health.rejected;
        const std::string reason(m_symbols.text(reject.reason));
        auto it = std::find_if(m_health.rejects.begin(), m_health.rejects.end(),
                               [&](const RejectReason &r) { return r.reason == reason; });
        if (it == m_health.rejects.end())
            it = m_health.rejects.insert(m_health.rejects.end(), RejectReason{reason, 0, {}, 0, 0});
        ++it->count;
        it->lastPath = m_symbols.text(reject.path);
        it->lastOffset = reject.offset;
        it->lastLength = reject.length;
    }
}

void SourceFeed::addReject(const RejectCount &reject)
{
    m_health.rejected += reject.count;
    auto it = std::find_if(m_health.rejects.begin(), m_health.rejects.end(),
                           [&](const RejectReason &r) { return r.reason == reject.reason; });
    if (it == m_health.rejects.end())
        it = m_health.rejects.insert(m_health.rejects.end(), RejectReason{reject.reason, 0, {}, 0, 0});
    it->count += reject.count;
    it->lastPath = reject.path;
    it->lastOffset = reject.offset;
    it->lastLength = reject.length;
}

void SourceFeed::account(const FactBatch &batch, std::int64_t duplicates, TimeNs now)
{
    m_health.lines += batch.lines;
    m_health.ignored += batch.ignored;
    m_health.metrics += batch.metrics;
    m_health.duplicates += duplicates;
    m_health.newestEvent = std::max(m_health.newestEvent, batch.newest);
    accountRejects(batch.rejects);
    if (batch.lines > 0) {
        m_recent.emplace_back(now, batch.lines);
        m_lastData = now;
    }
}

void SourceFeed::setCounters(std::int64_t lines, std::int64_t ignored, std::int64_t duplicates)
{
    m_health.lines = lines;
    m_health.ignored = ignored;
    m_health.duplicates = duplicates;
}

void SourceFeed::setPaused(bool paused)
{
    m_config.paused = paused;
    setState(paused ? SourceState::Paused : SourceState::Unknown, wallClockNow());
}

void SourceFeed::setState(SourceState state, TimeNs now)
{
    if (m_health.state == state)
        return;
    m_health.state = state;
    m_health.since = now;
}

void SourceFeed::setOffset(const std::string &path, std::int64_t offset)
{
    std::int64_t &known = m_offsets[path];
    m_bytesTaken += offset - known;
    known = offset;
}

SourceState SourceFeed::liveOrIdle(TimeNs now) const
{
    return m_lastData > 0 && now - m_lastData < kLiveFor ? SourceState::Live : SourceState::Idle;
}

SourceHealth SourceFeed::health(TimeNs now)
{
    while (!m_recent.empty() && m_recent.front().first < now - kRateWindow)
        m_recent.pop_front();
    std::int64_t lines = 0;
    for (const auto &[when, count] : m_recent)
        lines += count;
    m_health.linesPerSecond = static_cast<double>(lines) / (static_cast<double>(kRateWindow) / 1e9);
    m_health.bytesRead = m_bytesTaken;
    m_health.options = m_config.options;
    m_health.told = m_config.options.contains("told");
    const SourceState state = look(m_health, now);
    setState(m_config.paused ? SourceState::Paused : state, now);
    return m_health;
}

} // namespace flyball
