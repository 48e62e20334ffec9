// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/body.h"
#include "app/agentsim/policy/http.h"

#include <deque>
#include <set>

namespace flyball::agentsim {

struct LeaseAnswer {
    enum class Kind : std::uint8_t { Granted, Capped, Stopped, Paused, Unreachable };
    Kind kind = Kind::Unreachable;
    std::string lease;
    SoftSteps wider = 0; ///< what the soft caps it crossed ask for
};

/// Reserves, settles and releases at the channel for one agent: caps wider than a run are held there. What
/// cannot be settled now is sent later. The simulation's thread only, on a connection of its own; waits at
/// most a second, and not at all for two seconds after it has waited in vain.
class LeaseDesk {
public:
    LeaseDesk(std::string agent, HttpClient http);
    ~LeaseDesk(); ///< gives back what is open and sends what is left, if the server answers

    [[nodiscard]] LeaseAnswer reserve(const std::string &run, std::string_view workflow, std::int64_t nanoUsd);
    void settle(const std::string &lease, std::int64_t nanoUsd);
    void release(const std::string &lease);

private:
    struct Message {
        std::string path;
        std::string body;
    };
    void close(const std::string &lease, Message message);
    void sendWaiting();
    [[nodiscard]] Result<HttpAnswer> post(const std::string &path, const std::string &body);

    std::string m_agent;
    HttpClient m_http;
    std::set<std::string> m_open;
    std::deque<Message> m_waiting;
    std::string m_keyHead;
    std::uint64_t m_keys = 0;
    TimeNs m_downUntil = 0;
};

} // namespace flyball::agentsim
