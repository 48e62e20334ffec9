// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/lines.h"
#include "core/formats/otlp_json/attributeshapes.h"
#include "core/formats/otlp_json/otlpjson.h"
#include "core/formats/otlp_json/spanfacts.h"

namespace flyball {

namespace {

using namespace otlp;

constexpr std::string_view kEvaluationEvent = "gen_ai.evaluation.result";

/// Walks one export request. Keys may stand in any order and in snake_case.
class OtlpJsonReader final : public LineReader {
public:
    explicit OtlpJsonReader(ReaderContext context) : m_facts(context) {}

    void read(std::string_view lines, std::int64_t offset, FactBatch &out) override
    {
        m_out = &out;
        forEachLine(lines, offset, [&](std::string_view line, std::int64_t at) {
            ++out.lines;
            m_offset = at;
            m_known = false;
            const std::size_t calls = out.calls.size();
            const std::size_t spans = out.spans.size();
            const std::size_t signals = out.signals.size();
            const std::size_t rejects = out.rejects.size();
            const std::size_t traits = out.traits.size();
            const std::int64_t ignored = out.ignored;
            if (!readRequest(line)) {
                // A line counts as a whole or not at all.
                out.calls.resize(calls);
                out.spans.resize(spans);
                out.signals.resize(signals);
                out.rejects.resize(rejects);
                out.traits.resize(traits);
                out.ignored = ignored;
                m_facts.reject(out, kindOfBadLine(line), at, static_cast<std::int64_t>(line.size()));
            } else if (!m_known) {
                m_facts.reject(out, "not_an_export", at, static_cast<std::int64_t>(line.size()));
            }
        });
        out.bytes += static_cast<std::int64_t>(lines.size());
    }

private:
    using Step = bool (OtlpJsonReader::*)(JsonCursor &);

    bool readRequest(std::string_view line)
    {
        JsonCursor json(line);
        std::string_view key;
        if (!json.beginObject())
            return false;
        while (json.nextKey(key)) {
            bool ok = true;
            if (key == "resourceSpans" || key == "resource_spans")
                ok = m_known = readList(json, &OtlpJsonReader::readResource);
            else if (key == "resourceLogs" || key == "resource_logs")
                ok = m_known = readList(json, &OtlpJsonReader::readResource);
            else if (key == "resourceMetrics" || key == "resource_metrics") {
                ok = m_known = json.skipValue();
                ++m_out->ignored;
            } else
                ok = json.skipValue();
            if (!ok)
                return false;
        }
        return json.atEnd();
    }

    /// A list of objects, each read by `step`; null and other types are stepped over.
    bool readList(JsonCursor &json, Step step)
    {
        if (json.peek() != '[')
            return json.skipValue();
        if (!json.beginArray())
            return false;
        while (json.nextElement()) {
            if (!(json.peek() == '{' ? (this->*step)(json) : json.skipValue()))
                return false;
        }
        return !json.failed();
    }

    bool readResource(JsonCursor &json)
    {
        std::string_view key;
        if (!json.beginObject())
            return false;
        while (json.nextKey(key)) {
            const bool scopes = key == "scopeSpans" || key == "scope_spans" || key == "scopeLogs" || key == "scope_logs"
                                || key == "instrumentationLibrarySpans";
            if (!(scopes ? readList(json, &OtlpJsonReader::readScoped) : json.skipValue()))
                return false;
        }
        return !json.failed();
    }

    bool readScoped(JsonCursor &json)
    {
        std::string_view key;
        m_scope.name.clear();
        m_scope.version.clear();
        // The spans may stand before the scope that says how to read them: they are then read
        // afterwards, from a copy of the cursor.
        JsonCursor later = json;
        Step laterStep = nullptr;
        bool scopeSeen = false;
        if (!json.beginObject())
            return false;
        while (json.nextKey(key)) {
            bool ok = true;
            Step step = nullptr;
            if (key == "spans")
                step = &OtlpJsonReader::readSpan;
            else if (key == "logRecords" || key == "log_records" || key == "logs")
                step = &OtlpJsonReader::readLog;
            if (step && !scopeSeen) {
                later = json;
                laterStep = step;
                ok = scopeAhead(json) ? json.skipValue() : (laterStep = nullptr, readList(json, step));
            } else if (step) {
                ok = readList(json, step);
            } else if (key == "scope" || key == "instrumentationLibrary") {
                ok = readScope(json);
                scopeSeen = true;
            } else {
                ok = json.skipValue();
            }
            if (!ok)
                return false;
        }
        if (json.failed())
            return false;
        return !laterStep || readList(later, laterStep);
    }

