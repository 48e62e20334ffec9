// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/http.h"
#include "app/agentsim/policy/payload.h"
#include "app/agentsim/policy/secrets.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace flyball::agentsim {

/// How an agent misbehaves, for the app to notice.
enum class Fault : std::uint8_t {
    None,
    Slow,    ///< takes each revision up, and acknowledges it, late
    Stuck,   ///< polls, but never takes up another revision
    Rogue,   ///< acknowledges, but does not obey
    Crashed, ///< dies between taking a revision up and acknowledging it, and comes back later
};
[[nodiscard]] std::optional<Fault> faultNamed(std::string_view word);

/// One line of JSON for each revision an agent has taken up, with the time of the wall clock. Any thread.
class AppliedLog {
public:
    /// Appends to the file; an empty path logs nothing.
    [[nodiscard]] Result<> open(const std::string &path);
    void note(const std::string &agent, const AgentPolicy &policy);

private:
    std::mutex m_mutex;
    UniqueFd m_file;
};

struct ClientOptions {
    Fault fault = Fault::None;
    TimeNs delay = kMinute;     ///< how late Slow is, how long Crashed stays away
    TimeNs wait = 30 * kSecond; ///< of a long poll
    std::string folder;         ///< of last good policies; empty: they live as long as the process
};

/// One agent at the policy channel: a thread that polls, verifies, takes up and acknowledges. It hands
/// over immutable policies.
class AgentClient {
public:
    enum class Standing : std::uint8_t {
        Unknown,  ///< nothing heard yet
        NoPolicy, ///< the server says that nothing was pushed: the operator has set no limits
        BuiltIn,  ///< no contact and no last good policy: the built-in caps hold
        InForce,
        Dead, ///< Fault::Crashed, while it is away
    };
    struct State {
        Standing standing = Standing::Unknown;
        std::shared_ptr<const AgentPolicy> policy; ///< InForce only
    };

    AgentClient(AgentEntry entry, HttpClient http, const StopEvent &stop, AppliedLog &log, ClientOptions options);
    ~AgentClient(); ///< after the stop event
    void start();

    [[nodiscard]] const AgentEntry &entry() const { return m_entry; }
    [[nodiscard]] bool obeys() const { return m_options.fault != Fault::Rogue; }
    [[nodiscard]] State state() const;
    /// Until the first answer was dealt with or the channel could not be reached; false after `timeout`.
    [[nodiscard]] bool awaitFirst(TimeNs timeout) const;

private:
    void work();
    void setHeard();
    void poll();
    void take(const HttpAnswer &answer);
    [[nodiscard]] std::optional<Refusal> admit(const AgentPolicy &policy) const;
    [[nodiscard]] std::optional<Refusal> persist(const std::string &envelope) const;
    void acknowledge(const std::string &nonce, const std::string &offered, const std::optional<Refusal> &refusal,
                     const std::vector<std::string> &unknown);
    void loadLastGood();
    void comeBack();
    void set(Standing standing, std::shared_ptr<const AgentPolicy> policy);
    [[nodiscard]] std::string lastGoodPath() const;

    const AgentEntry m_entry;
    HttpClient m_http;
    const StopEvent &m_stop;
    AppliedLog &m_log;
    const ClientOptions m_options;
    std::string m_instance;
    std::string m_rejected; ///< etag that was refused: not fetched again until it changes
    TimeNs m_retryAt = INT64_MAX;
    TimeNs m_contact = 0;
    int m_failures = 0;
    bool m_first = true; ///< the next poll must not wait

    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    State m_state;
    bool m_heard = false; ///< the channel was tried once
    std::thread m_thread; ///< last: it uses all others
};

} // namespace flyball::agentsim
