// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>

#include "core/models/policy/policylink.h"
#include "core/push/host.h"

namespace flyball {

/// The channel that this process itself serves.
class HostLink final : public PolicyLink {
public:
    /// Listens when it returns. Locked: another process holds the folder.
    [[nodiscard]] static Result<std::unique_ptr<HostLink>> start(const ChannelOptions &options);
    ~HostLink() override; ///< stops the channel

    [[nodiscard]] PolicyChannelHost &host() { return m_host; }

    [[nodiscard]] std::shared_ptr<const ChannelSnapshot> snapshot() const override { return m_host.snapshot(); }
    void onChange(std::function<void()> callback) override;
    void push(PolicyDocument document, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done) override;
    void rollback(std::int64_t number, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done) override;
    void addControl(ControlItem item, Done<ControlItem> done) override;
    void endControl(std::int64_t id, const std::string &author, Done<std::int64_t> done) override;
    void audit(Done<std::vector<AuditEntry>> done) override;
    void registerAgent(const std::string &id, const std::string &workflow, Done<AgentSecret> done) override;

private:
    HostLink() = default;
    std::mutex m_mutex;
    std::function<void()> m_changed;
    PolicyChannelHost m_host;
};

} // namespace flyball
