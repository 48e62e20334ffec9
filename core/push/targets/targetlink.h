// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/host.h"
#include "core/push/targets/targethost.h"

namespace flyball {

/// Ties the targets to a running channel: each new revision is pushed to them, their receipts go into its store
/// and so into its status. Give changed() to PolicyChannelHost::start() as onChange, or call it from there;
/// destroy this before the channel stops.
class TargetLink {
public:
    TargetLink(PolicyChannelHost &channel, std::string folder);
    ~TargetLink();
    [[nodiscard]] Result<> start(); ///< see TargetHost::start()
    void changed();                 ///< for the channel's thread; returns at once
    [[nodiscard]] TargetHost &host() { return *m_host; }

private:
    PolicyChannelHost &m_channel;
    std::string m_folder;
    std::shared_ptr<TargetHost> m_host;       ///< what is still queued in the channel outlives us and finds it gone
    std::atomic<std::int64_t> m_revision = 0; ///< the newest that was handed on
    std::atomic<bool> m_open = false;
};

} // namespace flyball
