// SPDX-License-Identifier: GPL-3.0-or-later
// From what sources have to what is on disk: read, merge, commit.
#include <algorithm>

#include "core/engine/pipeline.h"

namespace flyball {

namespace {

constexpr std::int64_t kImportShown = 8LL << 20; ///< smaller backlogs are read before anyone could look
constexpr std::int64_t kBulkCalls = 20'000;      ///< commit a large batch before it grows further

} // namespace

bool Pipeline::readSome(std::int64_t budgetBytes, bool onlyDue)
{
    if (m_unsaved || readOnly() || !mergeHeld())
        return false;
    m_moreToRead = false;
    for (const auto &feed : m_feeds) {
        if (feed->paused() || (onlyDue && !feed->due(monotonicNow())))
            continue;
        Read read;
        read.feed = feed.get();
        const PollResult result = feed->poll(budgetBytes, read.batch, m_positions);
        m_moreToRead = m_moreToRead || result.more;
        m_importDone += result.bytesRead;
        if (read.batch.lines > 0 || read.batch.size() > 0) {
            dropRetained(read.batch);
            for (TraitFact &trait : read.batch.traits)
                trait.source = feed->symbol();
            m_read.push_back(std::move(read));
            m_held = true;
            if (!mergeHeld()) {
                m_moreToRead = true;
                break;
            }
        }
    }
    m_pendingFacts = !m_positions.empty() || !m_read.empty() || m_collator.pending();
    updateImport();
    std::int64_t calls = 0;
    for (const Read &read : m_read)
        calls += static_cast<std::int64_t>(read.batch.calls.size());
    if (calls > kBulkCalls)
        commit();
    return m_moreToRead;
}

/// Merges the batch that was read last, the only one that can be waiting for that.
bool Pipeline::mergeHeld()
{
    if (!m_held)
        return true;
    Read &read = m_read.back();
    if (const Result<> added = m_collator.add(read.batch, read.added); !added) {
        m_stall = added.error();
        return false;
    }
    m_held = false;
    return true;
}

/// What retention has let go stays in the roll-ups; reading its lines again must not count it twice.
void Pipeline::dropRetained(FactBatch &batch) const
{
    if (m_horizon == kNoTime)
        return;
    const std::size_t before = batch.calls.size();
    std::erase_if(batch.calls, [&](const CallFact &fact) { return fact.time < m_horizon; });
    batch.ignored += static_cast<std::int64_t>(before - batch.calls.size());
}

void Pipeline::updateImport()
{
    std::int64_t pending = 0;
    for (const auto &feed : m_feeds)
        if (!feed->paused())
            pending += feed->bytesPending();
    const TimeNs now = monotonicNow();
    if (!m_import.active) {
        if (pending <= kImportShown) {
            m_importDone = 0;
            return;
        }
        m_import.active = true;
        m_importStart = now;
        m_importDone = 0;
    }
    m_import.bytesDone = m_importDone;
    m_import.bytesTotal = m_importDone + pending;
    m_import.callsDone = m_collator.callsAdded();
    const double seconds = static_cast<double>(now - m_importStart) / 1e9;
    // A rate measured over less than half a second is a guess, and so would the estimate be.
    m_import.secondsLeft = seconds > 0.5 && m_importDone > 0
                               ? static_cast<double>(pending) * seconds / static_cast<double>(m_importDone)
                               : -1;
    if (pending == 0)
        m_import = {};
}

bool Pipeline::awaited() const
{
    return std::any_of(m_feeds.begin(), m_feeds.end(), [](const auto &feed) { return feed->awaited(); });
}

bool Pipeline::commit()
{
    const bool stored = commitNow();
    for (const auto &feed : m_feeds)
        if (feed->awaited())
            feed->settled(stored ? Result<>() : Result<>(m_stall));
    return stored;
}

bool Pipeline::commitNow()
{
    if (!m_unsaved) {
        if (!hasPending())
            return true;
        // A position stored without the rows read up to it would lose them: they wait together.
        if (!mergeHeld())
            return false;
        LedgerWrite write;
        m_collator.collect(write);
        write.files = std::move(m_positions);
        m_positions.clear();
        // What was refused makes a total a lower bound: it commits with the rows or not at all.
        for (const Read &read : m_read)
            write.otherSources.push_back(
                {read.feed->config().target, read.batch.rejects, read.batch.lines, read.batch.ignored, 0});
        if (!write.otherSources.empty())
            write.otherSources.front().duplicates = m_collator.takeDuplicates();
        m_unsaved = std::move(write);
        m_pendingFacts = false;
    }
    LedgerWrite &write = *m_unsaved;
    Result<> done = storeHasQuality();
    if (done)
        done = m_ledger->commit(write);
    if (!done) {
        m_stall = done.error();
        return false;
    }
    m_stall = {};
    applyCommitted(write);
    m_unsaved.reset();
    return true;
}

void Pipeline::applyCommitted(LedgerWrite &write)
{
    const TimeNs now = wallClockNow();
    for (std::size_t i = 0; i < m_read.size(); ++i) {
        const Read &read = m_read[i];
        read.feed->account(read.batch, i == 0 ? write.otherSources.front().duplicates : 0, now);
        const bool live = !m_import.active && read.batch.newest != kNoTime;
        if (live)
            read.feed->setLag(std::max<std::int64_t>(0, now - read.batch.newest));
    }
    m_read.clear();
    if (m_seriesShared && m_seriesShared->size() != m_collator.series().size())
        m_seriesShared.reset();
    trimMinutes();
    m_minutes.apply(std::move(write.minuteDeltas));
    m_quarters.apply(std::move(write.quarterDeltas));
    m_collator.committed();
}

} // namespace flyball
