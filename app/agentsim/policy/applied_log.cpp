// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/client.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace flyball::agentsim {

std::optional<Fault> faultNamed(std::string_view word)
{
    constexpr std::array<std::string_view, 5> kNames{"", "slow", "stuck", "rogue", "crashed"};
    const auto found = std::find(kNames.begin() + 1, kNames.end(), word);
    return found == kNames.end() ? std::nullopt : std::optional(static_cast<Fault>(found - kNames.begin()));
}

Result<> AppliedLog::open(const std::string &path)
{
    if (path.empty())
        return {};
    m_file.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    return m_file ? Result<>() : Error{ErrorCode::Unreadable, path + ": cannot be written"};
}

void AppliedLog::note(const std::string &agent, const AgentPolicy &policy)
{
    const std::string line = "{\"agent\":" + jsonText(agent) + ",\"revision\":" + std::to_string(policy.revision)
                             + ",\"issue\":" + std::to_string(policy.issue)
                             + ",\"applied_ns\":" + std::to_string(wallClockNow()) + "}\n";
    const std::scoped_lock lock(m_mutex);
    if (m_file)
        (void)!::write(m_file.get(), line.data(), line.size());
}

} // namespace flyball::agentsim
