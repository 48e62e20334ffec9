// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/world.h"

#include "app/agentsim/engine/run.h"

#include <algorithm>

namespace flyball::agentsim {

World::World(std::uint64_t seed, const Timeline &timeline, std::vector<Workflow> fleet, double rate, PolicyView &policy,
             LineSink &sink)
    : m_dice(seed),
      m_timeline(timeline),
      m_fleet(std::move(fleet)),
      m_rate(rate),
      m_policy(policy),
      m_exporter(m_fleet, sink),
      m_now(timeline.start())
{}

World::~World() = default;

Result<> World::simulate(const WorldLimits &limits, const VirtualClock &clock, StopSignals &signals)
{
    m_end = limits.end;
    for (std::size_t i = 0; i < m_fleet.size(); ++i)
        spawn(arrivals(i));
    if (m_timeline.scriptedLoop(0) && m_fleet[0].spec->name == "research_agent")
        spawn(scriptedLoops());
    while (step(limits, clock, signals)) {
    }
    m_exporter.flushAll();
    settleOpenRuns();
    return m_exporter.status();
}

bool World::step(const WorldLimits &limits, const VirtualClock &clock, StopSignals &signals)
{
    const TimeNs due = m_exporter.nextDue();
    const TimeNs next = m_queue.empty() ? Exporter::kNever : m_queue.nextTime();
    const TimeNs t = std::min(due, next);
    if (t == Exporter::kNever || (t > limits.end && !limits.drain))
        return false;
    if (t > m_timeline.live() && !clock.waitUntil(t, signals))
        return false;
    if (++m_events % 1024 == 0 && signals.wait(0))
        return false;
    m_now = t;
    if (due <= next) {
        m_exporter.flushNext();
        return m_exporter.status().ok();
    }
    m_queue.pop().resume();
    reap();
    return m_exporter.spans() < limits.spans && m_truth.total().calls < limits.calls && m_exporter.status().ok();
}

void World::spawn(Task task)
{
    std::size_t slot = m_roots.size();
    if (m_freeSlots.empty()) {
        m_roots.push_back(std::move(task));
    } else {
        slot = m_freeSlots.back();
        m_freeSlots.pop_back();
        m_roots[slot] = std::move(task);
    }
    auto handle = m_roots[slot].handle();
    handle.promise().finished = &m_finished;
    handle.promise().slot = slot;
    handle.resume();
}

void World::reap()
{
    for (const std::size_t slot : m_finished) {
        m_roots[slot].reset();
        m_freeSlots.push_back(slot);
    }
    m_finished.clear();
}

Task World::arrivals(std::size_t workflow)
{
    const Workflow &w = m_fleet[workflow];
    const Dice dice = m_dice.at(w.name).at("arrivals");
    const double perMinute = w.spec->runsPerMinute * m_rate;
    TimeNs t = m_now;
    for (std::uint64_t k = 0;; ++k) {
        const Dice here = dice.at(k);
        bool accepted = true;
        if (m_timeline.scenario().micro) {
            t += k == 0 ? kSecond : static_cast<TimeNs>(static_cast<double>(kMinute) / perMinute);
        } else {
            // Thinning: candidates at the peak rate, kept in proportion to the rate of their moment.
            const double gapMinutes = here.exponential("gap") / (perMinute * kPeak);
            t += static_cast<TimeNs>(gapMinutes * static_cast<double>(kMinute));
            double factor = trafficFactor(w.spec->name, dice, t);
            if (w.spec->name == "research_agent")
                factor *= m_timeline.researchSurge(t);
            accepted = here.chance(factor / kPeak, "accept");
        }
        if (t >= m_end)
            co_return;
        if (!accepted)
            continue;
        co_await until(t);
        if (!m_policy.admits(workflow, t)) {
            m_truth.addNotStarted(w.name);
            continue;
        }
        spawn(execute(workflow, k, false));
    }
}

Task World::scriptedLoops()
{
    constexpr std::uint64_t kScripted = std::uint64_t{1} << 40; // ordinals no arrival reaches
    for (int k = 0;; ++k) {
        const TimeNs t = *m_timeline.scriptedLoop(k);
        if (t >= m_end)
            co_return;
        co_await until(t);
        const std::uint64_t ordinal = kScripted | static_cast<std::uint64_t>(k);
        spawn(execute(0, ordinal, true));
    }
}

Task World::execute(std::size_t workflow, std::uint64_t ordinal, bool boundToLoop)
{
    Run run(*this, workflow, ordinal, boundToLoop);
    m_open.push_back(&run);
    co_await run.spec().shape(run);
    run.finish();
    m_open.erase(std::find(m_open.begin(), m_open.end(), &run));
}

void World::settleOpenRuns()
{
    for (const Run *run : m_open) {
        if (!run->spec().tagsCalls && run->sums().calls > 0)
            m_truth.addUnattributable(run->workflow().name, run->sums());
    }
}

ProviderFault World::fault(const Dice &dice) const
{
    if (!m_timeline.scenario().errors || m_timeline.scenario().micro)
        return {};
    const double u = dice.unit("fault");
    if (u < 0.008)
        return {"429", "429 rate_limit_exceeded", dice.uniform({120, 400}, "fault-ms")};
    if (u < 0.011)
        return {"500", "500 internal_server_error", dice.uniform({900, 4000}, "fault-ms")};
    if (u < 0.012)
        return {"timeout", "request timed out", 60'000};
    return {};
}

} // namespace flyball::agentsim
