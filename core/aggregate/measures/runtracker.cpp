// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/measures/runtracker.h"

#include <algorithm>

namespace flyball {

PlaceInRun RunTracker::place(const Call &call)
{
    PlaceInRun place;
    if (call.responseCache != ResponseCache::None)
        return place;
    Run &run = m_runs[call.run];
    place.position = ++run.calls;
    if (call.hasUsage()) {
        const std::int64_t input = call.usage.inTotal();
        const auto agent = std::find_if(run.agents.begin(), run.agents.end(),
                                        [&](const Agent &a) { return a.name == call.names.agent; });
        place.resent = agent == run.agents.end() ? 0 : std::min(input, agent->sent);
        if (agent == run.agents.end())
            run.agents.push_back({call.names.agent, call.usage.total()});
        else
            agent->sent = call.usage.total();
    }
    const auto step = std::find_if(run.steps.begin(), run.steps.end(), [&](const Step &s) {
        return s.agent == call.names.agent && s.step == call.names.step;
    });
    place.retry = call.attempt > 1 || (step != run.steps.end() && step->failed);
    if (step == run.steps.end())
        run.steps.push_back({call.names.agent, call.names.step, call.failed()});
    else
        step->failed = call.failed();
    return place;
}

} // namespace flyball
