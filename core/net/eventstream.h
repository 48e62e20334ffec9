// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace flyball {

/// One event of a text/event-stream.
struct StreamEvent {
    std::string name; ///< of "event:"; empty: none was given
    std::string data; ///< lines joined by '\n'
    std::string id;   ///< of this event alone, not of an earlier one
    /// It was longer than allowed: this many bytes of it were not kept, and `data` is empty.
    std::int64_t lost = 0;
};

/// Reads a text/event-stream (WHATWG HTML 9.2) in pieces cut anywhere. Holds at most `most` bytes of one event; what is
/// longer is told without its data. Never throws. One thread.
class EventStreamReader {
public:
    using Sink = std::function<void(StreamEvent &&)>;
    explicit EventStreamReader(std::size_t most) : m_most(most) {}

    /// Calls `sink` for each event that is complete; an event without data is none.
    void read(std::string_view bytes, const Sink &sink);

private:
    void byte(char c, const Sink &sink);
    void cut(std::size_t bytes);
    void line(const Sink &sink);
    void field(std::string_view name, std::string_view value);

    std::size_t m_most;
    std::string m_line;
    StreamEvent m_event;
    bool m_hasData = false;
    bool m_afterReturn = false; ///< a '\n' here belongs to the '\r' before
    bool m_begun = false;
    bool m_cut = false; ///< the line that is being read has lost bytes
};

} // namespace flyball
