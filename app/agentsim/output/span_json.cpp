// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/output/span_json.h"

#include <charconv>

namespace flyball::agentsim {

void appendHex(std::string &out, std::uint64_t value)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4)
        out += kDigits[(value >> shift) & 15U];
}

void appendInt(std::string &out, std::int64_t value)
{
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

SpanJson::SpanJson(std::string &out, const SpanIds &ids, std::string_view nameHead, std::string_view nameTail, int kind,
                   TimeNs start, TimeNs end)
    : m_out(out)
{
    m_out += R"({"traceId":")";
    appendHex(m_out, ids.traceHigh);
    appendHex(m_out, ids.traceLow);
    m_out += R"(","spanId":")";
    appendHex(m_out, ids.span);
    m_out += R"(","parentSpanId":")";
    if (ids.parent != 0)
        appendHex(m_out, ids.parent);
    m_out += R"(","flags":256,"name":")";
    m_out += nameHead;
    if (!nameTail.empty()) {
        m_out += ' ';
        m_out += nameTail;
    }
    m_out += R"(","kind":)";
    appendInt(m_out, kind);
    m_out += R"(,"startTimeUnixNano":")";
    appendInt(m_out, start);
    m_out += R"(","endTimeUnixNano":")";
    appendInt(m_out, end);
    m_out += R"(","attributes":[)";
}

SpanJson &SpanJson::open(std::string_view key, std::string_view type)
{
    if (!m_first)
        m_out += ',';
    m_first = false;
    m_out += R"({"key":")";
    m_out += key;
    m_out += R"(","value":{")";
    m_out += type;
    m_out += R"(":)";
    return *this;
}

SpanJson &SpanJson::text(std::string_view key, std::string_view value)
{
    open(key, "stringValue");
    m_out += '"';
    m_out += value;
    m_out += R"("}})";
    return *this;
}

SpanJson &SpanJson::number(std::string_view key, std::int64_t value)
{
    open(key, "intValue");
    m_out += '"';
    appendInt(m_out, value);
    m_out += R"("}})";
    return *this;
}

SpanJson &SpanJson::milli(std::string_view key, std::int64_t thousandths)
{
    open(key, "doubleValue");
    appendInt(m_out, thousandths / 1000);
    const std::int64_t rest = thousandths % 1000;
    if (rest != 0) {
        m_out += '.';
        m_out += static_cast<char>('0' + rest / 100);
        m_out += static_cast<char>('0' + rest / 10 % 10);
        m_out += static_cast<char>('0' + rest % 10);
    }
    m_out += "}}";
    return *this;
}

SpanJson &SpanJson::list(std::string_view key, std::string_view onlyValue)
{
    open(key, "arrayValue");
    m_out += R"({"values":[{"stringValue":")";
    m_out += onlyValue;
    m_out += R"("}]}}})";
    return *this;
}

SpanJson &SpanJson::id(std::string_view key, std::string_view prefix, std::uint64_t value)
{
    open(key, "stringValue");
    m_out += '"';
    m_out += prefix;
    appendHex(m_out, value);
    m_out += R"("}})";
    return *this;
}

SpanJson &SpanJson::event(std::string_view name, TimeNs time)
{
    m_out += m_inEvents ? "]}," : R"(],"events":[)";
    m_inEvents = true;
    m_first = true;
    m_out += R"({"timeUnixNano":")";
    appendInt(m_out, time);
    m_out += R"(","name":")";
    m_out += name;
    m_out += R"(","attributes":[)";
    return *this;
}

void SpanJson::closeEvents() { m_out += m_inEvents ? "]}]" : "]"; }

void SpanJson::finishOk()
{
    closeEvents();
    m_out += R"(,"status":{}})";
}

void SpanJson::finishError(std::string_view message)
{
    closeEvents();
    m_out += R"(,"status":{"message":")";
    m_out += message;
    m_out += R"(","code":2}})";
}

} // namespace flyball::agentsim
