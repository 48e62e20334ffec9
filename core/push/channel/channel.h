// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/channel/agentstate.h"
#include "core/push/channel/message.h"
#include "core/push/store.h"

#include <functional>
#include <map>
#include <memory>

namespace flyball {

/// "provider/model" -> prices, for every model in the tiers of a document: the `rates` of a payload.
using RatesOf = std::function<JsonValue(const PolicyDocument &)>;

/// Hands an order to whoever looks after the targets; false: nobody does. Answers later through
/// PolicyChannel::ordered().
using TargetsOf = std::function<bool(std::int64_t number, TargetOrder order)>;

struct AgentStatus {
    AgentRecord record;
    AgentState state = AgentState::Pending;
    std::string etag;      ///< of its newest payload; empty: none
    bool verified = false; ///< a poll after the acknowledgement told the same
};

/// The policy channel at one moment; immutable, for any thread.
struct ChannelSnapshot {
    TimeNs time = 0;
    std::string url;           ///< empty: not listening
    std::int64_t revision = 0; ///< 0: nothing pushed yet
    std::string etag;
    std::shared_ptr<const RevisionLog> revisions; ///< never null; shared until one is added
    std::vector<AgentStatus> agents;
    std::vector<ControlItem> controls;
    std::vector<CapCrossing> crossings;   ///< newest first, at most 100
    std::vector<TargetReceipt> receipts;  ///< of this revision
    JsonValue rates{JsonValue::Object()}; ///< as payloads carry them
    std::int64_t requests = 0;
    std::int64_t refusedRequests = 0; ///< malformed, too large, too slow, wrong Host, too many at once
    std::int64_t refusedFiles = 0;    ///< of the file transport
    [[nodiscard]] std::int64_t count(AgentState state) const;
};
/// The channel as a target, as far as the agent that is least far: saved, applied, verified, drifted,
/// rejected or unreachable.
[[nodiscard]] std::string channelState(const ChannelSnapshot &snapshot);
/// {"revision":..,"targets":[..],"agents":{..},...}: what `GET /v1/status` and `policy status` print.
[[nodiscard]] JsonValue statusJson(const ChannelSnapshot &snapshot);
/// One target as it stands there.
[[nodiscard]] JsonValue targetJson(const TargetReceipt &receipt);

/// The protocol flyball-policy/1 without sockets: one request in, one answer out. What an answer says is
/// in the store when handle() returns; within a batch of the store, when the batch is committed. One
/// thread. `operatorToken` may do everything an operator may; agents' tokens only what concerns them.
class PolicyChannel {
public:
    PolicyChannel(PolicyStore &store, const std::string &operatorToken, RatesOf rates, TimeNs upSince);

    [[nodiscard]] HttpResponse handle(const HttpRequest &request);
    /// When the next order ends by itself; kNoTime: none does.
    [[nodiscard]] TimeNs nextChange(TimeNs now);
    [[nodiscard]] Result<ChannelSnapshot> snapshot(TimeNs now);
    /// The signed envelope an agent would be given now, for the file transport. NotFound: no policy.
    [[nodiscard]] Result<std::string> envelopeFor(const std::string &agent, TimeNs now);
    /// Books an acknowledgement that came as a file: see POST /v1/ack. `agent` is whose folder it lay in.
    [[nodiscard]] HttpResponse acknowledge(const std::string &agent, const JsonValue &ack, TimeNs now);
    void setTargets(TargetsOf targets) { m_targets = std::move(targets); }
    void ordered(std::int64_t number, Result<std::vector<TargetReceipt>> result);

private:
    struct Desired {
        std::string etag;
        JsonValue content;
    };
    struct Cached {
        std::string digest;
        JsonValue content;
    };
    using Answer = HttpResponse;

    void refresh(TimeNs now);
    [[nodiscard]] JsonValue contentFor(const AgentRecord &agent) const;
    /// Gives the agent a new issue number when its content changed, and stores it.
    [[nodiscard]] Result<Desired> desiredFor(AgentRecord &agent, TimeNs now);
    [[nodiscard]] Result<std::string> sealed(const AgentRecord &agent, const Desired &desired, TimeNs now) const;
    Result<> noteResult(const AgentRecord &agent, const char *state, const std::string &detail, TimeNs now);

    Answer agentRequest(const HttpRequest &request, const std::string &agent);
    Answer operatorRequest(const HttpRequest &request);
    Answer poll(const HttpRequest &request, const std::string &agent);
    Answer offer(AgentRecord &agent, const Desired &desired, TimeNs now);
    Answer reserve(const HttpRequest &request, const std::string &agent, const JsonValue &body);
    Answer settle(const HttpRequest &request, const std::string &agent, const JsonValue &body, bool release);
    Answer getDocument();
    Answer putDocument(const HttpRequest &request);
    Answer rollback(const HttpRequest &request, const JsonValue &body);
    Answer history();
    Answer addControl(const HttpRequest &request, const JsonValue &body);
    Answer endControl(const HttpRequest &request);
    Answer leases(const HttpRequest &request);
    Answer orderTargets(const JsonValue &body);
    Answer targetOrder(const HttpRequest &request);
    /// The head's number when If-Match names it (or If-None-Match is * and there is none), else an answer.
    [[nodiscard]] std::optional<Answer> conflict(const HttpRequest &request, std::int64_t &parent);
    Answer revisionAnswer(const Result<PolicyRevision> &revision);

    PolicyStore &m_store;
    std::string m_operatorDigest;
    RatesOf m_ratesOf;
    TimeNs m_upSince;
    std::uint64_t m_generation = 0; ///< of the store, of what follows
    TimeNs m_freshUntil = kNoTime;
    std::optional<PolicyDocument> m_document;
    JsonValue m_rates{JsonValue::Object()};
    std::vector<ControlItem> m_controls;
    std::map<std::string, Cached> m_contents; ///< by agent
    std::shared_ptr<const RevisionLog> m_log; ///< as snapshots carry it
    TargetsOf m_targets;
    std::int64_t m_lastOrder = 0;
    std::map<std::int64_t, std::optional<Result<std::vector<TargetReceipt>>>> m_orders; ///< the newest ones
};

} // namespace flyball
