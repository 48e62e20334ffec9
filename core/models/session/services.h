// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaObject>
#include <QObject>
#include <functional>
#include <memory>
#include <mutex>

#include "core/engine/engine.h"
#include "core/models/config/colourslots.h"
#include "core/models/config/configstore.h"
#include "core/models/text/formatter.h"

namespace flyball {

/// Hands results of other threads to the GUI thread, and drops them once the receiver is gone.
class Mailbox {
public:
    explicit Mailbox(QObject *receiver) : m_receiver(receiver) {}
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_receiver = nullptr;
    }
    /// Any thread; `work` runs on the receiver's thread, later.
    void post(std::function<void()> work)
    {
        const std::lock_guard lock(m_mutex);
        if (m_receiver != nullptr)
            QMetaObject::invokeMethod(m_receiver, std::move(work), Qt::QueuedConnection);
    }

private:
    std::mutex m_mutex;
    QObject *m_receiver;
};

struct CallsRequest {
    QString title;
    CallFilter filter;
    std::function<bool(const Call &)> keep = nullptr; ///< of these, only those; asked on the query thread
};

/// What the page models work with; made and owned by Session. GUI thread.
struct Services {
    Engine &engine;
    ConfigStore &config;
    ColourSlots &colours;
    Formatter format;
    std::function<TimeNs()> clock;
    std::shared_ptr<Mailbox> mailbox;
    /// Opens the calls drawer.
    std::function<void(const CallsRequest &)> openCalls;
    /// Shows a toast; `undo` (may be empty) runs when its action is clicked.
    std::function<void(const QString &text, const QString &tone, const QString &actionText,
                       std::function<void()> action)>
        notify;
    /// Forms the current page again soon (sorting, filter, selection changed).
    std::function<void()> refresh;
    bool temporary = false;
};

} // namespace flyball
