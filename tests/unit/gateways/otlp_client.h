// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/remotesource.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::test {

/// One TCP connection to a receiver, with blocking calls that give up after a while.
class Client {
public:
    explicit Client(const std::string &url); ///< of a server on 127.0.0.1
    ~Client();
    Client(Client &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)), m_buffer(std::move(other.m_buffer)) {}
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    struct Answer {
        int status = 0; ///< 0: closed without one; -1: nothing came
        std::string head;
        std::string body;
        [[nodiscard]] std::string field(const std::string &name) const; ///< as sent; empty: it is not there
    };
    /// False when the server ended it.
    bool send(std::string_view bytes);
    [[nodiscard]] Answer read(int seconds = 20);
    /// Whether a byte of an answer, or its end, can be read now.
    [[nodiscard]] bool hasAnswer() const;
    [[nodiscard]] bool isOpen() const; ///< the server has not ended it so far
    void shutDownSending();

private:
    int m_fd = -1;
    std::string m_buffer;
};

/// A POST with all that belongs to it. Fields given replace those of the same name; an empty value leaves it out.
[[nodiscard]] std::string post(const std::string &url, const std::string &path, std::string_view body,
                               const std::map<std::string, std::string> &fields = {});
/// Sends one and reads its answer.
[[nodiscard]] Client::Answer ask(const std::string &url, const std::string &path, std::string_view body,
                                 const std::map<std::string, std::string> &fields = {});
inline const std::string kProtobuf = "application/x-protobuf";
[[nodiscard]] std::string gzipped(std::string_view text);
[[nodiscard]] std::string hostOf(const std::string &url); ///< "127.0.0.1:4318"

/// An inbox that stores at once, or when told to.
class FakeInbox final : public Inbox {
public:
    enum class Mode { Store, Hold, Full, Fail };
    void set(Mode mode);
    [[nodiscard]] bool deliver(Delivery &&delivery) override;
    [[nodiscard]] std::size_t waiting() const override { return 0; }
    /// Until as many deliveries with facts or lines have come.
    bool await(std::size_t count);
    /// Answers what is held.
    void settle(const Result<> &stored);
    [[nodiscard]] std::vector<FactBatch> batches() const;
    [[nodiscard]] std::vector<RemoteHealth> health() const;
    /// Until the newest health satisfies it.
    template <typename Test>
    [[nodiscard]] bool awaitHealth(Test test)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(20),
                                  [&] { return !m_health.empty() && test(m_health.back()); });
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    Mode m_mode = Mode::Store;
    std::vector<FactBatch> m_batches;
    std::vector<RemoteHealth> m_health;
    std::vector<std::function<void(const Result<> &)>> m_held;
};

} // namespace flyball::test
