// SPDX-License-Identifier: GPL-3.0-or-later
#include "span_reader.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>

namespace {

QString anyValue(const QJsonObject &value)
{
    if (value.size() != 1)
        return QStringLiteral("<not one value>");
    if (value.contains("stringValue"))
        return value["stringValue"].toString();
    if (value.contains("intValue"))
        return value["intValue"].isString() ? value["intValue"].toString() : QStringLiteral("<int64 as number>");
    if (value.contains("doubleValue"))
        return QString::number(value["doubleValue"].toDouble(), 'g', 10);
    return QString::fromUtf8(QJsonDocument(value).toJson(QJsonDocument::Compact));
}

SpanRow rowOf(const QJsonObject &json, const QString &scope, int line)
{
    SpanRow row;
    row.trace = json["traceId"].toString();
    row.span = json["spanId"].toString();
    row.parent = json["parentSpanId"].toString();
    row.scope = scope;
    row.name = json["name"].toString();
    row.line = line;
    row.startNs = json["startTimeUnixNano"].toString().toLongLong();
    row.endNs = json["endTimeUnixNano"].toString().toLongLong();
    row.status = json["status"].toObject()["code"].toInt();
    row.events = json["events"].toArray();
    for (const auto &a : json["attributes"].toArray())
        row.attributes.insert(a.toObject()["key"].toString(), anyValue(a.toObject()["value"].toObject()));
    return row;
}

struct Rate {
    qint64 input, read, write, output; ///< pico-USD per token
};

const QHash<QString, Rate> &rates()
{
    // Published USD per million tokens times 1,000,000.
    static const QHash<QString, Rate> table{
        {"claude-opus-4-5-20251101", {5000000, 500000, 6250000, 25000000}},
        {"claude-sonnet-4-5-20250929", {3000000, 300000, 3750000, 15000000}},
        {"claude-haiku-4-5-20251001", {1000000, 100000, 1250000, 5000000}},
        {"gpt-5-2025-08-07", {1250000, 125000, 0, 10000000}},
        {"gpt-5-mini-2025-08-07", {250000, 25000, 0, 2000000}},
        {"gpt-4.1-mini-2025-04-14", {400000, 100000, 0, 1600000}},
        {"gemini-2.5-flash", {300000, 30000, 0, 2500000}},
    };
    return table;
}

} // namespace

QVector<SpanRow> readSpans(const QByteArray &file, QStringList &errors)
{
    QVector<SpanRow> rows;
    if (!file.isEmpty() && !file.endsWith('\n'))
        errors << QStringLiteral("the file ends inside a line");
    const QList<QByteArray> lines = file.split('\n');
    for (int i = 0; i + 1 < lines.size(); ++i) {
        QJsonParseError error;
        const QJsonObject request = QJsonDocument::fromJson(lines[i], &error).object();
        if (error.error != QJsonParseError::NoError || request.keys() != QStringList{"resourceSpans"}) {
            errors << QStringLiteral("line %1: %2").arg(i + 1).arg(error.errorString());
            continue;
        }
        for (const auto &resource : request["resourceSpans"].toArray()) {
            for (const auto &scope : resource.toObject()["scopeSpans"].toArray()) {
                const QString name = scope.toObject()["scope"].toObject()["name"].toString();
                for (const auto &span : scope.toObject()["spans"].toArray())
                    rows << rowOf(span.toObject(), name, i);
            }
        }
    }
    return rows;
}

CallMoney moneyOf(const SpanRow &call)
{
    CallMoney m;
    if (call.status == 2)
        return m;
    m.read = call.number("gen_ai.usage.cache_read.input_tokens");
    m.written = call.number("gen_ai.usage.cache_creation.input_tokens");
    m.fresh = call.number("gen_ai.usage.input_tokens");
    if (call.scope != "@traceloop/instrumentation-anthropic")
        m.fresh -= m.read + m.written;
    m.reasoning = call.number("gen_ai.usage.reasoning.output_tokens");
    m.text = call.number("gen_ai.usage.output_tokens") - m.reasoning;
    const auto rate = rates().constFind(call.attributes.value("gen_ai.response.model"));
    m.priced = rate != rates().constEnd();
    if (m.priced)
        m.pico = m.fresh * rate->input + m.read * rate->read + m.written * rate->write
                 + (m.text + m.reasoning) * rate->output;
    return m;
}

QString simPath() { return QStringLiteral(FLYBALL_BIN_DIR "/agentsim"); }

SimResult simulate(const QStringList &arguments)
{
    SimResult result;
    const QTemporaryDir dir;
    const QString truth = dir.filePath("truth.json");
    QStringList all{"--out", dir.path(), "--speed", "0", "--start", "2026-11-21T12:00:00Z", "--truth", truth};
    QProcess process;
    process.start(simPath(), all + arguments);
    if (!process.waitForFinished(60000) || process.exitStatus() != QProcess::NormalExit)
        return result;
    result.exitCode = process.exitCode();
    result.standardError = process.readAllStandardError();
    const QStringList files = QDir(dir.path()).entryList({"traces*.jsonl"}, QDir::Files, QDir::Name);
    for (const QString &name : files) { // "traces-<time>" sorts before "traces.": oldest first
        QFile file(dir.filePath(name));
        if (file.open(QIODevice::ReadOnly))
            result.traces += file.readAll();
    }
    QFile file(truth);
    if (file.open(QIODevice::ReadOnly))
        result.truth = QJsonDocument::fromJson(file.readAll()).object();
    return result;
}

qint64 picoOf(const QJsonObject &sums) { return sums["cost_pusd"].toString().toLongLong(); }
