// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::quality {

/// The records of a CSV text (RFC 4180) that arrives in pieces, each ending at a line end. A quoted field may hold
/// line ends: what is not finished is kept, and can be stored.
class CsvRecords {
public:
    static constexpr std::size_t kMostBytes = 1 << 20; ///< of one record

    enum class Found : std::uint8_t { Record, BadQuotes, TooLong };

    /// Calls fn(found, text, offset, length) for every record that ends in `lines`; `offset` is the place of their
    /// first byte. Empty lines are passed over. `text` has no line end.
    template <typename Fn>
    void feed(std::string_view lines, std::int64_t offset, Fn &&fn)
    {
        std::size_t start = 0;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i] == '"')
                m_quoted = !m_quoted;
            if (lines[i] != '\n' || (m_quoted && m_pending.size() + i - start < kMostBytes))
                continue;
            finish(lines.substr(start, i - start), offset + static_cast<std::int64_t>(start), fn);
            start = i + 1;
        }
        if (start < lines.size()) {
            if (m_pending.empty())
                m_pendingAt = offset + static_cast<std::int64_t>(start);
            m_pending += lines.substr(start);
        }
    }
    [[nodiscard]] const std::string &pending() const { return m_pending; }
    [[nodiscard]] std::int64_t pendingAt() const { return m_pendingAt; }
    void restore(std::string_view pending, std::int64_t at);

private:
    template <typename Fn>
    void finish(std::string_view text, std::int64_t at, Fn &&fn)
    {
        std::string whole;
        if (!m_pending.empty()) {
            whole = std::move(m_pending);
            whole += text;
            m_pending.clear();
            text = whole;
            at = m_pendingAt;
        }
        const bool open = m_quoted;
        m_quoted = false;
        const std::size_t length = text.size();
        if (!text.empty() && text.back() == '\r')
            text.remove_suffix(1);
        if (text.find_first_not_of(" \t\r") != std::string_view::npos)
            fn(open ? Found::BadQuotes : length > kMostBytes ? Found::TooLong : Found::Record, text, at, length);
    }

    std::string m_pending; ///< of a record whose quotes are open
    std::int64_t m_pendingAt = 0;
    bool m_quoted = false;
};

/// The fields of one record; false when text stands beside a quoted field or a quote stays open.
[[nodiscard]] bool splitRecord(std::string_view record, char delimiter, std::vector<std::string> &fields);

/// Comma, semicolon or tab: what the header has most of.
[[nodiscard]] char delimiterOf(std::string_view header);

} // namespace flyball::quality