    /// Whether a "scope" key follows behind the list the cursor stands at.
    static bool scopeAhead(JsonCursor json)
    {
        std::string_view key;
        if (!json.skipValue())
            return false;
        while (json.nextKey(key)) {
            if (key == "scope" || key == "instrumentationLibrary")
                return true;
            if (!json.skipValue())
                return false;
        }
        return false;
    }

    bool readScope(JsonCursor &json)
    {
        if (json.peek() != '{')
            return json.skipValue();
        std::string_view key;
        if (!json.beginObject())
            return false;
        while (json.nextKey(key)) {
            const bool name = key == "name";
            if ((name || key == "version") && json.peek() == '"') {
                std::string_view text;
                if (!json.readText(text, m_text))
                    return false;
                (name ? m_scope.name : m_scope.version).assign(text);
            } else if (!json.skipValue()) {
                return false;
            }
        }
        return !json.failed();
    }

    bool readText(JsonCursor &json, std::string_view &text)
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

    bool readStatus(JsonCursor &json)
    {
        m_span.status = 0;
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

    bool readEvent(JsonCursor &json)
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

    static Evaluation evaluationOf(const AttributeSet &attributes, TimeNs time)
    {
        Evaluation evaluation;
        evaluation.name = attributes.text(Attr::EvaluationName);
        evaluation.label = attributes.text(Attr::EvaluationLabel);
        evaluation.hasScore = parseDouble(attributes.text(Attr::EvaluationScore), evaluation.score);
        evaluation.time = time;
        return evaluation;
    }

    bool readIds(JsonCursor &json, std::string_view key)
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
    bool readSpanAttributes(JsonCursor &json)
    {
        m_span.attributes.reset();
        std::erase_if(m_span.evaluations, [](const Evaluation &e) { return e.index >= 0; });
        return readAttributes(json, m_span.attributes, &m_span.evaluations, m_span.texts, m_shapes);
    }
    bool readEvents(JsonCursor &json)
    {
        m_span.exceptionType = {};
        std::erase_if(m_span.evaluations, [](const Evaluation &e) { return e.index < 0; });
        return readList(json, &OtlpJsonReader::readEvent);
    }

    bool readSpan(JsonCursor &json)
    {
        std::string_view key;
        m_span.reset();
        if (!json.beginObject())
            return false;
        while (json.nextKey(key))
            if (!readSpanMember(json, key))
                return false;
        if (json.failed())
            return false;
        m_span.badTime = m_span.start < 0 || m_span.end < 0;
        m_facts.add(m_span, m_scope, m_offset, *m_out);
        return true;
    }

    /// By length first: a span has a dozen members, and comparing each with every known name adds up.
    bool readSpanMember(JsonCursor &json, std::string_view key)
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

    /// Log records: only evaluation results are of use here.
    bool readLog(JsonCursor &json)
    {
        std::string_view key;
        std::string_view name;
        m_span.reset();
        if (!json.beginObject())
            return false;
        while (json.nextKey(key)) {
            bool ok = true;
            if (key == "attributes")
                ok = readAttributes(json, m_span.attributes, nullptr, m_span.texts, m_shapes);
            else if (key == "eventName" || key == "event_name")
                ok = readText(json, name);
            else if (key == "traceId" || key == "spanId" || key == "trace_id" || key == "span_id")
                ok = readIds(json, key);
            else if (key == "timeUnixNano" || key == "time_unix_nano")
                ok = readTime(json, m_span.end);
            else
                ok = json.skipValue();
            if (!ok)
                return false;
        }
        if (json.failed())
            return false;
        ++m_out->ignored;
        const bool evaluation = name == kEvaluationEvent || m_span.attributes.has(Attr::EvaluationName);
        if (evaluation && !m_span.badId() && !m_span.trace.isNull())
            m_facts.addEvaluation(m_span.trace, m_span.span, evaluationOf(m_span.attributes, m_span.end), *m_out);
        return true;
    }

    SpanFacts m_facts;
    SpanScratch m_span;
    AttributeShapes m_shapes;
    Scope m_scope;
    std::string m_text;
    FactBatch *m_out = nullptr;
    std::int64_t m_offset = 0;
    bool m_known = false;
};

} // namespace

std::unique_ptr<LineReader> makeOtlpJsonReader(ReaderContext context)
{
    return std::make_unique<OtlpJsonReader>(std::move(context));
}

} // namespace flyball
