// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/targetset.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <thread>

namespace flyball {

/// The targets of a policy folder in a thread of their own: pushes what it is given, looks again when it is time,
/// tries again where nobody answered. Needs a QCoreApplication. Functions are for any thread and return at once,
/// start() and stop() for one.
class TargetHost {
public:
    struct Options {
        std::string folder; ///< of targets.json
        /// Called in the host's thread for each push and for each check that changed something; must not wait long.
        /// `action` and `author` as for bookReceipt().
        std::function<void(const TargetReceipt &, const std::string &action, const std::string &author)> report;
        std::function<TimeNs()> now = wallClockNow;
        Milliseconds look{500}; ///< how often the clock is asked for checks that are due
    };
    TargetHost() = default;
    ~TargetHost(); ///< stops
    TargetHost(const TargetHost &) = delete;
    TargetHost &operator=(const TargetHost &) = delete;

    /// The Error of TargetSet::open(); then there is no thread. Keys are looked up later, in the thread: somebody may
    /// have to unlock a keychain first.
    [[nodiscard]] Result<> start(Options options);
    void stop(); ///< waits at most for what a target does with the answer it has
    [[nodiscard]] bool running() const { return m_thread.joinable(); }

    /// The document in force; each target gets it that was not given this revision yet, or refused it. A changed
    /// targets.json is read again first; one that is damaged leaves the targets as they were.
    void push(PolicyDocument document, std::int64_t revision, std::string author);
    /// What each target would do with each knob of a draft, without touching anything: receipts without a state.
    /// `done` is called in the host's thread.
    void plan(PolicyDocument draft, std::function<void(std::vector<TargetReceipt>)> done);
    /// Our values again at one target, over what somebody else changed.
    void restore(const std::string &id, std::string author);
    /// Looks at one target now; empty: at all.
    void verify(const std::string &id);
    /// Carries it out for the document in force, with targets.json and the keys as they are now. `done` is called in
    /// the host's thread, after the reports. NotFound: no such target; else the Error of TargetSet::open().
    void order(TargetOrder order, PolicyDocument document, std::int64_t revision,
               std::function<void(Result<std::vector<TargetReceipt>>)> done);
    /// Of all that can be used; any thread.
    [[nodiscard]] std::vector<TargetScope> scopes();
    void contradict(const std::string &id, const std::string &detail);

private:
    using Job = std::function<void()>;
    void add(Job job);
    void run(std::promise<Result<>> opened);
    [[nodiscard]] Result<> reread(bool always = false);
    [[nodiscard]] Result<std::vector<TargetReceipt>> carryOut(const TargetOrder &order);
    [[nodiscard]] TargetSet::Member *find(const std::string &id); ///< connected, if it can be
    void pushOne(TargetSet::Member &member, PushMode mode, const std::string &author);
    void check(TargetSet::Member &member);
    void lookAround();
    void report(const TargetReceipt &receipt, const std::string &action, const std::string &author);

    Options m_options;
    std::thread m_thread;
    std::mutex m_mutex;
    std::condition_variable m_wake, m_ended;
    std::deque<Job> m_jobs;
    bool m_stopping = false, m_hasEnded = false;
    std::unique_ptr<TargetSet> m_set; ///< made and used in the thread; stop() of it is for any
    std::string m_config;             ///< version of the targets.json that m_set was made of
    std::optional<PolicyDocument> m_document;
    std::int64_t m_revision = 0;
    std::string m_author;
};

} // namespace flyball
