// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/key128.h"
#include "core/base/symbols.h"
#include "core/base/time.h"
#include "core/domain/usage.h"

namespace flyball {

/// What readers say, before anything is decided. Facts merge commutatively: whatever order files,
/// sources and threads deliver them in, the same set of facts gives the same calls.

/// Where a fact was read; decides ties, so that the order of reading does not (design rule 3a.5).
struct Origin {
    TimeNs fileStart = 0; ///< first timestamp in the file; 0 where the format has no notion of it
    std::int64_t offset = 0;
    Symbol path = 0;
};

/// Names that say what a call belongs to. On a span they hold for its descendants as well.
struct Attribution {
    friend bool operator==(const Attribution &, const Attribution &) = default;
    Symbol workflow = 0;
    Symbol agent = 0;
    Symbol step = 0;
    Symbol taskType = 0;
    Symbol segment = 0;
    Symbol promptVersion = 0;
    Symbol feature = 0;
    Symbol tier = 0;
    Symbol policyRevision = 0;
    Symbol session = 0;
};

enum class InputConvention : std::uint8_t {
    Disjoint,   ///< counts are already disjoint (Claude Code)
    Inclusive,  ///< input includes cache reads and writes, known for this producer
    Exclusive,  ///< input excludes them, known for this producer
    ByProducer, ///< not known from the table: decided by proof, else inclusive (rule 3a.4)
};

enum CallFlag : std::uint32_t {
    CallFailed = 1U << 0,
    CallSidechain = 1U << 1,    ///< Claude: written by a subagent or a replay
    CallStopMissing = 1U << 2,  ///< Claude: stop_reason null on the counted line
    CallSubagentFile = 1U << 3, ///< Claude: read from a subagents/ file
    CallFast = 1U << 4,         ///< "fast" speed, priced apart
    CallStreamed = 1U << 5,
    CallTimeAssumed = 1U << 6, ///< event time was missing; arrival time stands in
    CallCacheKnown = 1U << 7,  ///< the record carries cache counts
    CallNoModel = 1U << 8,     ///< not sent to any model (Claude's <synthetic>)
    CallBatch = 1U << 9,
    CallClockSkew = 1U << 10,   ///< end before start
    CallCacheHidden = 1U << 11, ///< the producer is known to hide its cache split
    CallOwnWorkflow = 1U << 12, ///< names.workflow is flyball.workflow, stated by the agent itself
    CallTelemetry = 1U << 13,   ///< told by the agent's own telemetry; its transcript may tell it as well
    CallGateway = 1U << 14,     ///< told by a gateway that stood between: who called may tell it as well
    CallMetered = 1U << 16,     ///< no call: what the meters of a gateway grew by in one minute, of any number of calls
    CallJoined = 1U << 15,      ///< made by the join of two channels: a copy, or a mark that a call is told elsewhere
};

enum class ResponseCache : std::uint8_t { None, Exact, Semantic };

/// One sighting of a call, or several merged. `raw` keeps the producer's counts: with
/// InputConvention other than Disjoint, raw[InFresh] is the producer's input count as sent.
struct CallFact {
    Key128 group;                   ///< calls that must be resolved together: trace id, or hash of message id
    std::uint64_t sub = 0;          ///< which one inside the group: span id, or hash of request id (0 = joiner)
    TimeNs time = kNoTime;          ///< event time (rule 3a.1)
    std::int64_t latencyNs = -1;    ///< -1 = unknown
    std::int64_t firstTokenNs = -1; ///< -1 = unknown
    std::int64_t reportedPico = -1; ///< cost the producer stated, pico-USD; -1 = none
    std::uint64_t parentSpan = 0;
    std::uint64_t requestKey = 0; ///< hash64 of the request id, 0 = none: what requests are compared by
    Origin origin;                ///< of the sighting whose counts are kept
    TimeNs ownerStart = 0;        ///< of the file that owns the call: earliest file start, then path
    Symbol ownerPath = 0;
    Symbol format = 0;   ///< "claude-code", "otlp-json" ...
    Symbol source = 0;   ///< which configured source delivered it
    Symbol producer = 0; ///< scope, version and provider; key of ProducerFact
    Symbol request = 0;  ///< request id (Claude) or response id (spans); 0 where nobody will read it
    Symbol prompt = 0;   ///< Claude promptId: one run
    Symbol project = 0;  ///< Claude cwd: the workflow
    Symbol provider = 0;
    Symbol modelRequested = 0;
    Symbol modelServed = 0;
    Symbol serviceTier = 0;
    Symbol geo = 0;
    Symbol errorType = 0;
    Symbol finishReason = 0;
    Attribution names;
    Usage raw;
    std::uint32_t flags = 0;
    InputConvention convention = InputConvention::Disjoint;
    ResponseCache responseCache = ResponseCache::None;
    std::uint16_t attempt = 0;
    std::uint32_t outputLimit = 0; ///< most output tokens the request allowed; 0 = not told
};

} // namespace flyball
