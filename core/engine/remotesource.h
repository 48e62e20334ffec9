// SPDX-License-Identifier: GPL-3.0-or-later
// Sources that are not files: asked again and again, or sending by themselves. They say facts as readers do; the
// ingest thread takes them from an inbox and commits them with the state that led to them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/domain/facts.h"
#include "core/domain/gatewaybudget.h"
#include "core/domain/sourceconfig.h"
#include "core/engine/requestlog.h"

namespace flyball {

/// How a remote source fares, in words of its own.
struct RemoteHealth {
    TimeNs at = kNoTime;   ///< of the answer, wall clock
    std::string error;     ///< one line; empty: the last attempt was good
    std::string detail;    ///< "412 series, 3 workflows"
    std::string warning;   ///< partial data and such; the answer counts all the same
    TimeNs nextAt = 0;     ///< of the next attempt, monotonic; 0: none is planned
    TimeNs staleAfter = 0; ///< without a good answer; 0: it does not go stale
};

/// What one answer, or one request received, amounts to. Everything in it commits together.
struct Delivery {
    FactBatch batch;
    std::string state; ///< of the source, to begin with after a restart; empty: as it was
    RemoteHealth health;
    bool hasHealth = false;
    GatewayBudgetsPtr budgets; ///< that the gateway keeps, as a whole; null: as they were. Not kept over a restart
    /// Called once, on the ingest thread: it is stored, or why it is not (then it may be sent again: keys drop the
    /// repeats). Empty: nobody waits.
    std::function<void(const Result<> &)> stored;
};

/// Where deliveries wait for the ingest thread. Any thread.
class Inbox {
public:
    virtual ~Inbox() = default;
    /// False: there is no room now; `delivery` is as it was.
    [[nodiscard]] virtual bool deliver(Delivery &&delivery) = 0;
    /// Facts that wait.
    [[nodiscard]] virtual std::size_t waiting() const = 0;
};

/// Delivers on threads of its own between start() and stop(), which are called by one thread.
class RemoteSource {
public:
    virtual ~RemoteSource() = default;
    RemoteSource() = default;
    RemoteSource(const RemoteSource &) = delete;
    RemoteSource &operator=(const RemoteSource &) = delete;

    /// `state`: of the last delivery that was committed, or empty. `inbox` outlives stop().
    virtual void start(const std::string &state, Inbox &inbox) = 0;
    /// Nothing is delivered afterwards. Does not wait for the network longer than it takes to give up.
    virtual void stop() = 0;
    /// Where it can be reached, for those that listen; empty else.
    [[nodiscard]] virtual std::string url() const { return {}; }
    /// What came in lately, for those that listen; null else.
    [[nodiscard]] virtual std::shared_ptr<const RequestLog> requests() const { return nullptr; }
};

/// One that is asked. Values in, values out, no thread of its own; poll() may wait for the network.
class PolledSource {
public:
    virtual ~PolledSource() = default;
    PolledSource() = default;
    PolledSource(const PolledSource &) = delete;
    PolledSource &operator=(const PolledSource &) = delete;

    /// Asks once. `state`: what the last poll returned (or what was committed before a restart). Errors are in the
    /// health; the state is then as it was. `health.nextAt` - now says when to ask again.
    [[nodiscard]] virtual Delivery poll(const std::string &state, TimeNs now) = 0;
    /// Ends a poll that waits; for another thread.
    virtual void stop() {}
    /// On the thread that polled, when it will not poll any more: what is kept open between polls belongs to it.
    virtual void leave() {}
};

/// A polled source on a thread of its own.
[[nodiscard]] std::unique_ptr<RemoteSource> onThread(std::unique_ptr<PolledSource> source, const std::string &name);

/// Makes the remote source of a configuration; given to the engine by who composes it. InvalidArgument names the
/// option. `symbols` outlives the source.
using OpenRemote =
    std::function<Result<std::unique_ptr<RemoteSource>>(const SourceConfig &config, SymbolTable &symbols)>;

} // namespace flyball
