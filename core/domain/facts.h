// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/domain/callfact.h"

namespace flyball {

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
    SourceTold = 1U << 6,            ///< what this source meters is told call by call by others; the operator says so
    CallsTold = 1U << 7,             ///< of a resource or session: its calls are told one by one, with their counts
    AgentTold = 1U << 8,             ///< of an agent: calls of it are told, whatever sessions its metrics fail to name
    MetersSeen = 1U << 9,            ///< of a resource: data points of it that count spend are in the ledger
    AgentMeters = 1U << 10, ///< of a resource: it counts in an agent's own metrics what gen_ai metrics of it say too
    MoneyApart = 1U << 11,  ///< of a resource: its money names no model, and is what tokens of any model cost
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
    std::int64_t metrics = 0; ///< of these, data points of metrics that say nothing of spend
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
