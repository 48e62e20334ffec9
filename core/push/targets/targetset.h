// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/document.h"
#include "core/push/store.h"
#include "core/push/targets/config.h"
#include "core/push/targets/pusher.h"

#include <functional>
#include <mutex>

namespace flyball {

/// All configured targets of a policy folder. One thread, except stop().
class TargetSet {
public:
    struct Member {
        TargetConfig config;
        std::unique_ptr<TargetPusher> pusher; ///< null: it cannot be used, `problem` says why
        std::string problem;
        std::string key; ///< where its key was found, see keyPlace()
    };
    enum class Keys { Now, Later };
    /// Malformed or Unreadable: targets.json or the memory of earlier pushes. A single target that cannot be used
    /// (no such kind, a secret that is not there) is a member with a problem. Later: no key is looked up, and so no
    /// member can be used, before connect().
    [[nodiscard]] static Result<std::unique_ptr<TargetSet>> open(const std::string &folder, Keys keys = Keys::Now);
    /// Looks up the key of a member that cannot be used, and makes it usable if that is all that was missing; waits
    /// as long as a keychain does.
    void connect(Member &member);
    void connectAll();

    [[nodiscard]] std::vector<Member> &members() { return m_members; }
    [[nodiscard]] bool empty() const { return m_members.empty(); }
    [[nodiscard]] Member *find(const std::string &id);
    /// What the document says to this member.
    [[nodiscard]] static TargetPolicy policyFor(const Member &member, const PolicyDocument &document,
                                                std::int64_t revision);
    [[nodiscard]] static TargetReceipt push(Member &member, const PolicyDocument &document, std::int64_t revision,
                                            TimeNs now, PushMode mode = PushMode::Keep);
    /// One action of a TargetOrder. Its audit name is orderAction().
    [[nodiscard]] static TargetReceipt carryOut(Member &member, const std::string &action,
                                                const PolicyDocument &document, std::int64_t revision, TimeNs now);
    /// What is known of a member, without asking it.
    [[nodiscard]] static TargetReceipt receiptOf(const Member &member);
    /// Ends what waits for an answer; for another thread.
    void stop();

private:
    TargetMemories m_memories;
    std::vector<Member> m_members;
    std::mutex m_mutex; ///< of the pushers, for stop()
    bool m_stopped = false;
};

/// "target_push", "target_check" ...
[[nodiscard]] std::string orderAction(const std::string &action);
/// What a receipt becomes in the store: the receipt itself, and an audit line when `state` changed or somebody
/// asked for it. `action`: see orderAction().
[[nodiscard]] Result<> bookReceipt(PolicyStore &store, const TargetReceipt &receipt, const std::string &action,
                                   const std::string &author);

} // namespace flyball
