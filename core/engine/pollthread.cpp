// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/remotesource.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <thread>

namespace flyball {

namespace {

constexpr TimeNs kNoRoom = 200'000'000;   ///< before a delivery that found no room is offered again
constexpr TimeNs kShortest = 100'000'000; ///< between two polls, whatever a source says

class PollThread final : public RemoteSource {
public:
    PollThread(std::unique_ptr<PolledSource> source, std::string name)
        : m_source(std::move(source)), m_name(std::move(name))
    {}
    ~PollThread() override { PollThread::stop(); }

    void start(const std::string &state, Inbox &inbox) override
    {
        m_stop = false;
        m_thread = std::thread([this, state, &inbox] { run(state, inbox); });
    }
    void stop() override
    {
        {
            const std::lock_guard lock(m_mutex);
            m_stop = true;
        }
        m_wake.notify_all();
        m_source->stop();
        if (m_thread.joinable())
            m_thread.join();
    }

private:
    /// False: it is to end.
    bool sleep(TimeNs length)
    {
        std::unique_lock lock(m_mutex);
        m_wake.wait_for(lock, std::chrono::nanoseconds(length), [this] { return m_stop.load(); });
        return !m_stop;
    }

    void run(std::string state, Inbox &inbox)
    {
        pthread_setname_np(pthread_self(), m_name.substr(0, 15).c_str());
        follow(std::move(state), inbox);
        m_source->leave();
    }

    void follow(std::string state, Inbox &inbox)
    {
        while (!m_stop) {
            Delivery delivery = m_source->poll(state, wallClockNow());
            if (m_stop)
                return;
            delivery.hasHealth = true;
            if (!delivery.state.empty())
                state = delivery.state;
            const TimeNs next = delivery.health.nextAt;
            // Nothing is dropped: while the disk is full the source is simply not asked.
            while (!inbox.deliver(std::move(delivery)))
                if (!sleep(kNoRoom))
                    return;
            if (!sleep(std::max(kShortest, next - monotonicNow())))
                return;
        }
    }

    std::unique_ptr<PolledSource> m_source;
    std::string m_name;
    std::thread m_thread;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::atomic<bool> m_stop = false;
};

} // namespace

std::unique_ptr<RemoteSource> onThread(std::unique_ptr<PolledSource> source, const std::string &name)
{
    return std::make_unique<PollThread>(std::move(source), name);
}

} // namespace flyball
