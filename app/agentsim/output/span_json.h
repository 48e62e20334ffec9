// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace flyball::agentsim {

struct SpanIds {
    std::uint64_t traceHigh = 0;
    std::uint64_t traceLow = 0;
    std::uint64_t span = 0;
    std::uint64_t parent = 0; ///< 0: root
};

void appendHex(std::string &out, std::uint64_t value);
void appendInt(std::string &out, std::int64_t value);

/// Writes one OTLP/JSON span object: ids as hex, 64-bit numbers as strings, in the order of calls
/// attributes, events, finish. Names and values come from the simulator's own tables and hold
/// nothing that JSON would have to escape.
class SpanJson {
public:
    SpanJson(std::string &out, const SpanIds &ids, std::string_view nameHead, std::string_view nameTail, int kind,
             TimeNs start, TimeNs end);
    SpanJson &text(std::string_view key, std::string_view value);
    SpanJson &number(std::string_view key, std::int64_t value);
    /// A double given in thousandths, so that its digits never depend on a formatter.
    SpanJson &milli(std::string_view key, std::int64_t thousandths);
    SpanJson &list(std::string_view key, std::string_view onlyValue);
    SpanJson &id(std::string_view key, std::string_view prefix, std::uint64_t value);
    /// Ends the attributes of the span or of the previous event; the next attributes are the event's.
    SpanJson &event(std::string_view name, TimeNs time);
    void finishOk();
    void finishError(std::string_view message);

private:
    SpanJson &open(std::string_view key, std::string_view type);
    void closeEvents();

    std::string &m_out;
    bool m_first = true;
    bool m_inEvents = false;
};

} // namespace flyball::agentsim
