// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/eventstream.h"

#include <algorithm>
#include <utility>

namespace flyball {

namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

} // namespace

void EventStreamReader::read(std::string_view bytes, const Sink &sink)
{
    while (!bytes.empty()) {
        // Of long lines all but the ends is taken at once.
        const std::size_t plain = m_afterReturn ? 0 : std::min(bytes.find_first_of("\r\n"), bytes.size());
        const std::size_t held = m_event.name.size() + m_event.id.size() + m_event.data.size() + m_line.size();
        const std::size_t fits = m_cut ? 0 : std::min(plain, m_most - std::min(m_most, held));
        m_line.append(bytes.substr(0, fits));
        if (fits < plain)
            cut(plain - fits);
        bytes.remove_prefix(plain);
        if (bytes.empty())
            return;
        byte(bytes.front(), sink);
        bytes.remove_prefix(1);
    }
}

/// The rest of the event is read on for its id alone.
void EventStreamReader::cut(std::size_t bytes)
{
    m_event.lost += static_cast<std::int64_t>(bytes + m_line.size() + m_event.data.size());
    m_event.data.clear();
    m_line.clear();
    m_cut = true;
}

/// An end of line, or the first byte behind a '\r'.
void EventStreamReader::byte(char c, const Sink &sink)
{
    const bool second = std::exchange(m_afterReturn, false) && c == '\n';
    if (second)
        return;
    if (c != '\r' && c != '\n') {
        m_line += c;
        return;
    }
    m_afterReturn = c == '\r';
    line(sink);
    m_line.clear();
}

void EventStreamReader::line(const Sink &sink)
{
    if (std::exchange(m_cut, false))
        return;
    std::string_view text = m_line;
    if (!std::exchange(m_begun, true) && text.starts_with(kMark))
        text.remove_prefix(kMark.size());
    if (text.empty()) {
        StreamEvent event = std::exchange(m_event, {});
        if (std::exchange(m_hasData, false) || event.lost > 0)
            sink(std::move(event));
        return;
    }
    const std::size_t colon = text.find(':');
    std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    field(text.substr(0, colon), value);
}

void EventStreamReader::field(std::string_view name, std::string_view value)
{
    if (name == "event") {
        m_event.name = value;
    } else if (name == "id") {
        if (value.find('\0') == std::string_view::npos)
            m_event.id = value;
    } else if (name == "data" && m_event.lost > 0) {
        m_event.lost += static_cast<std::int64_t>(value.size());
    } else if (name == "data") {
        if (m_hasData)
            m_event.data += '\n';
        m_hasData = true;
        m_event.data += value;
    }
}

} // namespace flyball
