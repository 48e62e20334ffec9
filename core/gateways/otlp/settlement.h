// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QObject>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace flyball::otlp {

/// Brings what the ingest thread says of deliveries to the receiver's thread. Outlives the receiver as long as a
/// delivery of it waits somewhere.
class Settlement : public std::enable_shared_from_this<Settlement> {
public:
    struct Settled {
        std::uint64_t id = 0;
        std::string problem; ///< empty: stored
    };

    /// `wake` is called in `context`'s thread whenever something lies in take(), once for many.
    Settlement(QObject *context, std::function<void()> wake) : m_context(context), m_wake(std::move(wake)) {}

    /// For Delivery::stored; any thread.
    [[nodiscard]] std::function<void(const Result<> &)> tellOf(std::uint64_t id)
    {
        return [self = shared_from_this(), id](const Result<> &stored) {
            self->say({id, stored                           ? std::string()
                           : stored.error().message.empty() ? std::string("it could not be stored")
                                                            : stored.error().message});
        };
    }
    [[nodiscard]] std::vector<Settled> take()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_settled, {});
    }
    /// Nobody listens any more: `context` may go.
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_context = nullptr;
    }

private:
    void say(Settled settled)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_context)
            return;
        m_settled.push_back(std::move(settled));
        if (m_settled.size() == 1)
            QMetaObject::invokeMethod(m_context, m_wake, Qt::QueuedConnection);
    }

    std::mutex m_mutex;
    QObject *m_context;
    std::function<void()> m_wake;
    std::vector<Settled> m_settled;
};

} // namespace flyball::otlp
