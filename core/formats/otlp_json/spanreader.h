// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/otlp_json/attributeshapes.h"
#include "core/formats/otlp_json/spanfacts.h"

namespace flyball::otlp {

/// Reads a list of objects, each by `read(json)`; null and members of other types are stepped over. False on a
/// grammar error.
template <typename Read>
[[nodiscard]] bool forEachObject(JsonCursor &json, Read &&read)
{
    if (json.peek() != '[')
        return json.skipValue();
    if (!json.beginArray())
        return false;
    while (json.nextElement())
        if (!(json.peek() == '{' ? read(json) : json.skipValue()))
            return false;
    return !json.failed();
}

/// Reads one span or log record, keys in any order and in snake_case as well, and hands it to SpanFacts. False on
/// a grammar error: then the line it stands in counts for nothing. One per reader; `facts` outlives it.
class SpanReader {
public:
    explicit SpanReader(SpanFacts &facts) : m_facts(facts) {}

    /// `offset`: of the line, for rejects and ties.
    [[nodiscard]] bool readSpan(JsonCursor &json, const Scope &scope, std::int64_t offset, FactBatch &out);
    /// Of log records evaluation results and what GenAI instrumentations say of a call are of use here.
    [[nodiscard]] bool readLog(JsonCursor &json, const Scope &scope, std::int64_t offset, FactBatch &out);

private:
    struct LogHead {
        std::string_view name;
        TimeNs observed = 0;
    };
    [[nodiscard]] bool readLogMember(JsonCursor &json, std::string_view key, LogHead &head);
    void takeUsualHead(JsonCursor &json);
    bool readSpanMember(JsonCursor &json, std::string_view key);
    bool readText(JsonCursor &json, std::string_view &text);
    bool readStatus(JsonCursor &json);
    bool readEvent(JsonCursor &json);
    bool readEvents(JsonCursor &json);
    bool readIds(JsonCursor &json, std::string_view key);
    bool readSpanAttributes(JsonCursor &json);

    SpanFacts &m_facts;
    SpanScratch m_span;
    AttributeShapes m_shapes;
};

} // namespace flyball::otlp
