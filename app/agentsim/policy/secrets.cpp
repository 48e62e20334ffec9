// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/secrets.h"

#include "app/agentsim/policy/json.h"
#include "core/base/uniquefd.h"
#include "core/base/wholefile.h"

#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>

namespace flyball::agentsim {

namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20;

/// The id becomes part of a URL and of a file name.
bool usableId(const std::string &id)
{
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return !id.empty() && id.size() <= 200 && id.front() != '.' && id.find_first_not_of(kPlain) == std::string::npos;
}

Result<ChannelSettings> readSettings(const std::string &text, const std::string &path)
{
    const Error bad{ErrorCode::InvalidArgument, path + ": is not what 'flyballctl policy serve' prints"};
    const Result<Json> json = Json::parse(text);
    const Json *agents = json ? json->find("agents") : nullptr;
    if (agents == nullptr || !agents->is(Json::Kind::Array))
        return bad;
    ChannelSettings out;
    out.url = json->textOf("url");
    for (const Json &one : agents->items) {
        AgentEntry entry{one.textOf("id"), one.textOf("token"), one.textOf("hmac"), one.textOf("workflow")};
        if (!usableId(entry.id))
            return bad;
        if (entry.token.empty() || entry.key.empty())
            return Error{ErrorCode::InvalidArgument,
                         path + ": agent '" + entry.id + "' has no secrets (they are printed once; use --renew)"};
        out.agents.push_back(std::move(entry));
    }
    return out.url.empty() || out.agents.empty() ? Result<ChannelSettings>(bad) : out;
}

} // namespace

Result<ChannelSettings> settingsFromFile(const std::string &path)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (!file || ::fstat(file.get(), &facts) != 0)
        return Error{ErrorCode::InvalidArgument, path + ": cannot be opened"};
    if (!S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid() || (facts.st_mode & 077) != 0)
        return Error{ErrorCode::InvalidArgument, path + ": holds secrets; nobody else may read it (chmod 600)"};
    const Result<std::string> text = readToEnd(file.get(), path, kMostBytes);
    return text ? readSettings(*text, path) : Result<ChannelSettings>(text.error());
}

Result<ChannelSettings> settingsFromEnvironment(const std::string &url)
{
    const auto named = [](const char *name) {
        const char *value = std::getenv(name);
        return std::string(value != nullptr ? value : "");
    };
    if (const std::string several = named("FLYBALL_POLICY_AGENTS"); !several.empty())
        return readSettings("{\"url\":" + jsonText(url) + ",\"agents\":" + several + "}", "FLYBALL_POLICY_AGENTS");
    AgentEntry entry{named("FLYBALL_POLICY_AGENT"), named("FLYBALL_POLICY_TOKEN"), named("FLYBALL_POLICY_KEY"), {}};
    if (!usableId(entry.id) || entry.token.empty() || entry.key.empty())
        return Error{ErrorCode::InvalidArgument,
                     "--policy needs FLYBALL_POLICY_AGENT, FLYBALL_POLICY_TOKEN and FLYBALL_POLICY_KEY, or "
                     "FLYBALL_POLICY_AGENTS"};
    return ChannelSettings{url, {std::move(entry)}};
}

} // namespace flyball::agentsim
