// SPDX-License-Identifier: GPL-3.0-or-later
// targets.json of the policy's folder: {"targets": [{"id": "ccr", "kind": "claude-code-router", "scope":
// {"workflow": "w"}, ...options of the kind...}]}. It names secrets, it never holds them.
#pragma once

#include "core/base/result.h"
#include "core/keys/key.h"
#include "core/net/httpclient.h"
#include "core/policy/effective.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flyball {

struct TargetConfig {
    std::string id; ///< letters, digits, . _ -; unique
    std::string kind;
    PolicyScope scope; ///< workflow, agent, user_segment, step, tags
    JsonValue options{JsonValue::Object()};
    std::optional<FoundKey> key; ///< of "secret", once it was looked up; see takeKey()
};

[[nodiscard]] std::string targetsFile(const std::string &folder);
/// None when there is no file. Unreadable: others may read or write it. Malformed: which entry and why; a secret
/// in the clear is refused as well.
[[nodiscard]] Result<std::vector<TargetConfig>> readTargets(const std::string &folder);

/// What "secret" names: one reference, or a list in the order they are tried (see findKey). Empty: none.
[[nodiscard]] std::vector<std::string> keyReferences(const TargetConfig &config);
/// Looks the key up, if there is one to look up; waits as a keychain does.
[[nodiscard]] Result<> takeKey(TargetConfig &config);
/// Rewrites targets.json so that every "secret" that names `before` names `after`. Locked: somebody changed it
/// meanwhile.
[[nodiscard]] Result<> renameKey(const std::string &folder, const std::string &before, const std::string &after);

/// Typed options of one target; remembers the first that is missing, of another type or not known.
class TargetOptions {
public:
    explicit TargetOptions(const TargetConfig &config) : m_config(config) {}
    [[nodiscard]] std::string text(const std::string &name);
    [[nodiscard]] std::string textOr(const std::string &name, const std::string &otherwise = {});
    [[nodiscard]] std::int64_t numberOr(const std::string &name, std::int64_t otherwise, std::int64_t least,
                                        std::int64_t most);
    [[nodiscard]] bool flag(const std::string &name);
    [[nodiscard]] std::map<std::string, std::string> texts(const std::string &name); ///< an object of strings
    /// url, secret, ca_file, deadline_s, plain_http. The secret becomes the header `name`: `prefix` + secret.
    [[nodiscard]] HttpConnection connection(const std::string &header, const std::string &prefix);
    /// The first problem, or an option nobody asked for.
    [[nodiscard]] Result<> done();
    void complain(const std::string &what);

private:
    [[nodiscard]] const JsonValue *look(const std::string &name);
    const TargetConfig &m_config;
    std::vector<std::string> m_known;
    std::string m_problem;
};

/// "403: not allowed": the status and the server's own words, as far as they are words.
[[nodiscard]] std::string replyText(const HttpReply &reply);
/// The Error a PolicyTarget gives for an answer that is no success; `doing`: "saving the config".
[[nodiscard]] Error replyError(const HttpReply &reply, const std::string &doing);
/// A 200 whose body is JSON; a login page is an Error.
[[nodiscard]] Result<JsonValue> replyJson(const Result<HttpReply> &reply, const std::string &doing);

} // namespace flyball
