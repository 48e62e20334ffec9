// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>

#include "core/formats/format.h"

namespace flyball {

/// What Claude Code, Codex and Gemini CLI say of their own calls as OTLP log events. The same calls stand in
/// their transcripts, so an event is a second sighting where there is one:
///  - Claude Code names the request. The event is copied into the transcript's group, where it completes the
///    call, and its own group gets a marker that the call is told elsewhere (joinTelemetry() of the engine).
///  - Codex and Gemini CLI name the session only, and their transcripts are exact: where the session's
///    transcript is read, its events are not counted.
/// An event that is nobody's second sighting is a call. Groups of events are resolved by the OTLP format.
void resolveAgentTelemetry(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out);

/// Reads the log records of these agents; a part of the OTLP/JSON reader.
class AgentTelemetryReader {
public:
    explicit AgentTelemetryReader(const ReaderContext &context);
    ~AgentTelemetryReader();
    AgentTelemetryReader(const AgentTelemetryReader &) = delete;
    AgentTelemetryReader &operator=(const AgentTelemetryReader &) = delete;

    /// Whether log records of this instrumentation scope are read here.
    [[nodiscard]] static bool knowsScope(std::string_view scope);
    /// One log record as JSON. True when it told of a call (or was refused by name); false: of something else.
    bool readRecord(std::string_view record, std::int64_t at, FactBatch &out);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

namespace telemetry {

/// Trait subject that says that a ledger holds such events at all (TelemetrySeen).
inline constexpr std::string_view kSubject = "agent-telemetry";
inline constexpr std::string_view kTold = "agent-telemetry/told";

/// Whether an agent's own log event, or the marker of one, says this.
[[nodiscard]] bool isAgents(const CallFact &fact, const SymbolTable &symbols);
/// Whether an event that does not count is a sighting of a call told elsewhere that nobody has counted as one:
/// events joined by request are counted when they are joined.
[[nodiscard]] bool isSighting(const CallFact &event, const SymbolTable &symbols);
/// The group of the event that tells of this request.
[[nodiscard]] Key128 groupOf(std::uint64_t requestKey);
/// The event as it stands in the group of the call it completes; `host` is a fact of that call.
[[nodiscard]] CallFact companion(const CallFact &event, const CallFact &host);
/// Says inside the event's own group that its call is told by another channel; it is a fact of the host's source
/// and goes when that one is forgotten.
[[nodiscard]] CallFact toldMarker(const CallFact &event, const CallFact &host, SymbolTable &symbols);
/// The most complete value of each class of both; the transcript knows what was written for how long and what
/// was reasoning, the event the final output and how long it took.
void complete(CallFact &call, const CallFact &event);

} // namespace telemetry

} // namespace flyball
