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

enum class SpanRole : std::uint8_t { Other, Workflow, Agent, Task, Tool };

/// A span that is not a model call: kept because it names what its descendants belong to.
struct SpanFact {
    Key128 trace;
    std::uint64_t span = 0;
    std::uint64_t parent = 0; ///< 0 = root
    TimeNs start = 0;
    TimeNs end = 0;
    Symbol name = 0;    ///< span name
    Symbol label = 0;   ///< workflow, agent, task or tool name by role
    Symbol outcome = 0; ///< flyball.outcome
    Symbol errorType = 0;
    Attribution names;
    SpanRole role = SpanRole::Other;
    bool failed = false;
    bool budgetExceeded = false;
};

enum class Verdict : std::uint8_t { None, Pass, Fail };

/// What a signal from outside the traces names; decides what its group is (core/domain/signaladdress.h).
enum class SignalAddress : std::uint8_t {
    Group,   ///< read beside the calls: the group is theirs
    Run,     ///< a run by its id (a trace)
    Session, ///< a session, or the run of a step record: joined while it is one run
    Prompt,  ///< one prompt of a session
    Request, ///< a call by its request or response id
};
inline constexpr std::size_t kSignalAddresses = 5;

/// A quality signal. `span` 0 judges the run as a whole.
struct SignalFact {
    Key128 group;
    std::uint64_t span = 0;
    std::uint64_t id = 0; ///< hash of name, time and value: the same event twice is one signal
    TimeNs time = 0;
    Symbol name = 0;
    Symbol label = 0;
    Symbol source = 0;  ///< configured source of an imported one, else 0
    Symbol comment = 0; ///< of a person, for reading only
    double score = 0;
    bool hasScore = false;
    Verdict verdict = Verdict::None;
    SignalAddress address = SignalAddress::Group;
};

/// Monotone knowledge about something wider than one group; merged by OR.
enum TraitFlag : std::uint32_t {
    ProducerExclusive = 1U << 0, ///< a span proved that its input excludes cache counts
    ProducerCarriesCache = 1U << 1,
    SessionHasStopReasons = 1U << 2, ///< Claude: the session's main file shows non-null stop_reason
    SessionHasTranscript = 1U << 3,  ///< its transcript is read, and tells every call exactly (Codex, Gemini CLI)
    TelemetrySeen = 1U << 4,         ///< telemetry that names requests is in the ledger
    GatewaySeen = 1U << 5,           ///< rows of a gateway that name responses are in the ledger
};
struct TraitFact {
    Symbol subject = 0; ///< producer or session
    std::uint32_t flags = 0;
    Symbol source = 0; ///< who said so; it goes with its rows
};

/// A line or part of one that was refused, by reason and place; never its content.
struct RejectFact {
    Symbol reason = 0;
    Symbol path = 0;
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

/// Everything one piece of input said. Symbols belong to the pipeline's table.
struct FactBatch {
    std::vector<CallFact> calls;
    std::vector<SpanFact> spans;
    std::vector<SignalFact> signals;
    std::vector<TraitFact> traits;
    std::vector<RejectFact> rejects;
    std::int64_t lines = 0;
    std::int64_t bytes = 0;
    std::int64_t ignored = 0; ///< valid and known not to be a call
    std::int64_t metrics = 0; ///< of these, exports of metrics: sums without calls
    TimeNs newest = kNoTime;  ///< newest event time seen, for lag

    /// Of all kinds, rejects included.
    [[nodiscard]] std::size_t size() const
    {
        return calls.size() + spans.size() + signals.size() + traits.size() + rejects.size();
    }
    /// Empty again, with the memory it had.
    void clear()
    {
        calls.clear();
        spans.clear();
        signals.clear();
        traits.clear();
        rejects.clear();
        lines = bytes = ignored = metrics = 0;
        newest = kNoTime;
    }
};

} // namespace flyball
