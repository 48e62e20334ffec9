// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/channel/channel.h"

#include <map>
#include <string>

namespace flyball {

/// The channel without a network: <folder>/<agent>/policy.json is the envelope the agent would be given
/// (0600, replaced whole), <folder>/<agent>/status-<agent>.json is its acknowledgement, the body of
/// POST /v1/ack with the ETag as `offered`; a nonce is not needed. One thread.
class FileExchange {
public:
    FileExchange(PolicyStore &store, PolicyChannel &channel, std::string folder);
    /// Writes what changed and books the status files that changed. A file that others may write, or
    /// that is no such answer, is left alone and counted.
    void run(TimeNs now);
    [[nodiscard]] std::int64_t refused() const { return m_refused; }

private:
    void writePolicy(const AgentStatus &agent, const std::string &folder, TimeNs now);
    void readStatus(const AgentStatus &agent, const std::string &folder, TimeNs now);
    PolicyStore &m_store;
    PolicyChannel &m_channel;
    std::string m_folder;
    std::map<std::string, std::string> m_written; ///< agent -> ETag of its file
    std::map<std::string, std::string> m_read;    ///< agent -> last content of its status file
    std::int64_t m_refused = 0;
};

} // namespace flyball
