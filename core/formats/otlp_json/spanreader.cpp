// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/otlp_json/spanreader.h"

#include <algorithm>

#include "core/formats/otlp_json/usualtext.h"

namespace flyball::otlp {

namespace {

constexpr std::string_view kEvaluationEvent = "gen_ai.evaluation.result";
constexpr std::string_view kDetailsEvent = "gen_ai.client.inference.operation.details";

Evaluation evaluationOf(const AttributeSet &attributes, TimeNs time)
{
    Evaluation evaluation;
    evaluation.name = attributes.text(Attr::EvaluationName);
    evaluation.label = attributes.text(Attr::EvaluationLabel);
    evaluation.hasScore = parseDouble(attributes.text(Attr::EvaluationScore), evaluation.score);
    evaluation.time = time;
    return evaluation;
}

} // namespace

bool SpanReader::readText(JsonCursor &json, std::string_view &text)
{
    text = {};
    if (json.peek() != '"')
        return json.skipValue();
    bool escaped = false;
    if (!json.readString(text, escaped))
        return false;
    if (escaped) {
        std::string &decoded = m_span.texts.next();
        decodeJsonString(text, decoded);
        text = decoded;
    }
    return true;
}

bool SpanReader::readStatus(JsonCursor &json)
{
    m_span.status = 0;
    if (json.consume("{}")) // what exporters write of a span that did not fail
        return true;
    if (json.peek() != '{')
        return json.skipValue();
    std::string_view key;
    if (!json.beginObject())
        return false;
    while (json.nextKey(key)) {
        std::string_view raw;
        if (!json.readRaw(raw))
            return false;
        if (key == "code")
            m_span.status = raw == "2" || raw == "\"STATUS_CODE_ERROR\"" ? 2 : 0;
    }
    return !json.failed();
}

bool SpanReader::readEvent(JsonCursor &json)
{
    std::string_view key;
    std::string_view name;
    TimeNs time = 0;
    m_span.event.reset();
    if (!json.beginObject())
        return false;
    while (json.nextKey(key)) {
        bool ok = true;
        if (key == "name")
            ok = readText(json, name);
        else if (key == "timeUnixNano" || key == "time_unix_nano")
            ok = readTime(json, time);
        else if (key == "attributes")
            ok = readAttributes(json, m_span.event, nullptr, m_span.texts, m_shapes);
        else
            ok = json.skipValue();
        if (!ok)
            return false;
    }
    if (name == "exception")
        m_span.exceptionType = m_span.event.text(Attr::ErrorType);
    else if (name == kEvaluationEvent)
        m_span.evaluations.push_back(evaluationOf(m_span.event, time));
    return !json.failed();
}

bool SpanReader::readIds(JsonCursor &json, std::string_view key)
{
    std::string_view text;
    if (!readText(json, text))
        return false;
    // A repeated key replaces what stood there before, a bad id as well (design rule 3a.14).
    if (key.front() == 't') {
        m_span.badTrace = !readTraceId(text, m_span.trace);
    } else if (key.front() == 's') {
        m_span.badSpan = !readSpanId(text, m_span.span);
    } else {
        m_span.parent = 0;
        m_span.badParent = !text.empty() && text != "0000000000000000" && !readSpanId(text, m_span.parent);
    }
    return true;
}

// Both forget what an earlier list of the same name said: of repeated keys the last one counts.
bool SpanReader::readSpanAttributes(JsonCursor &json)
{
    m_span.attributes.reset();
    std::erase_if(m_span.evaluations, [](const Evaluation &e) { return e.index >= 0; });
    return readAttributes(json, m_span.attributes, &m_span.evaluations, m_span.texts, m_shapes);
}
bool SpanReader::readEvents(JsonCursor &json)
{
    m_span.exceptionType = {};
    std::erase_if(m_span.evaluations, [](const Evaluation &e) { return e.index < 0; });
    return forEachObject(json, [this](JsonCursor &event) { return readEvent(event); });
}

/// The members in front of the attributes, in the order of the protobuf fields and in the form that exporters write
/// them: each is then one comparison. What is written in any other way stays where it is, for the general reader.
void SpanReader::takeUsualHead(JsonCursor &json)
{
    UsualText text(json.rest());
    if (!text.takeMember(R"("traceId":")", [&] { return text.takeId(m_span.trace); }))
        return;
    if (text.takeMember(R"(,"spanId":")", [&] { return text.takeId(m_span.span); })) {
        text.takeMember(R"(,"parentSpanId":")", [&] { return text.take("\"") || text.takeId(m_span.parent); });
        text.takeMember(R"(,"flags":)", [&] { return text.skipNumber(); });
        text.takeMember(R"(,"name":")", [&] { return text.takeString(m_span.name); });
        text.takeMember(R"(,"kind":)", [&] { return text.skipNumber(); });
        text.takeMember(R"(,"startTimeUnixNano":")", [&] { return text.takeTime(m_span.start); });
        text.takeMember(R"(,"endTimeUnixNano":")", [&] { return text.takeTime(m_span.end); });
    }
    json.skipTo(text.at());
}

