// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "core/push/channel/channel.h"

namespace flyball {

/// The policy channel as the window sees it: states as immutable values, changes as requests that are
/// answered later. Owner thread (the GUI); callbacks come on the channel's thread and must hand over.
class PolicyLink {
public:
    template <typename T>
    using Done = std::function<void(const Result<T> &)>;

    virtual ~PolicyLink() = default;
    /// Newest state; never null.
    [[nodiscard]] virtual std::shared_ptr<const ChannelSnapshot> snapshot() const = 0;
    /// Called after each new state; an empty function ends it, and none is under way afterwards.
    virtual void onChange(std::function<void()> callback) = 0;

    /// Errors as PolicyStore::push: Locked when `parent` is not the head, InvalidArgument when refused.
    virtual void push(PolicyDocument document, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done) = 0;
    virtual void rollback(std::int64_t number, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done) = 0;
    /// InvalidArgument before the first revision: orders travel with a policy.
    virtual void addControl(ControlItem item, Done<ControlItem> done) = 0;
    virtual void endControl(std::int64_t id, const std::string &author, Done<std::int64_t> done) = 0;
    /// The whole audit, oldest first.
    virtual void audit(Done<std::vector<AuditEntry>> done) = 0;
    /// Targets that this process looks after: their scopes, and what the ledger says against one of them.
    [[nodiscard]] virtual std::vector<TargetScope> targetScopes() const { return {}; }
    virtual void contradictTarget(const std::string &id, const std::string &detail)
    {
        static_cast<void>(id);
        static_cast<void>(detail);
    }
    virtual void registerAgent(const std::string &id, const std::string &workflow, Done<AgentSecret> done) = 0;
};

} // namespace flyball
