// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/engine/world.h"
#include "app/agentsim/options.h"

#include <cstdio>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

namespace flyball::agentsim {

namespace {

std::string truthHead(const Options &o, const Timeline &timeline, const World &world, const LineSink &sink)
{
    std::string head = "\"seed\":" + std::to_string(o.seed) + ",\"scenario\":\"" + o.scenario.name + "\",";
    head += "\"start\":\"" + formatRfc3339(timeline.start()) + "\",\"live\":\"" + formatRfc3339(timeline.live())
            + "\",\"ended\":\"" + formatRfc3339(world.now()) + "\",";
    head += "\"lines\":" + std::to_string(sink.lines()) + ",\"bytes\":" + std::to_string(sink.bytes())
            + ",\"runs_open\":" + std::to_string(world.openRuns()) + ",";
    return head;
}

int fail(const Error &error)
{
    std::fprintf(stderr, "agentsim: %s\n", error.message.c_str());
    return error.code == ErrorCode::InvalidArgument ? 2 : 1;
}

WorldLimits limitsOf(const Options &o, const Timeline &timeline)
{
    WorldLimits limits;
    limits.drain = o.drain;
    limits.spans = o.spans.value_or(INT64_MAX);
    limits.calls = o.calls.value_or(INT64_MAX);
    const bool counted = o.spans || o.calls;
    if (o.duration)
        limits.end = timeline.live() + *o.duration;
    else if (o.speed == 0.0 && !counted)
        limits.end = timeline.live();
    return limits;
}

int run(const Options &o)
{
    StopSignals signals;
    if (o.dieWithParent) {
        const pid_t parent = getppid();
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            return 0; // the parent was gone before we asked
    }
    const TimeNs start = o.start.value_or(wallClockNow() - o.history);
    const Timeline timeline(start, start + o.history, o.scenario);
    const VirtualClock clock(o.speed, timeline.live());
    auto sink = LineSink::open(o.out, o.rotateMb * 1'000'000);
    if (!sink)
        return fail(sink.error());
    const std::vector<Workflow> fleet = deploy(o.workflows, o.scenario.micro);
    StandingOrders standing(o.scenario);
    PolicySide channel;
    if (o.policy.asked())
        if (auto joined = channel.join(o.policy, o.scenario, fleet, timeline.live()); !joined)
            return fail(joined.error());
    PolicyView &policy = o.policy.asked() ? channel.view() : standing;
    World world(o.seed, timeline, fleet, o.rate, policy, *sink);
    const Result<> done = world.simulate(limitsOf(o, timeline), clock, signals);
    if (!o.truth.empty()) {
        if (auto saved = Truth::save(o.truth, world.truth().toJson(truthHead(o, timeline, world, *sink))); !saved)
            return fail(saved.error());
    }
    return done ? 0 : fail(done.error());
}

} // namespace

} // namespace flyball::agentsim

int main(int argc, char **argv)
{
    const std::vector<std::string_view> args(argv + 1, argv + argc);
    const auto options = flyball::agentsim::parseOptions(args);
    if (!options)
        return flyball::agentsim::fail(options.error());
    if (options->help) {
        std::fputs(flyball::agentsim::helpText().c_str(), stdout);
        return 0;
    }
    return flyball::agentsim::run(*options);
}
