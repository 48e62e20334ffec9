// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <string>

#include "core/formats/agent_telemetry/agenttelemetry.h"
#include "core/formats/lines.h"
#include "core/formats/otlp_json/otlpjson.h"
#include "core/formats/otlp_json/spanreader.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"

namespace flyball {

namespace {

using namespace otlp;

/// Tells who sends. A process writes the same resource in front of each of its batches: what has been read before is
/// known by comparison.
class KnownResources {
public:
    explicit KnownResources(SymbolCache &symbols) : m_symbols(symbols) {}

    /// `producer`: producerOfResource().
    bool read(JsonCursor &json, Symbol &producer)
    {
        for (const Known &known : m_known) {
            if (!known.text.empty() && json.consume(known.text)) {
                producer = known.producer;
                return true;
            }
        }
        const char *first = json.position();
        if (!json.skipValue())
            return false;
        const std::string_view text(first, static_cast<std::size_t>(json.position() - first));
        producer = m_symbols.internChecked(producerOfResource(text));
        if (text.front() == '{' && text.size() <= kMaxText)
            m_known[m_next++ % m_known.size()] = {std::string(text), producer};
        return true;
    }

private:
    static constexpr std::size_t kMaxText = 4096;
    struct Known {
        std::string text;
        Symbol producer = 0;
    };
    SymbolCache &m_symbols;
    std::array<Known, 8> m_known;
    std::size_t m_next = 0;
};

/// Walks one export request. Keys may stand in any order and in snake_case.
class OtlpJsonReader final : public LineReader {
public:
    explicit OtlpJsonReader(ReaderContext context)
        : m_facts(context),
          m_spans(m_facts),
          m_telemetry(context),
          m_metrics(context),
          m_resources(*context.symbols),
          m_unnamed(context.symbols->intern(producerOfResource({})))
    {}

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
            const std::int64_t metrics = out.metrics;
            const TimeNs newest = out.newest;
            if (!readRequest(line)) {
                // A line counts as a whole or not at all.
                out.calls.resize(calls);
                out.spans.resize(spans);
                out.signals.resize(signals);
                out.rejects.resize(rejects);
                out.traits.resize(traits);
                out.ignored = ignored;
                out.metrics = metrics;
                out.newest = newest;
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
                ok = m_known = readMetrics(json);
            } else
                ok = json.skipValue();
            if (!ok)
                return false;
        }
        return json.atEnd();
    }

    bool readList(JsonCursor &json, Step step)
    {
        return forEachObject(json, [&](JsonCursor &object) { return (this->*step)(object); });
    }
    bool readMetrics(JsonCursor &json)
    {
        const std::int64_t before = m_out->metrics;
        const std::size_t facts = m_out->size();
        m_metrics.beginExport();
        const bool read = forEachObject(json, [&](JsonCursor &object) {
            std::string_view text;
            return object.readRaw(text) && m_metrics.readResource(text, m_offset, *m_out);
        });
        if (m_out->metrics == before && m_out->size() == facts) { // an export of nothing
            ++m_out->ignored;
            ++m_out->metrics;
        }
        return read;
    }
    bool readSpan(JsonCursor &json)
    {
        const std::size_t before = m_out->calls.size();
        if (!m_spans.readSpan(json, m_scope, m_offset, *m_out))
            return false;
        noteCalls(before);
        return true;
    }
    void noteCalls(std::size_t before)
    {
        m_callsTold =
            m_callsTold || (m_out->calls.size() > before && m_out->calls.back().raw.quality != UsageQuality::Missing);
    }
    /// What this resource counts in metrics as well is not to be added to its calls.
    void tellCalls(Symbol resource)
    {
        std::vector<TraitFact> &traits = m_out->traits;
        if (m_told < traits.size() && traits[m_told].subject == resource && traits[m_told].flags == CallsTold)
            return;
        m_told = traits.size();
        traits.push_back({resource, CallsTold});
    }
    bool readLog(JsonCursor &json)
    {
        const char *first = json.position();
        const std::size_t before = m_out->calls.size();
        if (!m_spans.readLog(json, m_scope, m_offset, *m_out))
            return false;
        noteCalls(before);
        const std::string_view text(first, static_cast<std::size_t>(json.position() - first));
        if (AgentTelemetryReader::knowsScope(m_scope.name) && m_telemetry.readRecord(text, m_offset, *m_out))
            --m_out->ignored;
        return true;
    }

    bool readResource(JsonCursor &json)
    {
        std::string_view key;
        Symbol resource = m_unnamed;
        m_callsTold = false;
        if (!json.beginObject())
            return false;
        while (json.nextKey(key)) {
            const bool scopes = key == "scopeSpans" || key == "scope_spans" || key == "scopeLogs" || key == "scope_logs"
                                || key == "instrumentationLibrarySpans";
            const bool read = scopes              ? readList(json, &OtlpJsonReader::readScoped)
                              : key == "resource" ? m_resources.read(json, resource)
                                                  : json.skipValue();
            if (!read)
                return false;
        }
        if (m_callsTold)
            tellCalls(resource);
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

    SpanFacts m_facts;
    SpanReader m_spans;
    AgentTelemetryReader m_telemetry;
    OtlpMetricsReader m_metrics;
    KnownResources m_resources;
    Symbol m_unnamed = 0;     ///< of a resource that says nothing of itself
    std::size_t m_told = 0;   ///< place of the last trait of a resource
    bool m_callsTold = false; ///< by the resource under way
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
