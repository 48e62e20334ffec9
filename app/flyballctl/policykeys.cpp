// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/policytargets.h"
#include "app/flyballctl/textout.h"
#include "core/engine/paths.h"
#include "core/keys/keychain.h"
#include "core/keys/secretfile.h"
#include "core/push/targets/config.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include <termios.h>
#include <unistd.h>

namespace flyball::ctl {

namespace {

constexpr std::size_t kLongestKey = 4096;

/// What is typed at a terminal is not shown there.
class Unseen {
public:
    Unseen()
    {
        if (::tcgetattr(STDIN_FILENO, &m_before) != 0)
            return;
        m_terminal = true;
        termios quiet = m_before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
        std::fputs("key: ", stderr);
    }
    ~Unseen()
    {
        if (!m_terminal)
            return;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &m_before);
        std::fputs("\n", stderr);
    }
    Unseen(const Unseen &) = delete;
    Unseen &operator=(const Unseen &) = delete;

private:
    termios m_before = {};
    bool m_terminal = false;
};

Result<TargetConfig> configOf(const std::string &folder, const std::string &id)
{
    const Result<std::vector<TargetConfig>> configs = readTargets(folder);
    if (!configs)
        return configs.error();
    for (const TargetConfig &config : *configs)
        if (config.id == id)
            return config;
    return Error{ErrorCode::NotFound, "there is no target '" + id + "' in " + targetsFile(folder)};
}

/// What the first reference of this kind names; empty: there is none.
std::string firstOf(const TargetConfig &config, const std::string &kind)
{
    for (const std::string &reference : keyReferences(config))
        if (const std::string name = keyName(reference, kind); !name.empty())
            return name;
    return {};
}

/// A key that is there already is not written over.
Result<> keepNew(const std::string &entry, const std::string &key)
{
    const std::shared_ptr<Keychain> keys = keychain();
    const Result<std::string> known = keys->read(entry);
    if (known && *known != key)
        return Error{ErrorCode::Locked,
                     "the keychain holds another key as '" + entry + "'; policy targets forget-key takes it away"};
    if (!known && known.error().code != ErrorCode::NotFound)
        return known.error();
    return keepInKeychain(entry, key);
}

Result<std::string> setKey(const TargetConfig &config)
{
    const std::string entry = firstOf(config, "keychain");
    if (entry.empty())
        return Error{ErrorCode::InvalidArgument,
                     "target '" + config.id + "' names no keychain entry: \"secret\": \"keychain:NAME\""};
    std::string key;
    {
        const Unseen typing;
        std::getline(std::cin, key);
    }
    if (!key.empty() && key.back() == '\r')
        key.pop_back();
    if (key.empty() || key.size() > kLongestKey || key.find('\0') != std::string::npos)
        return Error{ErrorCode::InvalidArgument, "the key is read as one line from standard input, which has none"};
    if (Result<> r = keepInKeychain(entry, key); !r)
        return r.error();
    return "the key of '" + config.id + "' is in the keychain now";
}

Result<std::string> moveKey(const std::string &folder, const TargetConfig &config)
{
    const std::string path = firstOf(config, "file");
    const std::string named = firstOf(config, "keychain");
    const std::string entry = named.empty() ? config.id : named;
    if (path.empty())
        return Error{ErrorCode::InvalidArgument, "target '" + config.id + "' has no key in a file"};
    const Result<std::string> key = secretOf("file:" + path);
    if (!key)
        return key.error();
    if (Result<> r = keepNew(entry, *key); !r)
        return Error{r.error().code, r.error().message + "; the key is where it was, in " + path};
    if (Result<> r = renameKey(folder, "file:" + path, "keychain:" + entry); !r)
        return Error{r.error().code, r.error().message + "; the key is in the keychain and in " + path};
    if (::unlink(path.c_str()) != 0)
        return Error{ErrorCode::Internal,
                     "the key is in the keychain now, but " + path + " could not be deleted: " + std::strerror(errno)};
    return "the key of '" + config.id + "' is in the keychain now; " + path + " was deleted";
}

Result<std::string> forgetKey(const TargetConfig &config)
{
    const std::string entry = firstOf(config, "keychain");
    if (entry.empty())
        return Error{ErrorCode::InvalidArgument, "target '" + config.id + "' has no key in the keychain"};
    if (Result<> r = keychain()->remove(entry); !r)
        return r.error();
    return "the keychain no longer has the key of '" + config.id + "'";
}

} // namespace

int policyKey(const std::string &action, const std::string &id, bool json)
{
    const std::string folder = Paths::fromEnvironment().data;
    const Result<TargetConfig> config = configOf(folder, id);
    if (!config)
        return unusable(config.error());
    const Result<std::string> done = action == "set-key"    ? setKey(*config)
                                     : action == "move-key" ? moveKey(folder, *config)
                                                            : forgetKey(*config);
    if (!done)
        return unusable(done.error());
    JsonValue out{JsonValue::Object()};
    out.set("id", id);
    out.set("message", *done);
    print(json ? out.compact() + "\n" : *done + "\n");
    return kOk;
}

} // namespace flyball::ctl
