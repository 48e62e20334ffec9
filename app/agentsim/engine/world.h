// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/engine/clock.h"
#include "app/agentsim/engine/event_queue.h"
#include "app/agentsim/engine/task.h"
#include "app/agentsim/output/exporter.h"
#include "app/agentsim/output/truth.h"
#include "app/agentsim/world/dice.h"
#include "app/agentsim/world/fleet.h"
#include "app/agentsim/world/policy_view.h"
#include "app/agentsim/world/prefix_cache.h"
#include "app/agentsim/world/traffic.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace flyball::agentsim {

class Run;

/// How a provider refuses a call; an empty error: it does not.
struct ProviderFault {
    std::string_view error;
    std::string_view httpStatus;
    std::int64_t tookMs = 0;
};

struct WorldLimits {
    TimeNs end = INT64_MAX; ///< virtual time at which arrivals stop, and with them the world unless `drain`
    bool drain = false;     ///< lets open runs come to their end
    std::int64_t spans = INT64_MAX;
    std::int64_t calls = INT64_MAX;
};

/// Everything runs share: virtual time, queue, caches, policy, exporter, truth. One thread.
class World {
public:
    World(std::uint64_t seed, const Timeline &timeline, std::vector<Workflow> fleet, double rate, PolicyView &policy,
          LineSink &sink);
    ~World();
    World(const World &) = delete;
    World &operator=(const World &) = delete;

    /// Runs until a limit, a stop signal or a failed write; then writes what waits in the batches.
    Result<> simulate(const WorldLimits &limits, const VirtualClock &clock, StopSignals &signals);

    struct Until {
        World &world;
        TimeNs time;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> h) { world.m_queue.push(time, h); }
        void await_resume() const noexcept {}
    };
    /// co_await until(t): goes on at virtual time t, which is not before now().
    [[nodiscard]] Until until(TimeNs t) { return {*this, t}; }

    [[nodiscard]] TimeNs now() const { return m_now; }
    [[nodiscard]] const Dice &dice() const { return m_dice; }
    [[nodiscard]] const std::vector<Workflow> &fleet() const { return m_fleet; }
    [[nodiscard]] const Timeline &timeline() const { return m_timeline; }
    [[nodiscard]] PolicyView &policy() const { return m_policy; }
    [[nodiscard]] PrefixCache &cache() { return m_cache; }
    [[nodiscard]] Exporter &exporter() { return m_exporter; }
    [[nodiscard]] Truth &truth() { return m_truth; }
    [[nodiscard]] std::int64_t openRuns() const { return static_cast<std::int64_t>(m_open.size()); }
    [[nodiscard]] ProviderFault fault(const Dice &dice) const;

private:
    Task arrivals(std::size_t workflow);
    Task scriptedLoops();
    Task execute(std::size_t workflow, std::uint64_t ordinal, bool boundToLoop);
    void spawn(Task task);
    void reap();
    bool step(const WorldLimits &limits, const VirtualClock &clock, StopSignals &signals);
    void settleOpenRuns();

    Dice m_dice;
    Timeline m_timeline;
    std::vector<Workflow> m_fleet;
    double m_rate;
    PolicyView &m_policy;
    Exporter m_exporter;
    Truth m_truth;
    PrefixCache m_cache;
    EventQueue m_queue;
    TimeNs m_now;
    TimeNs m_end = INT64_MAX;
    std::uint64_t m_events = 0;
    std::vector<const Run *> m_open;
    std::vector<std::size_t> m_finished;
    std::vector<std::size_t> m_freeSlots;
    std::vector<Task> m_roots; ///< last member: their frames use all others
};

} // namespace flyball::agentsim
