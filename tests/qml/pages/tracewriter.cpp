// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/pages/tracewriter.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace flyball::test {

namespace {

constexpr qint64 kSecondNs = 1'000'000'000;

QJsonObject text(const char *key, const QString &value)
{
    return {{QStringLiteral("key"), QLatin1String(key)},
            {QStringLiteral("value"), QJsonObject{{QStringLiteral("stringValue"), value}}}};
}

QJsonObject number(const char *key, qint64 value)
{
    return {{QStringLiteral("key"), QLatin1String(key)},
            {QStringLiteral("value"), QJsonObject{{QStringLiteral("intValue"), QString::number(value)}}}};
}

QString hex(int value, int digits) { return QStringLiteral("%1").arg(value, digits, 16, QLatin1Char('0')); }

QJsonObject span(int run, int index, const QString &name, qint64 startNs, qint64 endNs, const QJsonArray &attributes,
                 bool failed)
{
    return {{QStringLiteral("traceId"), hex(run + 1, 32)},
            {QStringLiteral("spanId"), hex((run + 1) * 1000 + index + 1, 16)},
            {QStringLiteral("parentSpanId"), index == 0 ? QString() : hex((run + 1) * 1000 + 1, 16)},
            {QStringLiteral("name"), name},
            {QStringLiteral("startTimeUnixNano"), QString::number(startNs)},
            {QStringLiteral("endTimeUnixNano"), QString::number(endNs)},
            {QStringLiteral("attributes"), attributes},
            {QStringLiteral("status"), QJsonObject{{QStringLiteral("code"), failed ? 2 : 0}}}};
}

} // namespace

void TraceWriter::addRun(const RunNames &names, int calls, qint64 input, qint64 output, qint64 endNs)
{
    const int run = m_next++;
    const qint64 startNs = endNs - (calls + 1) * kSecondNs;
    QJsonArray spans{span(run, 0, QStringLiteral("invoke_workflow"), startNs, endNs,
                          {text("gen_ai.operation.name", QStringLiteral("invoke_workflow")),
                           text("flyball.workflow", names.workflow), text("flyball.outcome", names.outcome)},
                          false)};
    for (int i = 0; i < calls; ++i) {
        const bool failed = !names.error.isEmpty() && i == calls - 1;
        QJsonArray attributes{text("gen_ai.operation.name", QStringLiteral("chat")),
                              text("gen_ai.provider.name", names.provider),
                              text("gen_ai.request.model", names.model),
                              text("gen_ai.agent.name", names.agent),
                              text("flyball.step", names.step),
                              number("gen_ai.usage.input_tokens", input),
                              number("gen_ai.usage.cache_read.input_tokens", input / 2),
                              number("gen_ai.usage.output_tokens", output)};
        if (!names.taskType.isEmpty())
            attributes.append(text("flyball.task_type", names.taskType));
        if (failed)
            attributes.append(text("error.type", names.error));
        const qint64 at = startNs + (i + 1) * kSecondNs;
        spans.append(
            span(run, i + 1, QStringLiteral("chat ") + names.model, at - kSecondNs / 2, at, attributes, failed));
    }
    const QJsonObject scope{{QStringLiteral("scope"), QJsonObject{{QStringLiteral("name"), QStringLiteral("test")}}},
                            {QStringLiteral("spans"), spans}};
    const QJsonObject resource{{QStringLiteral("resource"), QJsonObject{{QStringLiteral("attributes"), QJsonArray{}}}},
                               {QStringLiteral("scopeSpans"), QJsonArray{scope}}};
    const QJsonObject line{{QStringLiteral("resourceSpans"), QJsonArray{resource}}};
    m_bytes += QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
}

} // namespace flyball::test
