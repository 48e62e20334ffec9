// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/domain/sourceconfig.h"
#include "core/ledger/ledger.h"
#include "core/sources/file_tail.h"

namespace flyball {

/// One configured source as the pipeline reads it, and how it fares. One thread.
class SourceFeed {
public:
    virtual ~SourceFeed() = default;
    SourceFeed(const SourceFeed &) = delete;
    SourceFeed &operator=(const SourceFeed &) = delete;

    /// Positions and states as the ledger has them. Before the first poll.
    virtual void restore(const std::vector<StoredFile> &files) = 0;
    /// Takes what is there now as read, so that only new lines count (--new).
    virtual void skipToEnd(std::vector<StoredFile> &positions) = 0;
    /// Reads about `budgetBytes` into `batch`; positions to commit with it go to `positions`.
    virtual PollResult poll(std::int64_t budgetBytes, FactBatch &batch, std::vector<StoredFile> &positions) = 0;
    /// What poll() handed over is stored, or cannot be now (it is tried again; who sent it may send it again).
    virtual void settled(const Result<> &) {}
    /// Whether somebody waits until what poll() handed over is stored.
    [[nodiscard]] virtual bool awaited() const { return false; }

    /// Whether what comes is answered once it is stored: then it is read as it comes.
    [[nodiscard]] virtual bool answers() const { return false; }

    /// Counts a batch that was committed.
    void account(const FactBatch &batch, std::int64_t duplicates, TimeNs now);
    void accountRejects(const std::vector<RejectFact> &rejects);
    void setCounters(std::int64_t lines, std::int64_t ignored, std::int64_t duplicates);
    void addReject(const RejectCount &reject);

    virtual void setPaused(bool paused);
    /// Remembered with the configuration, for a feed that is made again.
    void setTold(bool told)
    {
        told ? (void)m_config.options.emplace("told", "1") : (void)m_config.options.erase("told");
    }
    [[nodiscard]] bool paused() const { return m_config.paused; }
    [[nodiscard]] bool polled() const { return m_polled; }
    [[nodiscard]] virtual std::int64_t bytesPending() const = 0;
    [[nodiscard]] virtual int notifyFd() const = 0;
    /// False while nothing is known that would make a poll() find anything: no notice, and not yet time to look.
    [[nodiscard]] virtual bool due(TimeNs monotonicNow) const = 0;
    /// Until due() at the latest.
    [[nodiscard]] virtual int timeoutMs(TimeNs monotonicNow) const = 0;
    [[nodiscard]] const SourceConfig &config() const { return m_config; }
    [[nodiscard]] Symbol symbol() const { return m_symbol; }
    [[nodiscard]] SourceHealth health(TimeNs now);
    [[nodiscard]] const std::map<std::string, std::int64_t> &offsets() const { return m_offsets; }
    void setLag(std::int64_t lagNs) { m_health.lagNs = lagNs; }

protected:
    SourceFeed(SourceConfig config, SymbolTable &symbols);
    /// Fills in what only the kind of source knows and says which state it is in, unless it is paused.
    [[nodiscard]] virtual SourceState look(SourceHealth &health, TimeNs now) = 0;
    /// Live for a while after data came, then idle.
    [[nodiscard]] SourceState liveOrIdle(TimeNs now) const;
    void setOffset(const std::string &path, std::int64_t offset);

    SourceConfig m_config;
    SymbolTable &m_symbols;
    SymbolCache m_cache;
    Symbol m_symbol = 0;
    bool m_polled = false;

private:
    void setState(SourceState state, TimeNs now);

    std::map<std::string, std::int64_t> m_offsets; ///< by path
    std::int64_t m_bytesTaken = 0;                 ///< sum of them
    SourceHealth m_health;
    std::deque<std::pair<TimeNs, std::int64_t>> m_recent; ///< (when, lines) of the last seconds
    TimeNs m_lastData = 0;
};

} // namespace flyball
