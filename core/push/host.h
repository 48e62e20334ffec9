// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/channel/channel.h"

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace flyball {

struct ChannelOptions {
    std::string folder;                ///< of policy.db; also gets channel.json while it runs
    std::string address = "127.0.0.1"; ///< loopback only, unless there is a certificate
    std::uint16_t port = 0;            ///< 0: any free one
    std::string tokenFile;             ///< of the operator, made when it is missing; empty: <folder>/operator.token
    RatesOf rates;                     ///< called in the channel's thread
    std::string exchangeFolder;        ///< of the file transport (filetransport.h); empty: none
    std::string tlsCertificate;        ///< PEM file; with it and its key TLS is spoken, and nothing else
    std::string tlsKey;                ///< PEM file of this user alone
    std::string caFile;                ///< what local tools verify the certificate by; empty: its own file
};

/// The policy channel in a thread of its own: the store, the protocol and the server. Used alike by
/// `flyballctl policy serve` and by the app. Needs a QCoreApplication; start(), stop() and perform() are
/// for one thread, snapshot() is for any.
class PolicyChannelHost {
public:
    /// What happens in the channel's thread; both objects are its own.
    using Task = std::function<void(PolicyStore &, PolicyChannel &)>;

    PolicyChannelHost();
    ~PolicyChannelHost(); ///< stops
    PolicyChannelHost(const PolicyChannelHost &) = delete;
    PolicyChannelHost &operator=(const PolicyChannelHost &) = delete;

    /// Listens when it returns. Locked: another process holds the store or the port. `onChange` is called
    /// in the channel's thread after each new snapshot; it must not wait.
    [[nodiscard]] Result<> start(const ChannelOptions &options, std::function<void()> onChange = {});
    void stop();
    [[nodiscard]] bool running() const;
    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::string operatorToken() const;
    [[nodiscard]] std::string setAside() const; ///< a damaged store that was moved away, or empty
    /// The newest state; never null while it runs. At most 100 ms older than the store.
    [[nodiscard]] std::shared_ptr<const ChannelSnapshot> snapshot() const;

    /// Runs in the channel's thread, in order; waiting polls are looked at afterwards.
    void perform(Task task);
    [[nodiscard]] std::future<Result<PolicyRevision>> push(PolicyDocument document, std::int64_t parent,
                                                           RevisionNote note);
    [[nodiscard]] std::future<Result<PolicyRevision>> rollback(std::int64_t number, std::int64_t parent,
                                                               RevisionNote note);

private:
    class Worker;
    std::unique_ptr<Worker> m_worker;
};

} // namespace flyball
