// SPDX-License-Identifier: GPL-3.0-or-later
// OTLP metrics that tell of spend: token counters and money of SDKs and agents. No calls, but sums over time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/formats/format.h"
#include "core/formats/meters/meanings.h"

namespace flyball {

inline constexpr std::string_view kOtlpMetersKind = "otlp-meters";

/// Decides what data points amount to. Not in the registry: the files are OTLP files.
[[nodiscard]] const Format &otlpMetersFormat();

/// How spend follows from data points, whatever order they come in and however often:
///
/// A delta point is spend of its own; the same point (stream, start, time) told again is itself.
///
/// A cumulative stream of one start is a lifetime, and began at 0. Its spend is the highest value told of it, spread
/// over the times at which values were first told. Groups are windows of six hours: a window counts from its lowest
/// value on, and what lies between two windows (a minute or weeks) is counted by the group of the 32 days they are in,
/// which knows the first and last value of each; the last value of one such block is known to the next. A lifetime that
/// was not heard of for all of a block and more counts from where it is heard of again. Without a start, points are
/// taken by time, and a value that falls began again from 0.
///
/// What is told call by call by the same producer (spans, log events) or of the same session (events, transcript) is
/// kept and not counted. Where an agent's own metric and gen_ai.client.token.usage tell the same, the agent's counts.
inline constexpr TimeNs kDeltaWindow = 15 * kMinute;
inline constexpr TimeNs kCumulativeWindow = 6 * kHour;
inline constexpr std::int64_t kBlockWindows = 128;

namespace otlp {

/// Subject of traits about whoever sends under this resource: its service.namespace, .name and .instance.id.
[[nodiscard]] std::string producerOfResource(std::string_view resource);
/// Subject of AgentTold: an agent whose metrics need not name sessions; by the kind of its transcripts.
[[nodiscard]] std::string agentSubject(std::string_view kind);
/// Kind of the transcripts of the agent a meter belongs to; empty: of none.
[[nodiscard]] std::string_view agentOf(Meter meter);

} // namespace otlp

/// Reads the parts of an export that hold metrics.
class OtlpMetricsReader {
public:
    explicit OtlpMetricsReader(const ReaderContext &context);
    ~OtlpMetricsReader();
    /// How many points one export may hold is limited.
    void beginExport();
    /// One element of resourceMetrics, as text. Points without a meaning for spend are counted as ignored, those that
    /// cannot be used are named; false on a grammar error.
    [[nodiscard]] bool readResource(std::string_view object, std::int64_t offset, FactBatch &out);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace flyball
