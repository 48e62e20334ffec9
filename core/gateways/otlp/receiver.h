// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/remotesource.h"
#include "core/net/serverconnection.h"

#include <functional>
#include <memory>
#include <string>

namespace flyball::otlp {

/// 64 connections, the newest before the slowest; 16 KiB of header in 5 s, 20 MiB of body in 30 s; 403 to a Host that
/// is not ours.
[[nodiscard]] HttpLimits receiverLimits();

struct ReceiverSettings {
    std::string target;  ///< names the source in the ledger
    std::string address; ///< loopback, unless there is a certificate
    std::uint16_t port = 4318;
    std::string token;          ///< asked of each request as a bearer token; empty: none is
    std::string tlsCertificate; ///< PEM files, as the policy channel has them; empty: plain HTTP
    std::string tlsKey;
    HttpLimits limits = receiverLimits();
    TimeNs patience = 5 * kSecond;                ///< with the store, before a client is told to come again
    std::function<TimeNs()> clock = wallClockNow; ///< arrival of requests
};

/// OTLP over HTTP (POST /v1/traces, /v1/logs, /v1/metrics; JSON or protobuf, gzip) on a thread of its own. A request is
/// answered with 200 after the inbox said that its facts are stored, with 503 when they could not be; what a stopped
/// receiver has not answered was not promised. Its address is known when start() returns; a port that is taken is tried
/// again every 5 s. Needs a QCoreApplication.
[[nodiscard]] std::unique_ptr<RemoteSource> makeReceiver(ReceiverSettings settings, SymbolTable &symbols);

/// Whether a receiver of this process listens there now. Any thread.
[[nodiscard]] bool listens(const std::string &address, std::uint16_t port);

} // namespace flyball::otlp
