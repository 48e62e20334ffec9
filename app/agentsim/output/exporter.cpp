// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/output/exporter.h"

namespace flyball::agentsim {

namespace {

constexpr int kBatchSpans = 64;
constexpr std::array<std::string_view, kScopeCount> kScopes{
    R"({"name":"opentelemetry.instrumentation.genai","version":"0.9b0"})",
    R"({"name":"@traceloop/instrumentation-anthropic","version":"0.27.0"})",
    R"({"name":"agent-runtime","version":"2.3.1"})",
};

std::string attribute(std::string_view key, std::string_view value)
{
    return R"({"key":")" + std::string(key) + R"(","value":{"stringValue":")" + std::string(value) + R"("}})";
}

std::string resourceJson(const Workflow &workflow)
{
    return R"({"resource":{"attributes":[)" + attribute("service.name", workflow.service) + ","
           + attribute("service.version", "1.4.2") + "," + attribute("deployment.environment.name", "demo") + ","
           + attribute("telemetry.sdk.language", workflow.spec->language) + ","
           + attribute("telemetry.sdk.name", "opentelemetry") + "," + attribute("telemetry.sdk.version", "1.38.0")
           + R"(]},"scopeSpans":[)";
}

} // namespace

Exporter::Exporter(const std::vector<Workflow> &fleet, LineSink &sink) : m_sink(sink)
{
    m_batches.resize(fleet.size());
    for (std::size_t i = 0; i < fleet.size(); ++i)
        m_batches[i].resource = resourceJson(fleet[i]);
}

std::string &Exporter::begin(std::size_t service, Scope scope)
{
    std::string &spans = m_batches[service].spans[static_cast<std::size_t>(scope)];
    if (!spans.empty())
        spans += ',';
    return spans;
}

void Exporter::added(std::size_t service, TimeNs now)
{
    Batch &batch = m_batches[service];
    ++m_spans;
    batch.last = now;
    if (++batch.count == 1) {
        batch.due = now + kSecond;
        m_due.emplace(batch.due, service);
    } else if (batch.count >= kBatchSpans) {
        flush(service);
    }
}

void Exporter::flushNext() { flush(m_due.begin()->second); }

void Exporter::flushAll()
{
    while (!m_due.empty())
        flushNext();
}

void Exporter::flush(std::size_t service)
{
    Batch &batch = m_batches[service];
    m_due.erase({batch.due, service});
    m_line = R"({"resourceSpans":[)";
    m_line += batch.resource;
    bool first = true;
    for (std::size_t i = 0; i < kScopeCount; ++i) {
        if (batch.spans[i].empty())
            continue;
        m_line += first ? R"({"scope":)" : R"(,{"scope":)";
        m_line += kScopes[i];
        m_line += R"(,"spans":[)";
        m_line += batch.spans[i];
        m_line += "]}";
        batch.spans[i].clear();
        first = false;
    }
    m_line += "]}]}\n";
    batch.count = 0;
    if (m_status)
        m_status = m_sink.write(m_line, batch.last);
}

} // namespace flyball::agentsim
