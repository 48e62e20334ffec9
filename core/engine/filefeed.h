// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <unordered_map>

#include "core/engine/sourcefeed.h"
#include "core/formats/format.h"

namespace flyball {

/// A file or folder that is followed: its tail, and a reader per file.
class FileFeed final : public SourceFeed {
public:
    FileFeed(SourceConfig config, SymbolTable &symbols);

    void restore(const std::vector<StoredFile> &files) override;
    void skipToEnd(std::vector<StoredFile> &positions) override;
    PollResult poll(std::int64_t budgetBytes, FactBatch &batch, std::vector<StoredFile> &positions) override;
    void setPaused(bool paused) override;
    [[nodiscard]] std::int64_t bytesPending() const override { return m_last.bytesPending; }
    [[nodiscard]] int notifyFd() const override { return m_tail.notifyFd(); }
    [[nodiscard]] bool due(TimeNs monotonicNow) const override;
    [[nodiscard]] int timeoutMs(TimeNs monotonicNow) const override;

private:
    struct File {
        const Format *format = nullptr;
        std::unique_ptr<LineReader> reader;
        std::string restored; ///< reader state to give to a reader made later
        bool refused = false; ///< not of this source's format
    };
    [[nodiscard]] SourceState look(SourceHealth &health, TimeNs now) override;
    void takeChunk(const Chunk &chunk, FactBatch &batch);
    [[nodiscard]] const Format *formatFor(const Chunk &chunk) const;
    void noteTail(SourceHealth &health);
    [[nodiscard]] TimeNs pollPeriod() const;
    [[nodiscard]] static std::string keyOf(const FileId &id);

    bool m_folder = false;
    const Format *m_format = nullptr;
    FileTail m_tail;
    std::unordered_map<FileId, File, FileIdHash> m_files;
    std::map<std::string, FilePosition> m_touched; ///< by file key, of this poll
    bool m_tailChanged = true;                     ///< since its health was asked
    PollResult m_last;
    TimeNs m_nextPoll = 0; ///< monotonic
};

} // namespace flyball
