// SPDX-License-Identifier: GPL-3.0-or-later
// targets.json of the policy's folder: {"targets": [{"id": "ccr", "kind": "claude-code-router", "scope":
// {"workflow": "w"}, ...options of the kind...}]}. It names secrets, it never holds them.
#pragma once

#include "core/base/result.h"
#include "core/policy/effective.h"
#include "core/push/httpclient.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace flyball {

struct TargetConfig {
    std::string id; ///< letters, digits, . _ -; unique
    std::string kind;
    PolicyScope scope; ///< workflow, agent, user_segment, step, tags
    JsonValue options{JsonValue::Object()};
};

[[nodiscard]] std::string targetsFile(const std::string &folder);
/// None when there is no file. Unreadable: others may read or write it. Malformed: which entry and why; a secret
/// in the clear is refused as well.
[[nodiscard]] Result<std::vector<TargetConfig>> readTargets(const std::string &folder);

/// The secret behind "env:NAME" (environment), "file:PATH" (0600, its own user's) or "keychain:NAME".
[[nodiscard]] Result<std::string> secretOf(const std::string &reference);
/// Who answers for "keychain:". Set once, before the first thread asks; without one such a reference is an Error.
void setKeychain(std::function<Result<std::string>(const std::string &name)> lookUp);

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
