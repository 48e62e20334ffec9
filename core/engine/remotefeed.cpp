// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/remotefeed.h"

#include <algorithm>
#include <iterator>
#include <sys/eventfd.h>
#include <unistd.h>

namespace flyball {

namespace {

constexpr std::size_t kMostWaiting = 50'000; ///< facts before a source is told that there is no room
constexpr std::size_t kMostTaken = 20'000;   ///< facts in one round: a commit must stay short
constexpr const char *kStateKey = "remote";
constexpr int kIdleMs = 2000;

template <typename Item>
void append(std::vector<Item> &to, std::vector<Item> &&from)
{
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void append(FactBatch &to, FactBatch &&from)
{
    append(to.calls, std::move(from.calls));
    append(to.spans, std::move(from.spans));
    append(to.signals, std::move(from.signals));
    append(to.traits, std::move(from.traits));
    append(to.rejects, std::move(from.rejects));
    to.lines += from.lines;
    to.bytes += from.bytes;
    to.ignored += from.ignored;
    to.metrics += from.metrics;
    to.newest = std::max(to.newest, from.newest);
}

} // namespace

RemoteFeed::RemoteFeed(SourceConfig config, SymbolTable &symbols, std::unique_ptr<RemoteSource> source,
                       std::string problem)
    : SourceFeed(std::move(config), symbols),
      m_source(std::move(source)),
      m_problem(std::move(problem)),
      m_notify(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{}

RemoteFeed::~RemoteFeed()
{
    stop();
    settled(Error{ErrorCode::Cancelled, "the source was removed"});
    ::close(m_notify);
}

void RemoteFeed::restore(const std::vector<StoredFile> &files)
{
    for (const StoredFile &file : files)
        if (file.fileKey == kStateKey)
            m_state = file.state;
}

/// With the first poll: the state it begins from must have been restored.
void RemoteFeed::start()
{
    if (m_started || !m_source)
        return;
    m_started = true;
    m_source->start(m_state, *this);
}

void RemoteFeed::stop()
{
    if (!m_started)
        return;
    m_source->stop();
    m_started = false;
    std::deque<Delivery> left;
    {
        const std::lock_guard lock(m_mutex);
        left.swap(m_queue);
        m_facts = 0;
    }
    for (const Delivery &delivery : left)
        if (delivery.stored)
            delivery.stored(Error{ErrorCode::Cancelled, "the source was stopped"});
}

void RemoteFeed::setPaused(bool paused)
{
    if (paused)
        stop();
    SourceFeed::setPaused(paused);
}

bool RemoteFeed::deliver(Delivery &&delivery)
{
    const std::lock_guard lock(m_mutex);
    // One delivery larger than all room must get in some time.
    if (m_facts > 0 && m_facts + delivery.batch.size() > kMostWaiting)
        return false;
    m_facts += delivery.batch.size();
    m_queue.push_back(std::move(delivery));
    // Under the lock: a notice that comes after its delivery was taken would have the ingest thread run in circles.
    const std::uint64_t one = 1;
    (void)!::write(m_notify, &one, sizeof one);
    return true;
}

std::size_t RemoteFeed::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_facts;
}

PollResult RemoteFeed::poll(std::int64_t, FactBatch &batch, std::vector<StoredFile> &positions)
{
    start();
    PollResult result;
    std::deque<Delivery> taken;
    {
        const std::lock_guard lock(m_mutex);
        std::uint64_t drained = 0;
        (void)!::read(m_notify, &drained, sizeof drained);
        std::size_t facts = 0;
        while (!m_queue.empty() && (facts == 0 || facts + m_queue.front().batch.size() <= kMostTaken)) {
            facts += m_queue.front().batch.size();
            m_facts -= m_queue.front().batch.size();
            taken.push_back(std::move(m_queue.front()));
            m_queue.pop_front();
        }
        result.more = !m_queue.empty();
    }
    m_polled = true;
    std::string state;
    for (Delivery &delivery : taken) {
        result.bytesRead += delivery.batch.bytes;
        if (!delivery.state.empty())
            state = std::move(delivery.state);
        if (delivery.hasHealth) {
            m_remote = std::move(delivery.health);
            if (m_remote.error.empty())
                m_lastGood = m_remote.at;
        }
        if (delivery.budgets)
            m_budgets = std::move(delivery.budgets);
        if (delivery.stored)
            m_waiters.push_back(std::move(delivery.stored));
        append(batch, std::move(delivery.batch));
    }
    if (!state.empty() && state != m_state) {
        m_state = state;
        positions.push_back({m_config.target, kStateKey, std::move(state)});
    }
    return result;
}

void RemoteFeed::settled(const Result<> &stored)
{
    for (const auto &waiter : std::exchange(m_waiters, {}))
        waiter(stored);
}

bool RemoteFeed::due(TimeNs) const
{
    const std::lock_guard lock(m_mutex);
    return !m_polled || !m_started || !m_queue.empty();
}

int RemoteFeed::timeoutMs(TimeNs) const { return !m_polled ? 0 : kIdleMs; }

SourceState RemoteFeed::look(SourceHealth &health, TimeNs now)
{
    health.url = m_source ? m_source->url() : std::string();
    health.requests = m_source ? m_source->requests() : nullptr;
    // Before the first good answer nothing was told, not even "0 series".
    health.detail = m_lastGood == kNoTime ? std::string() : m_remote.detail;
    health.warning = m_remote.warning;
    health.lastAnswer = m_lastGood;
    health.budgets = m_budgets;
    health.error = m_source ? m_remote.error : m_problem;
    if (!m_source)
        return SourceState::Failing;
    if (!health.error.empty())
        return SourceState::Failing;
    if (!m_polled || (m_remote.at == kNoTime && m_source->url().empty()))
        return SourceState::Unknown;
    if (m_remote.staleAfter > 0 && m_lastGood != kNoTime && now - m_lastGood > m_remote.staleAfter)
        return SourceState::Stale;
    return liveOrIdle(now);
}

} // namespace flyball
