// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QMap>
#include <QString>
#include <QStringList>
#include <QVector>

/// A span as an outsider reads it from the file: shares no code with the simulator.
struct SpanRow {
    QString trace, span, parent, scope, name;
    int line = 0;
    qint64 startNs = 0;
    qint64 endNs = 0;
    int status = 0;
    QHash<QString, QString> attributes;
    QJsonArray events;

    bool isCall() const { return attributes.value("gen_ai.operation.name") == "chat"; }
    bool isRoot() const { return parent.isEmpty(); }
    qint64 number(const char *key) const { return attributes.value(key).toLongLong(); }
};

/// Disjoint counts and cost of one call span, by the published rates written down in the test.
struct CallMoney {
    qint64 fresh = 0, read = 0, written = 0, text = 0, reasoning = 0;
    qint64 pico = 0; ///< pico-USD
    bool priced = true;
};

/// Every span of every line; `errors` gets one entry per line that is not one export request.
QVector<SpanRow> readSpans(const QByteArray &file, QStringList &errors);
CallMoney moneyOf(const SpanRow &call);

struct SimResult {
    int exitCode = -1;
    QByteArray traces;
    QByteArray standardError;
    QJsonObject truth;
};
/// Runs agentsim to its end into a fresh directory, with --speed 0 and a fixed --start.
SimResult simulate(const QStringList &arguments);
QString simPath();
/// Pico-USD of a truth object; small enough for 64 bits in these tests.
qint64 picoOf(const QJsonObject &sums);
