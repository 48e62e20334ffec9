// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/run/biggesttrace.h"

#include <QString>

namespace flyball::test {

namespace {

constexpr qint64 kMs = 1'000'000;
constexpr int kSpansInALine = 500;

class Lines {
public:
    explicit Lines(int trace) : m_trace(QStringLiteral("%1").arg(trace, 32, 16, QLatin1Char('0')).toLatin1()) {}
    void span(int id, int parent, const QByteArray &name, qint64 start, qint64 end, const QByteArray &attributes,
              bool failed = false)
    {
        m_spans += m_spans.isEmpty() ? "" : ",";
        m_spans += "{\"traceId\":\"" + m_trace + "\",\"spanId\":\"" + hex(id) + "\",\"parentSpanId\":\""
                   + (parent == 0 ? QByteArray() : hex(parent)) + "\",\"name\":\"" + name
                   + "\",\"startTimeUnixNano\":\"" + QByteArray::number(start) + "\",\"endTimeUnixNano\":\""
                   + QByteArray::number(end) + "\",\"attributes\":[" + attributes
                   + "],\"status\":{\"code\":" + (failed ? "2" : "0") + "}}";
        if (++m_count % kSpansInALine == 0)
            endLine();
    }
    QByteArray take()
    {
        endLine();
        return m_bytes;
    }

private:
    static QByteArray hex(int id) { return QByteArray::number(id, 16).rightJustified(16, '0'); }
    void endLine()
    {
        if (!m_spans.isEmpty())
            m_bytes += "{\"resourceSpans\":[{\"resource\":{\"attributes\":[]},\"scopeSpans\":[{\"scope\":{\"name\":"
                       "\"bench\"},\"spans\":["
                       + m_spans + "]}]}]}\n";
        m_spans.clear();
    }
    QByteArray m_trace, m_spans, m_bytes;
    int m_count = 0;
};

QByteArray text(const char *key, const QByteArray &value)
{
    return QByteArray("{\"key\":\"") + key + "\",\"value\":{\"stringValue\":\"" + value + "\"}}";
}

QByteArray number(const char *key, qint64 value)
{
    return QByteArray("{\"key\":\"") + key + "\",\"value\":{\"intValue\":\"" + QByteArray::number(value) + "\"}}";
}

QByteArray run(int trace, int calls, int agents, qint64 endNs)
{
    static const char *const kSteps[] = {"plan",      "search_web", "search_web", "search_web", "read_page",
                                         "read_page", "extract",    "verify",     "write"};
    static const char *const kModels[] = {"claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"};
    Lines lines(trace);
    const qint64 each = 300 * kMs, start = endNs - (calls + 2) * each;
    lines.span(1, 0, "invoke_workflow", start, endNs,
               text("gen_ai.operation.name", "invoke_workflow") + ',' + text("flyball.workflow", "research_agent"));
    const auto name = [](int agent) { return agent == 0 ? QByteArray("main") : "helper-" + QByteArray::number(agent); };
    for (int agent = 0; agent <= agents; ++agent)
        lines.span(2 + agent, agent == 0 ? 1 : 2 + (agent - 1) / 4, "invoke_agent " + name(agent), start, endNs,
                   text("gen_ai.operation.name", "invoke_agent") + ',' + text("gen_ai.agent.name", name(agent)));
    int id = agents + 10;
    for (int i = 0; i < calls; ++i) {
        const int agent = i % 3 == 0 || agents == 0 ? 0 : 1 + (i / 50) % agents;
        const qint64 at = start + (i + 1) * each, input = 4000 + (i % 400) * 150;
        const QByteArray step = kSteps[(i / 7) % 9];
        QByteArray more = text("gen_ai.operation.name", "chat") + ',' + text("gen_ai.provider.name", "anthropic") + ','
                          + text("gen_ai.request.model", kModels[agent == 0 ? 0 : 1 + agent % 2]) + ','
                          + text("flyball.step", step) + ',' + number("gen_ai.usage.input_tokens", input) + ','
                          + number("gen_ai.usage.cache_read.input_tokens", i % 97 == 0 ? 0 : input * 8 / 10) + ','
                          + number("gen_ai.usage.output_tokens", 60 + i % 700);
        const bool failed = i % 211 == 7;
        if (failed)
            more += ',' + text("error.type", "overloaded_error");
        lines.span(id++, 2 + agent, "chat", at, at + each * 3 / 4, more, failed);
        if (i % 3 == 1)
            lines.span(id++, 2 + agent, "execute_tool " + step, at + each * 3 / 4, at + each,
                       text("gen_ai.operation.name", "execute_tool") + ',' + text("gen_ai.tool.name", step),
                       i % 500 == 1);
    }
    return lines.take();
}

} // namespace

QByteArray biggestTrace(int calls, int agents, qint64 endNs)
{
    return run(1, calls, agents, endNs) + run(2, 9, 0, endNs);
}

} // namespace flyball::test
