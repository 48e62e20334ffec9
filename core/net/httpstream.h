// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

class QNetworkReply;

namespace flyball {

/// The body of an answer that goes on and on, as HttpClient::stream() gave it. Belongs to the client's thread and must
/// not outlive the client. What is not read waits in the network: at most 1 MiB of it is held here.
class HttpStream {
public:
    ~HttpStream();
    HttpStream(const HttpStream &) = delete;
    HttpStream &operator=(const HttpStream &) = delete;

    /// What has come, at most 1 MiB; waits up to `most` for the first byte. Empty: none came in that time. Unreadable:
    /// the server ended it, or it was cut off; OutOfRange: nothing came for longer than the silence that was allowed;
    /// Cancelled: the client was stopped. After an Error there is nothing more.
    [[nodiscard]] Result<std::string> read(std::chrono::milliseconds most);

private:
    friend class HttpClient;
    HttpStream(QNetworkReply *reply, std::chrono::milliseconds silence, const std::atomic<bool> &stopped);
    /// Until the head of the answer is there, the answer as a whole, or `left` is over.
    static void awaitHead(QNetworkReply &reply, std::chrono::milliseconds left, const std::atomic<bool> &stopped);

    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace flyball
