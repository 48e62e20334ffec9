// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/join.h"

#include "app/agentsim/options.h"

#include <algorithm>
#include <charconv>

namespace flyball::agentsim {

namespace {

constexpr TimeNs kFirstContact = 3 * kSecond;

bool setFault(PolicyOptions &options, std::string_view value)
{
    const std::size_t colon = std::min(value.find(':'), value.size());
    const auto fault = faultNamed(value.substr(0, colon));
    if (!fault)
        return false;
    options.faults.push_back({*fault, std::string(value.substr(std::min(colon + 1, value.size())))});
    return true;
}

bool setLength(std::string_view value, TimeNs least, TimeNs most, TimeNs &out)
{
    const auto length = parseDuration(value);
    if (!length || *length < least || *length > most)
        return false;
    out = *length;
    return true;
}

/// The faults of each agent; an error for one that names nobody.
Result<std::vector<Fault>> faultsOf(const PolicyOptions &options, const std::vector<AgentEntry> &agents)
{
    std::vector<Fault> out(agents.size(), Fault::None);
    for (const PolicyOptions::Misbehaviour &one : options.faults) {
        const auto agent = one.agent.empty() ? agents.begin()
                                             : std::find_if(agents.begin(), agents.end(), [&](const AgentEntry &entry) {
                                                   return entry.id == one.agent;
                                               });
        if (agent == agents.end())
            return Error{ErrorCode::InvalidArgument, "--fault: there is no agent '" + one.agent + "'"};
        out[static_cast<std::size_t>(agent - agents.begin())] = one.fault;
    }
    return out;
}

} // namespace

bool setPolicyOption(PolicyOptions &options, std::string_view name, std::string_view value, std::string &problem)
{
    const auto text = [&](std::string &out) {
        out = value;
        if (value.empty())
            problem = "a value";
        return true;
    };
    const auto check = [&](bool ok, const char *expected) {
        if (!ok)
            problem = expected;
        return true;
    };
    if (name == "--policy")
        return text(options.url);
    if (name == "--policy-file")
        return text(options.file);
    if (name == "--policy-folder")
        return text(options.folder);
    if (name == "--policy-log")
        return text(options.log);
    if (name == "--policy-wait")
        return check(setLength(value, kSecond, kMinute, options.wait), "1s to 60s");
    if (name == "--fault-delay")
        return check(setLength(value, 0, kDay, options.faultDelay), "a duration such as 60s");
    if (name == "--fault")
        return check(setFault(options, value), "slow, stuck, rogue or crashed, and perhaps :AGENT");
    if (name != "--agents")
        return false;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.agents);
    return check(error == std::errc() && end == value.data() + value.size() && options.agents > 0
                     && options.agents <= 1000,
                 "1 to 1000");
}

std::string_view policyHelp()
{
    return "  --policy URL       obey the policy channel there, as the agent that FLYBALL_POLICY_AGENT,\n"
           "                     FLYBALL_POLICY_TOKEN and FLYBALL_POLICY_KEY name, or those in the JSON list\n"
           "                     FLYBALL_POLICY_AGENTS\n"
           "  --policy-file FILE the same with the agents of a file (0600): what 'flyballctl policy serve' prints\n"
           "  --agents N         only the first N agents of the file\n"
           "  --policy-folder DIR where agents keep their last good policy (default: nowhere)\n"
           "  --policy-log FILE  a line for each revision an agent has taken up\n"
           "  --policy-wait LEN  how long a poll waits for news, 1s to 60s (default 30s)\n"
           "  --fault KIND[:AGENT] slow, stuck, rogue or crashed; the first agent if none is named; repeatable\n"
           "  --fault-delay LEN  how late slow is, how long crashed stays away (default 60s)\n";
}

PolicySide::~PolicySide()
{
    m_stop.raise();
    m_view.reset();
}

Result<> PolicySide::join(const PolicyOptions &options, const Scenario &scenario, const std::vector<Workflow> &fleet,
                          TimeNs live)
{
    Result<ChannelSettings> settings =
        options.file.empty() ? settingsFromEnvironment(options.url) : settingsFromFile(options.file);
    if (!settings)
        return settings.error();
    std::vector<AgentEntry> &agents = settings->agents;
    if (options.agents > 0 && static_cast<std::size_t>(options.agents) < agents.size())
        agents.resize(static_cast<std::size_t>(options.agents));
    const Result<std::vector<Fault>> faults = faultsOf(options, agents);
    if (!faults)
        return faults.error();
    if (auto opened = m_log.open(options.log); !opened)
        return opened;
    const std::string &url = options.url.empty() ? settings->url : options.url;
    std::vector<PolicyOrders::Member> members;
    for (std::size_t i = 0; i < agents.size(); ++i) {
        Result<HttpClient> polls = HttpClient::open(url, agents[i].token, m_stop);
        Result<HttpClient> desk = HttpClient::open(url, agents[i].token, m_never);
        if (!polls || !desk)
            return polls ? desk.error() : polls.error();
        const ClientOptions how{(*faults)[i], options.faultDelay, options.wait, options.folder};
        const std::string id = agents[i].id;
        members.push_back({std::make_unique<AgentClient>(agents[i], std::move(*polls), m_stop, m_log, how),
                           std::make_unique<LeaseDesk>(id, std::move(*desk))});
    }
    for (const PolicyOrders::Member &member : members)
        member.client->start();
    const TimeNs deadline = monotonicNow() + kFirstContact;
    for (const PolicyOrders::Member &member : members)
        (void)member.client->awaitFirst(std::max<TimeNs>(deadline - monotonicNow(), 0));
    m_view = std::make_unique<PolicyOrders>(scenario, fleet, std::move(members), live);
    return {};
}

} // namespace flyball::agentsim
