// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>

#include "core/keys/keychain.h"
#include "core/models/policy/policylink.h"
#include "core/push/host.h"
#include "core/push/targets/targetlink.h"

namespace flyball {

/// The channel that this process itself serves, and the targets of its folder's targets.json.
class HostLink final : public PolicyLink {
public:
    /// Listens when it returns; targets that cannot be started are in targetProblem(). Locked: another process holds
    /// the folder.
    [[nodiscard]] static Result<std::unique_ptr<HostLink>> start(const ChannelOptions &options);
    ~HostLink() override; ///< stops the channel

    [[nodiscard]] PolicyChannelHost &host() { return m_host; }
    [[nodiscard]] const std::string &targetProblem() const { return m_targetProblem; }

    [[nodiscard]] std::shared_ptr<const ChannelSnapshot> snapshot() const override { return m_host.snapshot(); }
    void onChange(std::function<void()> callback) override;
    void push(PolicyDocument document, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done) override;
    void rollback(std::int64_t number, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done) override;
    void addControl(ControlItem item, Done<ControlItem> done) override;
    void endControl(std::int64_t id, const std::string &author, Done<std::int64_t> done) override;
    void audit(Done<std::vector<AuditEntry>> done) override;
    void registerAgent(const std::string &id, const std::string &workflow, Done<AgentSecret> done) override;
    [[nodiscard]] std::vector<TargetScope> targetScopes() const override { return m_targets->host().scopes(); }
    void contradictTarget(const std::string &id, const std::string &detail) override
    {
        m_targets->host().contradict(id, detail);
    }

private:
    HostLink() = default;
    std::shared_ptr<Keychain> m_keys = useSystemKeychain();
    std::mutex m_mutex;
    std::function<void()> m_changed;
    PolicyChannelHost m_host;
    std::string m_targetProblem;
    std::shared_ptr<TargetLink> m_targets; ///< reports to the channel: goes first
};

} // namespace flyball
