// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/jsoncursor.h"
#include "core/gateways/prometheus/promnumber.h"
#include "core/gateways/prometheus/promtext.h"

namespace flyball {

namespace {

/// \\, \" and \n; anything else stays as it is.
void unescape(std::string_view raw, std::string &out)
{
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const char next = raw[i] == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
        if (next == '\\' || next == '"' || next == 'n') {
            out += next == 'n' ? '\n' : next;
            ++i;
        } else {
            out += raw[i];
        }
    }
}

} // namespace

/// From '{' to '}'.
template <typename One>
bool PromText::list(const One &one)
{
    ++m_at;
    for (;;) {
        skipSpace();
        if (m_at < m_end && *m_at == '}')
            break;
        if (!one())
            return false;
        skipSpace();
        if (m_at < m_end && *m_at == ',')
            ++m_at;
        else if (m_at == m_end || *m_at != '}')
            return fail("labels are not closed");
    }
    ++m_at;
    return true;
}

bool PromText::labels()
{
    m_scratch.clear();
    return list([this] { return label(); });
}

bool PromText::label()
{
    std::string_view name;
    if (m_at < m_end && *m_at == '"') { // UTF-8 names stand in quotes, the metric's own among the labels
        if (!quoted(name, kMostName))
            return false;
        skipSpace();
        if (m_at == m_end || *m_at != '=') {
            if (!m_sample.name.empty() || name.empty())
                return fail("a label has no value");
            m_sample.name = name;
            return true;
        }
    } else if (!readName(name, false)) {
        return false;
    }
    skipSpace();
    if (m_at == m_end || *m_at != '=')
        return fail("a label has no value");
    ++m_at;
    skipSpace();
    if (m_labelCount == kMostLabels)
        return fail("more than 64 labels", ErrorCode::OutOfRange);
    MeterLabel &label = m_labels[m_labelCount++];
    label.name = name;
    if (m_at == m_end || *m_at != '"')
        return fail("the value of a label is not in quotes");
    return quoted(label.value, kMostValue);
}

bool PromText::quoted(std::string_view &text, std::size_t most)
{
    const char *const first = ++m_at;
    bool escaped = false;
    for (;;) {
        m_at = findQuoteOrBackslash(m_at, m_end);
        if (m_end - m_at < 1 || (*m_at == '\\' && m_end - m_at < 2))
            return fail("a quote is not closed");
        if (*m_at == '"')
            break;
        escaped = true;
        m_at += 2;
    }
    text = {first, static_cast<std::size_t>(m_at++ - first)};
    if (text.size() > most)
        return fail(most == kMostName ? "a name is longer than 1024 bytes"
                                      : "the value of a label is longer than 4096 bytes",
                    ErrorCode::OutOfRange);
    if (!isAsciiText(text) && !isValidUtf8(text))
        return fail("a label is not UTF-8");
    if (!escaped)
        return true;
    // Views into it must stay: one line cannot need more.
    if (m_scratch.capacity() < static_cast<std::size_t>(m_end - first) + m_scratch.size()) {
        if (!m_scratch.empty())
            return fail("labels are too long", ErrorCode::OutOfRange);
        m_scratch.reserve(static_cast<std::size_t>(m_end - first));
    }
    const std::size_t begin = m_scratch.size();
    unescape(text, m_scratch);
    text = std::string_view(m_scratch).substr(begin);
    return true;
}

/// Of one request behind a value; read over, but it must be one.
bool PromText::exemplar()
{
    ++m_at;
    skipSpace();
    if (m_at == m_end || *m_at != '{')
        return fail("what follows the value is no exemplar");
    const std::size_t count = m_labelCount;
    const std::string_view name = m_sample.name;
    // The labels of the sample stay where they are: those of the exemplar are read behind them and forgotten.
    const std::size_t behind = std::min(count, kMostLabels - 1);
    const MeterLabel kept = m_labels[behind];
    const bool closed = list([&] {
        m_labelCount = behind;
        return label();
    });
    m_labels[behind] = kept;
    if (!closed)
        return false;
    m_labelCount = count;
    m_sample.name = name;
    skipSpace();
    if (!isPromNumber(word()))
        return fail("the value of an exemplar is no number");
    skipSpace();
    if (m_at < m_end && !isPromNumber(word()))
        return fail("the time of an exemplar is no number");
    skipSpace();
    return m_at == m_end || fail("something follows the exemplar");
}

} // namespace flyball
