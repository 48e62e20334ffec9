// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channelserver.h"

#include <algorithm>

namespace flyball {

namespace {

/// One commit for many answers, but the first of them must not wait for hundreds.
constexpr std::size_t kMostPerBatch = 64;

} // namespace

ChannelServer::ChannelServer(PolicyStore &store, PolicyChannel &channel, const HttpLimits &limits,
                             std::function<void()> changed)
    : m_store(store),
      m_channel(channel),
      m_changed(std::move(changed)),
      m_listener("the policy channel", limits,
                 {{},
                  [this](ServerConnection &from, HttpRequest request) {
                      m_queue.push_back({&from, std::move(request)});
                      if (!m_batch.isActive())
                          m_batch.start(0);
                  },
                  [this](ServerConnection &closed) { forget(closed); }}),
      m_batch(this),
      m_alarm(this),
      m_seen(store.generation())
{
    m_batch.setSingleShot(true);
    m_alarm.setSingleShot(true);
    m_alarm.setTimerType(Qt::PreciseTimer);
    connect(&m_batch, &QTimer::timeout, this, [this] { runBatch(); });
    connect(&m_alarm, &QTimer::timeout, this, [this] { unpark(false); });
}

void ChannelServer::forget(ServerConnection &connection)
{
    m_parked.erase(&connection);
    std::erase_if(m_queue, [&](const Waiting &waiting) { return waiting.connection == &connection; });
}

void ChannelServer::runBatch()
{
    std::vector<Answered> answers;
    std::vector<Waiting> taken;
    while (!m_queue.empty() && taken.size() < kMostPerBatch) {
        taken.push_back(std::move(m_queue.front()));
        m_queue.pop_front();
    }
    const TimeNs now = wallClockNow();
    Result<> stored = m_store.beginBatch();
    if (stored) {
        for (Waiting &waiting : taken) {
            waiting.request.now = now;
            answers.push_back({waiting.connection, m_channel.handle(waiting.request)});
        }
        stored = m_store.commitBatch();
    }
    std::vector<Answered> ready;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        if (!stored) {
            ready.push_back({taken[i].connection, errorAnswer(503, "store", stored.error().message)});
        } else if (answers[i].response.waitUntil) {
            taken[i].request.parked = true;
            const TimeNs until = *answers[i].response.waitUntil;
            m_parked.insert_or_assign(taken[i].connection, std::pair(std::move(taken[i].request), until));
        } else {
            ready.push_back(std::move(answers[i]));
        }
    }
    deliver(std::move(ready));
    if (!m_queue.empty())
        m_batch.start(0);
    wake();
    m_changed();
}

void ChannelServer::deliver(std::vector<Answered> answers)
{
    for (Answered &answer : answers) {
        if (m_listener.has(answer.connection))
            answer.connection->answer(answer.response);
    }
}

void ChannelServer::wake()
{
    if (m_store.generation() != m_seen) {
        m_seen = m_store.generation();
        unpark(true);
    } else {
        setAlarm();
    }
}

void ChannelServer::unpark(bool all)
{
    const TimeNs now = wallClockNow();
    const TimeNs change = m_channel.nextChange(now);
    const bool orders = all || (m_orderEnds != kNoTime && now >= m_orderEnds);
    m_orderEnds = change;
    for (auto it = m_parked.begin(); it != m_parked.end();) {
        if (orders || now >= it->second.second) {
            m_queue.push_back({it->first, std::move(it->second.first)});
            it = m_parked.erase(it);
        } else {
            ++it;
        }
    }
    if (!m_queue.empty() && !m_batch.isActive())
        m_batch.start(0);
    setAlarm();
}

void ChannelServer::setAlarm()
{
    const TimeNs now = wallClockNow();
    if (m_orderEnds != kNoTime && now >= m_orderEnds)
        return unpark(true);
    m_orderEnds = m_channel.nextChange(now);
    TimeNs next = m_orderEnds;
    for (const auto &[connection, parked] : m_parked)
        next = next == kNoTime ? parked.second : std::min(next, parked.second);
    if (next == kNoTime)
        return m_alarm.stop();
    const TimeNs wait = std::clamp<TimeNs>(next - now, 0, kHour) / 1'000'000 + 1;
    m_alarm.start(static_cast<int>(wait));
}

} // namespace flyball
