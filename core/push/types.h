// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"
#include "core/base/time.h"
#include "core/policy/document/enums.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// Money on the wire and in leases: whole nano-USD (1e-9 USD), 0 .. kMostNano.
using NanoUsd = std::int64_t;
inline constexpr NanoUsd kMostNano = 1'000'000'000'000'000; ///< one million USD: more is a slip
[[nodiscard]] constexpr UsdSum usdOfNano(NanoUsd nano)
{
    return UsdSum::fromParts(nano / 1'000'000'000, nano % 1'000'000'000 * kPicoPerNano);
}

/// What an agent answered when it refused a revision: code is invalid, unsupported, stale_revision,
/// bad_signature or internal; path a JSON pointer into its policy.
struct AgentError {
    std::string code;
    std::string path;
    std::string message;
    friend bool operator==(const AgentError &, const AgentError &) = default;
};

/// Everything kept about one registered agent; secrets are elsewhere. ETags are without quotes.
struct AgentRecord {
    std::string id;
    std::string workflow; ///< its scope; empty: the defaults
    TimeNs registeredAt = 0;
    std::string instance;
    TimeNs lastSeen = kNoTime;
    TimeNs interval = 0; ///< between two polls, as far as known
    std::optional<std::int64_t> activeRevision;
    std::string heldEtag; ///< If-None-Match of its last poll
    std::string offeredEtag;
    std::string offeredNonce;
    TimeNs offeredAt = kNoTime;
    std::int64_t pollsSinceOffer = 0; ///< polls that still told another revision
    std::string ackedEtag;            ///< last one acknowledged without error
    TimeNs ackedAt = kNoTime;
    std::string confirmedEtag; ///< last one a later poll told to be active
    std::string errorEtag;     ///< last one refused
    AgentError error;
    std::vector<std::string> enforces; ///< "caps.usd:reserve", ...
    std::int64_t issue = 0;            ///< number of its payloads so far; grows with every change of them
    std::string digest;                ///< of the newest payload without issue and time
    std::int64_t oldNonces = 0;        ///< acknowledgements that answered an earlier response
    friend bool operator==(const AgentRecord &, const AgentRecord &) = default;
};

/// Given out once, at registration. `hmac` signs as the bytes of its 64 hexadecimal digits.
struct AgentSecret {
    std::string id;
    std::string token;
    std::string hmac;
};

/// An order beside the policy: it travels in the agents' payloads and is acknowledged like a revision.
struct ControlItem {
    enum class Action : std::uint8_t { StopRun, PauseWorkflow };
    std::int64_t id = 0;
    Action action = Action::StopRun;
    std::string target; ///< run or workflow
    TimeNs createdAt = 0;
    TimeNs until = kNoTime; ///< kNoTime: until the operator ends it
    TimeNs endedAt = kNoTime;
    std::string author;
    std::string comment;
    friend bool operator==(const ControlItem &, const ControlItem &) = default;
};

struct Lease {
    enum class State : std::uint8_t { Held, Settled, Released, Expired };
    std::string id;
    std::string agent;
    std::string run;
    std::string workflow;
    NanoUsd granted = 0;
    std::optional<NanoUsd> actual; ///< Settled only
    TimeNs grantedAt = 0;          ///< decides the windows it counts in
    TimeNs expiresAt = 0;
    State state = State::Held;
    std::string key; ///< the agent's own name for the request, so that a second one gives the same lease; may be empty
    friend bool operator==(const Lease &, const Lease &) = default;
};

/// Settled and held money of one scope in one window.
struct WindowSpend {
    NanoUsd spent = 0;
    NanoUsd held = 0;
};

/// A cap of a calendar window that was reached; each is noted once per window and revision.
struct CapCrossing {
    TimeNs time = 0;
    std::string workflow; ///< empty: the fleet's cap
    PeriodWindow window = PeriodWindow::Hour;
    TimeNs windowStart = 0;
    bool hard = false;
    std::int64_t revision = 0;
    std::string reason; ///< one sentence with the figures
    friend bool operator==(const CapCrossing &, const CapCrossing &) = default;
};

/// What a target did with one field of a policy.
struct KnobReceipt {
    enum class Outcome : std::uint8_t { Applied, Approximated, Unsupported };
    std::string path;
    Outcome outcome = Outcome::Applied;
    std::string how;
    friend bool operator==(const KnobReceipt &, const KnobReceipt &) = default;
};

/// Something the operator asks of the configured targets now.
struct TargetOrder {
    std::string action; ///< push, verify, restore, release
    std::string id;     ///< empty: all
    std::string author;
};

/// Whose policy a target is given, as far as it is that of one workflow.
struct TargetScope {
    std::string id;
    std::string workflow; ///< empty: of more than one, or of a part of one
    std::string holder{}; ///< id of the key, team or virtual key whose budget it sets; empty: none
};

struct TargetReceipt {
    std::string id;
    std::string kind;
    std::int64_t revision = 0;
    std::string state; ///< saved, applied, verified, drifted, contradicted, rejected, unreachable
    TimeNs time = 0;
    std::string detail;
    std::vector<KnobReceipt> knobs;
    std::string key; ///< where its key was found, see keyPlace(); empty: it needs none, or none was found
    friend bool operator==(const TargetReceipt &, const TargetReceipt &) = default;
};

} // namespace flyball
