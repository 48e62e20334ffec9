// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace flyball::bench {

/// Connections that send a byte of a request now and then and never bring one to its end; those that are closed come
/// again. Runs until it is destroyed.
class HostileCrowd {
public:
    HostileCrowd(const std::string &url, std::size_t connections);
    ~HostileCrowd();

private:
    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

} // namespace flyball::bench
