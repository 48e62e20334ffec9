// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/aggregate/snapshot.h"
#include "core/engine/engine.h"
#include "core/formats/format.h"
#include "core/sources/file_tail.h"

namespace flyball {

/// One configured source: its tail, a reader per file, and how it fares. One thread.
class SourceFeed {
public:
    SourceFeed(SourceConfig config, SymbolTable &symbols);

    /// Positions and reader states as the ledger has them. Before the first poll.
    void restore(const std::vector<StoredFile> &files);
    /// Takes what is there now as read, so that only new lines count (--new).
    void skipToEnd(std::vector<StoredFile> &positions);
    /// Reads about `budgetBytes` into `batch`; positions to commit with it go to `positions`.
    PollResult poll(std::int64_t budgetBytes, FactBatch &batch, std::vector<StoredFile> &positions);
    /// Counts a batch that was committed.
    void account(const FactBatch &batch, std::int64_t duplicates, TimeNs now);
    void accountRejects(const std::vector<RejectFact> &rejects);
    void setCounters(std::int64_t lines, std::int64_t ignored, std::int64_t duplicates);
    void addReject(const RejectCount &reject);

    void setPaused(bool paused);
    [[nodiscard]] bool paused() const { return m_config.paused; }
    [[nodiscard]] bool polled() const { return m_polled; }
    [[nodiscard]] std::int64_t bytesPending() const { return m_last.bytesPending; }
    [[nodiscard]] int notifyFd() const { return m_tail.notifyFd(); }
    /// False while nothing is known that would make a poll() find anything: no notice, and not yet time to look.
    [[nodiscard]] bool due(TimeNs monotonicNow) const;
    /// Until due() at the latest.
    [[nodiscard]] int timeoutMs(TimeNs monotonicNow) const;
    [[nodiscard]] const SourceConfig &config() const { return m_config; }
    [[nodiscard]] Symbol symbol() const { return m_symbol; }
    [[nodiscard]] SourceHealth health(TimeNs now);
    [[nodiscard]] const std::map<std::string, std::int64_t> &offsets() const { return m_offsets; }
    void setLag(std::int64_t lagNs) { m_health.lagNs = lagNs; }

private:
    struct File {
        const Format *format = nullptr;
        std::unique_ptr<LineReader> reader;
        std::string restored; ///< reader state to give to a reader made later
        bool refused = false; ///< not of this source's format
    };
    void takeChunk(const Chunk &chunk, FactBatch &batch);
    [[nodiscard]] const Format *formatFor(const Chunk &chunk) const;
    void setState(SourceState state, TimeNs now);
    void setOffset(const std::string &path, std::int64_t offset);
    void noteTail();
    [[nodiscard]] TimeNs pollPeriod() const;
    [[nodiscard]] static std::string keyOf(const FileId &id);

    SourceConfig m_config;
    SymbolTable &m_symbols;
    SymbolCache m_cache;
    Symbol m_symbol = 0;
    bool m_folder = false;
    const Format *m_format = nullptr;
    FileTail m_tail;
    std::unordered_map<FileId, File, FileIdHash> m_files;
    std::map<std::string, FilePosition> m_touched; ///< by file key, of this poll
    std::map<std::string, std::int64_t> m_offsets; ///< by path
    std::int64_t m_bytesTaken = 0;                 ///< sum of them
    bool m_tailChanged = true;                     ///< since its health was asked
    PollResult m_last;
    bool m_polled = false;
    TimeNs m_nextPoll = 0; ///< monotonic
    SourceHealth m_health;
    std::deque<std::pair<TimeNs, std::int64_t>> m_recent; ///< (when, lines) of the last seconds
    TimeNs m_lastData = 0;
};

} // namespace flyball
