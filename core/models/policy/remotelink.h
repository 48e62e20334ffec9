// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/models/policy/policylink.h"
#include "core/net/httpclient.h"

namespace flyball {

/// The channel that another process serves for this folder: another window, or `flyballctl policy serve`. What was
/// pushed is read from the store, how far agents are is asked once a second, and changes are asked of the server
/// as its operator. A thread of its own; callbacks come from there.
class RemoteLink final : public PolicyLink {
public:
    static constexpr int kPollMs = 1000;

    /// Answers when the server has answered once. NotFound: nobody says where he listens (channel.json);
    /// Unreadable: nobody answers there, or the token is not ours to read.
    [[nodiscard]] static Result<std::unique_ptr<RemoteLink>> open(const std::string &folder);
    ~RemoteLink() override;

    [[nodiscard]] std::shared_ptr<const ChannelSnapshot> snapshot() const override;
    void onChange(std::function<void()> callback) override;
    /// Unreadable, beside what PolicyStore says: the server did not answer; whether it took the change is seen
    /// in the next snapshot.
    void push(PolicyDocument document, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done) override;
    void rollback(std::int64_t number, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done) override;
    void addControl(ControlItem item, Done<ControlItem> done) override;
    void endControl(std::int64_t id, const std::string &author, Done<std::int64_t> done) override;
    void audit(Done<std::vector<AuditEntry>> done) override;
    /// InvalidArgument: agents are registered where the channel is served.
    void registerAgent(const std::string &id, const std::string &workflow, Done<AgentSecret> done) override;

private:
    RemoteLink(std::string folder, HttpConnection connection);
    void run(std::function<void(Result<>)> started);
    void perform(std::function<void()> task);
    [[nodiscard]] Result<> poll();
    [[nodiscard]] Result<JsonValue> ask(const std::string &method, const std::string &path, const std::string &body,
                                        std::int64_t parent = -1);
    [[nodiscard]] Result<PolicyRevision> revisionOf(const Result<JsonValue> &answer);
    void publish(ChannelSnapshot now);

    std::string m_folder;
    HttpConnection m_connection;
    std::unique_ptr<HttpClient> m_client; ///< of the thread
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::function<void()>> m_tasks;
    std::function<void()> m_changed;
    std::shared_ptr<const ChannelSnapshot> m_snapshot;
    std::string m_shown; ///< what m_snapshot was made from: the same again is no change
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace flyball
