// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/prometheus/promtext.h"

#include <cstring>

#include "core/base/jsoncursor.h"
#include "core/gateways/prometheus/promnumber.h"

namespace flyball {

namespace {

constexpr std::size_t kLongestLine = std::size_t{512} * 1024; ///< 64 labels of the longest names and values
constexpr std::size_t kFirstSeen = 4096;

constexpr std::uint8_t kLetter = 1; ///< may begin a name
constexpr std::uint8_t kDigit = 2;
constexpr std::uint8_t kColon = 4;
constexpr std::array<std::uint8_t, 256> kNameChars = [] {
    std::array<std::uint8_t, 256> made{};
    for (int c = 'a'; c <= 'z'; ++c)
        made[static_cast<std::size_t>(c)] = made[static_cast<std::size_t>(c - 32)] = kLetter;
    for (int c = '0'; c <= '9'; ++c)
        made[static_cast<std::size_t>(c)] = kDigit;
    made['_'] = kLetter;
    made[':'] = kColon;
    return made;
}();

std::uint8_t charKind(char c) { return kNameChars[static_cast<unsigned char>(c)]; }

} // namespace

PromText::PromText(PromSink &sink, Flavour flavour, TimeNs now)
    : m_sink(sink), m_flavour(flavour), m_now(now), m_seen(kFirstSeen)
{}

bool PromText::fail(const char *what, ErrorCode code)
{
    m_problem = what;
    m_problemCode = code;
    return false;
}

Error PromText::problem() const { return {m_problemCode, "line " + std::to_string(m_line) + ": " + m_problem}; }

Result<> PromText::feed(std::string_view chunk)
{
    if (m_problem)
        return problem();
    if (!m_rest.empty()) {
        const std::size_t end = chunk.find('\n');
        m_rest += chunk.substr(0, end);
        if (end == std::string_view::npos || m_rest.size() > kLongestLine) {
            if (m_rest.size() <= kLongestLine)
                return {};
            ++m_line;
            (void)fail("a line is too long", ErrorCode::OutOfRange);
            return problem();
        }
        chunk.remove_prefix(end + 1);
        const std::string first = std::exchange(m_rest, {});
        ++m_line;
        if (!line(first.data(), first.data() + first.size()))
            return problem();
    }
    return whole(chunk);
}

Result<> PromText::whole(std::string_view lines)
{
    const char *at = lines.data();
    const char *const end = at + lines.size();
    while (at < end) {
        const auto *close = static_cast<const char *>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        if (!close)
            break;
        ++m_line;
        if (!line(at, close))
            return problem();
        at = close + 1;
    }
    m_rest.assign(at, static_cast<std::size_t>(end - at));
    if (m_rest.size() <= kLongestLine)
        return {};
    ++m_line;
    (void)fail("a line is too long", ErrorCode::OutOfRange);
    return problem();
}

Result<> PromText::finish()
{
    if (m_problem)
        return problem();
    if (!m_rest.empty()) {
        const std::string last = std::exchange(m_rest, {});
        ++m_line;
        if (!line(last.data(), last.data() + last.size()))
            return problem();
    }
    if (m_flavour == Flavour::OpenMetrics && !m_ended) {
        (void)fail("the page ends without # EOF: it was cut off");
        return problem();
    }
    return {};
}

void PromText::skipSpace()
{
    while (m_at < m_end && (*m_at == ' ' || *m_at == '\t'))
        ++m_at;
}

std::string_view PromText::word()
{
    const char *const first = m_at;
    while (m_at < m_end && *m_at != ' ' && *m_at != '\t')
        ++m_at;
    return {first, static_cast<std::size_t>(m_at - first)};
}

bool PromText::comment(std::string_view text)
{
    if (m_flavour == Flavour::OpenMetrics && text == "# EOF")
        m_ended = true;
    return true; // HELP, TYPE, UNIT and whatever else: what a family means is in its name
}

bool PromText::line(const char *at, const char *end)
{
    if (end > at && end[-1] == '\r')
        --end;
    m_at = at;
    m_end = end;
    skipSpace();
    if (m_at == m_end)
        return true;
    if (m_ended)
        return fail("there is more after # EOF");
    if (*m_at == '#')
        return comment({m_at, static_cast<std::size_t>(m_end - m_at)});
    const char *const first = m_at;
    m_labelCount = 0;
    m_sample.name = {};
    if (*m_at != '{' && !readName(m_sample.name, true))
        return false;
    skipSpace();
    if (m_at < m_end && *m_at == '{' && !labels())
        return false;
    if (m_sample.name.empty())
        return fail("a name is expected");
    const std::string_view series(first, static_cast<std::size_t>(m_at - first));
    if (!valueAndTime())
        return false;
    if (++m_samples > kMostSamples)
        return fail("more than 50000 samples", ErrorCode::OutOfRange);
    if (isDuplicate(series)) {
        ++m_duplicates;
        return true;
    }
    m_sample.labels = {m_labels.data(), m_labelCount};
    m_sink.sample(m_sample);
    return true;
}

bool PromText::readName(std::string_view &name, bool colons)
{
    const char *const first = m_at;
    const unsigned inside = kLetter | kDigit | (colons ? kColon : 0U);
    if (m_at < m_end && (charKind(*m_at) & inside & ~unsigned{kDigit}) != 0)
        while (++m_at < m_end && (charKind(*m_at) & inside) != 0) {
        }
    name = {first, static_cast<std::size_t>(m_at - first)};
    if (name.empty())
        return fail("a name is expected");
    return name.size() <= kMostName || fail("a name is longer than 1024 bytes", ErrorCode::OutOfRange);
}

bool PromText::valueAndTime()
{
    skipSpace();
    m_sample.value = word();
    if (!isPromNumber(m_sample.value))
        return fail(m_sample.value.empty() ? "a value is missing" : "a value is no number");
    m_sample.at = m_now;
    skipSpace();
    if (m_at < m_end && *m_at != '#') {
        if (!time(word()))
            return fail("a time is no number");
        skipSpace();
    }
    if (m_at == m_end)
        return true;
    return *m_at == '#' ? exemplar() : fail("something follows the value");
}

bool PromText::time(std::string_view text)
{
    const auto told = m_flavour == Flavour::OpenMetrics ? promSeconds(text) : promMilliseconds(text);
    if (!told)
        return false;
    if (*told > m_now - kMostSkew && *told < m_now + kMostSkew)
        m_sample.at = *told;
    else
        ++m_timesReplaced;
    return true;
}

bool PromText::isDuplicate(std::string_view series)
{
    const std::uint64_t hash = promHash(series) | 1; // 0 is a free slot
    if (2 * (m_seenCount + 1) > m_seen.size())
        growSeen();
    std::size_t slot = hash & (m_seen.size() - 1);
    for (; m_seen[slot] != 0; slot = (slot + 1) & (m_seen.size() - 1))
        if (m_seen[slot] == hash)
            return true;
    m_seen[slot] = hash;
    ++m_seenCount;
    return false;
}

void PromText::growSeen()
{
    std::vector<std::uint64_t> larger(m_seen.size() * 2);
    for (const std::uint64_t hash : m_seen) {
        std::size_t slot = hash & (larger.size() - 1);
        while (hash != 0 && larger[slot] != 0)
            slot = (slot + 1) & (larger.size() - 1);
        if (hash != 0)
            larger[slot] = hash;
    }
    m_seen = std::move(larger);
}

} // namespace flyball
