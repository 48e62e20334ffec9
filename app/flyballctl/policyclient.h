// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/flyballctl/arguments.h"
#include "core/policy/json/value.h"
#include "core/push/channel/message.h"
#include "core/push/store.h"

#include <functional>
#include <memory>
#include <string>

namespace flyball::ctl {

/// Asks the policy channel as its operator: a running server over HTTP, or the same protocol
/// upon the store in this process when nobody holds it.
class PolicyClient {
public:
    /// --server and --token-file name a server; else the store in the data folder, else whoever holds it.
    [[nodiscard]] static Result<PolicyClient> open(const Arguments &arguments, bool readOnly);
    /// The answer's status and body; an Error when there was none.
    [[nodiscard]] Result<HttpResponse> ask(HttpRequest request) const { return m_ask(std::move(request)); }
    /// The store, when it is in this process; null: a server has it.
    [[nodiscard]] PolicyStore *store() const { return m_store.get(); }

private:
    std::function<Result<HttpResponse>(HttpRequest)> m_ask;
    std::shared_ptr<PolicyStore> m_store;
};

/// --server, --token-file, --ca-file and --prices, the options that open() knows.
inline const std::vector<Arguments::Option> kClientOptions = {
    {"--server", true}, {"--token-file", true}, {"--ca-file", true}, {"--prices", true}, {"--format", true}};

} // namespace flyball::ctl
