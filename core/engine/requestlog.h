// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/time.h"

namespace flyball {

/// A request that came in, and what it amounted to. Nothing of its body.
struct ReceivedRequest {
    TimeNs at = 0;
    std::string path; ///< at most kMostPath bytes
    std::string encoding;
    std::int64_t bytes = 0; ///< as sent
    int status = 200;
    std::string meaning;
    bool counts = false; ///< it told calls, spans or signals
};

/// The newest requests of a source that listens. Any thread.
class RequestLog {
public:
    static constexpr std::size_t kMost = 100;
    static constexpr std::size_t kMostPath = 120;

    void add(ReceivedRequest request)
    {
        request.path.resize(std::min(request.path.size(), kMostPath));
        const std::lock_guard lock(m_mutex);
        ++m_total;
        m_requests.push_front(std::move(request));
        if (m_requests.size() > kMost)
            m_requests.pop_back();
    }
    /// The newest first; `total`: of all there were.
    [[nodiscard]] std::vector<ReceivedRequest> newest(std::int64_t &total) const
    {
        const std::lock_guard lock(m_mutex);
        total = m_total;
        return {m_requests.begin(), m_requests.end()};
    }

private:
    mutable std::mutex m_mutex;
    std::deque<ReceivedRequest> m_requests;
    std::int64_t m_total = 0;
};

} // namespace flyball