bool SpanReader::readSpan(JsonCursor &json, const Scope &scope, std::int64_t offset, FactBatch &out)
{
    std::string_view key;
    m_span.reset();
    if (!json.beginObject())
        return false;
    takeUsualHead(json);
    while (json.nextKey(key))
        if (!readSpanMember(json, key))
            return false;
    if (json.failed())
        return false;
    m_span.badTime = m_span.start < 0 || m_span.end < 0;
    m_facts.add(m_span, scope, offset, out);
    return true;
}

/// By length first: a span has a dozen members, and comparing each with every known name adds up.
bool SpanReader::readSpanMember(JsonCursor &json, std::string_view key)
{
    switch (key.size()) {
    case 4:
        if (key == "name")
            return readText(json, m_span.name);
        break;
    case 6:
        if (key == "spanId")
            return readIds(json, key);
        if (key == "status")
            return readStatus(json);
        if (key == "events")
            return readEvents(json);
        break;
    case 7:
        if (key == "traceId" || key == "span_id")
            return readIds(json, key);
        break;
    case 8:
        if (key == "trace_id")
            return readIds(json, key);
        break;
    case 10:
        if (key == "attributes")
            return readSpanAttributes(json);
        break;
    case 12:
        if (key == "parentSpanId")
            return readIds(json, key);
        break;
    case 14:
        if (key == "parent_span_id")
            return readIds(json, key);
        break;
    case 15:
        if (key == "endTimeUnixNano")
            return readTime(json, m_span.end);
        break;
    case 17:
        if (key == "startTimeUnixNano")
            return readTime(json, m_span.start);
        break;
    case 18:
        if (key == "end_time_unix_nano")
            return readTime(json, m_span.end);
        break;
    case 20:
        if (key == "start_time_unix_nano")
            return readTime(json, m_span.start);
        break;
    default:
        break;
    }
    return json.skipValue();
}

bool SpanReader::readLogMember(JsonCursor &json, std::string_view key, LogHead &head)
{
    if (key == "attributes")
        return readAttributes(json, m_span.attributes, nullptr, m_span.texts, m_shapes);
    if (key == "eventName" || key == "event_name")
        return readText(json, head.name);
    if (key == "traceId" || key == "spanId" || key == "trace_id" || key == "span_id")
        return readIds(json, key);
    if (key == "timeUnixNano" || key == "time_unix_nano")
        return readTime(json, m_span.end);
    if (key == "observedTimeUnixNano" || key == "observed_time_unix_nano")
        return readTime(json, head.observed);
    return json.skipValue();
}

bool SpanReader::readLog(JsonCursor &json, const Scope &scope, std::int64_t offset, FactBatch &out)
{
    std::string_view key;
    LogHead head;
    m_span.reset();
    if (!json.beginObject())
        return false;
    while (json.nextKey(key))
        if (!readLogMember(json, key, head))
            return false;
    if (json.failed())
        return false;
    if (m_span.attributes.has(Attr::EventName)) // eventName may hold a place in the source
        head.name = m_span.attributes.text(Attr::EventName);
    if (m_span.end <= 0)
        m_span.end = head.observed > 0 ? head.observed : 0;
    if (m_span.end == 0)
        m_span.end = parseRfc3339(m_span.attributes.text(Attr::EventTime)).value_or(0);
    if (head.name == kDetailsEvent && m_facts.addEvent(m_span, scope, offset, out))
        return true;
    ++out.ignored;
    const bool evaluation = head.name == kEvaluationEvent || m_span.attributes.has(Attr::EvaluationName);
    if (evaluation && !m_span.badId() && !m_span.trace.isNull())
        m_facts.addEvaluation(m_span.trace, m_span.span, evaluationOf(m_span.attributes, m_span.end), out);
    return true;
}

} // namespace flyball::otlp
