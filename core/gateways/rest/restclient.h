// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/remotesource.h"
#include "core/net/httpclient.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace flyball {

/// Asks the REST API of one gateway and knows when to ask it again: a refused key stops for a quarter of an hour,
/// Retry-After is honoured (1 s to 1 h), anything else backs off from 1 s to 5 min, all but the first give or take 20
/// %. Used by the thread that polls; stop() is for any.
class RestClient {
public:
    explicit RestClient(HttpConnection connection) : m_connection(std::move(connection)) {}

    /// Around the questions of one poll: the connection belongs to the thread that polls, and none outlives it.
    [[nodiscard]] Result<> begin();
    void end();
    /// A whole answer of status 200 that begins as JSON does. The Error is one line for people: the status, and what
    /// the server says about it, without the key. It is remembered until the next good poll.
    [[nodiscard]] Result<std::string> get(const std::string &path);
    /// A stream of events; the Error as of get(). It must be gone before end().
    [[nodiscard]] Result<std::unique_ptr<HttpStream>> stream(const std::string &path, Milliseconds silence);
    /// One that may be refused: nothing is remembered. `status`: of the answer, 0 when there was none.
    [[nodiscard]] Result<std::string> tryGet(const std::string &path, int &status);
    /// How long to leave alone what the last tryGet() asked for, after so many failures in a row; as failed() does.
    [[nodiscard]] TimeNs waitAfterTry(int failures) const
    {
        return waitAfter(m_tried, m_triedRetryAfter, failures, wallClockNow());
    }
    void stop();

    /// Of a poll that failed: the error, and when to ask again.
    [[nodiscard]] RemoteHealth failed(const Error &error, TimeNs now);
    /// Of one that went well; the next is to be in `interval`.
    [[nodiscard]] RemoteHealth good(TimeNs now, TimeNs interval);

private:
    [[nodiscard]] static Error refusal(const HttpReply &reply);
    void remember(const HttpReply &reply);
    [[nodiscard]] Result<HttpReply> ask(const std::string &path);
    [[nodiscard]] static Result<std::string> bodyOf(Result<HttpReply> reply);
    [[nodiscard]] static TimeNs waitAfter(int status, const std::string &retryAfter, int failures, TimeNs now);

    HttpConnection m_connection;
    std::mutex m_mutex; ///< guards which client it is
    std::unique_ptr<HttpClient> m_client;
    int m_failures = 0; ///< polls in a row
    int m_status = 0;   ///< of the last answer that was refused; 0: there was none
    std::string m_retryAfter;
    int m_tried = 0; ///< status of the last tryGet(); 0: there was no answer
    std::string m_triedRetryAfter;
};

/// What an answer that is an error says: one line of at most 200 bytes, keys taken out; may be empty.
[[nodiscard]] std::string serverWords(std::string_view body);

} // namespace flyball
