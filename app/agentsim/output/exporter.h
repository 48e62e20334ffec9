// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/output/line_sink.h"
#include "app/agentsim/world/fleet.h"
#include "core/base/time.h"

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace flyball::agentsim {

/// The instrumentation a span comes from.
enum class Scope : std::uint8_t { GenAi, Traceloop, Runtime };
inline constexpr std::size_t kScopeCount = 3;

/// The batch processors of all services: a span waits at most one second after the first of its batch
/// or until 64 are there, then its service writes one export request as one line. One thread.
class Exporter {
public:
    Exporter(const std::vector<Workflow> &fleet, LineSink &sink);

    /// Where the span of a service that ends now is to be appended; call `added` afterwards.
    std::string &begin(std::size_t service, Scope scope);
    void added(std::size_t service, TimeNs now);

    /// When the next batch is due; kNever if none waits.
    static constexpr TimeNs kNever = INT64_MAX;
    [[nodiscard]] TimeNs nextDue() const { return m_due.empty() ? kNever : m_due.begin()->first; }
    void flushNext();
    void flushAll();

    [[nodiscard]] std::int64_t spans() const { return m_spans; }
    /// The first failed write; nothing is written after it.
    [[nodiscard]] const Result<> &status() const { return m_status; }

private:
    struct Batch {
        std::string resource; ///< JSON of the resource, constant
        std::array<std::string, kScopeCount> spans;
        int count = 0;
        TimeNs due = kNever;
        TimeNs last = 0;
    };
    void flush(std::size_t service);

    LineSink &m_sink;
    std::vector<Batch> m_batches;
    std::set<std::pair<TimeNs, std::size_t>> m_due;
    std::string m_line;
    std::int64_t m_spans = 0;
    Result<> m_status;
};

} // namespace flyball::agentsim
