// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"
#include "core/domain/sourceconfig.h"
#include "core/net/httpclient.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flyball {

/// Typed options of one remote source; remembers the first problem.
class SourceOptions {
public:
    explicit SourceOptions(const SourceConfig &config) : m_config(config) {}
    [[nodiscard]] std::string text(const std::string &name, const std::string &otherwise = {});
    [[nodiscard]] bool flag(const std::string &name); ///< "1" or "true"
    [[nodiscard]] TimeNs seconds(const std::string &name, std::int64_t otherwise, std::int64_t least,
                                 std::int64_t most);
    /// "a, b" -> {"a", "b"}
    [[nodiscard]] std::vector<std::string> list(const std::string &name, const std::string &otherwise);
    /// To the origin of the target: secret (a reference, see core/keys/key.h), secret_header, ca_file, plain_http,
    /// tenant (X-Scope-OrgID). The key becomes `Authorization: Bearer` unless secret_header names another field. One
    /// attempt per request: who polls comes again anyway.
    [[nodiscard]] HttpConnection connection(Milliseconds deadline, std::size_t mostBytes);
    void complain(const std::string &what);
    /// The first problem, or an option nobody asked for ("told" is everybody's).
    [[nodiscard]] Result<> done();
    /// The same, or why no client could ever use this connection.
    [[nodiscard]] Result<> done(const HttpConnection &connection);

private:
    const SourceConfig &m_config;
    std::set<std::string> m_known{"told"};
    std::string m_problem;
};

/// "http://host:1/a/b?c" -> {"http://host:1", "/a/b?c"}; nothing when it is no http(s) URL.
struct SplitUrl {
    std::string origin;
    std::string path; ///< begins with '/'
};
[[nodiscard]] std::optional<SplitUrl> splitUrl(const std::string &url);

/// The options that connection() reads, for a RemoteKind's list.
#define FLYBALL_CONNECTION_OPTIONS                                                                                     \
    RemoteOption{"secret", "Key", "the key, or env:NAME, file:PATH, keychain:NAME", RemoteOption::Type::Key},          \
        RemoteOption{"secret_header", "Header of the key", "Authorization: Bearer"},                                   \
        RemoteOption{"tenant", "Tenant (X-Scope-OrgID)", ""},                                                          \
        RemoteOption{"ca_file", "CA file", "the system's", RemoteOption::Type::File}, RemoteOption                     \
    {                                                                                                                  \
        "plain_http", "Send the key without TLS", "", RemoteOption::Type::Flag                                         \
    }

} // namespace flyball
