// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <mutex>

#include "core/engine/remotesource.h"
#include "core/engine/sourcefeed.h"

namespace flyball {

/// A source that delivers from threads of its own: holds what came until the ingest thread takes it, in order.
class RemoteFeed final : public SourceFeed, private Inbox {
public:
    /// `source` null: it could not be made, `problem` says why.
    RemoteFeed(SourceConfig config, SymbolTable &symbols, std::unique_ptr<RemoteSource> source, std::string problem);
    ~RemoteFeed() override;

    void restore(const std::vector<StoredFile> &files) override;
    /// Nothing to skip: what is delivered after the start is new.
    void skipToEnd(std::vector<StoredFile> &) override {}
    PollResult poll(std::int64_t budgetBytes, FactBatch &batch, std::vector<StoredFile> &positions) override;
    void settled(const Result<> &stored) override;
    [[nodiscard]] bool awaited() const override { return !m_waiters.empty(); }
    [[nodiscard]] bool answers() const override { return true; }
    void setPaused(bool paused) override;
    [[nodiscard]] std::int64_t bytesPending() const override { return 0; }
    [[nodiscard]] int notifyFd() const override { return m_notify; }
    [[nodiscard]] bool due(TimeNs monotonicNow) const override;
    [[nodiscard]] int timeoutMs(TimeNs monotonicNow) const override;

private:
    [[nodiscard]] bool deliver(Delivery &&delivery) override;
    [[nodiscard]] std::size_t waiting() const override;
    [[nodiscard]] SourceState look(SourceHealth &health, TimeNs now) override;
    void start();
    void stop();

    std::unique_ptr<RemoteSource> m_source;
    std::string m_problem;
    std::string m_state; ///< of the last delivery taken
    bool m_started = false;
    int m_notify = -1;
    RemoteHealth m_remote;
    TimeNs m_lastGood = kNoTime; ///< wall clock
    GatewayBudgetsPtr m_budgets;
    std::vector<std::function<void(const Result<> &)>> m_waiters;
    mutable std::mutex m_mutex; ///< guards the two below
    std::deque<Delivery> m_queue;
    std::size_t m_facts = 0; ///< in the queue
};

} // namespace flyball
