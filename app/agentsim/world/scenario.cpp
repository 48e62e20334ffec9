// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/world/scenario.h"

#include <array>
#include <utility>

namespace flyball::agentsim {

namespace {

using Switch = std::pair<std::string_view, bool Scenario::*>;
constexpr std::array<Switch, 7> kSwitches{{
    {"cache", &Scenario::cache},
    {"loop", &Scenario::loop},
    {"retry", &Scenario::retry},
    {"downgrade", &Scenario::downgrade},
    {"errors", &Scenario::errors},
    {"spike", &Scenario::spike},
    {"evals", &Scenario::evals},
}};

bool switchOffOne(Scenario &scenario, std::string_view name)
{
    for (const auto &[key, member] : kSwitches) {
        if (key == name) {
            scenario.*member = false;
            return true;
        }
    }
    return false;
}

} // namespace

Result<Scenario> scenarioByName(std::string_view name)
{
    Scenario s;
    s.name = name;
    if (name == "baseline")
        return s;
    if (name == "micro") {
        s.micro = true;
        return s;
    }
    if (name == "calm") {
        s.spike = false;
        return s;
    }
    if (name.starts_with("no-") && switchOffOne(s, name.substr(3)))
        return s;
    return Error{ErrorCode::InvalidArgument, "unknown scenario '" + std::string(name) + "'"};
}

Result<> switchOff(Scenario &scenario, std::string_view list)
{
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view name = list.substr(0, comma);
        if (!switchOffOne(scenario, name))
            return Error{ErrorCode::InvalidArgument, "unknown mechanism '" + std::string(name) + "' in --off"};
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return {};
}

std::string_view scenarioHelp()
{
    return "  baseline       eight workflows, forty agents, about 1 USD a minute, with incidents\n"
           "  calm           baseline without the incidents of the last hours\n"
           "  no-cache       nobody asks for prompt caching\n"
           "  no-loop        no agent gets stuck on a repeated tool call\n"
           "  no-retry       a rejected answer is not asked for again\n"
           "  no-downgrade   every step runs on the frontier tier\n"
           "  no-errors      providers never fail\n"
           "  no-evals       runs are not judged\n"
           "  micro          one run every ten minutes, every size constant (sums can be done by hand)\n";
}

} // namespace flyball::agentsim
