// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"

#include <coroutine>
#include <cstdint>
#include <queue>
#include <vector>

namespace flyball::agentsim {

/// Coroutines waiting for a virtual time; those of the same time go in the order they came.
class EventQueue {
public:
    void push(TimeNs time, std::coroutine_handle<> handle) { m_heap.push({time, m_next++, handle}); }
    [[nodiscard]] bool empty() const { return m_heap.empty(); }
    [[nodiscard]] TimeNs nextTime() const { return m_heap.top().time; }
    std::coroutine_handle<> pop()
    {
        const auto handle = m_heap.top().handle;
        m_heap.pop();
        return handle;
    }

private:
    struct Event {
        TimeNs time;
        std::uint64_t order;
        std::coroutine_handle<> handle;
        bool operator>(const Event &o) const { return time != o.time ? time > o.time : order > o.order; }
    };
    std::priority_queue<Event, std::vector<Event>, std::greater<>> m_heap;
    std::uint64_t m_next = 0;
};

} // namespace flyball::agentsim
